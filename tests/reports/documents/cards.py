"""Cards made by hand: the figures of Naju's card 7-2-3; the same with hostile or missing contents."""

import dataclasses
import datetime as dt

from reports.cards import (
    AchievementLine,
    AreaStep,
    Card,
    GridRow,
    IndicatorRow,
    Money,
    MoneyRow,
    PlanHeader,
    QuarterColumn,
    RateText,
    SubProjectTable,
    YearColumn,
)

NO_RATE = RateText(None, "–")
QUARTERS = tuple(
    QuarterColumn(year, quarter)
    for year in range(2022, 2027)
    for quarter in (1, 2, 3, 4)
    if (2022, 3) <= (year, quarter) <= (2026, 2)
)
THOUSAND = 1_000


def naju_card(**changes) -> Card:
    """The card 7-2-3 at 2025-09-30: total 75.4, executed 42, indicators 80 and 66.67, rate 73.33."""
    card = Card(
        schema_version=1,
        as_of=dt.date(2025, 9, 30),
        plan=PlanHeader(
            city_code="naju",
            city="나주시",
            is_fictional=False,
            term=8,
            code="pledges",
            name="민선 8기 공약실천계획",
            money_unit="million",
            decimals=2,
            rounding="half_up",
        ),
        position=1,
        code="7-2-3",
        name="학습동아리 활성화",
        areas=(AreaStep("7", "시민소통"), AreaStep("7-2", "조직문화")),
        lead_department="기획예산실",
        supporting_departments=("총무과",),
        completion="within_term",
        implementers=("city",),
        novelty="continued",
        budgeted=True,
        status="continuing",
        own_status="",
        rate=RateText("220/3", "73.33"),
        to_date=RateText("250/3", "83.33"),
        rate_is_entered=False,
        not_submitted=False,
        campaign_text="직원 학습동아리를 키우겠습니다.",
        goal="직원이 정책을 스스로 연구하도록 도와 역량을 키운다 ❖ △ ▲ ㎡ ㆍ ～ Ⅰ Ⅱ ▶",
        basis="「나주시 시정연구모임 뜻세움 운영 조례」\n같은 조례 시행규칙",
        overview=(
            "○ 운영개요\n- 이름: 뜻세움\n- 팀: 한 팀 10명 안팎, 외부인 20% 이내\n"
            "○ 추진현황: 9회(70개 팀, 667명)\n※ 열지 않은 해: '15, '18, '20, '22, '24"
        ),
        effects="- 공모과제와 새 시책을 찾아낸다\n- 세대 사이의 소통 창구가 된다",
        years=tuple(
            YearColumn(year, label)
            for year, label in [
                (2022, "2022"),
                (2023, "2023"),
                (2024, "2024"),
                (2025, "2025"),
                (2026, "2026. 6."),
            ]
        ),
        quarters=QUARTERS,
        grid=(
            GridRow("추진계획 수립", _cells({1: "done", 5: "done", 9: "done", 10: "planned"}), ""),
            GridRow("보고회 개최", _cells({4: "done", 12: "under_way"}), "2024년 미운영"),
        ),
        money=Money(
            planned=75_400 * THOUSAND,
            secured=None,
            executed=42_000 * THOUSAND,
            execution_rate="55.70",
            sub_projects=(
                SubProjectTable(
                    name="뜻세움 운영",
                    planned=(
                        _row("total", 75_400, 0, 75_400, (0, 33_000, 18_500, 13_200, 10_700), 0),
                        _row("national", 0, 0, 0, (0, 0, 0, 0, 0), 0),
                        _row("city", 75_400, 0, 75_400, (0, 33_000, 18_500, 13_200, 10_700), 0),
                    ),
                    secured=(),
                    executed=(_row("total", 42_000, 0, 42_000, (0, 33_000, 0, 9_000, None), None),),
                ),
            ),
            total=None,
        ),
        achievements=(
            AchievementLine(
                "2023. 3.~9.",
                dt.date(2023, 3, 1),
                dt.date(2023, 9, 30),
                "참가팀 공모와 연구",
                ("6개 팀, 53명",),
            ),
            AchievementLine("2025. 4.~", dt.date(2025, 4, 1), dt.date(2025, 4, 30), "원정대 운영", ()),
        ),
        indicators=(
            IndicatorRow(
                name="추진계획 수립",
                unit="회",
                kind="cumulative",
                baseline=None,
                targets=("1(1)", "1(2)", "1(3)", "1(4)", "1(5)"),
                actuals=("1(1)", "1(2)", "1(3)", "1(4)", ""),
                target_values=("1", "1", "1", "1", "1"),
                actual_values=("1", "1", "1", "1", None),
                target_sums=("1", "2", "3", "4", "5"),
                actual_sums=("1", "2", "3", "4", None),
                final_target="5",
                actual="4",
                rate=RateText("80", "80.00"),
                to_date=RateText("100", "100.00"),
                flags=(),
            ),
            IndicatorRow(
                name="보고회 개최 (성과공유)",
                unit="회",
                kind="cumulative",
                baseline=None,
                targets=("", "1(1)", "1(2)", "1(3)", "-"),
                actuals=("", "1(1)", "-(1)", "1(2)", ""),
                target_values=(None, "1", "1", "1", None),
                actual_values=(None, "1", None, "1", None),
                target_sums=(None, "1", "2", "3", None),
                actual_sums=(None, "1", "1", "2", None),
                final_target="3",
                actual="2",
                rate=RateText("200/3", "66.67"),
                to_date=RateText("200/3", "66.67"),
                flags=(),
            ),
        ),
        cause="",
        remedy="",
    )
    return dataclasses.replace(card, **changes)


def hostile_card(text: str) -> Card:
    """The card with ``text`` in every place where somebody could have typed it."""
    card = naju_card()
    sub_project = dataclasses.replace(card.money.sub_projects[0], name=text)
    return dataclasses.replace(
        card,
        plan=dataclasses.replace(card.plan, city=text, name=text),
        code=text,
        name=text,
        areas=(AreaStep(text, text),),
        lead_department=text,
        supporting_departments=(text,),
        status="other",
        own_status=text,
        campaign_text=text,
        goal=text,
        basis=text,
        overview=f"{text}\n{text}",
        effects=text,
        cause=text,
        remedy=text,
        years=tuple(dataclasses.replace(column, label=text) for column in card.years),
        grid=tuple(dataclasses.replace(row, task=text, note=text) for row in card.grid),
        money=dataclasses.replace(card.money, sub_projects=(sub_project, sub_project)),
        achievements=tuple(
            dataclasses.replace(line, text=text, details=(text,)) for line in card.achievements
        ),
        indicators=tuple(dataclasses.replace(row, name=text, unit=text) for row in card.indicators),
    )


def heavy_card() -> Card:
    """A card of several pages: 40 tasks, six sub-projects in 원 over four sources, long texts and names."""
    card = naju_card()
    words = "어르신과 아이가 함께 쓰는 복합문화공간을 짓고 운영할 사람을 뽑아 가르친다"
    amount = 123_456_789
    row = MoneyRow("total", amount * 7, amount, amount * 5, (amount,) * 5, amount)
    sources = [dataclasses.replace(row, source=source) for source in ("total", "national", "city", "other")]
    table = SubProjectTable(
        f"{words} 사업", tuple(sources), (row,), (row, dataclasses.replace(row, source="city"))
    )
    task = GridRow(words * 2, _cells(dict.fromkeys(range(16), "planned")), f"{words}(비고)")
    return dataclasses.replace(
        card,
        plan=dataclasses.replace(card.plan, money_unit="won", city="한빛시", is_fictional=True),
        name=f"{words} 사업의 확대와 {words}",
        not_submitted=True,
        status="on_hold",
        overview="\n".join(f"- {words * (1 + at % 4)}" for at in range(30)),
        grid=(task,) * 40,
        money=dataclasses.replace(
            card.money,
            planned=amount * 42,
            sub_projects=(table,) * 6,
            total=dataclasses.replace(table, name=""),
        ),
        indicators=tuple(
            dataclasses.replace(line, name=f"{words} 비율", kind="decreasing", baseline="12.5")
            for line in card.indicators * 8
        ),
        cause=words * 20,
        remedy=words,
    )


def bare_card(**changes) -> Card:
    """A pledge of which nothing but its number and name is known."""
    return naju_card(
        areas=(),
        lead_department="",
        supporting_departments=(),
        completion="",
        implementers=(),
        novelty="",
        budgeted=None,
        status="none",
        rate=NO_RATE,
        to_date=NO_RATE,
        campaign_text="",
        goal="",
        basis="",
        overview="",
        effects="",
        grid=(),
        money=Money(None, None, None, None, (), None),
        achievements=(),
        indicators=(),
        **changes,
    )


def _cells(marks: dict[int, str]) -> tuple[str, ...]:
    return tuple(marks.get(at, "") for at in range(len(QUARTERS)))


def _row(source, total, prior, within_term, years, after) -> MoneyRow:
    """A row of money given in 천원."""
    won = [None if amount is None else amount * THOUSAND for amount in (total, prior, within_term, after)]
    return MoneyRow(
        source,
        won[0],
        won[1],
        won[2],
        tuple(None if amount is None else amount * THOUSAND for amount in years),
        won[3],
    )
