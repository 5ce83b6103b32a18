"""A round's roster and results as .xlsx: typed cells, harmless text, and everything that was decided."""

import io

import openpyxl
import pytest
from django.utils import translation

from studygroups import workflow
from studygroups.enums import AwardKind, MemberKind, TeamState
from studygroups.models import Proposal, Team
from studygroups.rosters import roster_sheet
from tests import factories as make

pytestmark = pytest.mark.django_db
HARMFUL = '=HYPERLINK("http://127.0.0.1")'


def sheets(client, hall, round, name):
    client.force_login(hall.coordinator)
    with translation.override("en"):
        answer = client.get(hall.url(f"rounds/{round.pk}/{name}.xlsx"), headers={"accept-language": "en"})
    assert answer.status_code == 200
    return openpyxl.load_workbook(
        io.BytesIO(b"".join(answer.streaming_content) if answer.streaming else answer.content)
    )


def cells(sheet):
    """Each row under the header as {header: cell}."""
    header = [cell.value for cell in sheet[1]]
    return [dict(zip(header, row, strict=True)) for row in sheet.iter_rows(min_row=2)]


def test_roster_names_people_with_their_department_and_holds_no_formula(client, hall):
    round = hall.round()
    people = [
        {"name": HARMFUL, "affiliation": "+82-1", "kind": MemberKind.CITIZEN},
        {"name": "동료", "user": hall.colleague, "affiliation": ""},
    ]
    hall.team(round, TeamState.APPLIED, people, name="@팀")
    hall.team(round, TeamState.DRAFT, name="초안")
    rows = cells(sheets(client, hall, round, "roster").worksheets[0])
    assert [(row["이름"].value, row["소속"].value) for row in rows] == [
        (str(hall.applicant), "행정과"),
        (HARMFUL, "+82-1"),
        ("동료", "행정과"),
    ]
    assert {cell.data_type for row in rows for cell in row.values()} == {"s"}
    assert all(row["이름"].quotePrefix for row in rows if row["이름"].value == HARMFUL)


def test_roster_costs_the_same_for_any_number_of_teams(hall, django_assert_num_queries):
    round = hall.round()
    for number in range(3):
        hall.team(round, TeamState.APPLIED, [{"name": "동료", "user": hall.colleague}], name=f"팀 {number}")
    round.programme  # noqa: B018
    with django_assert_num_queries(4):
        roster_sheet(round)


def test_results_are_numbers_with_the_place_and_what_the_committee_decided(client, hall):
    round = hall.judging(teams=3)
    hall.score(round, (90, 80, 80), (80, 85, 85), (70, 81, 81))
    first, second, third = Team.objects.order_by("pk")
    workflow.decide_awards(
        round=round,
        user=hall.coordinator,
        chosen={first.pk: "", second.pk: AwardKind.BEST, third.pk: ""},
        decisions={second.pk: HARMFUL, third.pk: "예산이 모자람"},
    )
    book = sheets(client, hall, round, "results")
    rows = cells(book.worksheets[0])
    # The highest and the lowest of three are dropped: 80, 81 and 81 are left.
    assert [(row["점수"].value, row["순위"].value, row["위원회 결정"].value) for row in rows] == [
        (80, 3, None),
        (81, 1, HARMFUL),
        (81, 1, "예산이 모자람"),
    ]
    assert [row["포상금(원)"].value for row in rows] == [None, 3_000_000, None]
    assert {row["점수"].data_type for row in rows} == {"n"}
    assert rows[1]["위원회 결정"].data_type == "s"
    make.ProposalFactory(team=second, text=HARMFUL)
    (proposal,) = cells(sheets(client, hall, round, "results").worksheets[1])
    assert {cell.data_type for cell in proposal.values() if cell.value} == {"s"}
    assert Proposal.objects.get().text in [cell.value for cell in proposal.values()]


def test_no_score_stands_in_results_before_all_are_in(client, hall):
    round = hall.judging()
    judge, *_rest = round.judges.in_order()
    workflow.save_sheets(
        judge=judge,
        user=judge.user,
        points={team.pk: workflow.Points(91, 91, 91) for team in Team.objects.all()},
        hands_in=True,
    )
    values = [cell.value for row in sheets(client, hall, round, "results").worksheets[0] for cell in row]
    assert not {91, "91.00"} & set(values)
