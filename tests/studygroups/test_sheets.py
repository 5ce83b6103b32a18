"""학습동아리 and 연구팀: in, out again, and every error at its cell."""

import datetime as dt
import io
from fractions import Fraction as F
from pathlib import Path

import openpyxl
import pytest
from django.utils.translation import override

from pledges.models import AuditEntry, Department, Plan
from pledges.workflow import rename_department
from reports.imports.preview import _shown
from reports.models import ImportBatch
from reports.workbook import export_workbook, import_workbook
from reports.workbook.rollback import StoodOn, roll_back
from reports.workbook.template import write_filled
from studygroups.enums import Answer, MemberKind, RoundState, TeamState
from studygroups.figures import programme_figures
from studygroups.models import Award, OpeningTotals, Programme, Proposal, Round, ServedPledge, Team
from studygroups.rules import display_percent
from studygroups.sheets import load_groups
from tests import factories as make
from tests.reports.test_workbook_guard import before_writing
from tests.reports.workbooks import INFO, PLEDGES, saved, the_plan, workbook

pytestmark = pytest.mark.django_db

SAMPLE = Path(__file__).resolve().parents[3] / "shared" / "samples" / "naju-8.xlsx"
ROUNDS = [
    ["사업명", "연도", "차수", "추진여부", "미추진 사유", "회수",
     "팀수", "과제수", "참여인원", "반영건수", "공약번호"],
    ["한빛모임", "이전", None, "추진", None, 3, 10, 10, 90, 6, "1-1"],
    ["한빛모임", 2023, None, "추진", None, None, 2, 2, 15, 1, "1-1"],
    ["한빛모임", "2024년", "1차", "미추진", "참여율 미달", None, None, None, None, None, None],
    ["원정대", 2025, 1, "추진", None, None, 5, None, None, None, None],
    ["원정대", 2025, 2, "추진", None, None, 2, None, None, None, None],
]  # fmt: skip
TEAMS = [
    ["사업명", "연도", "차수", "팀명", "과제명", "인원", "외부인원", "상태",
     "시상", "포상금", "반영여부", "반영부서"],
    ["한빛모임", 2023, None, "빛가람", "돌봄 기기", 8, 1, "완료", "최우수", 1000, "반영", "복지과"],
    ["한빛모임", 2023, None, "영산강", "공공 배달앱", 7, 0, "중도포기", None, None, None, None],
]  # fmt: skip


def book(rounds=ROUNDS, teams=TEAMS, **cells):
    sheets = {"기본정보": INFO, "공약": PLEDGES, "학습동아리": rounds, "연구팀": teams}
    target = workbook({name: rows for name, rows in sheets.items() if rows is not None})
    for place, value in cells.items():
        name, _, address = place.rpartition("_")
        target[name][address] = value
    return saved(target)


def run(content, **options):
    with override("en"):
        return import_workbook(content, **options)


def groups_of(result):
    assert result.errors == []
    return {name: result.sheets[name] for name in ("학습동아리", "연구팀") if name in result.sheets}


def unchanged(result):
    return all(not (each["new"] or each["changed"]) for each in groups_of(result).values())


def found(findings):
    return [(each.sheet, each.cell, each.message) for each in findings]


def errors(content):
    result = run(content)
    assert not Programme.objects.exists()
    return found(result.errors)


def rows_of(content, name):
    return [
        list(row) for row in openpyxl.load_workbook(io.BytesIO(content))[name].iter_rows(values_only=True)
    ]


class TestComingIn:
    def test_rounds_and_teams_are_written(self):
        result = run(book())
        assert groups_of(result) == {
            "학습동아리": {"new": 5, "changed": 0, "unchanged": 0},
            "연구팀": {"new": 2, "changed": 0, "unchanged": 0},
        }
        programme = Programme.objects.get(name="한빛모임")
        opening = programme.opening
        assert (opening.rounds, opening.teams, opening.topics, opening.people, opening.adopted) == (
            3,
            10,
            10,
            90,
            6,
        )
        assert [(each.year, each.state, each.reason) for each in programme.rounds.order_by("year")] == [
            (2023, RoundState.FINISHED, ""),
            (2024, RoundState.NOT_HELD, "참여율 미달"),
        ]
        assert [link.pledge.code for link in programme.served.all()] == ["1-1"]
        assert not ServedPledge.objects.filter(programme__name="원정대").exists()
        best, gone = Team.objects.order_by("pk")
        assert (best.name, best.topic, best.people, best.outsiders, best.state) == (
            "빛가람", "돌봄 기기", 8, 1, TeamState.COMPLETED,
        )  # fmt: skip
        assert (best.award.kind, best.award.prize) == ("best", 10_000_000)
        assert gone.state == TeamState.WITHDRAWN
        proposal = Proposal.objects.get()
        assert (proposal.team, proposal.answer, proposal.department.name) == (best, Answer.ADOPTED, "복지과")

    def test_opening_totals_stay_none_where_nothing_was_entered(self):
        run(book(학습동아리_G2=None, 학습동아리_I2="-", 학습동아리_J2=0))
        opening = OpeningTotals.objects.get()
        assert (opening.teams, opening.topics, opening.people, opening.adopted) == (None, 10, None, 0)

    def test_totals_that_teams_say_are_checked_and_not_stored(self):
        result = run(book(학습동아리_I3=53))
        assert ("학습동아리", "I3", "The teams of this round come to 15.") in found(result.warnings)
        round = Round.objects.get(year=2023)
        assert (round.teams, round.topics, round.people, round.adopted) == (None, None, None, None)
        (found_figures,) = programme_figures(Programme.objects.filter(name="한빛모임"))
        total = found_figures.total
        assert (total.rounds, total.teams, total.people, total.adopted) == (4, 12, 105, 7)

    def test_a_total_that_no_team_says_is_carried_in(self):
        run(book(연구팀_F2=None, 연구팀_G2=None, 연구팀_F3=None, 연구팀_G3=None))
        assert Round.objects.get(year=2023).people == 15

    def test_a_new_department_is_told_and_made_once(self):
        result = run(book(연구팀_K3="미반영", 연구팀_L2="복지정책과", 연구팀_L3="복지정책과"))
        told = [each.cell for each in result.warnings if each.sheet == "연구팀"]
        assert told == ["L2"]
        assert Department.objects.filter(name="복지정책과").count() == 1

    def test_a_team_that_breaks_rules_which_somebody_stated_is_warned_of(self):
        content = book(연구팀_F2=11, 연구팀_G3=3)

        def warned():
            warnings = found(run(content, dry_run=True).warnings)
            return [each[1:] for each in warnings if each[0] == "연구팀" and each[1] in ("F2", "G3")]

        assert warned() == []
        make.ProgrammeFactory(name="한빛모임", rules_stated=True)
        assert warned() == [
            ("F2", "A team has at most 10 people; this one has 11. Take 1 out."),
            (
                "G3",
                "Experts and citizens may be at most 20 % of a team, which is 1 of 7;"
                " these are 3 of 7 (42.9 %).",
            ),
        ]

    def test_a_dry_run_counts_and_writes_nothing(self):
        result = run(book(), dry_run=True)
        assert groups_of(result)["연구팀"] == {"new": 2, "changed": 0, "unchanged": 0}
        assert not Programme.objects.exists()
        assert not Team.history.exists()

    def test_a_preview_takes_no_programme_for_a_pledge(self):
        changed = [row for row in run(book(), dry_run=True).diff.rows() if row.sheet in ("공약", "연구팀")]
        shown = {row.sheet: _shown(row, {"1-1": "일자리", "한빛모임": "?"}) for row in reversed(changed)}
        assert (shown["공약"].code, shown["공약"].name) == ("1-1", "일자리")
        assert (shown["연구팀"].code, shown["연구팀"].name) == ("", "")
        assert shown["연구팀"].key == ("한빛모임", "2023", "1", "빛가람")

    def test_rows_have_history_and_stand_in_the_log(self):
        run(book())
        assert Team.history.count() == 2
        told = [row for entry in AuditEntry.objects.all() for row in entry.body["rows"]]
        models = {row["model"] for row in told}
        assert {f"studygroups.{name}" for name in (
            "programme", "round", "team", "award", "proposal", "openingtotals", "servedpledge",
        )} <= models  # fmt: skip

    def test_publishing_makes_programmes_and_their_decided_rounds_public(self):
        other = make.ProgrammeFactory(name="다른 모임")
        run(book(), publish=True)
        other.refresh_from_db()
        assert other.published_at is None
        assert Programme.objects.public().count() == 2
        assert Round.objects.public().count() == 4
        assert Round.objects.get(year=2023).results_published_at
        assert Round.objects.get(year=2024).results_published_at is None

    def test_without_publishing_nothing_is_public(self):
        run(book())
        assert not Programme.objects.public().exists()


class TestGoingOut:
    def test_an_export_changes_nothing(self):
        run(book())
        content = export_workbook(the_plan())
        assert unchanged(run(content))
        assert rows_of(content, "연구팀") == [
            TEAMS[0],
            ["한빛모임", 2023, None, *TEAMS[1][3:9], 1000, *TEAMS[1][10:]],
            TEAMS[2],
        ]  # fmt: skip
        assert rows_of(content, "학습동아리") == [
            ROUNDS[0],
            ROUNDS[1],
            ROUNDS[2],
            ["한빛모임", 2024, None, *ROUNDS[3][3:]],
            ROUNDS[4],
            ROUNDS[5],
        ]

    def test_years_are_no_amounts(self):
        run(book(학습동아리_I2=1234))
        sheet = openpyxl.load_workbook(io.BytesIO(export_workbook(the_plan())))["학습동아리"]
        assert [(sheet[cell].value, sheet[cell].number_format) for cell in ("B3", "I2")] == [
            (2023, "0"),
            (1234, "#,##0"),
        ]

    def test_a_live_round_in_any_state_comes_back_unchanged(self):
        run(book(teams=None))
        programme = Programme.objects.get(name="원정대")
        programme.rounds.all().delete()
        for year, state in enumerate((RoundState.PREPARED, RoundState.RECRUITING, RoundState.RUNNING), 2026):
            round = make.RoundFactory(programme=programme, year=year, state=state)
            for team_state in TeamState:
                dates = {"withdrawn_on": "2026-05-01"} if team_state == TeamState.WITHDRAWN else {}
                team = make.TeamFactory(round=round, state=team_state, **dates)
                make.GroupMemberFactory(team=team, kind=MemberKind.EXPERT)
            make.ProposalFactory(team=team, answer=Answer.REVIEW)
            make.ProposalFactory(team=team, position=2)
        assert unchanged(run(export_workbook(the_plan())))
        assert Team.objects.in_state(TeamState.DRAFT).count() == 3

    def test_sheets_without_rows_are_left_out(self):
        run(book(rounds=None, teams=None))
        assert openpyxl.load_workbook(io.BytesIO(export_workbook(the_plan()))).sheetnames == [
            "기본정보",
            "공약",
        ]

    def test_what_a_web_form_stored_with_odd_spaces_comes_back_unchanged(self):
        run(book())
        Team.objects.filter(name="빛가람").update(name="빛가람 ", topic="한 줄\r\n두 줄")
        assert unchanged(run(export_workbook(the_plan())))


class TestComingInAgain:
    @pytest.fixture(autouse=True)
    def _first(self):
        run(book())

    def test_the_same_file_changes_nothing(self):
        assert unchanged(run(book()))

    def test_a_missing_column_blanks_nothing(self):
        few = [row[:3] for row in ROUNDS]
        assert unchanged(run(book(few, [row[:4] for row in TEAMS])))
        assert Round.objects.get(year=2024).reason == "참여율 미달"
        assert Award.objects.exists()

    def test_a_missing_row_or_sheet_deletes_nothing(self):
        assert unchanged(run(book(ROUNDS[:2], TEAMS[:2])))
        assert unchanged(run(book(None, None)))
        assert (Round.objects.count(), Team.objects.count()) == (4, 2)

    def test_a_blank_number_never_unlinks(self):
        assert unchanged(run(book(학습동아리_K2=None, 학습동아리_K3=None)))
        assert ServedPledge.objects.count() == 1

    def test_another_number_links_beside(self):
        result = run(book(학습동아리_K3="III-①-1", 학습동아리_K5="1-2, 1-1"))
        assert [(cell.address, cell.old, cell.new) for cell in result.changes] == [
            ("K3", "1-1", "1-1, III-①-1"),
            ("K5", "", "1-1, 1-2"),
        ]
        linked = ServedPledge.objects.values_list("programme__name", "pledge__code")
        assert sorted(linked) == [
            ("원정대", "1-1"),
            ("원정대", "1-2"),
            ("한빛모임", "1-1"),
            ("한빛모임", "III-①-1"),
        ]
        assert unchanged(run(export_workbook(the_plan())))

    def test_changed_cells_are_told_and_written(self):
        result = run(book(학습동아리_F2=4, 연구팀_E2="돌봄 체계", 연구팀_I2="우수", 연구팀_K2="검토중"))
        assert [(cell.address, cell.old, cell.new) for cell in result.changes] == [
            ("F2", "3", "4"),
            ("E2", "돌봄 기기", "돌봄 체계"),
            ("I2", "최우수", "우수"),
            ("K2", "반영", "검토중"),
        ]
        assert OpeningTotals.objects.get().rounds == 4
        assert (Award.objects.get().kind, Proposal.objects.get().answer) == ("excellent", Answer.REVIEW)

    def test_blank_cells_take_award_and_proposal_away(self):
        run(book(연구팀_I2=None, 연구팀_J2=None, 연구팀_K2=None, 연구팀_L2=None))
        assert (Award.objects.count(), Proposal.objects.count()) == (0, 0)

    def test_a_round_turns_out_not_to_have_been_held(self):
        run(book(학습동아리_D6="미추진", 학습동아리_E6="신청 없음", 학습동아리_G6=None))
        round = Round.objects.get(year=2025, intake=2)
        assert (round.state, round.reason, round.teams) == (RoundState.NOT_HELD, "신청 없음", None)

    def test_a_round_turns_out_to_have_been_held(self):
        run(book(학습동아리_D4="추진", 학습동아리_E4=None, 학습동아리_G4=4))
        round = Round.objects.get(year=2024)
        assert (round.state, round.reason, round.teams) == (RoundState.FINISHED, "", 4)

    def test_a_blank_outcome_leaves_the_round(self):
        assert unchanged(run(book(학습동아리_D4=None)))

    def test_members_in_the_portal_count_and_the_sheet_is_compared(self):
        team = Team.objects.get(name="빛가람")
        for kind in (MemberKind.OFFICIAL, MemberKind.CITIZEN):
            make.GroupMemberFactory(team=team, kind=kind)
        result = run(book())
        assert unchanged(result)
        assert ("연구팀", "F2", "The team's members are 2.") in found(result.warnings)
        assert ("학습동아리", "I3", "The teams of this round come to 9.") in found(result.warnings)

    def test_a_proposal_that_was_worked_on_is_not_overwritten(self):
        Proposal.objects.update(text="기기를 들인다", answer=Answer.NOT_ADOPTED)
        result = run(book())
        assert found(result.errors) == [
            ("연구팀", "K2", "The portal keeps this of the team and says “미반영”; change it there.")
        ]
        assert unchanged(run(book(연구팀_K2=None, 연구팀_L2=None)))
        assert Proposal.objects.get().answer == Answer.NOT_ADOPTED

    @pytest.mark.parametrize("began", ["applied", "under way"])
    def test_a_team_that_goes_its_course_in_the_portal_is_not_moved_by_a_file(self, began):
        Team.objects.filter(name="영산강").update(
            withdrawn_on="2023-05-31",
            withdrawal="인사이동",
            applied_at="2023-03-01T00:00:00Z" if began == "applied" else None,
        )
        if began == "under way":
            Round.objects.filter(year=2023).update(state=RoundState.JUDGING)
        result = run(book(연구팀_H3="완료", 연구팀_I3="참가", 연구팀_J3=10))
        assert found(result.errors) == [
            ("연구팀", cell, f"The portal keeps this of the team and says “{said}”; change it there.")
            for cell, said in (("H3", "중도포기"), ("I3", "-"), ("J3", "-"))
        ]
        # Its topic may be mended, and blank cells take nothing away.
        run(book(연구팀_H3=None, 연구팀_E3="배달앱"))
        team = Team.objects.get(name="영산강")
        assert (team.topic, team.state, team.withdrawal) == ("배달앱", TeamState.WITHDRAWN, "인사이동")

    def test_an_award_that_the_committee_decided_stays(self):
        Award.objects.update(decided_at="2023-10-01T00:00:00Z", decision="위원장 결정")
        assert [each.cell for each in run(book(연구팀_I2="우수", 연구팀_J2=5)).errors] == ["I2", "J2"]
        assert unchanged(run(book(연구팀_I2=None, 연구팀_J2=None)))
        assert Award.objects.get().decision == "위원장 결정"

    @pytest.mark.parametrize(
        ("state", "said", "cell"),
        [
            (RoundState.RECRUITING, "신청", None),
            (RoundState.RECRUITING, None, None),
            (RoundState.RECRUITING, "선정", "H4"),
            (RoundState.RUNNING, "운영", "D4"),
            (RoundState.JUDGING, None, "D4"),
        ],
    )
    def test_a_file_adds_teams_to_an_open_call_alone(self, state, said, cell):
        make.RoundFactory(programme=Programme.objects.get(name="원정대"), year=2026, state=state)
        result = run(book(teams=[*TEAMS, ["원정대", 2026, None, "새 팀", "과제", 5, 0, said, *[None] * 4]]))
        assert [each.cell for each in result.errors] == ([cell] if cell else [])
        assert Team.objects.filter(name="새 팀", state=TeamState.APPLIED).exists() == (cell is None)

    def test_a_round_that_is_recruiting_is_not_settled_by_a_file(self):
        make.RoundFactory(
            programme=Programme.objects.get(name="원정대"), year=2026, state=RoundState.RECRUITING
        )
        result = run(book([*ROUNDS, ["원정대", 2026, 1, "추진", *[None] * 7]]))
        assert found(result.errors) == [
            ("학습동아리", "D7", "This round is recruiting in the portal just now; go on with it there.")
        ]

    def test_a_round_that_is_being_prepared_may_be_carried_in(self):
        make.RoundFactory(programme=Programme.objects.get(name="원정대"), year=2026)
        run(book([*ROUNDS, ["원정대", 2026, 1, "추진", *[None] * 7]]))
        assert Round.objects.get(year=2026).state == RoundState.FINISHED

    def test_a_renamed_department_means_its_successor(self):
        admin = make.MembershipFactory(role="admin").user
        department = Department.objects.get(name="복지과")
        rename_department(
            department=department,
            user=admin,
            name="돌봄과",
            changed_on=dt.date(2024, 10, 1),
            reason="조직개편",
        )
        result = run(book())
        assert groups_of(result)["연구팀"]["changed"] == 0

    def test_rolling_back_takes_study_groups_back_too(self):
        before = list(Team.objects.values_list())
        cells = dict.fromkeys(("연구팀_I2", "연구팀_J2", "연구팀_K2", "연구팀_L2"))
        batch = run(book(학습동아리_F2=4, 연구팀_E2="돌봄 체계", **cells)).batch
        roll_back(batch=batch, user=None, reason="잘못 올림")
        restored = [row[:-1] for row in Team.objects.values_list()]
        assert restored == [row[:-1] for row in before]
        assert OpeningTotals.objects.get().rounds == 3
        assert (Award.objects.get().prize, Proposal.objects.get().answer) == (10_000_000, Answer.ADOPTED)

    def test_a_form_that_began_before_a_rollback_does_not_save_over_it(self):
        batch = run(book(연구팀_E2="돌봄 체계")).batch
        version = Team.objects.get(name="빛가람").version
        roll_back(batch=batch, user=None, reason="잘못 올림")
        assert Team.objects.get(name="빛가람").version > version

    def test_only_what_changes_is_written_and_told(self):
        teams, rounds = Team.history.count(), Round.history.count()
        run(book(학습동아리_K5="1-2", 연구팀_I2="우수", 연구팀_K2="검토중"))
        assert (Team.history.count(), Round.history.count()) == (teams, rounds)
        assert Award.history.count() == Proposal.history.count() == 2

    def test_rolling_the_first_import_back_leaves_no_study_groups(self):
        roll_back(batch=ImportBatch.objects.get(), user=None, reason="잘못 올림")
        for model in (Programme, Round, Team, OpeningTotals, ServedPledge, Award, Proposal):
            assert not model.objects.exists(), model

    def test_what_an_import_made_public_stands_on_it(self):
        content = book([*ROUNDS, ["새 모임", 2025, None, "추진", *[None] * 7]])
        batch = run(content, publish=True).batch
        with pytest.raises(StoodOn) as refused, override("en"):
            roll_back(batch=batch, user=None, reason="잘못 올림")
        (edit,) = [each for each in refused.value.edits if each.what == "Study groups published"]
        assert edit.rows == ("한빛모임", "원정대", "새 모임", "and 5 more")
        assert Programme.objects.public().count() == 3

    def test_a_member_who_joined_since_stands_on_the_import(self):
        make.GroupMemberFactory(team=Team.objects.get(name="빛가람"))
        with pytest.raises(StoodOn):
            roll_back(batch=ImportBatch.objects.get(), user=None, reason="잘못 올림")


class TestOtherPlansAndColleagues:
    NEXT_TERM = {
        "기본정보_B4": 9,
        "기본정보_B5": "2026-07-01",
        "기본정보_B6": "2030-06-30",
        "기본정보_B8": "2026-09-30",
    }

    def test_a_programme_outlives_its_term_and_serves_pledges_of_both(self):
        run(book())
        result = run(book(**self.NEXT_TERM))
        # Only the links to this plan's pledges are new.
        assert groups_of(result) == {
            "학습동아리": {"new": 0, "changed": 2, "unchanged": 3},
            "연구팀": {"new": 0, "changed": 0, "unchanged": 2},
        }
        linked = ServedPledge.objects.values_list("pledge__plan__term__number", "pledge__code")
        assert sorted(linked) == [(8, "1-1"), (9, "1-1")]
        assert Programme.objects.count() == 2
        for number in (8, 9):
            plan = Plan.objects.with_places().get(term__number=number)
            assert unchanged(run(export_workbook(plan)))

    def test_another_citys_programme_of_the_same_name_is_another(self):
        run(book())
        other = book(기본정보_B2="달빛시", 기본정보_B3="dalbit", 학습동아리_F2=7, 공약_H2="도, 시")
        assert run(other).errors == []
        rounds = OpeningTotals.objects.values_list("programme__municipality__code", "rounds")
        assert sorted(rounds) == [("dalbit", 7), ("hanbit", 3)]

    def test_what_a_colleague_corrected_meanwhile_is_compared_anew(self, monkeypatch):
        run(book())

        def correct():
            team = Team.objects.get(name="영산강")
            team.topic = "배달앱 넓히기"
            team.save()

        before_writing(monkeypatch, correct)
        result = run(book(연구팀_E2="돌봄 체계"))
        assert result.errors == []
        assert [(cell.address, cell.old, cell.new) for cell in result.changes] == [
            ("E2", "돌봄 기기", "돌봄 체계"),
            ("E3", "배달앱 넓히기", "공공 배달앱"),
        ]

    def test_what_a_colleague_corrected_while_the_first_file_of_a_new_term_came_in_stands(self, monkeypatch):
        run(book())

        def correct():
            team = Team.objects.get(name="영산강")
            team.withdrawal = "인사이동"
            team.topic = "배달앱 넓히기"
            team.save()

        before_writing(monkeypatch, correct)
        result = run(book(**self.NEXT_TERM, 연구팀_F3=6))
        assert [(cell.address, cell.old) for cell in result.changes if cell.sheet == "연구팀"] == [
            ("E3", "배달앱 넓히기"),
            ("F3", "7"),
        ]
        team = Team.objects.get(name="영산강")
        assert (team.people, team.withdrawal) == (6, "인사이동")


E = {"round": "There is no such round in the sheet 학습동아리 or in the portal."}


class TestErrors:
    @pytest.mark.parametrize(
        ("cells", "cell", "message"),
        [
            ({"학습동아리_B3": "23"}, "B3", "Enter a whole number from 1948 to 2100."),
            ({"학습동아리_C3": 0}, "C3", "Enter a whole number from 1 to 99."),
            ({"학습동아리_D3": "함"}, "D3", "Enter one of: 추진, 미추진."),
            ({"학습동아리_E4": None}, "E4", "A round that was not held (미추진) needs its reason."),
            ({"학습동아리_E5": "더움"}, "E5", "Only a round that was not held (미추진) has a reason."),
            ({"학습동아리_G4": 3}, "G4", "A round that was not held has no totals."),
            ({"학습동아리_F3": 1}, "F3", "회수 belongs to the row 이전 alone; this row is one round."),
            (
                {"학습동아리_D2": "미추진"},
                "D2",
                "The row 이전 carries rounds that were held; it is always 추진.",
            ),
            ({"학습동아리_C2": 2}, "C2", "The row 이전 has no 차수: it carries all rounds held before."),
            ({"학습동아리_J2": 11}, "J2", "More proposals can't be adopted than there are topics."),
            ({"학습동아리_G5": 1.5}, "G5", "Enter a whole number from 0 to 1000000."),
            (
                {"학습동아리_K3": "9-9"},
                "K3",
                "There is no pledge of this number in the sheet 공약 or in the plan.",
            ),
        ],
    )
    def test_a_bad_round_is_refused_at_its_cell(self, cells, cell, message):
        assert errors(book(**cells)) == [("학습동아리", cell, message)]

    @pytest.mark.parametrize(
        ("cells", "cell", "message"),
        [
            ({"연구팀_B2": 2022}, "A2", E["round"]),
            ({"연구팀_D2": None}, "D2", "팀명 is missing; every row needs it."),
            ({"연구팀_F2": 0}, "F2", "Enter a whole number from 1 to 1000000."),
            ({"연구팀_G2": 9}, "G2", "There can't be more outsiders than people."),
            ({"연구팀_F2": None}, "G2", "There can't be more outsiders than people."),
            ({"연구팀_H2": "해체"}, "H2", "Enter one of: 신청, 선정, 운영, 중도포기, 완료, 미선정."),
            ({"연구팀_I2": None}, "J2", "A prize needs an award (시상) in the same row."),
            ({"연구팀_J2": 0.00001}, "J2", "This amount is not whole won; check the unit."),
            ({"연구팀_J2": -1}, "J2", "A negative number makes no sense here."),
            ({"연구팀_I3": "참가"}, "I3", "A team that did not take part to the end has no award."),
            ({"연구팀_K2": "좋음"}, "K2", "Enter one of: 반영, 미반영, 검토중."),
            ({"연구팀_L2": "복지과, 행정과"}, "L2", "Enter one department: the one that answers."),
            ({"연구팀_D3": "빛가람"}, "D3", "This row has the same 사업명, 연도, 차수, 팀명 as row 2."),
            (
                {"연구팀_B2": 2024},
                "H2",
                "This round was not held; its teams can only be 신청 or 미선정.",
            ),
        ],
    )
    def test_a_bad_team_is_refused_at_its_cell(self, cells, cell, message):
        assert ("연구팀", cell, message) in errors(book(**cells))

    @pytest.mark.parametrize(
        ("cells", "cell"),
        [
            ({"학습동아리_D4": "안 함", "학습동아리_G4": 3}, "D4"),
            ({"학습동아리_E4": "더" * 301}, "E4"),
            ({"연구팀_F2": "여덟"}, "F2"),
            ({"연구팀_I2": "으뜸"}, "I2"),
            ({"연구팀_H2": "해체", "연구팀_B2": 2024}, "H2"),
        ],
    )
    def test_nothing_more_is_said_of_a_cell_that_cant_be_read(self, cells, cell):
        assert [told[1] for told in errors(book(**cells))] == [cell]

    def test_all_errors_of_both_sheets_are_told_at_once(self):
        told = errors(book(학습동아리_E4=None, 연구팀_G2=9, 연구팀_G3=9))
        assert [(sheet, cell) for sheet, cell, _message in told] == [
            ("학습동아리", "E4"), ("연구팀", "G2"), ("연구팀", "G3"),
        ]  # fmt: skip

    def test_a_missing_header_is_refused(self):
        told = errors(book(학습동아리_C1=None))
        assert told[0][0] == "학습동아리"
        assert "차수" in told[0][2]

    def test_a_name_of_a_draft_is_refused(self):
        round = make.RoundFactory(
            programme=make.ProgrammeFactory(name="한빛모임"), year=2023, state=RoundState.FINISHED
        )
        make.TeamFactory(round=round, name="빛가람", state=TeamState.DRAFT)
        result = run(book())
        assert [(each.sheet, each.cell) for each in result.errors] == [("연구팀", "D2")]


# The rounds as 나주's card tells them: 64 + 6 teams, 614 + 53 people, 46 + 6 of 70 topics adopted.
NAJU = [
    ["사업명", "연도", "차수", "추진여부", "미추진 사유", "회수",
     "팀수", "과제수", "참여인원", "반영건수", "공약번호"],
    ["뜻세움", "이전", None, "추진", None, 8, 64, 64, 614, 46, "7-2-3"],
    ["뜻세움", 2023, None, "추진", None, None, 6, 6, 53, 6, "7-2-3"],
    *(
        ["뜻세움", year, None, "미추진", reason, None, None, None, None, None, None]
        for year, reason in (
            (2015, "참여율 미달"),
            (2018, "참여율 미달"),
            (2020, "참여율 미달"),
            (2022, "참여율 미달(코로나19)"),
            (2024, "참여율 미달"),
        )
    ),
    *(
        ["정책 벤치마킹 원정대", 2025, intake, "추진", None, None, teams, None, None, None, "7-2-3"]
        for intake, teams in ((1, 5), (2, 2), (3, 2))
    ),
]  # fmt: skip


def naju(source):
    if source == "own":
        pledges = [["공약번호", "공약명"], ["7-2-3", "학습동아리 활성화"]]
        return saved(workbook({"기본정보": INFO, "공약": pledges, "학습동아리": NAJU}))
    if not SAMPLE.is_file():
        pytest.skip("the contract's sample workbooks are not here")
    return SAMPLE.read_bytes()


@pytest.mark.parametrize("source", ["own", "sample"])
class TestNaju:
    @pytest.fixture(autouse=True)
    def _import(self, source):
        self.result = run(naju(source))

    def test_no_sheet_is_unknown(self):
        assert (self.result.errors, self.result.ignored) == ([], [])
        assert self.result.sheets["학습동아리"] == {"new": 10, "changed": 0, "unchanged": 0}

    def test_figures_are_those_of_the_card(self):
        first, second = programme_figures(Programme.objects.order_by("pk"))
        total = first.total
        assert (first.programme.name, total.rounds, total.teams, total.topics, total.people) == (
            "뜻세움", 9, 70, 70, 667,
        )  # fmt: skip
        assert (total.adopted, total.proposed, total.adoption_rate) == (52, 70, F(26, 35))
        assert display_percent(total.adoption_rate) == "74.3"
        assert total.not_held == 5
        assert [(each.round.year, each.round.reason) for each in first.rounds if each.round.reason] == [
            (2015, "참여율 미달"),
            (2018, "참여율 미달"),
            (2020, "참여율 미달"),
            (2022, "참여율 미달(코로나19)"),
            (2024, "참여율 미달"),
        ]
        assert [(each.round.year, each.round.intake, each.figures.teams) for each in second.rounds] == [
            (2025, 1, 5),
            (2025, 2, 2),
            (2025, 3, 2),
        ]
        assert second.total.people is None
        assert {link.pledge.code for link in ServedPledge.objects.all()} == {"7-2-3"}

    def test_it_goes_out_and_comes_in_unchanged(self):
        plan = Plan.objects.with_places().get()
        content = export_workbook(plan)
        assert unchanged(run(content))
        assert sorted(map(str, rows_of(content, "학습동아리"))) == sorted(map(str, NAJU))
        assert unchanged(run(write_filled(plan)))


@pytest.mark.parametrize("count", [1, 3])
def test_the_sheets_cost_a_fixed_number_of_queries(count, django_assert_num_queries):
    rounds = [*ROUNDS, *([f"모임 {n}", 2023, 1, "추진", None, None, 1, 1, 5, 0, "1-1"] for n in range(count))]
    teams = [*TEAMS, *([f"모임 {n}", 2023, 1, "팀", "과제", 5, 1, "완료", "우수", 5, "반영", "복지과"]
                       for n in range(count))]  # fmt: skip
    run(book(rounds, teams))
    plan = the_plan()
    with django_assert_num_queries(7):
        load_groups(plan.term.municipality, plan)
