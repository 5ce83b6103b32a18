"""What the pages of imports tell: kinds of files, names, units, order, who publishes; and who only reads."""

import io

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.http import parse_header_parameters

from pledges.enums import MoneyUnit, ReportState, Role
from pledges.models import Plan, Pledge
from pledges.spreadsheet import Finding
from reports.imports.forms import UploadForm
from reports.imports.preview import findings, in_order
from reports.models import ImportBatch
from tests.factories import MembershipFactory, ReportFactory, UserFactory
from tests.reports.card_sheets import NAJU_AS_OF, content, naju_book
from tests.reports.imports.conftest import URL, text_of
from tests.reports.seeds import make_plan
from tests.reports.workbooks import book, saved, the_plan

pytestmark = pytest.mark.django_db
KINDS = dict(UploadForm.base_fields["layout"].choices)


def card_of(hall):
    """Naju's card, staged by who may."""
    plan = make_plan("naju", "나주시")
    hall.client.force_login(hall.superuser)
    return hall.stage(content(naju_book()), layout="cards", plan=str(plan.pk), as_of=NAJU_AS_OF.isoformat())


def name_of(response):
    return parse_header_parameters(response["Content-Disposition"])[1]["filename"]


class TestKindOfFile:
    def test_cards_uploaded_as_a_workbook_are_told_which_kind_to_choose(self, hall):
        response = hall.page(hall.stage(content(naju_book())))
        assert f"“파일 종류”에서 “{KINDS['cards']}”를 선택하여 다시 올리십시오" in text_of(response)
        assert f'href="{URL}?layout=cards"' in response.content.decode()

    def test_workbook_uploaded_as_cards_is_told_so(self, hall):
        batch = hall.stage(book(), layout="cards", plan=str(the_plan().pk), as_of="2024-09-30")
        told = f"“파일 종류”에서 “{KINDS['workbook']}”를 선택하여 다시 올리십시오"
        assert told in text_of(hall.page(batch))

    @pytest.mark.parametrize("cells", [{"공약_K2": "많음"}, {"without": ("기본정보",)}])
    def test_workbook_with_other_errors_is_not_taken_for_cards(self, hall, cells):
        assert "관리카드 파일입니까" not in text_of(hall.page(hall.stage(book(**cells))))

    def test_link_chooses_the_kind_beforehand_and_a_made_up_one_chooses_nothing(self, hall):
        for wanted, chosen in (("cards", "cards"), ("x", "workbook")):
            form = hall.client.get(f"{URL}?layout={wanted}").context["form"]
            assert form["layout"].value() == chosen


class TestRows:
    def test_pledge_is_named_beside_its_number_in_every_sheet(self, hall):
        shown = text_of(hall.page(hall.stage(book(투자계획_H3=3, 추진실적_C2="다른 내용"))))
        assert "1-1 일자리 센터 운영 · 센터 운영 · 도비" in shown
        assert "1-1 일자리 센터 운영 · 2023. 3.~9. · 다른 내용" in shown

    def test_pledge_that_the_file_brings_is_named_by_the_file(self, hall):
        target = openpyxl.load_workbook(io.BytesIO(book()))
        target["공약"].append(["9-9", "1", None, "새 공약"])
        target["추진실적"].append(["9-9", "2024. 7. 1.", "착수", None])
        batch = hall.stage(saved(target))
        assert "9-9 새 공약 · 2024. 7. 1. · 착수" in text_of(hall.page(batch))
        # On a page of its own too, where the sheet of the names is not shown.
        assert "9-9 새 공약 · 2024. 7. 1. · 착수" in text_of(hall.page(batch, "?sheet=추진실적"))

    def test_names_take_one_query_for_one_pledge_and_for_three(self, hall):
        seen = []
        more = {"공약_D3": "나", "공약_D4": "다", "투자계획_H3": 3}
        for cells in ({"공약_D2": "가"}, {"공약_D2": "가", **more}):
            batch = hall.stage(book(**cells))
            with CaptureQueriesContext(connection) as queries:
                hall.page(batch)
            seen.append(len(queries))
        assert seen[0] == seen[1]

    def test_amounts_tell_their_unit_and_no_other_sheet_does(self, hall):
        shown = text_of(hall.page(hall.stage(book(투자계획_H3=3, 공약_D2="새 이름"))))
        assert shown.count("금액 단위: 백만원") == 1
        assert "금액 단위" not in text_of(hall.page(hall.stage(book(공약_D2="새 이름"))))

    def test_amounts_stand_in_the_unit_that_the_file_gives_the_plan(self, hall):
        target = openpyxl.load_workbook(io.BytesIO(book(기본정보_B12="억원", 투자계획_H3=3)))
        shown = text_of(hall.page(hall.stage(saved(target))))
        assert "금액 단위: 억원" in shown

    def test_applied_amounts_keep_the_unit_that_they_were_told_in(self, hall):
        batch = hall.stage(book(투자계획_G3=1, 투자계획_D3=11, 투자계획_F3=11))
        hall.confirm(batch)
        plan = Plan.objects.get(pk=the_plan().pk)
        plan.money_unit = MoneyUnit.THOUSAND
        plan.save()
        assert "금액 단위: 백만원" in text_of(hall.page(batch))

    def test_sheets_in_which_nothing_differs_have_no_list(self, hall):
        preview = hall.page(hall.stage()).context["preview"]
        assert [group.sheet.name for group in preview.groups] == ["공약"]

    def test_cards_are_told_by_their_parts_without_the_plans_own_sheet(self, hall):
        response = hall.page(card_of(hall))
        shown = text_of(response)
        assert "셀은 올린 카드의 셀입니다" in shown
        assert "항목별 건수" in shown
        assert [sheet.name for sheet in response.context["preview"].sheets] == [
            "공약",
            "확인지표",
            "투자계획",
            "추진일정",
            "추진실적",
        ]


class TestOrder:
    def test_findings_go_by_sheet_row_and_column_and_those_of_no_cell_first(self):
        told = [
            Finding("추진실적", "B2", "", "1"),
            Finding("공약", "K10", "", "2"),
            Finding("공약", "AA2", "", "3"),
            Finding("공약", "B2", "", "4"),
            Finding("카드 2", "A1", "", "5"),
            Finding("공약", "", "", "6"),
            Finding("공약", "B2", "", "7"),
            Finding("", "", "", "8"),
            Finding("카드 1", "A1", "", "9"),
        ]
        assert [each.message for each in in_order(told)] == list("864732159")

    def test_those_that_are_not_kept_are_counted(self):
        told = [("공약", "B3", "가"), ("공약", "B2", "나")]
        batch = ImportBatch(
            findings={
                "errors": [
                    {"sheet": sheet, "cell": cell, "value": "", "message": message}
                    for sheet, cell, message in told
                ],
                "rest": {"errors": 3},
            }
        )
        found = findings(batch, "errors")
        assert ([each.message for each in found], found.count_all) == (["나", "가"], 5)

    def test_warnings_of_sums_stand_among_those_of_their_sheet(self, hall):
        batch = hall.stage(book(공약_K2=99, 투자계획_D3=11, 공약_M2="41%"))
        cells = [(each.sheet, each.cell) for each in findings(batch, "warnings")]
        assert [cell for sheet, cell in cells if sheet == "공약"] == ["K2", "M2", "L4"]
        assert cells == sorted(cells, key=lambda each: each[0] != "공약")


class TestWithErrors:
    def test_upload_says_errors_and_not_that_it_waits(self, hall):
        batch = hall.stage(book(공약_K2="많음"))
        for shown in (text_of(hall.page(batch)), text_of(hall.client.get(URL))):
            assert "오류 있음" in shown
            assert "적용 대기" not in shown
        assert "적용 기한" not in text_of(hall.page(batch))

    def test_plan_of_a_file_with_errors_is_named(self, hall):
        shown = text_of(hall.page(hall.stage(book(공약_K2="많음"))))
        assert "한빛시 · 민선 8기 공약실천계획" in shown

    def test_report_in_work_names_the_choice_of_the_page_and_no_option_of_a_command(self, hall):
        live = Pledge.objects.get(code="1-1").reports.order_by("-period__as_of").first()
        ReportFactory(pledge=live.pledge, period=live.period, revision=9, state=ReportState.DRAFT)
        shown = text_of(hall.page(hall.stage(book(확인지표_I3="5(6)"))))
        assert "“작성 중인 보고가 있어도 적용”을 선택하십시오" in shown
        assert "--" not in shown

    @pytest.mark.parametrize(
        ("cells", "name"),
        [
            ({"공약_K2": "많음"}, "공약(오류 표시).xlsx"),
            ({"공약_K2": 99, "공약_D2": "새 이름"}, "공약(경고 표시).xlsx"),
            ({"공약_L4": "일부추진"}, "공약.xlsx"),
        ],
    )
    def test_marked_file_is_named_by_what_is_marked(self, hall, cells, name):
        batch = hall.stage(book(**cells))
        assert name_of(hall.client.get(f"{URL}{batch.pk}/workbook/")) == name


class TestPublishing:
    def test_preview_and_applied_page_say_that_citizens_see_it_once_published(self, hall):
        batch = hall.stage()
        assert "시민에게는 총괄부서가 공표한 뒤에 보입니다" in text_of(hall.page(batch))
        hall.confirm(batch)
        shown = text_of(hall.page(batch))
        assert "총괄부서가 새 판을 공표하면 보입니다" in shown
        assert f"공표 담당: {hall.coordinator}" in shown

    def test_who_may_publish_is_led_there(self, hall):
        batch = hall.stage()
        hall.confirm(batch)
        link = "/staff/hanbit/8/2024-09-30/-/publish/"
        assert link not in hall.page(batch).content.decode()
        MembershipFactory(role=Role.COORDINATOR, user=hall.admin)
        response = hall.page(batch)
        assert link in response.content.decode()
        assert "공표 담당" not in text_of(response)

    def test_city_without_a_planning_office_is_told(self, hall):
        batch = hall.stage()
        hall.confirm(batch)
        hall.coordinator.is_active = False
        hall.coordinator.save()
        assert "공표 권한이 있는 총괄부서 담당자가 없습니다" in text_of(hall.page(batch))


class TestAuditor:
    @pytest.fixture
    def applied(self, hall):
        batch = hall.stage(book(공약_D2="새 이름", 공약_K2=99))
        hall.confirm(batch)
        batch.refresh_from_db()
        hall.stage(book(공약_D2="아직 아닌 이름"), name="대기.xlsx")
        hall.client.force_login(MembershipFactory(role=Role.AUDITOR).user)
        hall.before = hall.plans()
        return batch

    def test_reads_what_was_applied_and_its_files(self, hall, applied):
        shown = text_of(hall.client.get(URL))
        assert "공약.xlsx" in shown
        assert "대기.xlsx" not in shown
        response = hall.page(applied)
        assert "일자리 센터 운영 새 이름" in text_of(response)
        for name in ("file", "workbook"):
            assert hall.client.get(f"{URL}{applied.pk}/{name}/").status_code == 200

    def test_finds_no_upload_and_no_step(self, hall, applied):
        for address in (URL, f"{URL}{applied.pk}/"):
            main = hall.client.get(address).content.decode().partition("<main")[2]
            assert "<form" not in main
            assert "rollback" not in main

    def test_steps_and_upload_are_refused(self, hall, applied):
        assert hall.upload(book(공약_D2="x")).status_code == 403
        for name in ("confirm", "again", "discard", "rollback"):
            posted = hall.client.post(f"{URL}{applied.pk}/{name}/", {"reason": "시험", "digest": "x"})
            assert posted.status_code == 403
        assert hall.client.get(f"{URL}{applied.pk}/rollback/").status_code == 403
        assert hall.is_unchanged()

    def test_uploads_that_wait_are_not_there(self, hall, applied):
        assert hall.page(ImportBatch.objects.staged().get()).status_code == 404

    def test_administrator_elsewhere_reads_here_and_is_refused_the_steps(self, hall, applied):
        person = MembershipFactory(role=Role.AUDITOR).user
        MembershipFactory(role=Role.ADMIN, user=person, municipality=hall.neighbours)
        hall.client.force_login(person)
        hall.before = hall.plans()
        response = hall.page(applied)
        assert response.status_code == 200
        assert "rollback" not in response.content.decode().partition("<main")[2]
        assert hall.client.post(f"{URL}{applied.pk}/rollback/", {"reason": "시험"}).status_code == 403
        assert hall.is_unchanged()

    def test_auditor_of_another_city_finds_nothing(self, hall, applied):
        hall.client.force_login(MembershipFactory(role=Role.AUDITOR, municipality=hall.neighbours).user)
        assert "공약.xlsx" not in text_of(hall.client.get(URL))
        assert hall.page(applied).status_code == 404
        assert hall.client.get(f"{URL}{applied.pk}/file/").status_code == 404

    def test_who_has_turned_auditor_may_not_see_or_confirm_what_they_uploaded(self, hall):
        batch = hall.stage()
        hall.admin.memberships.update(role=Role.AUDITOR)
        before = hall.plans()
        assert hall.page(batch).status_code == 403
        assert hall.confirm(batch).status_code == 403
        assert hall.plans() == before

    def test_person_of_no_city_sees_nothing(self, hall, applied):
        hall.client.force_login(UserFactory())
        assert hall.page(applied).status_code == 403


def test_erased_contents_are_told_and_not_linked(hall):
    batch = hall.stage()
    hall.confirm(batch)
    ImportBatch.objects.filter(pk=batch.pk).update(
        redacted_at="2026-11-23T00:00:00Z", file="", diff=b"", findings={}
    )
    response = hall.page(batch)
    assert "파일과 셀 내용을 삭제했습니다" in text_of(response)
    assert f"{URL}{batch.pk}/file/" not in response.content.decode()
