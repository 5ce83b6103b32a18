"""Judges, their sheets, and the awards that follow: decided, then published with the scores."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pledges.audit import operation
from pledges.history import create_all, delete_all, update_all
from pledges.models import User
from pledges.notation import clean_text
from studygroups.enums import RoundState, TeamState
from studygroups.models import Award, Judge, Round, ScoreSheet, Team
from studygroups.models.results import MOST_POINTS
from studygroups.rights import may_enter_sheets
from studygroups.scores import highest_first, read_scores
from studygroups.workflow.errors import NotReady, Refused
from studygroups.workflow.rows import (
    LONGEST_DECISION,
    LONGEST_REASON,
    held_judge,
    held_round,
    move,
    require_manager,
    require_round,
    require_that,
    said,
    write,
)

PARTS = ("paper", "presentation", "audience")


@dataclass(frozen=True, slots=True)
class Points:
    """What a judge gives one team; None: not given yet."""

    paper: Decimal | None = None
    presentation: Decimal | None = None
    audience: Decimal | None = None
    abstains: bool = False
    remark: str = ""

    @property
    def is_blank(self) -> bool:
        return not self.abstains and not self.remark and self.parts == (None, None, None)

    @property
    def parts(self) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
        return self.paper, self.presentation, self.audience


@transaction.atomic
def add_judge(
    *, round: Round, user: Any, name: str, affiliation: str = "", person: User | None = None
) -> Judge:
    """Name a judge: somebody with a login, or a name whose sheets the planning office enters.

    Raises PermissionDenied and Refused: nobody judges a round in which they are in a team. Awards that were
    decided without the new judge go.
    """
    round = held_round(round)
    require_manager(user, round)
    require_round(round, {RoundState.RECRUITING, RoundState.RUNNING, RoundState.JUDGING})
    if person is not None:
        name = str(person)
        if round.judges.for_person(person).exists():
            raise Refused(_("%(name)s is a judge of this round already.") % {"name": name}, "login")
        if Team.objects.for_round(round).applied().for_person(person).exists():
            raise Refused(
                _("%(name)s is in a team of this round and can't judge it.") % {"name": name}, "login"
            )
    clean = said(name, "name", _("Enter the name."), 60)
    where = clean_text(affiliation)[:100]
    if person is None and round.judges.filter(user=None, name=clean, affiliation=where).exists():
        raise Refused(_("%(name)s is a judge of this round already.") % {"name": clean}, "name")
    with operation("judge_named", user=user, municipality=round.programme.municipality_id):
        _take_awards_back(round, user)
        return Judge.objects.create(round=round, user=person, name=clean, affiliation=where)


@transaction.atomic
def remove_judge(*, judge: Judge, user: Any) -> None:
    """Take a judge off who has given no points. Raises PermissionDenied and Refused."""
    judge = held_judge(judge)
    round = judge.round
    require_manager(user, round)
    require_round(round, {RoundState.RECRUITING, RoundState.RUNNING, RoundState.JUDGING})
    if judge.sheets.exists():
        raise Refused(_("This judge has given points; excuse them instead, with a reason."))
    with operation("judge_removed", user=user, municipality=round.programme.municipality_id):
        judge.delete()


@transaction.atomic
def excuse_judge(*, judge: Judge, user: Any, reason: str) -> Judge:
    """The judge did not come and counts for no team, with the reason. Raises PermissionDenied, Refused."""
    judge = held_judge(judge)
    round = judge.round
    require_manager(user, round)
    require_round(round, {RoundState.RUNNING, RoundState.JUDGING})
    why = said(reason, "excuse", _("Give the reason."), LONGEST_REASON)
    if judge.sheets.handed_in().exists():
        raise Refused(_("This judge has handed the sheets in."), "excuse")
    with operation("judge_excused", user=user, municipality=round.programme.municipality_id):
        judge.excused_at, judge.excuse = timezone.now(), why
        judge.save(update_fields=["excused_at", "excuse"])
    return judge


@transaction.atomic
def recall_judge(*, judge: Judge, user: Any) -> Judge:
    """The judge who was excused judges after all. Awards that were decided without the judge go.

    Raises PermissionDenied and Refused.
    """
    judge = held_judge(judge)
    round = judge.round
    require_manager(user, round)
    require_round(round, {RoundState.RUNNING, RoundState.JUDGING})
    if judge.excused_at is None:
        raise Refused(_("This judge is not excused."))
    with operation("judge_recalled", user=user, municipality=round.programme.municipality_id):
        _take_awards_back(round, user)
        judge.excused_at, judge.excuse = None, ""
        judge.save(update_fields=["excused_at", "excuse"])
    return judge


@transaction.atomic
def save_sheets(
    *, judge: Judge, user: Any, points: Mapping[int, Points], hands_in: bool = False
) -> list[ScoreSheet]:
    """Keep a judge's points by team key, or hand all of them in: from then on they are settled.

    Raises PermissionDenied; Refused where the round is not judged now or they are handed in; NotReady with
    a message by ``points-<team>`` where one is missing.
    """
    judge = held_judge(judge)
    round = judge.round
    require_that(may_enter_sheets(user, judge))
    require_round(round, {RoundState.JUDGING})
    if judge.excused_at is not None:
        raise Refused(_("This judge is excused."))
    sheets = {each.team_id: each for each in judge.sheets.select_for_update(of=("self",))}
    if any(each.submitted_at for each in sheets.values()):
        raise Refused(_("These sheets are handed in."))
    teams = {each.pk: each for each in Team.objects.for_round(round).in_state(TeamState.PRESENTED)}
    given = {key: points.get(key, Points()) for key in teams}
    errors = _faults(given, round.weights, hands_in)
    if errors:
        raise NotReady(errors)
    now = timezone.now() if hands_in else None
    fields = [*PARTS, "abstains", "remark", "submitted_at"]
    new, old = [], []
    for key, point in given.items():
        sheet = sheets.get(key)
        if sheet is None:
            if point.is_blank and not hands_in:
                continue
            sheet = ScoreSheet(judge=judge, team_id=key)
            new.append(sheet)
        else:
            old.append(sheet)
        sheet.paper, sheet.presentation, sheet.audience = (
            (None, None, None) if point.abstains else point.parts
        )
        sheet.abstains, sheet.remark, sheet.submitted_at = point.abstains, clean_text(point.remark), now
    action = "sheets_handed_in" if hands_in else "sheets_saved"
    with operation(action, user=user, municipality=round.programme.municipality_id):
        create_all(new, user)
        update_all(old, fields, user)
    return [*old, *new]


@transaction.atomic
def reopen_sheets(*, judge: Judge, user: Any, reason: str) -> None:
    """Give a judge the sheets back that were handed in, with the reason, until the results are published.

    Awards that were decided rested on these points: they go with it. Raises PermissionDenied and Refused.
    """
    judge = held_judge(judge)
    round = judge.round
    require_manager(user, round)
    require_round(round, {RoundState.JUDGING})
    why = said(reason, "excuse", _("Give the reason."), LONGEST_REASON)
    sheets = list(judge.sheets.handed_in().select_for_update(of=("self",)))
    if not sheets:
        raise Refused(_("This judge has not handed any sheets in."), "excuse")
    for sheet in sheets:
        sheet.submitted_at = None
    with operation("sheets_reopened", user=user, municipality=round.programme.municipality_id, reason=why):
        update_all(sheets, ["submitted_at"], user)
        _take_awards_back(round, user)


@transaction.atomic
def decide_awards(
    *, round: Round, user: Any, chosen: Mapping[int, str], decisions: Mapping[int, str]
) -> list[Award]:
    """Record which team gets which award (""; none), with its prize by the programme's rules.

    Where an award does not follow from the scores alone - a tie, another award than the score gives - the
    committee's reason is recorded with it, or with the team that gets none. Raises PermissionDenied; Refused
    while sheets are missing; NotReady with a message by ``decision-<team>``.
    """
    round = held_round(round)
    require_manager(user, round)
    require_round(round, {RoundState.JUDGING})
    table = read_scores(round)
    if not table.is_complete:
        raise Refused(_("Not every sheet is in yet."))
    prizes = {rule.kind: rule.prize for rule in highest_first(round.programme)}
    picked = {line.team.pk: chosen.get(line.team.pk, "") for line in table.lines}
    errors = {
        f"award-{key}": _("The programme has no such award.")
        for key, kind in picked.items()
        if kind and kind not in prizes
    }
    needed = table.needs_decision(picked)
    said_of = {key: clean_text(decisions.get(key, ""))[:LONGEST_DECISION] for key in picked}
    for key in needed:
        if not said_of[key]:
            errors[f"decision-{key}"] = _(
                "This does not follow from the scores alone: say how the committee decided."
            )
    if errors:
        raise NotReady(errors)
    now = timezone.now()
    rows = {row.team_id: row for row in Award.objects.select_for_update().filter(team__round=round)}
    with operation(
        "awards_decided",
        user=user,
        municipality=round.programme.municipality_id,
        reason=" / ".join(dict.fromkeys(said_of[key] for key in sorted(needed))),
    ):
        delete_all([row for key, row in rows.items() if not picked.get(key)], user)
        for line in table.lines:
            without = line.team.pk in needed and not picked[line.team.pk]
            write(line.team, user, passed_over=said_of[line.team.pk] if without else "")
        for key, kind in picked.items():
            if not kind:
                continue
            decision = said_of[key]
            values = {
                "kind": kind,
                "prize": prizes[kind],
                "decision": decision,
                "decided_at": now,
                "decided_by": user,
            }
            if key in rows:
                write(rows[key], user, **values)
            else:
                create_all([Award(team_id=key, **values)], user)
        write(round, user, decided_by=user)
    return list(Award.objects.filter(team__round=round))


@transaction.atomic
def publish_results(*, round: Round, user: Any) -> Round:
    """Finish the round: its teams have completed, awards and scores become public.

    Raises PermissionDenied, and Refused while sheets are missing or the awards are not decided.
    """
    round = held_round(round)
    require_manager(user, round)
    require_round(round, {RoundState.JUDGING})
    table = read_scores(round)
    if not table.is_complete:
        raise Refused(_("Not every sheet is in yet."))
    if round.decided_by_id is None:
        raise Refused(_("Decide the awards first, be it that there is none."))
    now = timezone.now()
    with operation("results_published", user=user, municipality=round.programme.municipality_id):
        teams = list(Team.objects.for_round(round).in_state(TeamState.PRESENTED).order_by("pk"))
        move(teams, TeamState.COMPLETED, user)
        if round.programme.published_at is None:
            write(round.programme, user, published_at=now)
        write(
            round,
            user,
            state=RoundState.FINISHED,
            published_at=round.published_at or now,
            results_published_at=now,
        )
    return round


# --- Parts ---


def _take_awards_back(round: Round, user: Any) -> None:
    """What was decided rested on points that change: the awards are to be decided anew."""
    delete_all(list(Award.objects.select_for_update().filter(team__round=round)), user)
    for team in Team.objects.for_round(round).exclude(passed_over=""):
        write(team, user, passed_over="")
    write(round, user, decided_by=None)


def _faults(given: Mapping[int, Points], weights: tuple[int, ...], hands_in: bool) -> dict[str, str]:
    errors: dict[str, str] = {}
    for key, point in given.items():
        for name, value in zip(PARTS, point.parts, strict=True):
            if value is not None and not 0 <= value <= MOST_POINTS:
                errors[f"{name}-{key}"] = _("Enter points from 0 to %(most)d.") % {"most": MOST_POINTS}
        if point.abstains:
            if point.parts != (None, None, None):
                errors[f"abstains-{key}"] = _("Who abstains gives no points: take them out.")
            elif not clean_text(point.remark):
                errors[f"remark-{key}"] = _("Say why you abstain.")
            continue
        if hands_in:
            for name, value, weight in zip(PARTS, point.parts, weights, strict=True):
                if weight and value is None:
                    errors[f"{name}-{key}"] = _("Enter the points, or abstain with a reason.")
    return errors
