"""The page of the audit log: who may see it, what it finds, and the files one can take away."""

import csv
import datetime as dt
import io
import re

import pytest
from django.utils import timezone, translation
from openpyxl import load_workbook

from pledges import history
from pledges.audit import operation, redact
from pledges.audit.reading import show_entries
from pledges.enums import Role
from pledges.models import AuditEntry
from tests.factories import (
    DepartmentFactory,
    IndicatorFactory,
    InvestmentFactory,
    MembershipFactory,
    MunicipalityFactory,
    PledgeFactory,
    SubProjectFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
URL = "/staff/hanbit/audit/"


@pytest.fixture
def pledge():
    return PledgeFactory(code="7-2-3", lead_department=DepartmentFactory(name="주관과"))


@pytest.fixture
def coordinator():
    return MembershipFactory(role=Role.COORDINATOR, user__name="김총괄").user


@pytest.fixture
def auditor(client, settings):
    """Somebody who reads everything and has no second step to set up."""
    person = MembershipFactory(role=Role.AUDITOR, user__name="박감사").user
    client.force_login(person)
    return person


def rename(pledge, user, name, **more):
    with operation("corrected", user=user, **more):
        pledge.name = name
        pledge.save()


def at(sequence, moment):
    AuditEntry.objects.filter(sequence=sequence).update(at=moment)


def words(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


class TestWhoMaySeeIt:
    @pytest.mark.parametrize("path", [URL, "/staff/hanbit/audit.csv", "/staff/hanbit/audit.xlsx"])
    @pytest.mark.parametrize(("role", "status"), [(Role.AUDITOR, 200), (Role.OFFICER, 403), (Role.HEAD, 403)])
    def test_by_role(self, client, pledge, role, status, path):
        department = pledge.lead_department if role in (Role.OFFICER, Role.HEAD) else None
        client.force_login(MembershipFactory(role=role, department=department).user)
        assert client.get(path).status_code == status

    @pytest.mark.parametrize("path", [URL, "/staff/hanbit/audit.csv", "/staff/hanbit/audit.xlsx"])
    def test_another_citys_is_not_there(self, client, pledge, path):
        other = MunicipalityFactory(code="other", name="다른시")
        client.force_login(MembershipFactory(role=Role.AUDITOR, municipality=other).user)
        assert client.get(path).status_code == 404
        assert client.get(path.replace("hanbit", "other")).status_code == 200

    def test_entries_of_another_city_stay_there(self, client, pledge, auditor):
        other = MunicipalityFactory(code="other", name="다른시")
        DepartmentFactory(municipality=other, name="남의과")
        rename(pledge, auditor, "우리 공약")
        assert "우리 공약" in words(client.get(URL))
        assert "남의과" not in words(client.get(URL))

    def test_the_bar_leads_there_for_those_who_may(self, client, pledge, auditor):
        assert URL in client.get("/staff/").content.decode()
        client.force_login(MembershipFactory(role=Role.OFFICER, department=pledge.lead_department).user)
        assert URL not in client.get("/staff/").content.decode()

    def test_it_changes_nothing(self, client, auditor):
        assert client.post(URL).status_code in (200, 405)
        assert AuditEntry.objects.count() == AuditEntry.objects.count()


class TestWhatItShows:
    def test_who_when_which_step_why_and_old_to_new(self, client, pledge, auditor, coordinator):
        rename(pledge, coordinator, "새 이름", reason="오기 정정", as_of=dt.date(2024, 6, 30))
        entry = AuditEntry.objects.newest_first()[0]
        page = client.get(URL)
        text = words(page)
        for word in ("김총괄", "자료 정정", "7-2-3", "오기 정정", "2024. 6. 30.", "공약 7-2-3", "새 이름"):
            assert word in text
        assert entry.hash[:12] in text
        at = timezone.localtime(entry.at)
        assert f"{at.year}. {at.month}. {at.day}. {at:%H:%M:%S}" in text

    def test_fields_and_choices_are_words_and_money_is_grouped(self, client, pledge, auditor):
        project = SubProjectFactory(pledge=pledge, name="건립")
        row = InvestmentFactory(sub_project=project, amount=75_400_000)
        row.amount = 0
        with operation("corrected"):
            history.update_all([row], ["amount"])
        pledge.completion = "within_term"
        pledge.save()
        text = words(client.get(URL))
        assert "75,400,000" in text
        assert "임기" in text
        assert "within_term" not in text
        money = show_entries(AuditEntry.objects.newest_first()[1:2])[0].rows[0]
        assert [(each.old, each.new) for each in money.changes] == [("75,400,000", "0")]
        assert "건립" in money.name
        assert "2024" in money.name

    def test_nothing_is_not_zero(self, pledge):
        indicator = IndicatorFactory(pledge=pledge, baseline=0)
        indicator.baseline = None
        indicator.save()
        shown = show_entries(AuditEntry.objects.newest_first()[:1])[0]
        assert [(each.old, each.new) for each in shown.rows[0].changes] == [("0", "")]

    def test_people_are_named_as_long_as_they_are_there(self, pledge):
        person = MembershipFactory(user__name="홍길동").user
        rename(pledge, person, "가")
        assert show_entries(AuditEntry.objects.newest_first()[:1])[0].who == "홍길동"
        key = person.pk
        person.delete()
        (entry,) = AuditEntry.objects.for_actor(key)
        with translation.override("ko"):
            assert show_entries([entry])[0].who == f"사용자 {key}번"

    def test_a_redacted_entry_says_so(self, client, pledge, auditor, coordinator):
        rename(pledge, coordinator, "지울 이름")
        redact(sequence=AuditEntry.objects.newest_first()[0].sequence, reason="삭제 요청")
        text = words(client.get(URL + "?pledge=7-2-3"))
        assert "지울 이름" not in text
        assert "이 기록의 내용은 삭제되었습니다" in text
        assert "삭제 요청" in text

    def test_markup_is_text(self, client, pledge, auditor):
        rename(pledge, auditor, "<script>alert(1)</script>")
        assert "<script>alert(1)" not in client.get(URL).content.decode()

    def test_a_kind_that_is_no_more_is_shown_still(self, pledge):
        rename(pledge, None, "가")
        entry = AuditEntry.objects.newest_first()[0]
        entry.body["rows"][0].update(model="pledges.gone", fields={"gone": ["1", [{"pk": 3}]]})
        shown = show_entries([entry])[0]
        assert (shown.rows[0].model, shown.rows[0].changes[0].field) == ("pledges.gone", "gone")


class TestSearching:
    def test_by_pledge(self, client, pledge, auditor):
        other = PledgeFactory(code="1-1", plan=pledge.plan)
        rename(pledge, auditor, "하나")
        rename(other, auditor, "둘째")
        text = words(client.get(URL, {"pledge": " 1－1 "}))
        assert "둘째" in text
        assert "하나" not in text

    def test_by_person_and_the_command_line(self, client, pledge, auditor, coordinator):
        rename(pledge, coordinator, "총괄이 고침")
        rename(pledge, None, "명령으로 고침")
        text = words(client.get(URL, {"person": coordinator.pk}))
        assert "총괄이 고침" in text
        assert "명령으로 고침" not in text
        text = words(client.get(URL, {"person": "0", "pledge": "7-2-3"}))
        assert "명령으로 고침" in text

    def test_only_people_of_this_log_are_offered(self, client, pledge, auditor, coordinator):
        UserFactory(name="아무개")
        rename(pledge, coordinator, "가")
        page = client.get(URL).content.decode()
        assert f'<option value="{coordinator.pk}">김총괄</option>' in page
        assert "아무개" not in page

    def test_by_step(self, client, pledge, auditor):
        with operation("imported", user=auditor):
            IndicatorFactory(pledge=pledge, name="지표 가져옴")
        rename(pledge, auditor, "고침")
        text = words(client.get(URL, {"action": "imported"}))
        assert "지표 가져옴" in text
        assert "고침" not in text

    def test_by_date_in_korean_time_to_the_end_of_the_day(self, client, pledge, auditor):
        for name in ("이른 날", "첫 순간", "끝 순간", "다음 날"):
            rename(pledge, auditor, name)
        last = AuditEntry.objects.newest_first()[0].sequence
        seoul = dt.timezone(dt.timedelta(hours=9))
        at(last - 3, dt.datetime(2024, 6, 29, 23, 59, 59, tzinfo=seoul))
        at(last - 2, dt.datetime(2024, 6, 30, 0, 0, tzinfo=seoul))
        at(last - 1, dt.datetime(2024, 6, 30, 23, 59, 59, tzinfo=seoul))
        at(last, dt.datetime(2024, 7, 1, 0, 0, tzinfo=seoul))
        page = client.get(URL, {"since": "2024-06-30", "until": "2024-06-30"})
        assert page.context["pages"].paginator.count == 2
        assert "끝 순간" in words(page)

    @pytest.mark.parametrize(
        "asked",
        [{"since": "어제"}, {"since": "2024-07-01", "until": "2024-06-30"}, {"person": "x"}, {"action": "x"}],
    )
    def test_bad_input_is_told_at_the_field_and_kept(self, client, pledge, auditor, asked):
        page = client.get(URL, asked)
        assert page.status_code == 422
        assert page.context["form"].errors
        assert client.get("/staff/hanbit/audit.csv", asked).status_code == 422
        if asked.get("since") == "어제":
            assert 'value="어제"' in page.content.decode()

    def test_pages_keep_the_filter(self, client, pledge, auditor):
        for number in range(35):
            rename(pledge, auditor, f"이름 {number}")
        page = client.get(URL, {"pledge": "7-2-3", "page": 2})
        assert page.context["pages"].number == 2
        assert "?pledge=7-2-3&amp;page=1" in page.content.decode()
        assert client.get(URL, {"page": "999"}).status_code == 200

    @pytest.mark.parametrize("count", [1, 3, 12])
    def test_the_number_of_queries_is_constant(
        self, client, pledge, auditor, django_assert_num_queries, count
    ):
        for number in range(count):
            person = MembershipFactory(user__name=f"담당 {number}").user
            rename(pledge, person, f"이름 {number}")
            IndicatorFactory(pledge=pledge, targets={2024: 1})
        client.get(URL)
        # Session, person, memberships, city; people and steps of the log, their names; count, entries, names.
        with django_assert_num_queries(QUERIES):
            client.get(URL)


QUERIES = 10


class TestFiles:
    HOSTILE = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x","y")')

    def lines(self, client, query=""):
        response = client.get(f"/staff/hanbit/audit.csv{query}")
        assert response["Content-Type"] == "text/csv; charset=utf-8"
        content = b"".join(response.streaming_content)
        assert content.startswith(b"\xef\xbb\xbf")
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))

    def test_csv_has_a_line_a_changed_field_oldest_first(self, client, pledge, auditor, coordinator):
        rename(pledge, coordinator, "첫째", reason="까닭")
        pledge.completion = "within_term"
        rename(pledge, coordinator, "둘째")
        header, *lines = self.lines(client, f"?person={coordinator.pk}")
        assert header[0] == "순번"
        assert [line[11:13] for line in lines] == [
            ["공약 7-2-3", "첫째"],
            ["첫째", "둘째"],
            ["", "임기내"],
        ]
        assert lines[0][2] == "김총괄"
        assert lines[0][4:8] == ["자료 정정", "7-2-3", "", "까닭"]
        assert len(lines[0][13]) == 64

    @pytest.mark.parametrize("text", HOSTILE)
    def test_no_text_becomes_a_formula(self, client, pledge, auditor, text):
        rename(pledge, auditor, text, reason=text)
        line = self.lines(client, "?action=corrected")[-1]
        assert line[12] == f"'{text}"
        assert line[7] == f"'{text}"
        response = client.get("/staff/hanbit/audit.xlsx?action=corrected")
        sheet = load_workbook(io.BytesIO(response.content)).active
        cell = sheet.cell(sheet.max_row, 13)
        assert (cell.value, cell.data_type) == (text, "s")

    def test_xlsx_holds_the_same_lines(self, client, pledge, auditor):
        rename(pledge, auditor, "첫째")
        response = client.get("/staff/hanbit/audit.xlsx?action=corrected")
        assert "attachment" in response["Content-Disposition"]
        rows = list(load_workbook(io.BytesIO(response.content)).active.values)
        lines = self.lines(client, "?action=corrected")
        assert [[str(cell) if cell is not None else "" for cell in row] for row in rows] == lines

    def test_too_many_lines_for_a_sheet_end_with_a_word(self, client, pledge, auditor, monkeypatch):
        monkeypatch.setattr("pledges.views.audit.MOST_LINES", 2)
        for number in range(3):
            rename(pledge, auditor, f"이름 {number}")
        response = client.get("/staff/hanbit/audit.xlsx?pledge=7-2-3")
        rows = list(load_workbook(io.BytesIO(response.content)).active.values)
        assert len(rows) == 4
        assert "CSV" in rows[-1][1]
        assert len(self.lines(client, "?pledge=7-2-3")) > 4

    def test_control_characters_and_long_texts_are_taken(self, client, pledge, auditor):
        pledge.goal = "가" * 40_000
        pledge.save()
        assert client.get("/staff/hanbit/audit.xlsx").status_code == 200

    def test_another_suffix_is_not_there(self, client, auditor):
        assert client.get("/staff/hanbit/audit.json").status_code == 404
