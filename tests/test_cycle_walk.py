"""A quarter as a city lives it, person by person, in Korean, in a real Chromium.

``SCREENSHOTS=folder pytest tests/test_cycle_walk.py`` writes a picture of every page that is looked at.
"""

import datetime as dt
import re

import pytest
from django.core import mail
from playwright.sync_api import Page, expect

from pledges.enums import HeadlineMethod, MoneySource, PeriodState, Role, Span, Status
from pledges.models import ReportingPeriod
from pledges.secondstep import usable_code
from reports.editions import publish_period
from tests import evidence as made
from tests import factories as make
from tests.browser import PASSWORD, Windows, give_app, log_in, open_windows, require_chromium

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CARD, LIST = "/hanbit/8/pledges/7-2-3/", "/hanbit/8/pledges/"
BOARD = "/staff/hanbit/8/2026-03-31/"
FORM = f"{BOARD}7-2-3/"
COMMENT = "운영 결과를 세부내용에 적고, 회의 횟수를 밝혀 주십시오."
DETAILS = "1분기 운영회의 3회 개최, 42명 참여"
REASON = "3월 운영회의 1회를 두 번 계상하여 실적을 바로잡음"


@pytest.fixture
def city(monkeypatch):
    """한빛시: three pledges of two departments, the walked one at 80.00 %; the next period is open."""
    require_chromium()
    # Playwright's own loop runs in this thread; the tests' queries beside it are meant.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    plan = make.PlanFactory(headline_method=HeadlineMethod.MEAN_RATE, head_signs=True)
    planning = make.DepartmentFactory(name="기획예산과")
    welfare = make.DepartmentFactory(name="복지정책과")
    citizens = make.AreaFactory(plan=plan, code="7", name="시민소통")
    care = make.AreaFactory(plan=plan, code="3", name="따뜻한 복지")
    pledge = make.PledgeFactory(
        plan=plan,
        code="7-2-3",
        name="학습동아리 활성화",
        goal="공무원이 스스로 배우는 조직",
        lead_department=planning,
        area=citizens,
    )
    yearly = range(2022, 2027)
    set_up = make.IndicatorFactory(
        pledge=pledge, name="추진계획 수립", unit="회", targets=dict.fromkeys(yearly, 1)
    )
    meetings = make.IndicatorFactory(
        pledge=pledge, name="운영회의 개최", unit="회", targets=dict.fromkeys(yearly, 4)
    )
    project = make.SubProjectFactory(pledge=pledge, name="연구모임 운영")
    make.InvestmentFactory(
        sub_project=project, source=MoneySource.CITY, span=Span.YEAR, year=2025, amount=75_400_000
    )
    task = make.ScheduleTaskFactory(pledge=pledge, name="연구모임 모집")
    make.PlannedQuarterFactory(task=task, year=2026, quarter=1)
    others = [
        make.PledgeFactory(
            plan=plan, code="3-1-1", name="어르신 돌봄 확대", lead_department=welfare, area=care
        ),
        make.PledgeFactory(
            plan=plan, code="7-1-1", name="시민제안 창구", lead_department=planning, area=citizens
        ),
    ]
    goals = [
        make.IndicatorFactory(pledge=other, name="추진 건수", unit="건", targets=dict.fromkeys(yearly, 2))
        for other in others
    ]
    for year in range(2022, 2026):
        report = make.ApprovedReportFactory(pledge=pledge, as_of=dt.date(year, 12, 31))
        make.ActualFactory(indicator=set_up, report=report, value=1)
        make.ActualFactory(indicator=meetings, report=report, value=4)
        make.AchievementFactory(
            report=report,
            text=f"{year}년 학습동아리 운영 결과보고",
            starts_on=dt.date(year, 12, 1),
            ends_on=dt.date(year, 12, 31),
        )
        for goal in goals:
            other_report = make.ApprovedReportFactory(pledge=goal.pledge, as_of=dt.date(year, 12, 31))
            make.ActualFactory(indicator=goal, report=other_report, value=1)
    ReportingPeriod.objects.update(state=PeriodState.CLOSED)
    publish_period(period=ReportingPeriod.objects.get(as_of=dt.date(2025, 12, 31)), user=None)
    make.PeriodFactory(plan=plan, as_of=dt.date(2026, 3, 31))
    keeper = make.UserFactory(username="keeper", name="김관리")
    make.MembershipFactory(user=keeper, role=Role.ADMIN)
    give_app(keeper)
    head = make.UserFactory(username="head", name="박부서")
    make.MembershipFactory(user=head, role=Role.HEAD, department=planning)
    return pledge


# --- Steps --------------------------------------------------------------------------------


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def says(page: Page, text: str) -> None:
    expect(page.get_by_text(text).first).to_be_visible()


def cell(page: Page, indicator: str):
    """The box of this period's value of an indicator."""
    return page.locator("tr", has_text=indicator).locator("input[name^=actual-]")


def invite(page: Page, base: str, *, name: str, email: str, role: Role, department: str = "") -> str:
    """The administrator's invitation; the address in its mail."""
    page.goto(f"{base}/staff/hanbit/people/")
    form = page.locator("form", has=page.get_by_role("button", name="초대 메일 보내기"))
    form.locator("[name=name]").fill(name)
    form.locator("[name=email]").fill(email)
    form.locator("[name=role]").select_option(role.value)
    if department:
        form.locator("[name=department]").select_option(label=department)
    press(page, "초대 메일 보내기")
    says(page, "초대 메일을 보냈습니다")
    assert mail.outbox[-1].to == [email]
    assert re.findall(r"[A-Za-z]{4,}", re.sub(r"\S*[@/]\S*", " ", mail.outbox[-1].body)) == []
    return base + re.search(r"https?://[^/\s]+(/\S+)", mail.outbox[-1].body)[1]


def accept(windows: Windows, page: Page, link: str, username: str) -> None:
    """The invited person opens the mail's link and makes an account."""
    page.goto(link)
    assert link.rstrip("/").rpartition("/")[2] not in page.url
    windows.look(page, f"invitation-{username}")
    page.fill("[name=username]", username)
    page.fill("[name=password1]", PASSWORD)
    page.fill("[name=password2]", PASSWORD)
    press(page, "계정 만들기")


def set_second_step_up(windows: Windows, page: Page, base: str) -> None:
    """Nothing opens to a coordinator before an authenticator app is set up."""
    for address in ("/staff/", BOARD):
        page.goto(base + address)
        expect(page).to_have_url(f"{base}/accounts/2fa/totp/activate/")
    windows.look(page, "second-step")
    page.fill("[name=code]", usable_code(page.locator("#authenticator_secret").text_content().strip()))
    press(page, "설정 완료")
    says(page, "복구 코드")
    windows.look(page, "recovery-codes")
    page.get_by_role("link", name="계속", exact=True).click()
    expect(page).to_have_url(base + BOARD)


def sign(windows: Windows, page: Page, base: str, *, looks: bool = False) -> None:
    """The head signs off what waits in the open period, from the work list on."""
    page.goto(f"{base}/staff/")
    if looks:
        windows.look(page, "head-work")
    page.locator(f"a[href$='{BOARD}-/sign/']").first.click()
    page.locator("input[name=report]").first.check()
    if looks:
        windows.look(page, "head-sign")
    press(page, "선택한 보고서 결재")
    says(page, "결재했습니다")


def citizen_reads(
    page: Page, base: str, *, rate: str, not_rate: str, as_of: str, not_as_of: str = ""
) -> None:
    """Somebody without a login sees these figures, on the card and in the list, and not those."""
    for address in (CARD, LIST):
        page.goto(base + address)
        says(page, rate)
        says(page, as_of)
        shown = page.locator("main").inner_text()
        asof = page.locator(".asof").first.inner_text()
        assert as_of in asof
        assert not not_as_of or not_as_of not in shown
        if address == LIST:
            assert not_rate not in page.locator("tr", has_text="학습동아리").inner_text()
    assert page.context.cookies() == []


def publish(windows: Windows, page: Page, base: str, look: str, reason: str = "") -> None:
    page.goto(base + BOARD)
    page.locator(f"a[href$='{BOARD}-/publish/']").first.click()
    windows.look(page, f"preview-{look}")
    if reason:
        page.fill("[name=reason]", reason)
    page.locator("input[name=confirmed]").check()
    press(page, "공표하기")
    says(page, "판을 공표했습니다")
    windows.look(page, f"published-{look}")


# --- The walk -----------------------------------------------------------------------------


def test_quarter_from_the_invitation_to_the_corrected_edition(city, live_server):
    base = live_server.url
    with open_windows(logins=["keeper", "officer", "head", "coordinator"]) as windows:
        keeper, officer, head, coordinator, citizen = (windows.open() for _person in range(5))

        # 관리자 invites; they accept; 총괄 sets the second step up.
        log_in(keeper, base, "keeper")
        keeper.goto(f"{base}/staff/hanbit/people/")
        windows.look(keeper, "people-before")
        to_officer = invite(
            keeper,
            base,
            name="이담당",
            email="officer@hanbit.example",
            role=Role.OFFICER,
            department="기획예산과",
        )
        to_coordinator = invite(
            keeper, base, name="최총괄", email="coordinator@hanbit.example", role=Role.COORDINATOR
        )
        windows.look(keeper, "people-invited")
        accept(windows, officer, to_officer, "officer")
        expect(officer).to_have_url(f"{base}/staff/")
        windows.look(officer, "officer-work")
        accept(windows, coordinator, to_coordinator, "coordinator")
        set_second_step_up(windows, coordinator, base)
        windows.look(coordinator, "board-before")

        # 담당자 enters: a bad cell is told at its place, and nothing typed is lost.
        officer.goto(f"{base}/staff/")
        officer.locator(f"a[href$='{FORM}']").first.click()
        windows.look(officer, "form-empty")
        cell(officer, "추진계획 수립").fill("하나")
        officer.fill("[name=cause]", "공모가 늦어짐")
        press(officer, "임시저장")
        bad = cell(officer, "추진계획 수립")
        expect(bad).to_have_value("하나")
        expect(bad).to_have_attribute("aria-invalid", "true")
        told = officer.locator(f"[id='{bad.get_attribute('aria-describedby').split()[0]}']")
        expect(told).to_contain_text("1,234")
        expect(officer.locator("[name=cause]")).to_have_value("공모가 늦어짐")
        windows.look(officer, "form-bad-cell")

        bad.fill("1")
        cell(officer, "운영회의 개최").fill("3")
        expect(officer.locator("#figures")).to_contain_text("97.50")
        officer.fill("[name=remedy]", "2분기 운영회의 1회 추가 개최")
        officer.locator("[name^=spent-]").first.fill("9.5")
        officer.locator("[name^=mark-]").first.select_option("done")
        officer.fill("[name=achievement-0-dates]", "2026. 3.")
        officer.fill("[name=achievement-0-text]", "학습동아리 12개 팀 모집")
        officer.locator("select[name=status]").select_option(Status.ON_TRACK.value)
        officer.set_input_files(
            "#evidence-files", [{"name": "운영계획.pdf", "mimeType": "", "buffer": made.pdf()}]
        )
        expect(officer.locator(".attachment")).to_contain_text("운영계획.pdf")
        expect(officer.locator("#figures")).to_contain_text("9.5")
        windows.look(officer, "form-filled")
        press(officer, "부서장 결재 요청")
        expect(officer).to_have_url(f"{base}/staff/")
        windows.look(officer, "officer-submitted")

        # 부서장 signs off; 총괄 returns with a comment at a section.
        log_in(head, base, "head")
        head.goto(base + FORM)
        windows.look(head, "head-report")
        sign(windows, head, base, looks=True)
        windows.look(head, "head-signed")
        coordinator.goto(f"{base}/staff/")
        windows.look(coordinator, "coordinator-work")
        coordinator.goto(base + BOARD)
        windows.look(coordinator, "board-to-check")
        coordinator.locator(f".to-check a[href$='{FORM}']").first.click()
        windows.look(coordinator, "review")
        remark = coordinator.locator("section.part", has_text="추진실적").locator("details.part__remark")
        remark.locator("summary").click()
        remark.locator("textarea").fill(COMMENT)
        press(coordinator, "반려")
        expect(coordinator).to_have_url(base + BOARD)
        windows.look(coordinator, "board-returned")

        # 담당자 finds the comment at its section, corrects, submits; 부서장 signs again.
        officer.goto(f"{base}/staff/")
        windows.look(officer, "officer-returned")
        officer.locator(f"a[href$='{FORM}']").first.click()
        expect(officer.locator("#achievements .said")).to_contain_text(COMMENT)
        windows.look(officer, "form-returned")
        officer.fill("[name=achievement-0-details]", DETAILS)
        press(officer, "부서장 결재 요청")
        expect(officer).to_have_url(f"{base}/staff/")
        sign(windows, head, base)

        # 총괄 sees what changed since the last edition, and approves.
        coordinator.goto(base + FORM)
        expect(coordinator.locator("#since")).to_contain_text("2025. 12. 31.")
        for text in ("97.50", "80.00", DETAILS):
            expect(coordinator.locator("section", has=coordinator.locator("#since")).first).to_contain_text(
                text
            )
        windows.look(coordinator, "review-again")
        press(coordinator, "승인")
        expect(coordinator).to_have_url(base + BOARD)
        windows.look(coordinator, "board-approved")

        # Approved is not published; closed neither.
        old = {"rate": "80.00", "not_rate": "97.50", "as_of": "2025. 12. 31."}
        citizen_reads(citizen, base, **old, not_as_of="2026. 3. 31.")
        coordinator.locator(f"a[href$='{BOARD}-/close/']").first.click()
        windows.look(coordinator, "close")
        press(coordinator, "마감하기")
        says(coordinator, "마감했습니다")
        windows.look(coordinator, "closed")
        citizen_reads(citizen, base, **old, not_as_of="2026. 3. 31.")

        publish(windows, coordinator, base, "first")
        citizen_reads(citizen, base, rate="97.50", not_rate="80.00", as_of="2026. 3. 31.")
        windows.look(citizen, "citizen-list")
        citizen.goto(base + CARD)
        says(citizen, DETAILS)
        windows.look(citizen, "citizen-card")

        # A correction with its reason, through the same hands.
        officer.goto(base + FORM)
        windows.look(officer, "officer-approved")
        officer.locator(f"a[href$='{FORM}correct/']").first.click()
        press(officer, "정정 시작")
        expect(officer.locator("[name=reason]")).to_have_attribute("aria-invalid", "true")
        windows.look(officer, "correct-without-reason")
        officer.fill("[name=reason]", REASON)
        press(officer, "정정 시작")
        windows.look(officer, "form-correction")
        cell(officer, "운영회의 개최").fill("2")
        press(officer, "부서장 결재 요청")
        expect(officer).to_have_url(f"{base}/staff/")
        head.goto(f"{base}/staff/")
        windows.look(head, "head-work-correction")
        head.get_by_role("link", name="결재 7-2-3").click()
        windows.look(head, "head-correction")
        press(head, "결재")
        says(head, "결재했습니다")
        coordinator.goto(f"{base}/staff/")
        windows.look(coordinator, "coordinator-work-correction")
        coordinator.get_by_role("link", name="검토 7-2-3").click()
        windows.look(coordinator, "review-correction")
        press(coordinator, "승인")
        windows.look(coordinator, "board-correction")
        citizen_reads(citizen, base, rate="97.50", not_rate="95.00", as_of="2026. 3. 31.")

        publish(windows, coordinator, base, "correction", reason=REASON)
        citizen_reads(citizen, base, rate="95.00", not_rate="97.50", as_of="2026. 3. 31.")
        citizen.goto(base + CARD)
        says(citizen, REASON)
        windows.look(citizen, "citizen-corrected")
        # The edition before stays readable, from the card itself.
        citizen.locator(".editions tbody tr", has_text="2026. 3. 31.").nth(1).locator("a").click()
        says(citizen, "지난 수치를 보고 있습니다")
        says(citizen, "97.50")
        windows.look(citizen, "citizen-edition-before")
        assert sorted(windows.provoked) == [422, 422]


# --- By keyboard alone, without JavaScript ------------------------------------------------


def reach(page: Page, selector: str) -> None:
    """Press Tab until the focus stands on ``selector``."""
    for _press in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
    pytest.fail(f"Tab does not reach {selector}")


def type_into(page: Page, selector: str, text: str) -> None:
    reach(page, selector)
    page.keyboard.type(text)


def activate(page: Page, selector: str) -> None:
    reach(page, selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_entered_submitted_signed_and_approved_by_keyboard_without_javascript(city, live_server):
    base = live_server.url
    make.OfficerFactory(
        user=make.UserFactory(username="officer", name="이담당"), department=city.lead_department
    )
    coordinator = make.UserFactory(username="coordinator", name="최총괄")
    make.MembershipFactory(user=coordinator, role=Role.COORDINATOR)
    give_app(coordinator)
    with open_windows(javascript=False) as windows:
        page = windows.open()
        log_in(page, base, "officer")
        activate(page, f"a[href$='{FORM}']")
        type_into(page, "input[name^=actual-]", "1")
        type_into(page, "input[name^=actual-]", "4")
        type_into(page, "input[name=achievement-0-dates]", "2026. 3.")
        type_into(page, "input[name=achievement-0-text]", "학습동아리 12개 팀 모집")
        activate(page, "button[value=submit]")
        activate(page, "button[name=confirmed]")
        expect(page).to_have_url(f"{base}/staff/")

        page = windows.open()
        log_in(page, base, "head")
        activate(page, f"a[href$='{BOARD}-/sign/']")
        reach(page, "input[name=report]")
        page.keyboard.press("Space")
        activate(page, "form[data-ticks] button.button--primary")
        says(page, "결재했습니다")

        page = windows.open()
        log_in(page, base, "coordinator")
        page.goto(base + BOARD)
        activate(page, f".to-check a[href$='{FORM}']")
        activate(page, "button[value=approve]")
        expect(page).to_have_url(base + BOARD)
        says(page, "승인")
        assert windows.provoked == []
    report = city.reports.get(period__as_of=dt.date(2026, 3, 31))
    assert report.state == "approved"
    assert [actual.value for actual in report.actuals.order_by("indicator__position")] == [1, 4]
