"""한빛시 with one programme, and a person of each kind; days are set beside today."""

import datetime as dt
import itertools

from django.utils import timezone

from pledges.enums import Role
from studygroups import workflow
from studygroups.enums import AwardKind, MemberKind, MemberRole, RoundState, TeamState
from studygroups.models import Application, Team
from studygroups.workflow import Person, Points
from tests import factories as make


class Hall:
    """The rows by short names, and the ways by which tests bring them along."""

    def __init__(self):
        self.today = timezone.localdate()
        self.programme = make.ProgrammeFactory()
        self.city = self.programme.municipality
        make.AwardRuleFactory(programme=self.programme, kind=AwardKind.BEST, places=1, prize=3_000_000)
        make.AwardRuleFactory(programme=self.programme, kind=AwardKind.EXCELLENT, places=1, prize=1_000_000)
        self.office = make.DepartmentFactory(municipality=self.city, name="행정과")
        self.other_office = make.DepartmentFactory(municipality=self.city, name="복지과")
        self.applicant = self.person("lead", Role.OFFICER, self.office)
        self.colleague = self.person("colleague", Role.OFFICER, self.office)
        self.stranger = self.person("stranger", Role.OFFICER, self.other_office)
        self.head = self.person("head", Role.HEAD, self.other_office)
        self.coordinator = self.person("coordinator", Role.COORDINATOR)
        self.auditor = self.person("auditor", Role.AUDITOR)
        self.judges = [self.person(f"judge{number}", Role.OFFICER, self.other_office) for number in (1, 2, 3)]

    def person(self, name, role, department=None):
        user = make.UserFactory(username=name, name=f"{name} 님")
        make.MembershipFactory(user=user, role=role, department=department, municipality=self.city)
        return user

    def round(self, state=RoundState.RECRUITING, **fields):
        days = {"opens_on": -5, "closes_on": 5, "report_due_on": 100, "presents_on": 120}
        if state != RoundState.RECRUITING:
            days = {"opens_on": -40, "closes_on": -20}
        return make.RoundFactory(
            programme=self.programme,
            year=self.today.year,
            state=state,
            **{
                **{name: self.today + dt.timedelta(days=number) for name, number in days.items()},
                "call": "시정 과제를 연구할 팀을 찾습니다.",
                "published_at": timezone.now(),
                **fields,
            },
        )

    def team(self, round, state=TeamState.DRAFT, people=(), **fields):
        """A team of the applicant's, who leads it, with what it applied by."""
        if state in (TeamState.COMPLETED, TeamState.PRESENTED):
            fields.setdefault("presented_on", self.today)
        team = make.TeamFactory(round=round, state=state, **fields)
        Application.objects.create(team=team, applicant=self.applicant, plan="연구 계획")
        if not team.members.exists():
            make.GroupMemberFactory(
                team=team, user=self.applicant, name=str(self.applicant), role=MemberRole.LEADER
            )
        for person in people:
            make.GroupMemberFactory(team=team, **person)
        return team

    def close(self, round):
        """The call ended yesterday."""
        round.opens_on = self.today - dt.timedelta(days=10)
        round.closes_on = self.today - dt.timedelta(days=1)
        round.save()

    def judging(self, teams=2, judges=3):
        """A round that is judged, with judges who have a login."""
        round = self.round(RoundState.JUDGING)
        for number in range(teams):
            self.team(round, TeamState.PRESENTED, name=f"팀 {number + 1}")
        for user in self.judges[:judges]:
            make.JudgeFactory(round=round, user=user, name=str(user))
        return round

    def score(self, round, *rows):
        """Every judge hands in the same points in each part: ``rows`` of points by team, a row a judge."""
        teams = list(Team.objects.for_round(round).in_order())
        for judge, row in zip(round.judges.in_order(), rows, strict=True):
            workflow.save_sheets(
                judge=judge,
                user=judge.user,
                points={team.pk: Points(*(value,) * 3) for team, value in zip(teams, row, strict=True)},
                hands_in=True,
            )

    def people(self, officials, outsiders=0):
        """So many people without a login; the first leads."""
        roles = itertools.chain([MemberRole.LEADER], itertools.repeat(MemberRole.MEMBER))
        kinds = [MemberKind.OFFICIAL] * officials + [MemberKind.CITIZEN] * outsiders
        return [
            Person(f"사람{number}", kind, role, "한빛마을")
            for number, (kind, role) in enumerate(zip(kinds, roles, strict=False), 1)
        ]

    def url(self, rest=""):
        return f"/staff/{self.city.code}/study-groups/{rest}"


def application(people, **more):
    """What a browser sends from the form: ``people`` are mappings of a line."""
    data = {"version": "0", "lines": str(max(len(people), 1)), "name": "", "topic": "", "plan": "", **more}
    for number, person in enumerate(people):
        line = {"kind": "official", "login": "", "name": "", "affiliation": "", "role": "member", **person}
        data |= {f"member-{number}-{name}": value for name, value in line.items()}
    return {"step": "save", **data}
