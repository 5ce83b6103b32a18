"""The log of study groups: it opens, tells what was done, and holds nobody who may be forgotten."""

import json

import pytest

from pledges.models import AuditEntry
from studygroups import workflow
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_page_of_the_log_tells_of_applications_and_judges_without_naming_anybody(client, hall):
    round = hall.round()
    member = UserFactory(username="member-x", name="김팀원")
    workflow.save_application(
        round=round,
        user=hall.applicant,
        name="길찾기",
        topic="보행로",
        plan="현장을 본다",
        people=[workflow.Person(str(member), user=member), workflow.Person("박바깥")],
    )
    judge = workflow.add_judge(round=round, user=hall.coordinator, name="최심사")
    workflow.remove_judge(judge=judge, user=hall.coordinator)
    client.force_login(hall.coordinator)
    response = client.get(f"/staff/{hall.city.code}/audit/")
    text = response.content.decode()
    assert response.status_code == 200
    assert "길찾기" in text
    assert "(개인정보, 기록하지 않음)" in text
    for name in ("김팀원", "박바깥", "현장을 본다", "최심사"):
        assert name not in text
        assert name not in json.dumps([each.body for each in AuditEntry.objects.all()], ensure_ascii=False)
