"""Every address of study groups × every kind of person, against ``GROUPS_TABLE`` in ``tests.access``."""

import datetime as dt

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from pledges.enums import Role
from studygroups.enums import Answer, MemberRole, RoundState, TeamState
from studygroups.models import TeamFile
from tests import factories as make
from tests.access import GROUPS_PEOPLE, GROUPS_TABLE
from tests.studygroups.hall import Hall
from tests.test_access import GROUPS, declared, unexpected

pytestmark = pytest.mark.django_db


class GroupsWorld:
    """A city hall with a draft, a team at work, a round that is judged and a proposal with its department."""

    def __init__(self):
        hall = self.hall = Hall()
        other = make.MunicipalityFactory(code="saebyeok", name="새벽시")
        self.open = hall.round(intake=1)
        running = hall.round(RoundState.RUNNING, intake=2)
        self.judged = hall.round(RoundState.JUDGING, intake=3)
        finished = hall.round(RoundState.FINISHED, intake=4, results_published_at=timezone.now())
        member = {"user": hall.colleague, "name": "동료", "role": MemberRole.MEMBER}
        asked = hall.person("asked", Role.OFFICER, hall.office)
        invited = {"user": asked, "name": "요청", "role": MemberRole.CLERK, "confirmed_at": None}
        self.draft = hall.team(self.open, name="초안", people=[member, invited])
        self.running = hall.team(running, TeamState.RUNNING, name="활동", people=[member])
        hall.team(self.judged, TeamState.PRESENTED, name="발표", people=[member])
        done = hall.team(finished, TeamState.COMPLETED, name="완료", people=[member])
        self.judge = make.JudgeFactory(round=self.judged, user=hall.judges[0], name="심사위원")
        self.proposal = make.ProposalFactory(
            team=done,
            department=hall.other_office,
            asked_at=timezone.now(),
            due_on=hall.today + dt.timedelta(days=10),
            answer=Answer.REVIEW,
        )
        self.file = TeamFile(
            team=self.running,
            kind="report",
            name="결과.pdf",
            media_type="application/pdf",
            size=4,
            sha256="c" * 64,
        )
        self.file.file.save("", ContentFile(b"%PDF"), save=False)
        self.file.save()
        third = make.DepartmentFactory(municipality=hall.city, name="문화과")
        self.people = {
            "anonymous": None,
            "nobody": make.UserFactory(),
            "applicant": hall.applicant,
            "member": hall.colleague,
            "asked": asked,
            "judge": hall.judges[0],
            "outsider": hall.person("outsider", Role.OFFICER, third),
            "answering": hall.head,
            "coordinator": hall.coordinator,
            "admin": hall.person("admin", Role.ADMIN),
            "auditor": hall.auditor,
            "other_coordinator": make.MembershipFactory(role=Role.COORDINATOR, municipality=other).user,
            "superuser": make.UserFactory(is_superuser=True, is_staff=True),
            "unproven": hall.person("unproven", Role.COORDINATOR),
        }

    def address(self, name, params):
        values = {
            "city": self.hall.city.code,
            "programme": self.hall.programme.pk,
            "round": (self.open if name == "groups:apply" else self.judged).pk,
            "team": (self.draft if name == "groups:application" else self.running).pk,
            "judge": self.judge.pk,
            "proposal": self.proposal.pk,
            "pk": self.file.pk,
        }
        return reverse(name, kwargs={key: values[key] for key in params})


@pytest.mark.parametrize("who", GROUPS_PEOPLE)
def test_every_address_of_study_groups_answers_as_declared(who):
    found = unexpected(GroupsWorld(), who, declared(GROUPS_TABLE, GROUPS_PEOPLE), GROUPS)
    assert not found, "\n".join(found)
