"""A quarter in a real browser: invited, entered, returned, mended, approved, published, read."""

import datetime as dt
import re

import pytest
from django.core import mail
from playwright.sync_api import Page, expect

from pledges.enums import HeadlineMethod, PeriodState, Role, Span, Status
from pledges.models import ReportingPeriod
from pledges.secondstep import usable_code
from reports.editions import publish_period
from tests import factories as make
from tests.browser import PASSWORD, give_app, log_in, open_page, require_chromium

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CARD = "/hanbit/8/pledges/7-2-3/"
FORM = "/staff/hanbit/8/2026-03-31/7-2-3/"


@pytest.fixture
def city(settings, monkeypatch):
    """한빛시 with one pledge, 4 of 5 done, published as of 2025-12-31; the next period is open."""
    require_chromium()
    # Playwright's own loop runs in this thread; the tests' queries beside it are meant.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    plan = make.PlanFactory(headline_method=HeadlineMethod.MEAN_RATE)
    department = make.DepartmentFactory(name="기획예산과")
    pledge = make.PledgeFactory(
        plan=plan,
        code="7-2-3",
        name="학습동아리 활성화",
        lead_department=department,
        area=make.AreaFactory(plan=plan, code="7", name="시민소통"),
    )
    indicator = make.IndicatorFactory(
        pledge=pledge, name="추진계획 수립", unit="회", targets=dict.fromkeys(range(2022, 2027), 1)
    )
    sub_project = make.SubProjectFactory(pledge=pledge, name="연구모임 운영")
    make.InvestmentFactory(sub_project=sub_project, span=Span.YEAR, year=2025, amount=75_400_000)
    for year in range(2022, 2026):
        report = make.ApprovedReportFactory(pledge=pledge, as_of=dt.date(year, 12, 31))
        make.ActualFactory(indicator=indicator, report=report, value=1)
    ReportingPeriod.objects.update(state=PeriodState.CLOSED)
    publish_period(period=ReportingPeriod.objects.get(as_of=dt.date(2025, 12, 31)), user=None)
    make.PeriodFactory(plan=plan, as_of=dt.date(2026, 3, 31))
    make.OfficerFactory(user=make.UserFactory(username="officer", name="한빛 담당자"), department=department)
    keeper = make.UserFactory(username="keeper", name="한빛 관리자")
    make.MembershipFactory(user=keeper, role=Role.ADMIN)
    give_app(keeper)
    return pledge


def invite_coordinator(page: Page, base: str) -> None:
    """The administrator invites; the invited opens the mail, chooses a password and sets TOTP up."""
    log_in(page, base, "keeper")
    page.goto(f"{base}/staff/hanbit/people/")
    invitation = page.locator("form", has=page.get_by_role("button", name="초대 메일 보내기"))
    invitation.locator("[name=name]").fill("한빛 총괄")
    invitation.locator("[name=email]").fill("coordinator@hanbit.example")
    invitation.locator("[name=role]").select_option(Role.COORDINATOR.value)
    page.get_by_role("button", name="초대 메일 보내기").click()
    expect(page.get_by_text("초대 메일을 보냈습니다").first).to_be_visible()

    page.context.clear_cookies()
    page.goto(base + re.search(r"https?://[^/\s]+(/\S+)", mail.outbox[-1].body)[1])
    # The token is out of the address at once.
    expect(page).to_have_url(f"{base}/accounts/invitation/")
    page.fill("[name=username]", "coordinator")
    page.fill("[name=password1]", PASSWORD)
    page.fill("[name=password2]", PASSWORD)
    page.get_by_role("button", name="계정 만들기").click()

    # Nothing opens before the second step is there.
    page.goto(f"{base}/staff/hanbit/8/")
    expect(page).to_have_url(f"{base}/accounts/2fa/totp/activate/")
    secret = page.locator("#authenticator_secret").text_content()
    page.fill("[name=code]", usable_code(secret.strip()))
    page.get_by_role("button", name="설정 완료").click()
    expect(page.get_by_role("heading", name="복구 코드", exact=True)).to_be_visible()
    page.get_by_role("link", name="계속", exact=True).click()
    expect(page).to_have_url(f"{base}/staff/hanbit/8/")


def own_value(page: Page):
    return page.locator("input[name^=actual-]")


def save(page: Page) -> None:
    page.get_by_role("button", name="임시저장").click()


def submit(page: Page) -> None:
    """Hand in, also what the form asks to be looked at first."""
    page.get_by_role("button", name="제출", exact=True).click()
    page.locator("#warnings").get_by_role("button", name="그대로 제출").click()


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_quarter_entered_returned_mended_approved_published_and_read(city, live_server, javascript):
    base = live_server.url
    with open_page(javascript=javascript) as page:
        invite_coordinator(page, base)
        log_in(page, base, "officer")
        expect(page.get_by_text("학습동아리 활성화").first).to_be_visible()
        page.goto(base + FORM)

        # A mistake is told at its field, in Korean, and nothing typed is lost.
        own_value(page).fill("하나")
        page.locator("[name=cause]").fill("공모가 늦어짐")
        save(page)
        expect(own_value(page)).to_have_value("하나")
        expect(page.locator("[name=cause]")).to_have_value("공모가 늦어짐")
        expect(own_value(page)).to_have_attribute("aria-invalid", "true")
        expect(page.get_by_text("1,234 또는 △3").first).to_be_visible()

        # Full-width digits are a number; a line of achievement needs its date.
        own_value(page).fill("１")
        page.locator("input[name=achievement-0-dates]").fill("2026. 2.")
        page.locator("[name=achievement-0-text]").fill("2026년 운영계획 수립")
        page.locator("[name^=spent-]").first.fill("9.5")
        page.locator("select[name=status]").select_option(Status.ON_TRACK.value)
        submit(page)
        expect(page).to_have_url(f"{base}/staff/")

        log_in(page, base, "coordinator")
        page.goto(base + FORM)
        page.get_by_role("button", name="반려", exact=True).click()
        expect(page.locator("[name=comment]")).to_have_attribute("aria-invalid", "true")
        page.locator("[name=comment]").fill("추진실적에 세부내용을 적어 주십시오.")
        page.get_by_role("button", name="반려", exact=True).click()
        expect(page).to_have_url(f"{base}/staff/hanbit/8/2026-03-31/")

        log_in(page, base, "officer")
        page.goto(base + FORM)
        expect(page.get_by_text("추진실적에 세부내용을 적어 주십시오.").first).to_be_visible()
        page.locator("[name=achievement-0-details]").fill("부서 수요조사를 마쳤다")
        submit(page)
        expect(page).to_have_url(f"{base}/staff/")

        log_in(page, base, "coordinator")
        page.goto(base + FORM)
        page.get_by_role("button", name="승인", exact=True).click()
        expect(page).to_have_url(f"{base}/staff/hanbit/8/2026-03-31/")

        # Approved is not published: the citizen still reads the last edition.
        page.goto(base + CARD)
        expect(page.get_by_text("80.00").first).to_be_visible()
        assert page.request.get(f"{base}{CARD.rstrip('/')}.json").json()["rate"]["display"] == "80.00"
        assert "2026. 3. 31." not in page.content()

        page.goto(base + "/staff/hanbit/8/2026-03-31/-/publish/")
        page.locator("input[name=confirmed]").check()
        page.get_by_role("button", name="공표하기", exact=True).click()
        expect(page.get_by_text("판을 공표했습니다").first).to_be_visible()

        page.context.clear_cookies()
        page.goto(base + CARD)
        expect(page.get_by_text("100.00").first).to_be_visible()
        expect(page.get_by_text("2026. 3. 31.").first).to_be_visible()
        expect(page.get_by_text("부서 수요조사를 마쳤다", exact=True)).to_be_visible()
        assert page.context.cookies() == []
        page.goto(base + CARD + "?as_of=2025-12-31")
        expect(page.get_by_text("80.00").first).to_be_visible()


def test_second_of_two_who_save_the_same_form_is_told_with_both_versions(city, live_server):
    base = live_server.url
    with open_page() as first, open_page_again(first) as second:
        for page in (first, second):
            log_in(page, base, "officer")
            page.goto(base + FORM)
        own_value(first).fill("1")
        save(first)
        expect(first.get_by_text("임시저장했습니다").first).to_be_visible()

        own_value(second).fill("2")
        with second.expect_response(base + FORM) as answer:
            save(second)
        assert answer.value.status == 409
        expect(own_value(second)).to_have_value("2")
        conflict = second.locator("#conflict")
        expect(conflict).to_contain_text("1")
        expect(conflict).to_contain_text("2")


def open_page_again(page: Page):
    """A second window of the same browser, logged in on its own."""
    context = page.context.browser.new_context(locale="ko-KR", viewport={"width": 1280, "height": 900})
    return _Closing(context)


class _Closing:
    def __init__(self, context) -> None:
        self.context = context

    def __enter__(self) -> Page:
        return self.context.new_page()

    def __exit__(self, *_error) -> None:
        self.context.close()
