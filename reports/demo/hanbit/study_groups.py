"""한빛시's study groups: rounds held, running, recruiting and not held, so that every page has something.

What happens today goes through the steps that people take. They take today's date, so that rounds which
began before are written as they stand, as an import writes them. Their days stand in the source, or how far
they are from today.
"""

import datetime as dt
import tomllib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils import timezone

from pledges.audit import operation
from pledges.history import create_all
from pledges.models import Department, Plan, Pledge, User
from studygroups import workflow
from studygroups.enums import AwardKind, MemberKind, MemberRole, RoundState, TeamState
from studygroups.models import (
    Award,
    FollowUp,
    Judge,
    Meeting,
    Member,
    OpeningTotals,
    Programme,
    Proposal,
    Round,
    ScoreSheet,
    Team,
)
from studygroups.rules import answer_due, next_follow_up, plan_due

SOURCE = Path(__file__).with_name("study_groups.toml")
HOUR = 10
GOES_ON = "계획대로 이어 가고 있음"


def read_source() -> dict[str, Any]:
    return tomllib.loads(SOURCE.read_text(encoding="utf-8"))


def enter_study_groups(*, plan: Plan, people: Mapping[str, User]) -> Programme:
    """Write the programme with its rounds. ``people``: the accounts by name."""
    source = read_source()
    city, coordinator = plan.term.municipality, people["hanbit-coordinator"]
    programme = _programme(source, plan, coordinator)
    with operation("imported", user=coordinator, municipality=city):
        programme.published_at = _moment(source["finished"]["published_on"])
        programme.save()
        create_all([OpeningTotals(programme=programme, **source["opening"])], coordinator)
        not_held = source["not_held"]
        published_at = _moment(dt.date(not_held["year"], 4, 1))
        row = Round(programme=programme, state=RoundState.NOT_HELD, published_at=published_at, **not_held)
        create_all([row], coordinator)
        finished = _round(programme, source["finished"], RoundState.FINISHED, coordinator)
        teams = _teams(finished, source["finished"], coordinator)
        _judging(finished, teams, source["finished"], coordinator)
        _results(finished, teams, source["finished"], coordinator)
        running = _round(programme, source["running"], RoundState.RUNNING, coordinator)
        _teams(running, source["running"], coordinator, people)
    _recruit(programme, source["recruiting"], people)
    return programme


def _programme(source: Mapping[str, Any], plan: Plan, coordinator: User) -> Programme:
    awards = []
    for line in source["awards"]:
        kind, places, prize = _parts(line)
        awards.append((kind, int(places), int(prize)))
    return workflow.save_programme(
        municipality=plan.term.municipality,
        user=coordinator,
        rules={
            "name": source["name"],
            "purpose": source["purpose"],
            "basis": source["basis"],
            "most_members": 10,
            "outsiders_percent": 20,
            "intakes_a_year": 2,
            "paper_weight": 50,
            "presentation_weight": 30,
            "audience_weight": 20,
            "answer_days": 10,
            "plan_months": 1,
            "adopted_years": 3,
            "other_years": 2,
            "retention_months": 6,
            "shows_names": False,
        },
        awards=awards,
        pledges=list(Pledge.objects.for_plan(plan).filter(code__in=source["serves"])),
    )


def _round(programme: Programme, source: Mapping[str, Any], state: str, user: User) -> Round:
    results_on = source.get("results_on")
    weights = ("paper_weight", "presentation_weight", "audience_weight")
    is_judged = state == RoundState.FINISHED
    row = Round(
        programme=programme,
        year=source["year"],
        intake=1,
        state=state,
        call=source["call"],
        **_call_days(source),
        **{name: getattr(programme, name) for name in weights if is_judged},
        published_at=_moment(source["published_on"]),
        results_published_at=_moment(results_on) if results_on else None,
        decided_by=user,
    )
    create_all([row], user)
    return row


def _teams(
    round: Round, source: Mapping[str, Any], user: User, accounts: Mapping[str, User] | None = None
) -> list[Team]:
    """The teams with their people and meetings, in the order of the source; the account ``by`` leads."""
    made = []
    for each in source["team"]:
        name, topic, people, outsiders = _parts(each["line"])
        withdrawn_on = each.get("withdrawn_on")
        done = round.state == RoundState.FINISHED and withdrawn_on is None
        state = TeamState.RUNNING if round.state == RoundState.RUNNING else TeamState.COMPLETED
        team = Team(
            round=round,
            name=name,
            topic=topic,
            state=TeamState.WITHDRAWN if withdrawn_on else state,
            applied_at=_moment(source["closes_on"]),
            decided_at=_moment(source["chosen_on"]),
            decided_by=user,
            reported_at=_moment(source["report_due_on"]) if done else None,
            presented_on=_day(source["presents_on"]) if done else None,
            withdrawn_on=withdrawn_on,
            withdrawal="인사이동으로 구성원이 줄어 연구를 이어 가기 어려움" if withdrawn_on else "",
        )
        create_all([team], user)
        leader = accounts[each["by"]] if accounts and "by" in each else None
        _people(team, each["department"], int(people), int(outsiders), leader)
        for line in each.get("meetings", ()):
            day, text, outputs = _parts(line)
            attendees = int(people) - 1
            held_on = _day(day)
            meeting = Meeting(team=team, held_on=held_on, attendees=attendees, text=text, outputs=outputs)
            create_all([meeting], user)
        made.append(team)
    return made


def _people(team: Team, department: str, people: int, outsiders: int, leader: User | None) -> None:
    roles = [MemberRole.LEADER, MemberRole.ASSISTANT, MemberRole.CLERK]
    confirmed_at = team.applied_at
    for number in range(people):
        is_outsider = number >= people - outsiders
        name = f"시민 {number + 1}" if is_outsider else f"{department} 직원 {number + 1}"
        account = None if number else leader
        Member.objects.create(
            team=team,
            user=account,
            name=str(account or name),
            affiliation="" if is_outsider else department,
            kind=MemberKind.CITIZEN if is_outsider else MemberKind.OFFICIAL,
            role=roles[number] if number < len(roles) and not is_outsider else MemberRole.MEMBER,
            confirmed_at=confirmed_at,
        )


def _judging(round: Round, teams: Sequence[Team], source: Mapping[str, Any], user: User) -> None:
    presented = [team for team in teams if team.presented_on]
    for name, lines in source["judges"].items():
        judge = Judge.objects.create(round=round, name=name)
        sheets = []
        for team, line in zip(presented, lines, strict=True):
            paper, presentation, audience = map(Decimal, line.split())
            sheets.append(
                ScoreSheet(
                    judge=judge,
                    team=team,
                    paper=paper,
                    presentation=presentation,
                    audience=audience,
                    submitted_at=_moment(source["presents_on"]),
                )
            )
        create_all(sheets, user)


def _results(round: Round, teams: Sequence[Team], source: Mapping[str, Any], user: User) -> None:
    prizes = {rule.kind: rule.prize for rule in round.programme.award_rules.all()}
    departments = {
        each.name: each for each in Department.objects.for_municipality(round.programme.municipality)
    }
    asked_on = source["results_on"]
    for team, each in zip(teams, source["team"], strict=True):
        if kind := each.get("award"):
            award = Award(
                team=team,
                kind=AwardKind(kind),
                prize=prizes[kind],
                decision=each.get("decision", ""),
                decided_at=_moment(asked_on),
                decided_by=user,
            )
            create_all([award], user)
        for position, line in enumerate(each.get("proposal", ()), 1):
            fields = {name: value for name, value in line.items() if name not in {"department", "follow_ups"}}
            plan_due_on = plan_due(line["answered_on"], 1) if "plan" in line else None
            proposal = Proposal(
                team=team,
                position=position,
                department=departments[line["department"]],
                asked_at=_moment(asked_on),
                due_on=answer_due(asked_on, 10),
                plan_due_on=plan_due_on,
                **fields,
            )
            create_all([proposal], user)
            _follow_up(proposal, [_parts(noted) for noted in line.get("follow_ups", ())], user)


def _follow_up(proposal: Proposal, told: Sequence[Sequence[str]], user: User) -> None:
    """What became of a proposal, and that it goes on, for each year that has passed since."""
    rows = [FollowUp(proposal=proposal, noted_on=_day(day), text=text) for day, text in told]
    years = proposal.team.round.programme.adopted_years
    while rows and proposal.answered_on:
        due = next_follow_up(proposal.answered_on, years, [row.noted_on for row in rows])
        if due is None or due > timezone.localdate():
            break
        rows.append(FollowUp(proposal=proposal, noted_on=due, text=GOES_ON))
    create_all(rows, user)


def _recruit(programme: Programme, source: Mapping[str, Any], people: Mapping[str, User]) -> None:
    """A call that is open when the demo is loaded, whenever that is, with a draft of one team."""
    coordinator = people["hanbit-coordinator"]
    round = workflow.prepare_round(
        programme=programme,
        user=coordinator,
        year=timezone.localdate().year,
        intake=2,
        call=source["call"],
        **_call_days(source),
    )
    workflow.announce_round(round=round, user=coordinator)
    team, writer = source["team"], people[source["team"]["by"]]
    members = [workflow.Person(name=str(writer), role=MemberRole.LEADER, user=writer)]
    for number in range(2, team["people"] + 1):
        name = f"{team['department']} 직원 {number}"
        role = MemberRole.CLERK if number == 2 else MemberRole.MEMBER
        members.append(workflow.Person(name=name, role=role, affiliation=team["department"]))
    workflow.save_application(
        round=round,
        user=writer,
        name=team["name"],
        topic=team["topic"],
        plan=team["plan"],
        people=members,
    )


def _parts(line: str) -> list[str]:
    return [part.strip() for part in line.split("|")]


def _call_days(source: Mapping[str, Any]) -> dict[str, dt.date]:
    return {name: _day(source[name]) for name in ("opens_on", "closes_on", "report_due_on", "presents_on")}


def _day(given: dt.date | int | str) -> dt.date:
    """A day of the source: itself, as ISO text, or as many days from today."""
    if isinstance(given, dt.date):
        return given
    text = str(given)
    if "-" in text[1:]:
        return dt.date.fromisoformat(text)
    return timezone.localdate() + dt.timedelta(days=int(text))


def _moment(day: dt.date | int) -> dt.datetime:
    return dt.datetime.combine(_day(day), dt.time(HOUR), tzinfo=timezone.get_default_timezone())
