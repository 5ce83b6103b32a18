"""What only a browser can tell of the form: typed text outlives the page, pasted rows spread, keys work."""

import re

import pytest
from playwright.sync_api import expect

from pledges.models import Actual
from reports.models import KeptForm
from tests.browser import open_page, require_chromium
from tests.factories import IndicatorFactory, SubProjectFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASTE = """([name, text]) => {
  const box = document.getElementsByName(name)[0];
  box.focus();
  const data = new DataTransfer();
  data.setData("text/plain", text);
  box.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


@pytest.fixture(autouse=True)
def _browser(monkeypatch):
    require_chromium()
    # Playwright's own loop runs in this thread; the tests' queries beside it are meant.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


@pytest.fixture
def opened(client, city, live_server):
    """Opens the form as this person, the officer where none is named; gives its address."""

    def open_form(page, user=None):
        client.force_login(user or city.officer)
        page.context.add_cookies(
            [
                {"name": name, "value": morsel.value, "url": live_server.url}
                for name, morsel in client.cookies.items()
            ]
        )
        page.goto(live_server.url + city.url)
        return live_server.url + city.url

    return open_form


def told(page, text):
    page.locator("#keep-status", has_text=text).wait_for()


def kept(page):
    told(page, "에 자동 저장됨")


def stored(page):
    return page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('quarter:')).length")


def until_stored(page):
    for _each in range(100):
        if stored(page):
            return
        page.wait_for_timeout(100)
    pytest.fail("nothing was stored in the browser")


def test_text_is_back_after_the_page_was_closed_without_saving(city, opened):
    with open_page() as page:
        address = opened(page)
        page.fill("[name=cause]", "닫기 전에 쓴 글")
        page.fill(f"[name={city.actual}]", "세 번")
        kept(page)
        assert stored(page) == 0
        again = page.context.new_page()
        page.close()
        again.goto(address)
        assert again.input_value("[name=cause]") == "닫기 전에 쓴 글"
        assert again.input_value(f"[name={city.actual}]") == "세 번"
        assert again.locator("#kept").is_visible()
        again.locator("#kept button").click()
        again.wait_for_load_state()
        assert again.input_value("[name=cause]") == ""
    assert not KeptForm.objects.exists()
    assert city.current is None


def test_text_typed_just_before_leaving_the_page_is_back(city, live_server, opened):
    with open_page() as page:
        address = opened(page)
        page.fill("[name=cause]", "바로 떠나며 쓴 글")
        page.goto(f"{live_server.url}/staff/")
        page.goto(address)
        page.wait_for_selector("#kept")
        assert page.input_value("[name=cause]") == "바로 떠나며 쓴 글"


def test_text_typed_without_a_connection_is_kept_in_the_browser_and_sent_when_it_is_back(city, opened):
    with open_page() as page:
        opened(page)
        page.context.set_offline(True)
        page.fill("[name=cause]", "끊긴 동안 쓴 글")
        told(page, "연결이 끊겼습니다")
        until_stored(page)
        assert not KeptForm.objects.exists()
        page.context.set_offline(False)
        kept(page)
        assert stored(page) == 0
    assert "%EB%81%8A%EA%B8%B4" in KeptForm.objects.get().body


def test_browsers_copy_comes_back_where_the_page_was_closed_without_a_connection(city, opened):
    with open_page() as page:
        address = opened(page)
        page.context.set_offline(True)
        page.fill("[name=cause]", "끊긴 채 닫은 글")
        until_stored(page)
        again = page.context.new_page()
        page.close()
        again.context.set_offline(False)
        again.goto(address)
        again.wait_for_selector("#kept")
        assert again.input_value("[name=cause]") == "끊긴 채 닫은 글"
        assert stored(again) == 0


def test_browsers_copy_goes_when_somebody_else_logs_in(city, opened):
    with open_page() as page:
        opened(page)
        page.evaluate("localStorage.setItem('quarter:somebody:/staff/', '{}')")
        opened(page)
        assert stored(page) == 0


def test_ended_login_is_said_and_the_text_stays_in_the_browser(city, opened):
    with open_page() as page:
        opened(page)
        page.context.clear_cookies(name="sessionid")
        page.fill("[name=cause]", "만료 뒤에 쓴 글")
        told(page, "로그인이 만료")
        assert stored(page) == 1
        assert page.input_value("[name=cause]") == "만료 뒤에 쓴 글"
    assert not KeptForm.objects.exists()


def test_saving_by_key_leaves_nothing_kept_anywhere(city, opened):
    with open_page() as page:
        opened(page)
        page.fill(f"[name={city.actual}]", "1,200")
        kept(page)
        page.keyboard.press("Control+s")
        page.wait_for_selector(".notice--success")
        assert page.input_value(f"[name={city.actual}]") == "1,200"
        assert page.locator("#kept").count() == 0
        assert stored(page) == 0
    assert not KeptForm.objects.exists()
    assert Actual.objects.get(report=city.current).value == 1200


def test_enter_in_a_box_saves_the_draft(city, opened):
    with open_page() as page:
        opened(page)
        page.fill(f"[name={city.actual}]", "3")
        page.keyboard.press("Enter")
        page.wait_for_selector(".notice--success")
    assert city.current.state == "draft"


def test_pasted_row_fills_the_boxes_that_follow_and_is_taken_back_by_one_button(city, opened):
    boxes = [
        city.actual,
        *(f"actual-{IndicatorFactory(pledge=city.pledge, targets={2024: 9}).pk}" for _each in range(3)),
    ]
    with open_page() as page:
        opened(page)
        page.fill(f"[name={boxes[2]}]", "8")
        page.evaluate(PASTE, [boxes[1], "1,234\t\t△3\t7\r\n"])
        values = [page.input_value(f"[name={name}]") for name in boxes]
        assert values == ["", "1,234", "8", "△3"]
        note = page.locator("[data-paste-note=indicators]")
        assert "2칸을 채웠습니다." in note.inner_text()
        assert "남은 칸이 없어 넣지 못한 값: 7" in note.inner_text()
        note.locator("button").click()
        assert [page.input_value(f"[name={name}]") for name in boxes] == ["", "", "8", ""]
        page.evaluate(PASTE, [boxes[0], "보고회\n2\n"])
        assert [page.input_value(f"[name={name}]") for name in boxes] == ["", "2", "8", ""]
        assert "숫자가 아니어서 넣지 않은 값: 보고회" in note.inner_text()
        page.keyboard.press("Control+z")
        assert page.input_value(f"[name={boxes[1]}]") == ""


def test_single_number_is_pasted_as_the_browser_does(city, opened):
    SubProjectFactory(pledge=city.pledge)
    with open_page() as page:
        opened(page)
        page.evaluate(PASTE, [city.spent, "5\r\n"])
        assert page.locator("[data-paste-note=money]").is_hidden()


def test_suggestion_is_taken_over_in_place(city, opened):
    city.indicator.counted_by = "achievements"
    city.indicator.save()
    with open_page() as page:
        opened(page)
        page.fill("[name=achievement-0-dates]", "2024. 5.")
        page.fill("[name=achievement-0-text]", "보고회")
        page.locator("[data-suggest]").click()
        assert page.input_value(f"[name={city.actual}]") == "1"
        page.wait_for_selector(".suggestion__same")
    assert city.current is None


@pytest.mark.parametrize("width", [360, 1280])
def test_two_versions_are_put_together_without_scripts(city, opened, width):
    city.report(cause="동료의 글", version=2)
    with open_page(width=width, javascript=False) as page:
        opened(page)
        page.locator("#id_version").evaluate("(field) => { field.value = '0'; }")
        page.fill("[name=cause]", "나의 글")
        page.fill("[name=remedy]", "나의 대책")
        page.locator("[data-save]").click()
        page.wait_for_selector("#conflict")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.check("[name=merge-cause][value=stored]")
        for row in page.locator("fieldset.choices").all():
            if not row.locator("input:checked").count():
                row.locator("input[value=mine]").check()
        page.locator("button[value=merge]").click()
        page.wait_for_load_state()
        assert page.input_value("[name=cause]") == "동료의 글"
        assert page.input_value("[name=remedy]") == "나의 대책"
        page.locator("[data-save]").click()
        page.wait_for_selector(".notice--success")
    assert (city.current.cause, city.current.remedy) == ("동료의 글", "나의 대책")


# --- While somebody types ---


def at(page, selector):
    return page.locator(selector).bounding_box()["y"]


@pytest.mark.parametrize("width", [360, 1280])
def test_bad_cell_is_told_at_its_field_while_typing_and_goes_once_it_is_mended(city, opened, width):
    with open_page(width=width) as page:
        opened(page)
        bad, cell, message = city.actual, page.locator(f"[name={city.actual}]"), f"#id_{city.actual}_error"
        cell.fill("세 번")
        spent = f"[name={city.spent}]"
        page.locator(spent).focus()
        before = at(page, spent)
        page.locator(message).wait_for()
        assert "1,234" in page.inner_text(message)
        assert cell.get_attribute("aria-invalid") == "true"
        assert f"id_{bad}_error" in cell.get_attribute("aria-describedby").split()
        assert "이번 실적: 보고회 개최" in page.text_content("#live-said")
        # What has the focus keeps it, and its place on the screen.
        assert page.evaluate("document.activeElement.name") == city.spent
        assert abs(at(page, spent) - before) < 1
        cell.fill("3")
        page.locator(message).wait_for(state="detached")
        assert cell.get_attribute("aria-invalid") is None
        assert cell.get_attribute("aria-describedby") is None


def mends(page):
    """The lines of the list at the top that are still there, by the field they lead to."""
    lines = page.locator("#errors [data-mends]:visible")
    return [each.get_attribute("data-mends").removeprefix("id_") for each in lines.all()]


@pytest.mark.parametrize("width", [360, 1280])
def test_list_at_the_top_counts_what_is_left_and_loses_each_line_once_its_field_is_mended(
    city, opened, width
):
    with open_page(width=width) as page:
        opened(page)
        actual, dates, spent = city.actual, "achievement-0-dates", city.spent
        page.fill(f"[name={actual}]", "둘")
        page.fill(f"[name={spent}]", "많이")
        page.fill(f"[name={dates}]", "언젠가")
        page.fill("[name=achievement-0-text]", "보고회 개최")
        page.locator("button[name=step][value=submit]").click()
        headline = page.locator("#errors [data-left]")
        expect(headline).to_have_text("고칠 항목이 3개 있습니다.")
        assert mends(page) == [actual, spent, dates]
        assert page.locator(".jumps__mark--error:visible").count() == 3
        page.fill(f"[name={actual}]", "2")
        page.locator(f"[name={spent}]").focus()
        before = at(page, f"[name={spent}]")
        expect(headline).to_have_text("고칠 항목이 2개 있습니다.")
        assert mends(page) == [spent, dates]
        assert page.locator(".jumps__mark--error:visible").count() == 2
        assert abs(at(page, f"[name={spent}]") - before) < 1
        assert page.text_content("#live-said") == "고칠 항목이 2개 있습니다."
        # Spoilt again it is back.
        page.fill(f"[name={actual}]", "셋")
        expect(headline).to_have_text("고칠 항목이 3개 있습니다.")
        assert mends(page) == [actual, spent, dates]
        for name, text in ((actual, "2"), (spent, "0"), (dates, "2024. 5.")):
            page.fill(f"[name={name}]", text)
        expect(headline).to_have_text("모두 고쳤습니다. 다시 제출하십시오.")
        assert mends(page) == []
        assert page.locator(".jumps__mark--error:visible").count() == 0
        assert "notice--success" in page.locator("#errors").get_attribute("class")


def test_line_of_what_a_submission_lacks_goes_once_it_is_typed(city, opened):
    with open_page() as page:
        opened(page)
        page.fill(f"[name={city.actual}]", "0")
        page.locator("button[name=step][value=submit]").click()
        headline = page.locator("#errors [data-left]")
        expect(headline).to_have_text("고칠 항목이 2개 있습니다.")
        page.fill("[name=cause]", "행사가 미뤄짐")
        expect(headline).to_have_text("고칠 항목이 1개 있습니다.")
        assert mends(page) == ["remedy"]
        page.fill("[name=cause]", "")
        expect(headline).to_have_text("고칠 항목이 2개 있습니다.")
        page.fill("[name=cause]", "행사가 미뤄짐")
        page.fill("[name=remedy]", "하반기에 두 번 개최")
        expect(headline).to_have_text("모두 고쳤습니다. 다시 제출하십시오.")
        page.locator("button[name=step][value=submit]").click()
        page.wait_for_url("**/staff/")
        assert (city.current.state, city.current.cause) == ("submitted", "행사가 미뤄짐")


def test_field_that_is_still_empty_is_not_told_before_the_form_was_saved_so(city, opened):
    with open_page() as page:
        opened(page)
        page.fill("[name=achievement-0-dates]", "언젠가")
        page.locator("#id_achievement-0-dates_error").wait_for()
        page.fill("[name=achievement-0-dates]", "")
        page.fill("[name=achievement-0-text]", "보고회를 열었음")
        page.locator("#id_achievement-0-dates_error").wait_for(state="detached")
        page.locator("#live-errors li[data-blank]").wait_for(state="attached")
        assert page.locator(".quarter .errorlist li").count() == 0
        # Saved like that it is told, and stays until a date stands there.
        page.locator("[data-save]").click()
        page.locator("#id_achievement-0-dates_error").wait_for()
        page.fill("[name=achievement-0-text]", "보고회를 두 번 열었음")
        page.wait_for_timeout(2000)
        assert page.locator("#id_achievement-0-dates_error").count() == 1
        page.fill("[name=achievement-0-dates]", "2024. 5.")
        page.locator("#id_achievement-0-dates_error").wait_for(state="detached")


def test_what_a_submission_lacks_stays_told_until_it_is_typed(city, opened):
    with open_page() as page:
        opened(page)
        page.fill(f"[name={city.actual}]", "0")
        page.locator("button[name=step][value=submit]").click()
        page.locator("#id_cause_error").wait_for()
        page.fill(f"[name={city.actual}]", "-")
        page.wait_for_timeout(2000)
        assert page.locator("#id_cause_error").count() == 1
        # 2 and 1 of the 3 that are due: no cause is needed any more, and one is as soon as it is 0 again.
        page.fill(f"[name={city.actual}]", "1")
        page.locator("#id_cause_error").wait_for(state="detached")
        page.fill(f"[name={city.actual}]", "0")
        page.locator("#id_cause_error").wait_for()


@pytest.mark.parametrize("width", [360, 1280])
def test_status_line_near_the_buttons_tells_in_sight_when_it_was_kept_and_when_it_could_not_be(
    city, opened, width
):
    with open_page(width=width) as page:
        opened(page)
        line = page.locator("#keep-status")
        assert line.get_attribute("aria-live") == "polite"
        page.fill("[name=achievement-0-text]", "쓰는 중")
        kept(page)
        expect(line).to_be_in_viewport()
        assert re.fullmatch(r"\d\d:\d\d에 자동 저장됨", line.inner_text())
        page.context.set_offline(True)
        page.fill("[name=achievement-0-text]", "쓰는 중에 끊김")
        told(page, "연결이 끊겼습니다")
        expect(line).to_be_in_viewport()
        page.context.set_offline(False)
        told(page, "다시 연결되어")
        page.fill("[name=achievement-0-text]", "이어서 쓰는 중")
        expect(line).to_have_text(re.compile(r"^\d\d:\d\d에 자동 저장됨"))


@pytest.mark.parametrize("javascript", [True, False])
def test_warnings_have_the_focus_and_one_button_hands_in_all_the_same(city, opened, javascript):
    with open_page(javascript=javascript) as page:
        opened(page)
        page.fill("[name=achievement-0-dates]", "2024. 5.")
        page.fill("[name=achievement-0-text]", "보고회 개최")
        page.fill(f"[name={city.actual}]", "1")
        page.locator("button[name=step][value=submit]").click()
        expect(page.locator("#warnings")).to_be_in_viewport()
        assert city.current.state == "draft"
        page.get_by_role("link", name="고치기").click()
        expect(page.locator("#evidence")).to_be_in_viewport()
        page.get_by_role("button", name="그대로 제출").click()
        page.wait_for_url("**/staff/")
    assert city.current.state == "submitted"
