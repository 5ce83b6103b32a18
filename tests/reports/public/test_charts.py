"""Charts: where published figures are put. The places are worked out by hand from Naju's card.

A chart is 360 units wide. Names take 64 and figures 84, which leaves 212 for the longest bar.
"""

import datetime as dt
import re
from dataclasses import replace

import pytest
from defusedxml import ElementTree

from pledges.models import Pledge
from reports.cards import read_card
from reports.models import Edition, EditionPledge
from reports.public import charts
from reports.summaries import read_summary
from tests import factories
from tests.reports.public import naju as made

CARD = "/naju/8/pledges/7-2-3/"
SVG = re.compile(r'<svg class="chart__picture".*?</svg>', re.DOTALL)

pytestmark = pytest.mark.django_db


@pytest.fixture
def card(naju):
    return read_card(EditionPledge.objects.get().card)


@pytest.fixture
def summary(naju):
    return read_summary(Edition.objects.get().summary)


def drawn(chart):
    """Each bar as (row, series of its parts, widths of its parts, figure)."""
    return [
        (row.label, [part.series for part in bar.segments], [part.width for part in bar.segments], bar.text)
        for row in chart.rows
        for bar in row.bars
    ]


def test_targets_and_actuals_are_running_totals_by_year(card):
    plans, meetings = charts.indicator_charts(card)
    assert plans.title == "추진계획 수립: 연도별 목표와 이행 (회)"
    assert plans.note == "연말 누계"
    # 5 is the longest: 212 ÷ 5 = 42.4 a piece.
    assert drawn(plans) == [
        ("2022", ["target"], ["42.4"], "1"),
        ("2022", ["actual"], ["42.4"], "1"),
        ("2023", ["target"], ["84.8"], "2"),
        ("2023", ["actual"], ["84.8"], "2"),
        ("2024", ["target"], ["127.2"], "3"),
        ("2024", ["actual"], ["127.2"], "3"),
        ("2025", ["target"], ["169.6"], "4"),
        ("2025", ["actual"], ["169.6"], "4"),
        ("2026. 6.", ["target"], ["212"], "5"),
    ]
    assert [(row, series[0], text) for row, series, _widths, text in drawn(meetings)] == [
        ("2023", "target", "1"),
        ("2023", "actual", "1"),
        ("2024", "target", "2"),
        ("2024", "actual", "1"),
        ("2025", "target", "3"),
        ("2025", "actual", "2"),
    ]
    assert meetings.spoken.startswith("2022: 목표 –, 이행 –; 2023: 목표 1, 이행 1; 2024: 목표 2, 이행 1;")


def test_zero_is_a_mark_on_the_line_and_nothing_is_a_gap(card):
    line = replace(
        card.indicators[0],
        target_sums=("0", "4", None, None, None),
        actual_sums=("0", None, None, None, None),
    )
    [chart] = charts.indicator_charts(replace(card, indicators=(line,)))
    assert drawn(chart) == [
        ("2022", ["target"], ["2"], "0"),
        ("2022", ["actual"], ["2"], "0"),
        ("2023", ["target"], ["212"], "4"),
    ]
    assert [len(row.bars) for row in chart.rows] == [2, 1, 0, 0, 0]


def test_indicator_of_which_nothing_was_entered_has_no_chart(card):
    nothing = (None,) * 5
    line = replace(card.indicators[0], target_sums=nothing, actual_sums=nothing)
    assert charts.indicator_charts(replace(card, indicators=(line,))) == (None,)


def test_decreasing_indicator_begins_at_its_baseline_and_says_that_less_is_better(card):
    line = replace(
        card.indicators[0],
        kind="decreasing",
        baseline="80",
        target_sums=("60", "40", None, None, None),
        actual_sums=("70", None, None, None, None),
    )
    [chart] = charts.indicator_charts(replace(card, indicators=(line,)))
    assert chart.note == "낮을수록 좋은 지표: 목표값까지 줄여야 함"
    assert drawn(chart) == [
        ("기준값", ["baseline"], ["212"], "80"),
        ("2022", ["target"], ["159"], "60"),
        ("2022", ["actual"], ["185.5"], "70"),
        ("2023", ["target"], ["106"], "40"),
    ]


def test_level_says_that_it_is_one(card):
    line = replace(card.indicators[0], kind="level", target_sums=("1234.5", *(None,) * 4))
    [chart] = charts.indicator_charts(replace(card, indicators=(line,)))
    assert chart.note == "연말 수준"
    assert drawn(chart)[0][3] == "1,234.5"


def test_negative_value_lies_left_of_the_line_of_zero(card):
    line = replace(
        card.indicators[0],
        kind="level",
        target_sums=("30", *(None,) * 4),
        actual_sums=("-10", *(None,) * 4),
    )
    [chart] = charts.indicator_charts(replace(card, indicators=(line,)))
    # −10…30 over 212 units: 5.3 a piece, and 0 lies 53 right of 64.
    assert chart.zero == "117"
    target, actual = chart.rows[0].bars
    assert (target.segments[0].x, target.segments[0].width) == ("117", "159")
    assert (actual.segments[0].x, actual.segments[0].width, actual.text) == ("64", "53", "-10")


def test_money_stands_by_year_and_source_with_what_was_executed(card):
    chart = charts.money_chart(card)
    assert [(row, series, text) for row, series, _widths, text in drawn(chart)] == [
        ("2023", ["city"], "33"),
        ("2023", ["executed"], "33"),
        ("2024", ["city"], "18.5"),
        ("2025", ["city"], "13.2"),
        ("2025", ["executed"], "9"),
        ("2026. 6.", ["city"], "10.7"),
    ]
    # 9 of 33 of 212 units.
    assert drawn(chart)[4][2] == ["57.82"]
    assert [series.label for series in chart.legend] == ["소요예산(시비)", "집행액"]
    assert [row.label for row in chart.rows] == ["2022", "2023", "2024", "2025", "2026. 6."]


def test_sources_are_stacked_and_a_source_of_zero_takes_no_room(card):
    [table] = card.money.sub_projects
    total, city = table.planned
    national = replace(city, source="national", years=(None, 11_000_000, 0, None, None))
    total = replace(total, years=(0, 44_000_000, *total.years[2:]))
    table = replace(table, planned=(total, national, city))
    chart = charts.money_chart(replace(card, money=replace(card.money, sub_projects=(table,))))
    zero, first, _spent, second = chart.rows[0].bars[0], *chart.rows[1].bars, chart.rows[2].bars[0]
    assert [(part.series, part.width) for part in zero.segments] == [("planned", "2")]
    assert [(part.series, part.x, part.width) for part in first.segments] == [
        ("national", "64", "53"),
        ("city", "117", "159"),
    ]
    assert first.text == "44"
    assert [part.series for part in second.segments] == ["city"]
    assert first.segments[0].title == "국비 11"
    assert "2023: 소요예산 44 (국비 11, 시비 33), 집행액 33; " in chart.spoken


def test_plan_s_totals_lie_in_each_other_with_nothing_for_what_was_not_entered(summary):
    # 42 ÷ 75.4 = 55.70 %; nothing was entered as secured.
    assert [(bar.code, bar.width) for bar in charts.totals_bar(summary)] == [
        ("planned", "100"),
        ("executed", "55.7"),
    ]


def test_money_secured_beyond_the_plan_is_the_longest_bar(summary):
    bars = charts.totals_bar(replace(summary, planned=50, secured=200, executed=0))
    assert [bar.code for bar in bars] == ["planned", "secured", "executed"]
    assert [bar.width for bar in bars] == ["25", "100", "0"]


@pytest.mark.parametrize("amount", [None, 0])
def test_plan_without_money_has_no_bar(summary, amount):
    assert charts.totals_bar(replace(summary, planned=amount, secured=None, executed=None)) == ()


def test_rate_of_a_city_is_a_part_of_100():
    chart = charts.city_chart([("가람시", "73.33"), ("나래시", "–")])
    # Names stand above: 6 units at the edge, 84 for figures, 270 for 100 %. 73.33 % of it are 197.99.
    assert drawn(chart)[0] == ("가람시", ["rate"], ["197.99"], "73.33%")
    assert charts.city_chart([("나래시", "–")]) is None


def test_rates_lie_as_far_apart_as_their_dates():
    chart = charts.rate_chart(
        "r",
        "이행률",
        [
            (dt.date(2025, 1, 11), "100.00"),
            (dt.date(2025, 1, 1), "0.00"),
            (dt.date(2025, 1, 5), "–"),
            (dt.date(2025, 1, 9), "50"),
        ],
    )
    # 296 units from 44 on are 10 days; 140 from 24 down are 100 %.
    assert [(point.x, point.y) for point in chart.points] == [
        ("44", "164"),
        ("162.4", ""),
        ("280.8", "94"),
        ("340", "24"),
    ]
    assert chart.lines == ("280.8,94 340,24",)
    assert [point.is_named for point in chart.points] == [True, True, True, True]
    assert chart.spoken.startswith("2025. 1. 1.: 0.00%; 2025. 1. 5.: –;")


def test_dates_without_room_are_left_to_the_table():
    dates = [(dt.date(2020 + number, 1, 1), "10") for number in range(16)]
    chart = charts.rate_chart("r", "이행률", dates)
    named = [number for number, point in enumerate(chart.points) if point.is_named]
    assert named == [0, 3, 6, 9, 12, 15]


@pytest.mark.parametrize("figures", [[], [("2025-01-01", "5")], [("2025-01-01", "5"), ("2025-02-01", "–")]])
def test_fewer_than_two_rates_are_no_chart(figures):
    given = [(dt.date.fromisoformat(day), rate) for day, rate in figures]
    assert charts.rate_chart("r", "이행률", given) is None


def test_card_and_front_page_draw_the_rate_of_each_date_in_its_latest_edition(naju, client):
    made.publish(naju, dt.date(2024, 12, 31))
    report = Pledge.objects.get().reports.get(period__as_of="2024-12-31")
    factories.ApprovedReportFactory(
        pledge=report.pledge, period=report.period, revision=2, status="on_track", reason="다시"
    )
    made.publish(naju, dt.date(2024, 12, 31), reason="다시 봄")
    assert Edition.objects.filter(as_of="2024-12-31").count() == 2
    points = client.get(CARD).context["rate_chart"].points
    # The correction has no figures of 2024: (2 ÷ 5 + 1 ÷ 3) ÷ 2, and of today (3 ÷ 5 + 2 ÷ 3) ÷ 2.
    assert [(point.as_of.isoformat(), point.display) for point in points] == [
        ("2024-12-31", "36.67"),
        ("2025-09-30", "63.33"),
    ]
    headline = client.get("/naju/8/").context["headline_rates"]
    assert [point.display for point in headline.points] == ["0.00", "100.00"]
    older = client.get(f"{CARD}?as_of=2024-12-31&edition=1")
    assert older.context["rate_chart"] is None


def test_headline_of_another_formula_is_left_out_and_said_so(naju, client, text_of):
    naju.headline_method = "mean_rate"
    naju.save()
    made.publish(naju, dt.date(2025, 12, 31))
    naju.headline_method = "completed_share"
    naju.save()
    assert "대표 산식이 다른 기준일은 이 그래프에 넣지 않았습니다." in text_of("/naju/8/")
    assert client.get("/naju/8/").context["headline_rates"] is None


def test_drawings_have_names_and_words_and_no_style(naju, client):
    made.publish(naju, dt.date(2024, 12, 31))
    for address, count in ((CARD, 4), ("/naju/8/", 1), ("/naju/8/money/", 2)):
        html = client.get(address).content.decode()
        assert "style=" not in html
        pictures = SVG.findall(html)
        assert len(pictures) == count, address
        ids = re.findall(r'\bid="([^"]+)"', html)
        assert len(ids) == len(set(ids))
        for picture in pictures:
            root = ElementTree.fromstring(picture)
            assert root.get("role") == "img"
            for name in root.get("aria-labelledby").split():
                assert "".join(root.find(f".//*[@id='{name}']").itertext()).strip()
            for pattern in re.findall(r"url\(#([^)]+)\)", picture):
                assert pattern in ids


def test_every_figure_of_a_picture_stands_in_a_table_or_list_beside_it(naju, client):
    made.publish(naju, dt.date(2024, 12, 31))
    for address in (CARD, "/naju/8/", "/naju/8/money/"):
        html = client.get(address).content.decode()
        beside = re.sub(r"<[^>]+>", " ", SVG.sub(" ", html))
        cells = set(re.findall(r"[\d.,]+%?", beside))
        for picture in SVG.findall(html):
            for figure in re.findall(r'<text class="chart__figure"[^>]*>([^<]+)<', picture):
                assert {figure, f"{figure}%"} & cells, (address, figure)


def test_hostile_names_stay_text_in_pictures(client):
    nasty = '<script>alert(1)</script>"'
    plan = made.make_pledges(1, code="1-1", name=nasty)
    pledge = Pledge.objects.get()
    indicator = factories.IndicatorFactory(pledge=pledge, name=nasty, unit=nasty, targets={2024: 2})
    factories.ActualFactory(report=pledge.reports.get(), indicator=indicator, value=1)
    made.publish(plan, dt.date(2024, 3, 31))
    html = client.get("/hanbit/8/pledges/1-1/").content.decode()
    assert "<script>alert" not in html
    ElementTree.fromstring(SVG.findall(html)[0])
