"""A round as a city lives it, in Korean, in a real Chromium: from the call to what became of a proposal.

``SCREENSHOTS=folder pytest tests/studygroups/test_walk_groups.py`` writes a picture of every page.
"""

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from pledges.enums import PeriodState, Role
from pledges.models import ReportingPeriod
from reports.editions import publish_period
from studygroups.enums import AwardKind
from studygroups.models import Programme, Round
from tests import factories as make
from tests.browser import give_app, log_in, open_windows, require_chromium
from tests.evidence import pdf
from tests.studygroups.reading import citizen_follows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HOME = "/staff/hanbit/study-groups/"
CARD = "/hanbit/8/pledges/7-2-3/"
PROPOSAL = "정류장 옆 보행로를 넓힌다"
PEOPLE = {
    "coordinator": ("총괄 김", Role.COORDINATOR, None),
    "walker": ("길찾기 이", Role.OFFICER, "교통과"),
    "friend": ("길찾기 박", Role.OFFICER, "교통과"),
    "writer": ("글벗 최", Role.OFFICER, "행정과"),
    "judge1": ("심사 가", Role.HEAD, "감사과"),
    "judge2": ("심사 나", Role.OFFICER, "감사과"),
    "roads": ("도로 정", Role.HEAD, "도로과"),
}


@pytest.fixture
def city(monkeypatch):
    """한빛시 with a published pledge, nobody's programme yet, and a person for each part."""
    require_chromium()
    # Playwright's own loop runs in this thread; the tests' queries beside it are meant.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    pledge = make.PledgeFactory(code="7-2-3", name="학습동아리 활성화")
    report = make.ApprovedReportFactory(pledge=pledge, as_of=dt.date(2025, 12, 31))
    indicator = make.IndicatorFactory(pledge=pledge, targets={2025: 1})
    make.ActualFactory(indicator=indicator, report=report, value=1)
    ReportingPeriod.objects.update(state=PeriodState.CLOSED)
    publish_period(period=report.period, user=None)
    departments = {
        name: make.DepartmentFactory(name=name) for name in ("교통과", "행정과", "감사과", "도로과")
    }
    for login, (name, role, department) in PEOPLE.items():
        user = make.UserFactory(username=login, name=name)
        make.MembershipFactory(user=user, role=role, department=departments.get(department))
        if role == Role.COORDINATOR:
            give_app(user)
    return pledge


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()


def says(page: Page, text: str) -> None:
    expect(page.get_by_text(text).first).to_be_visible()


def field(page: Page, name: str, value: str) -> None:
    page.locator(f"[name={name}]").fill(value)


def open_row(page: Page, base: str, text: str) -> None:
    """Follow the line of one's own page on which this stands."""
    page.goto(base + "/staff/")
    page.locator("li.desk__item", has_text=text).get_by_role("link").last.click()


def prepare(page: Page, base: str) -> Round:
    """The planning office sets the programme up, writes the call and announces it."""
    page.goto(base + HOME)
    page.get_by_role("link", name="새 사업").click()
    field(page, "name", "뜻모음")
    field(page, "codes", "7-2-3")
    for kind, places, prize in ((AwardKind.BEST, "1", "3000000"), (AwardKind.EXCELLENT, "1", "1000000")):
        page.locator(f"[name=given-{kind}]").check()
        field(page, f"places-{kind}", places)
        field(page, f"prize-{kind}", prize)
    field(page, "audience_weight", "30")
    press(page, "저장")
    # 50 + 30 + 30: told at its field, nothing typed is lost.
    expect(page.locator("[name=audience_weight]")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("[name=codes]")).to_have_value("7-2-3")
    field(page, "audience_weight", "20")
    press(page, "저장")
    says(page, "사업을 저장했습니다.")
    page.get_by_role("link", name="회차 준비").click()
    today = timezone.localdate()
    field(page, "call", "시정 과제를 함께 연구할 팀을 찾습니다.")
    field(page, "opens_on", today.isoformat())
    for name, days in (("closes_on", 14), ("report_due_on", 60), ("presents_on", 80)):
        field(page, name, (today + dt.timedelta(days=days)).isoformat())
    press(page, "회차 만들기")
    press(page, "공고하기")
    says(page, "공고했습니다.")
    return Round.objects.get()


def write_member(page: Page, number: int, **values: str) -> None:
    for name, value in values.items():
        box = page.locator(f"[name=member-{number}-{name}]")
        (box.select_option if name in ("role", "kind") else box.fill)(value)


def enough_lines(page: Page, count: int) -> None:
    while page.locator("li.study-member").count() < count:
        press(page, "줄 추가")


def apply_with_eleven(windows, page: Page, base: str) -> None:
    """뜻밖에 열한 명: told at the members that ten are the most; then mended, asked, confirmed."""
    open_row(page, base, "공모 중")
    windows.look(page, "call")
    field(page, "name", "길찾기")
    field(page, "topic", "걷기 좋은 정류장")
    field(page, "plan", "정류장 열 곳을 걸어 보고 고칠 곳을 찾는다")
    enough_lines(page, 11)
    write_member(page, 1, login="friend", role="clerk")
    for number in range(2, 11):
        write_member(page, number, name=f"직원{number}", affiliation="교통과")
    page.locator("[name=consent]").check()
    press(page, "신청서 제출")
    error = page.locator("#members-members")
    expect(error).to_contain_text("10명")
    expect(error).to_contain_text("11명")
    expect(page.locator("[name=member-10-name]")).to_have_value("직원10")
    windows.look(page, "eleven-people")
    page.locator("[name=member-10-gone]").check()
    press(page, "신청서 제출")
    expect(page.locator("#members-unconfirmed")).to_contain_text("길찾기 박")


def apply_with_outsiders(windows, page: Page, base: str) -> None:
    """Three citizens of ten: told at the members that a fifth is the most."""
    open_row(page, base, "공모 중")
    field(page, "name", "글벗")
    field(page, "topic", "알기 쉬운 공문서")
    field(page, "plan", "공문서 백 건을 쉬운 말로 고쳐 본다")
    enough_lines(page, 10)
    for number in range(1, 7):
        write_member(page, number, name=f"직원{number}", affiliation="행정과")
    for number in range(7, 10):
        write_member(page, number, name=f"시민{number}", affiliation="한빛마을", kind="citizen")
    page.locator("[name=consent]").check()
    press(page, "신청서 제출")
    error = page.locator("#members-outsiders")
    for figure in ("20", "3명", "30"):
        expect(error).to_contain_text(figure)
    windows.look(page, "thirty-percent")
    # Who is told stands in one line, which opens.
    page.locator("li.study-member").nth(9).locator("summary").click()
    write_member(page, 9, name="직원9", kind="official", affiliation="행정과")
    press(page, "신청서 제출")
    says(page, "신청서를 제출했습니다.")


def enter_points(page: Page, *points: str) -> None:
    """The same points in each part of a team's sheet, team by team."""
    for sheet, value in zip(page.locator("fieldset.study-sheet").all(), points, strict=True):
        for part in ("paper", "presentation", "audience"):
            sheet.locator(f"[name^={part}-]").fill(value)
    press(page, "심사표 제출")
    says(page, "제출한 심사표입니다.")


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_round_from_call_to_follow_up_and_what_citizens_read(city, live_server, javascript):
    base = live_server.url
    with open_windows(javascript=javascript, logins={*PEOPLE, "PDF"}) as windows:
        office, walker, friend, writer, judge, roads = (windows.open() for _each in range(6))
        log_in(office, base, "coordinator")
        round = prepare(office, base)
        desk = f"{base}{HOME}rounds/{round.pk}/"
        windows.look(office, "round-recruiting")

        # Two teams apply; both are told why they can't as they are.
        log_in(walker, base, "walker")
        apply_with_eleven(windows, walker, base)
        log_in(friend, base, "friend")
        open_row(friend, base, "참여 요청")
        windows.look(friend, "asked")
        press(friend, "참여 확인")
        says(friend, "팀 참여를 확인했습니다.")
        walker.locator("[name=consent]").check()
        press(walker, "신청서 제출")
        says(walker, "신청서를 제출했습니다.")
        log_in(writer, base, "writer")
        apply_with_outsiders(windows, writer, base)

        # The days of the call pass.
        first = timezone.localdate() - dt.timedelta(days=20)
        Round.objects.update(opens_on=first, closes_on=first + dt.timedelta(days=14))
        for team in ("길찾기", "글벗"):
            office.goto(desk)
            office.get_by_role("link", name=team, exact=True).click()
            press(office, "결정 기록")
            # A decision needs its reason.
            expect(office.locator("[name=screen-decision]")).to_have_attribute("aria-invalid", "true")
            office.locator("[name=screen-selected][value=yes]").check()
            field(office, "screen-decision", "과제가 시정 방향에 맞음")
            windows.look(office, "screening")
            press(office, "결정 기록")
        press(office, "회차 시작")
        says(office, "선정된 팀이 활동을 시작했습니다.")

        # Work: meetings and the report.
        for page, team in ((walker, "길찾기"), (writer, "글벗")):
            open_row(page, base, team)
            field(page, "meeting-attendees", "8")
            press(page, "모임 기록")
            expect(page.locator("[name=meeting-text]")).to_have_attribute("aria-invalid", "true")
            expect(page.locator("[name=meeting-attendees]")).to_have_value("8")
            field(page, "meeting-text", "현장을 둘러보고 과제를 나눔")
            press(page, "모임 기록")
            says(page, "현장을 둘러보고 과제를 나눔")
            page.locator("[name=file-file]").set_input_files(
                {"name": "결과보고서.pdf", "mimeType": "application/pdf", "buffer": pdf(team)}
            )
            press(page, "올리기")
            says(page, "파일을 올렸습니다.")
            windows.look(page, "team-at-work")
            press(page, "결과보고서 제출")
            says(page, "결과보고서를 제출했습니다.")

        # Judging: two judges with a login, two from outside.
        office.goto(f"{desk}judges/")
        for name, value in (
            ("login", "judge1"),
            ("login", "judge2"),
            ("name", "한빛대 교수"),
            ("name", "시민단체 대표"),
        ):
            field(office, name, value)
            press(office, "심사위원 지정")
            says(office, "심사위원을 지정했습니다.")
        office.goto(desk)
        press(office, "발표 완료, 심사 시작")
        says(office, "이제 심사위원이 점수를 입력할 수 있습니다.")
        for login, points in (("judge1", ("90", "70")), ("judge2", ("80", "80"))):
            log_in(judge, base, login)
            open_row(judge, base, "심사표를 아직")
            windows.look(judge, "sheets")
            enter_points(judge, *points)
        for name, points in (("한빛대 교수", ("85.5", "60")), ("시민단체 대표", ("60", "75"))):
            office.goto(f"{desk}judges/")
            office.get_by_role("link", name=f"심사표 대신 입력 {name}").click()
            enter_points(office, *points)

        # 90 and 60 are dropped of 길찾기: (80 + 85.5) ÷ 2; 80 and 60 of 글벗: (70 + 75) ÷ 2.
        judge.goto(f"{desk}scores/")
        says(judge, "(80.00 + 85.50) ÷ 2 = 82.75")
        says(judge, "(70.00 + 75.00) ÷ 2 = 72.50")
        says(judge, "가장 높은 것과 가장 낮은 것을 빼고")
        expect(judge.locator("del.study-dropped")).to_have_count(4)
        windows.look(judge, "scores")
        office.goto(f"{desk}awards/")
        windows.look(office, "awards")
        press(office, "시상 결정 기록")
        office.locator("summary", has_text="결과 공표").click()
        windows.look(office, "what-becomes-public")
        press(office, "결과 공표")
        says(office, "점수와 시상 결과를 공표했습니다.")

        # The proposal goes to a department, is adopted, planned and followed up.
        office.goto(f"{desk}proposals/")
        part = office.locator("section", has=office.get_by_role("heading", name="길찾기"))
        part.locator("textarea").fill(PROPOSAL)
        part.get_by_role("button", name="전달 길찾기").click()
        expect(part.locator("select")).to_have_attribute("aria-invalid", "true")
        expect(part.locator("textarea")).to_have_value(PROPOSAL)
        part.locator("select").select_option(label="도로과")
        part.get_by_role("button", name="전달 길찾기").click()
        says(office, "제안을 부서에 전달했습니다.")
        windows.look(office, "proposals")
        log_in(roads, base, "roads")
        open_row(roads, base, PROPOSAL)
        roads.locator("[name=answer-answer][value=adopted]").check()
        field(roads, "answer-answer_text", "내년 보도 정비에 넣음")
        windows.look(roads, "answer")
        press(roads, "답변하기")
        field(roads, "plan-plan", "내년 상반기에 다섯 곳을 넓힘")
        press(roads, "실행계획 제출")
        field(roads, "follow_up-text", "설계 용역을 시작함")
        press(roads, "추진상황 보고")
        says(roads, "설계 용역을 시작함")
        windows.look(roads, "followed-up")
        open_page = f"{base}{HOME}"
        walker.goto(open_page)
        walker.get_by_role("link", name="길찾기 · 걷기 좋은 정류장").click()
        says(walker, "82.75")
        says(walker, "최우수")
        windows.look(walker, "team-completed")

        # What everybody reads of it, and the card of the pledge that the programme serves.
        assert Programme.objects.get().published_at
        citizen_follows(
            windows,
            windows.open(),
            base,
            programme="뜻모음",
            round_name=f"{timezone.localdate().year}년",
            says=["길찾기", "최우수", "82.75"],
            never=[name for name, _role, _department in PEOPLE.values()] + ["직원2", "시민7"],
            card=CARD,
        )
        assert set(windows.provoked) == {422}
