"""A programme of study groups in 한빛시 whose rounds stand in every state. It is not public: nothing that
citizens read counts it."""

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils import timezone

from pledges.models import Department, Municipality, User
from studygroups.enums import Answer, AwardKind, MemberKind, MemberRole, RoundState, TeamState
from studygroups.models import Application, Round, Team
from tests import factories as make


class StudyGroups:
    """The rows, and by person every page that looks otherwise than another: in each state, empty and full."""

    def __init__(self, city: Municipality, people: dict[str, User], department: Department) -> None:
        self.city, self.people, self.department = city, people, department
        self.today = timezone.localdate()
        self.programme = make.ProgrammeFactory(municipality=city, name="시험 연구모임", purpose="모든 단계")
        for kind, places, prize in ((AwardKind.BEST, 1, 3_000_000), (AwardKind.PARTICIPATION, None, None)):
            make.AwardRuleFactory(programme=self.programme, kind=kind, places=places, prize=prize)
        self.prepared = self.round(1, RoundState.PREPARED, call="")
        self.open = self.round(2, RoundState.RECRUITING, -3)
        self.draft = self.team(self.open, TeamState.DRAFT, "officer", asked="head")
        self.closed = self.round(3, RoundState.RECRUITING, -30)
        self.applied = self.team(self.closed, TeamState.APPLIED, "officer")
        refused = self.team(self.closed, TeamState.NOT_SELECTED, "head", decision="예산 부족")
        self.running = self.round(4, RoundState.RUNNING, -60)
        self.working = self.team(self.running, TeamState.RUNNING, "officer")
        make.MeetingFactory(team=self.working, held_on=self.today, attendees=5, outputs="설문 결과")
        withdrawn = {"withdrawn_on": self.today, "withdrawal": "인사이동"}
        given_up = self.team(self.running, TeamState.WITHDRAWN, "head", **withdrawn)
        self.waiting = self.judged(5, sheets=False)
        self.tied = self.judged(6, sheets=True)
        self.finished = self.round(7, RoundState.FINISHED, -200, results_published_at=timezone.now())
        self.done = self.team(self.finished, TeamState.COMPLETED, "officer", presented_on=self.today)
        make.AwardFactory(team=self.done, decision="위원회 결정")
        make.ScoreSheetFactory(
            judge=make.JudgeFactory(round=self.finished),
            team=self.done,
            paper=90,
            presentation=80,
            audience=70,
            submitted_at=timezone.now(),
        )
        self.proposals = [self.proposal(answer) for answer in ("", *Answer.values)]
        make.FollowUpFactory(proposal=self.proposals[1], noted_on=self.today)
        self.not_held = self.round(8, RoundState.NOT_HELD, -200, reason="신청 팀 부족")
        self.teams = [self.applied, refused, self.working, given_up, self.done, self.presented]

    def round(self, intake: int, state: str, opened: int = 1, **fields: Any) -> Round:
        """A round whose call opens ``opened`` days from today and lasts for ten."""
        opens_on = self.today + dt.timedelta(days=opened)
        return make.RoundFactory(
            programme=self.programme,
            year=self.today.year,
            intake=intake,
            state=state,
            **{
                "call": "시정 과제를 연구할 팀을 찾습니다.",
                "opens_on": opens_on,
                "closes_on": opens_on + dt.timedelta(days=10),
                # Announced; yet nobody reads of it, since the programme is not public.
                "published_at": timezone.now() if state != RoundState.PREPARED else None,
                **fields,
            },
        )

    def team(self, round: Round, state: str, leader: str, asked: str = "", **fields: Any) -> Team:
        """A team of two officials and a citizen, led by one of ``people``."""
        team = make.TeamFactory(round=round, state=state, **fields)
        user = self.people[leader]
        Application.objects.create(team=team, applicant=user, plan="연구 계획")
        make.GroupMemberFactory(team=team, user=user, name=str(user), role=MemberRole.LEADER)
        make.GroupMemberFactory(team=team, kind=MemberKind.CITIZEN, affiliation="한빛마을")
        if asked:
            colleague = self.people[asked]
            make.GroupMemberFactory(team=team, user=colleague, name=str(colleague), confirmed_at=None)
        return team

    def judged(self, intake: int, *, sheets: bool) -> Round:
        """A round with two teams that are judged by the auditor, somebody from outside and one excused;
        with ``sheets`` all are in, and the teams are level."""
        round = self.round(intake, RoundState.JUDGING, -100)
        teams = [
            self.team(round, TeamState.PRESENTED, "officer", presented_on=self.today) for _each in range(2)
        ]
        self.presented = teams[0]
        own = make.JudgeFactory(round=round, user=self.people["auditor"], name="감사 심사위원")
        judges = [own, *(make.JudgeFactory(round=round, affiliation="한빛대") for _each in range(2))]
        make.JudgeFactory(round=round, excused_at=timezone.now(), excuse="출장")
        if not sheets:
            self.own_sheets, self.outside_sheets = judges[:2]
            return round
        self.settled_sheets = own
        for judge, points in zip(judges, (90, 80, 70), strict=True):
            for team in teams:
                parts = dict.fromkeys(("paper", "presentation", "audience"), points)
                make.ScoreSheetFactory(judge=judge, team=team, submitted_at=timezone.now(), **parts)
        return round

    def proposal(self, answer: str) -> Any:
        answered = {"answer_text": "사유", "answered_on": self.today} if answer else {}
        adopted = {"plan_due_on": self.today} if answer == Answer.ADOPTED else {}
        return make.ProposalFactory(
            team=self.done,
            position=1 + self.done.proposals.count(),
            department=self.department,
            asked_at=timezone.now(),
            due_on=self.today,
            answer=answer,
            **answered,
            **adopted,
        )

    def link(self, name: str, **key: int) -> str:
        return reverse(f"groups:{name}", kwargs={"city": self.city.code, **key})

    def of_round(self, round: Round, *names: str) -> list[str]:
        return [self.link(name, round=round.pk) for name in names]

    def pages(self, who: str) -> list[str]:
        """What a person looks at."""
        teams = [self.link("team", team=team.pk) for team in self.teams]
        proposals = [self.link("proposal", proposal=each.pk) for each in self.proposals]
        desk = ("round", "judges", "scores", "awards", "proposals")
        return {
            "officer": [
                self.link("home"),
                *self.of_round(self.open, "apply"),
                *self.of_round(self.closed, "apply"),
                self.link("application", team=self.draft.pk),
                *[self.link("team", team=each.pk) for each in (self.draft, self.working, self.done)],
            ],
            "head": [self.link("home"), self.link("team", team=self.draft.pk), *proposals],
            "coordinator": [
                self.link("home"),
                self.link("programme_new"),
                self.link("programme", programme=self.programme.pk),
                self.link("round_new", programme=self.programme.pk),
                *self.of_round(self.prepared, "round", "call", "judges", "proposals"),
                *self.of_round(self.open, "round", "call"),
                *self.of_round(self.closed, "round"),
                *self.of_round(self.running, "round", "judges"),
                *self.of_round(self.waiting, *desk),
                *self.of_round(self.tied, *desk),
                *self.of_round(self.finished, *desk, "call"),
                *self.of_round(self.not_held, "round"),
                self.link("sheets", judge=self.outside_sheets.pk),
                *teams,
                proposals[0],
            ],
            "auditor": [
                self.link("home"),
                self.link("programme", programme=self.programme.pk),
                self.link("sheets", judge=self.own_sheets.pk),
                self.link("sheets", judge=self.settled_sheets.pk),
                *self.of_round(self.tied, "round", "awards"),
                proposals[1],
            ],
        }[who]

    def refusals(self) -> list[tuple[str, str, dict[str, str], str]]:
        """Forms that are refused as they are sent: the person, the page, what they fill, what they press."""
        team = self.link("team", team=self.working.pk)
        return [
            (
                "officer",
                self.link("application", team=self.draft.pk),
                {"member-3-login": "nobody"},
                "submit",
            ),
            ("officer", self.link("application", team=self.draft.pk), {"topic": ""}, "submit"),
            ("officer", team, {"meeting-attendees": "0"}, "log"),
            ("head", self.link("proposal", proposal=self.proposals[0].pk), {}, "answer"),
            ("coordinator", self.link("team", team=self.applied.pk), {}, "screen"),
            ("coordinator", *self.of_round(self.waiting, "judges"), {}, "add"),
            ("coordinator", *self.of_round(self.tied, "awards"), {}, ""),
            ("coordinator", *self.of_round(self.prepared, "call"), {"opens_on": "2099-01-01"}, ""),
            ("coordinator", self.link("programme_new"), {"audience_weight": "30"}, ""),
            ("auditor", self.link("sheets", judge=self.own_sheets.pk), {}, "submit"),
        ]
