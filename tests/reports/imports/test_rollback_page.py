"""The page and the command that roll an import back."""

import uuid

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pledges.models import Plan, Pledge
from reports.models import ImportBatch
from reports.workbook import import_workbook
from reports.workbook.rollback import roll_back
from tests.reports.imports.conftest import URL, text_of
from tests.reports.workbooks import PLEDGES, book

pytestmark = pytest.mark.django_db
REASON = {"reason": "다른 해의 파일을 올렸음"}


@pytest.fixture
def batch(hall):
    """A second import that renames a pledge."""
    found = import_workbook(book(공약_D2="새 이름", 공약_O3=None), user=hall.admin).batch
    hall.before = hall.plans()
    return found


def address(batch):
    return f"{URL}{batch.pk}/rollback/"


class TestPage:
    def test_tells_what_goes_and_rolls_back_with_a_reason(self, hall, batch):
        shown = text_of(hall.client.get(address(batch)))
        assert "되돌리는 내용" in shown
        assert "공약 0 2 0" in shown  # none deleted, two set back, none brought back
        response = hall.client.post(address(batch), REASON)
        assert (response.status_code, response["Location"]) == (302, f"{URL}{batch.pk}/")
        assert Pledge.objects.get(code="1-1").name == PLEDGES[1][3]
        batch.refresh_from_db()
        assert (batch.state, batch.rolled_back_by, batch.rollback_reason) == (
            "rolled_back",
            hall.admin,
            REASON["reason"],
        )
        assert REASON["reason"] in text_of(hall.client.get(response["Location"]))

    def test_without_a_reason_nothing_happens(self, hall, batch):
        response = hall.client.post(address(batch), {"reason": " "})
        assert response.status_code == 422
        assert "되돌리는 사유를 입력하십시오" in text_of(response)
        assert hall.is_unchanged()

    def test_what_stands_on_it_is_listed_and_there_is_no_button(self, hall, batch):
        pledge = Pledge.objects.get(code="1-1")
        pledge.basis = "새 조례"
        pledge.save()
        response = hall.client.get(address(batch))
        shown = text_of(response)
        assert "이후 작업이 있어 지금은 되돌릴 수 없습니다" in shown
        assert "1-1 자료 정정 공약 1-1" in shown
        assert "되돌리기 실행" not in shown
        hall.before = hall.plans()
        assert hall.client.post(address(batch), REASON).status_code == 409
        assert hall.is_unchanged()

    def test_first_import_goes_with_its_plan_and_its_page_stays(self, hall):
        first = ImportBatch.objects.get()
        hall.client.force_login(hall.superuser)
        response = hall.client.post(address(first), REASON)
        assert response.status_code == 302
        assert not Plan.objects.exists()
        assert hall.client.get(response["Location"]).status_code == 200
        assert hall.client.get(URL).status_code == 200

    def test_twice_leads_to_the_import(self, hall, batch):
        hall.client.post(address(batch), REASON)
        hall.before = hall.plans()
        for response in (hall.client.get(address(batch)), hall.client.post(address(batch), REASON)):
            assert (response.status_code, response["Location"]) == (302, f"{URL}{batch.pk}/")
        assert hall.is_unchanged()

    def test_a_stage_has_nothing_to_roll_back(self, hall):
        stage = hall.stage()
        response = hall.client.post(address(stage), REASON)
        assert response["Location"] == f"{URL}{stage.pk}/"
        assert hall.is_unchanged()

    @pytest.mark.parametrize(
        ("who", "status"), [("neighbour", 404), ("coordinator", 403), ("staff", 403), ("colleague", 200)]
    )
    def test_only_the_citys_administrators(self, hall, batch, who, status):
        hall.client.force_login(getattr(hall, who))
        assert hall.client.get(address(batch)).status_code == status
        posted = hall.client.post(address(batch), REASON)
        assert posted.status_code == (302 if status == 200 else status)
        assert hall.is_unchanged() == (status != 200)

    def test_page_costs_the_same_for_one_and_three_edits(self, hall, batch):
        def queries():
            with CaptureQueriesContext(connection) as seen:
                assert hall.client.get(address(batch)).status_code == 200
            return len(seen)

        first = ImportBatch.objects.exclude(pk=batch.pk).get()
        roll_back(batch=batch, user=None, reason="시험")
        batch = first

        def edit(code):
            pledge = Pledge.objects.get(code=code)
            pledge.basis = "새 조례"
            pledge.save()

        edit("1-1")
        queries()
        one = queries()
        edit("1-2")
        edit("III-①-1")
        assert queries() == one


class TestCommand:
    def test_rolls_back(self, hall, batch, capsys):
        call_command("rollback_import", str(batch.pk), "--reason", REASON["reason"])
        assert "되돌렸습니다: import.xlsx" in capsys.readouterr().out
        assert Pledge.objects.get(code="1-1").name == PLEDGES[1][3]

    def test_lists_what_stands_on_it_and_changes_nothing(self, hall, batch, capsys):
        first = ImportBatch.objects.exclude(pk=batch.pk).get()
        with pytest.raises(SystemExit) as left:
            call_command("rollback_import", str(first.pk), "--reason", "시험")
        assert left.value.code == 1
        told = capsys.readouterr().err
        assert "이후 일괄 등록: import.xlsx" in told
        assert str(batch.pk) in told
        assert hall.is_unchanged()

    def test_names_an_import_that_is_not_there(self):
        with pytest.raises(CommandError):
            call_command("rollback_import", str(uuid.uuid4()), "--reason", "시험")
