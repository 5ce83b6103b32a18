"""What contradicts itself is shown once before a report is handed in, and never keeps anybody from it."""

import pytest

from pledges import workflow
from pledges.enums import ReportState
from pledges.models import Achievement
from reports.quarter.checks import NO_EVIDENCE, OUTSIDE_THE_PERIOD
from reports.quarter.forms import QuarterForm
from tests.factories import IndicatorFactory

NO_LINE = {"achievement-0-dates": "", "achievement-0-text": ""}


def codes(page):
    return [each.code for each in page.context["to_confirm"]]


def quiet(city):
    """What is typed where nothing contradicts itself: nothing new, and on the target."""
    city.indicator.targets.filter(year=2024).delete()
    return {city.actual: "0", **NO_LINE}


def test_without_warnings_the_report_goes_straight_through(as_officer, city):
    answer = as_officer.post(city.url, city.data(step="submit", **quiet(city)))
    assert answer["Location"] == "/staff/"
    assert city.current.state == ReportState.SUBMITTED


def test_warnings_are_shown_first_and_the_draft_is_saved_meanwhile(as_officer, city):
    answer = as_officer.post(city.url, city.data(step="submit"))
    assert (answer.status_code, answer["Location"]) == (302, f"{city.url}?submit=1#warnings")
    assert (city.current.state, city.current.version) == (ReportState.DRAFT, 2)
    assert Achievement.objects.get(report=city.current).text == "보고회 개최"
    page = as_officer.get(f"{city.url}?submit=1")
    assert codes(page) == [NO_EVIDENCE]
    text = page.content.decode()
    panel = text[text.index('id="warnings"') : text.index('id="indicators"')]
    assert "제출하기 전에 확인할 점이 1건 있습니다" in panel
    assert 'href="#evidence"' in panel
    assert 'name="confirmed" value="1">그대로 제출</button>' in panel
    # Enter in a box saves the draft: its button stands before the one that hands in.
    assert text.index('name="step" value="save"') < text.index('name="confirmed"')


def test_confirmed_goes_through_with_its_warnings(as_officer, city):
    as_officer.post(city.url, city.data(step="submit"))
    answer = as_officer.post(city.url, city.data(version="2", confirmed="1"))
    assert answer["Location"] == "/staff/"
    assert (city.current.state, city.current.submitted_by) == (ReportState.SUBMITTED, city.officer)


def test_confirmation_is_about_what_was_shown(as_officer, city):
    """What was mended goes through; what is a new contradiction is shown in its turn."""
    as_officer.post(city.url, city.data(step="submit"))
    old = city.data(version="2", confirmed="1", **{"achievement-0-dates": "2023. 5."})
    assert as_officer.post(city.url, old)["Location"] == f"{city.url}?submit=1#warnings"
    assert city.current.state == ReportState.DRAFT
    assert codes(as_officer.get(f"{city.url}?submit=1")) == [OUTSIDE_THE_PERIOD, NO_EVIDENCE]
    mended = city.data(version="3", confirmed="1")
    assert as_officer.post(city.url, mended)["Location"] == "/staff/"


def test_confirmed_without_having_been_shown_anything_shows_it_first(as_officer, city):
    answer = as_officer.post(city.url, city.data(confirmed="1"))
    assert answer["Location"] == f"{city.url}?submit=1#warnings"
    assert city.current.state == ReportState.DRAFT


def test_what_is_missing_is_told_before_what_looks_odd(as_officer, city):
    page = as_officer.post(city.url, city.data(step="submit", **{city.actual: "0"}))
    assert page.status_code == 422
    assert set(page.context["form"].errors) == {"cause", "remedy"}
    assert page.context["form"].lacking == {"cause", "remedy"}
    assert page.content.decode().count(" data-lacking>") == 2


def test_bad_cell_is_not_confirmed_away(as_officer, city):
    as_officer.post(city.url, city.data(step="submit"))
    page = as_officer.post(city.url, city.data(version="2", confirmed="1", **{city.actual: "둘"}))
    assert page.status_code == 422
    assert city.current.state == ReportState.DRAFT


@pytest.mark.parametrize("field", ["achievement-0-text", "achievement-0-details", "cause", "remedy"])
@pytest.mark.parametrize("step", ["save", "submit"])
def test_resident_number_is_refused_at_its_field_and_reaches_no_report(as_officer, city, field, step):
    answer = as_officer.post(city.url, city.data(step=step, **{field: "홍길동 900101-1234567"}))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert "주민등록번호" in answer.context["form"].errors[field][0]
    assert "900101-1234567" in answer.content.decode()
    assert city.current is None or city.current.state == ReportState.DRAFT
    assert not Achievement.objects.filter(text__contains="900101").exists()


def test_invited_department_can_not_confirm_what_it_can_not_hand_in(client, city):
    workflow.invite_support(pledge=city.pledge, department=city.support, user=city.officer, note="")
    client.force_login(city.helper)
    assert client.post(city.url, city.data()).status_code == 302
    assert client.post(city.url, city.data(version="2", confirmed="1")).status_code == 403
    assert client.get(f"{city.url}?submit=1").context["to_confirm"] == []


def test_old_address_of_the_warnings_shows_a_form_without_them_once_they_are_mended(as_officer, city):
    as_officer.post(city.url, city.data(step="submit"))
    as_officer.post(city.url, city.data(version="2", **quiet(city)))
    page = as_officer.get(f"{city.url}?submit=1")
    assert page.context["to_confirm"] == []
    assert 'id="warnings"' not in page.content.decode()


# --- A correction is offered at the head of the page ---


def test_approved_report_offers_its_correction_at_the_head_with_what_happens(as_officer, city):
    city.report(state=ReportState.APPROVED)
    text = as_officer.get(city.url).content.decode()
    button = f'<a class="button" href="{city.url}correct/">이 보고 정정</a>'
    assert text.index("<h1>") < text.index(button) < text.index('id="since"')
    assert "총괄부서가 정정을 승인할 때까지 승인된 수치는 그대로입니다" in text


def test_correction_is_not_offered_to_those_who_only_read(client, city):
    city.report(state=ReportState.APPROVED)
    for user in (city.helper, city.auditor):
        client.force_login(user)
        assert "correct/" not in client.get(city.url).content.decode()


# --- What is told while somebody types ---


def live(client, city, **more):
    page = client.post(f"{city.url}figures/", city.data(**more), HTTP_HX_REQUEST="true")
    assert page.status_code == 200
    return page, {error.field.name: error for error in page.context["form"].live_errors()}


def test_what_can_not_be_read_is_told_at_its_field_while_typing(as_officer, city):
    page, errors = live(as_officer, city, **{city.actual: "세 번", "achievement-0-dates": "작년"})
    assert set(errors) == {city.actual, "achievement-0-dates"}
    assert not any(error.is_blank for error in errors.values())
    form = QuarterForm(entry=page.context["form"].entry, data=city.data(**{city.actual: "세 번"}))
    assert errors[city.actual].messages == [str(error) for error in form.errors[city.actual]]
    text = page.content.decode()
    assert f'<li data-field="id_{city.actual}" data-name="이번 실적: 보고회 개최">' in text
    assert " data-blank" not in text


def test_what_was_left_empty_is_marked_as_no_matter_yet(as_officer, city):
    page, errors = live(as_officer, city, **{"achievement-0-dates": ""})
    assert [(name, error.is_blank) for name, error in errors.items()] == [("achievement-0-dates", True)]
    assert 'data-name="일자 (1번째 줄)" data-blank>' in page.content.decode()


def test_form_without_faults_says_so_with_an_empty_list(as_officer, city):
    page, errors = live(as_officer, city)
    assert errors == {}
    assert '<ul id="live-errors" hidden hx-swap-oob="true" data-needs=""></ul>' in page.content.decode()


# --- Cost ---


@pytest.mark.parametrize("count", [1, 3])
class TestCost:
    @pytest.fixture(autouse=True)
    def _indicators(self, city, count):
        self.more = {
            f"actual-{IndicatorFactory(pledge=city.pledge, targets={2024: 2}).pk}": "2"
            for _each in range(count - 1)
        }

    def test_first_save(self, as_officer, city, django_assert_num_queries):
        as_officer.get(city.url)
        with django_assert_num_queries(58):
            assert as_officer.post(city.url, city.data(**self.more)).status_code == 302

    def test_save(self, as_officer, city, django_assert_num_queries):
        as_officer.post(city.url, city.data(**self.more))
        with django_assert_num_queries(48):
            answer = as_officer.post(city.url, city.data(version="2", cause="글", **self.more))
        assert answer.status_code == 302

    def test_save_that_comes_too_late(self, as_officer, city, django_assert_num_queries):
        as_officer.post(city.url, city.data(**self.more))
        as_officer.post(city.url, city.data(version="2", cause="글", **self.more))
        with django_assert_num_queries(64):
            page = as_officer.post(city.url, city.data(version="2", remedy="글", **self.more))
        assert page.status_code == 409

    def test_figures_while_typing(self, as_officer, city, django_assert_num_queries):
        as_officer.get(city.url)
        with django_assert_num_queries(29):
            live(as_officer, city, **self.more)
