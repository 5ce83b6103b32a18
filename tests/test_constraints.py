"""Every named database constraint refuses the row it is there to refuse, on both databases."""

import datetime as dt

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.utils import timezone

from budgets.models import WON_LIMIT
from pledges import models
from pledges.enums import PeriodState, ReportState, Role, Span, Status
from reports.models import (
    Edition,
    EditionChange,
    EditionComparison,
    EditionPledge,
    ImportBatch,
    KeptForm,
    Reminder,
)
from studygroups import models as groups
from studygroups.enums import MemberRole, RoundState
from tests import factories as make

pytestmark = pytest.mark.django_db

ROOMS = ("pledges", "budgets", "studygroups", "reports")


def twice(factory, **fields):
    """Two rows alike: bypasses get_or_create, which some factories use."""
    model = factory._meta.model
    first = factory(**fields)
    values = {
        field.attname: getattr(first, field.attname)
        for field in model._meta.concrete_fields
        if not field.primary_key
    }
    model.objects.create(**values)


def department_change(**fields):
    successor = make.DepartmentFactory()
    values = {
        "municipality": successor.municipality,
        "kind": "renamed",
        "old_name": "옛과",
        "new_name": successor.name,
        "successor": successor,
        "changed_on": dt.date(2024, 7, 1),
        "reason": "조직개편",
    }
    return models.DepartmentChange.objects.create(**{**values, **fields})


def former_departments(*parts, **fields):
    pledge, change = make.PledgeFactory(), department_change()
    for number, part in enumerate(parts):
        department = make.DepartmentFactory(name=f"옛{number}과")
        values = {"pledge": pledge, "change": change, "part": part, "department": department}
        models.FormerDepartment.objects.create(**{**values, **fields})


def edition(**fields):
    period = make.PeriodFactory()
    values = {
        "plan": period.plan,
        "period": period,
        "as_of": period.as_of,
        "number": 1,
        "summary": {},
        "digest": "",
        "published_at": timezone.now(),
    }
    return Edition.objects.create(**{**values, **fields})


def frozen(**fields):
    pledge = fields.pop("pledge", None) or make.PledgeFactory()
    values = {
        "pledge": pledge,
        "position": 1,
        "code": pledge.code,
        "name": pledge.name,
        "status": Status.NONE,
        "status_label": "",
        "card": {},
    }
    return EditionPledge.objects.create(**{**values, **fields})


def comparison(**fields):
    editions = (
        {} if "before" in fields else {"before": edition(), "edition": edition(number=2, reason="고침")}
    )
    counts = dict.fromkeys(("promised", "moved", "added", "removed"), 0)
    return EditionComparison.objects.create(**{**editions, **counts, **fields})


def change(**fields):
    values = {
        "comparison": fields.get("comparison") or comparison(),
        "pledge": fields.get("pledge") or make.PledgeFactory(),
        "position": 1,
        "code": "1-1",
        "name": "공약",
        "presence": "both",
        "has_moved": True,
        "has_promises": False,
    }
    return EditionChange.objects.create(**{**values, **fields})


def frozen_twice(**different):
    one = edition()
    first = frozen(edition=one)
    frozen(**{"edition": one, "pledge": first.pledge, "code": first.code, **different})


def kept_form_twice():
    pledge, user = make.PledgeFactory(), make.UserFactory()
    period = make.PeriodFactory(plan=pledge.plan)
    for _ in range(2):
        KeptForm.objects.create(user=user, pledge=pledge, period=period, base_version=0, body="status=")


def staged_import(**fields):
    """An upload that waits to be confirmed."""
    given = {
        "state": "staged", "file_name": "계획.xlsx", "size": 1, "sha256": "0" * 64,
        "expires_at": timezone.now(), **fields,
    }  # fmt: skip
    return ImportBatch.objects.create(**given)


def applied_import(**fields):
    given = {"state": "applied", "applied_at": timezone.now(), "expires_at": None, **fields}
    return staged_import(**{"plan": make.PlanFactory(), **given})


def reminder(**fields):
    period = make.PeriodFactory()
    values = {"period": period, "user": make.UserFactory(), "stage": "week", "due_on": period.due_on}
    return Reminder.objects.create(**{**values, **fields})


def proposal_reminder(**fields):
    return reminder(
        period=None, **{"proposal": make.ProposalFactory(), "due_on": dt.date(2026, 1, 2), **fields}
    )


def invitation(**fields):
    values = {"email": "a@hanbit.example", "name": "가", "role": Role.AUDITOR, "token_digest": "0" * 64}
    place = {"municipality": make.MunicipalityFactory(), "expires_at": timezone.now()}
    return models.Invitation.objects.create(**{**values, **place, **fields})


def team_file(**fields):
    given = {"kind": "report", "name": "a", "media_type": "b", "size": 1, "sha256": "c", **fields}
    return groups.TeamFile.objects.create(**{"team": make.TeamFactory(), **given})


def planned_twice(factory, **fields):
    sub_project = make.SubProjectFactory()
    factory(sub_project=sub_project, **fields)
    factory(sub_project=sub_project, **fields)


BREAKS = {
    "municipality_has_code": lambda: make.MunicipalityFactory(code=""),
    "municipality_has_name": lambda: make.MunicipalityFactory(name=""),
    "department_unique_name": lambda: twice(make.DepartmentFactory),
    "department_has_name": lambda: make.DepartmentFactory(name=""),
    "term_unique_number": lambda: twice(make.TermFactory),
    "term_ends_after_start": lambda: make.TermFactory(ends_on=dt.date(2022, 7, 1)),
    "term_number_positive": lambda: make.TermFactory(number=0),
    "user_unique_email": lambda: [
        make.UserFactory(username=name, email=email)
        for name, email in (("kim", "a@hanbit.example"), ("lee", "A@Hanbit.Example"))
    ],
    "membership_unique_in_department": lambda: twice(make.OfficerFactory),
    "membership_unique_in_city": lambda: twice(make.MembershipFactory),
    "membership_department_role_has_department": lambda: make.MembershipFactory(role=Role.OFFICER),
    "membership_role_known": lambda: make.MembershipFactory(role="mayor"),
    "plan_unique_code": lambda: twice(make.PlanFactory),
    "plan_decimals_0_to_2": lambda: make.PlanFactory(decimals=3),
    "plan_rounding_known": lambda: make.PlanFactory(rounding="up"),
    "plan_method_known": lambda: make.PlanFactory(headline_method="guess"),
    "plan_money_unit_known": lambda: make.PlanFactory(money_unit="dollar"),
    "plan_has_code": lambda: make.PlanFactory(code=""),
    "own_status_unique_name": lambda: [
        models.OwnStatus.objects.create(plan=make.PlanFactory(), name="우수") for _ in range(2)
    ],
    "own_status_has_name": lambda: models.OwnStatus.objects.create(plan=make.PlanFactory(), name=""),
    "area_unique_code": lambda: twice(make.AreaFactory),
    "area_has_code": lambda: make.AreaFactory(code=""),
    "area_not_its_own_parent": lambda: (
        lambda area: models.Area.objects.filter(pk=area.pk).update(parent=area.pk)
    )(make.AreaFactory()),
    "pledge_unique_code": lambda: twice(make.PledgeFactory),
    "pledge_code_fits_an_address": lambda: make.PledgeFactory(code="1/1"),
    "pledge_has_name": lambda: make.PledgeFactory(name=""),
    "pledge_completion_known": lambda: make.PledgeFactory(completion="soon"),
    "pledge_novelty_known": lambda: make.PledgeFactory(novelty="old"),
    "former_department_unique": lambda: former_departments(
        "supporting", "supporting", department=make.DepartmentFactory()
    ),
    "former_department_one_lead": lambda: former_departments("lead", "lead"),
    "former_department_part_known": lambda: former_departments("friend"),
    "task_unique_name": lambda: twice(make.ScheduleTaskFactory),
    "task_has_name": lambda: make.ScheduleTaskFactory(name=""),
    "planned_quarter_unique": lambda: twice(make.PlannedQuarterFactory),
    "planned_quarter_1_to_4": lambda: make.PlannedQuarterFactory(quarter=5),
    "indicator_unique_name": lambda: twice(make.IndicatorFactory),
    "indicator_has_name": lambda: make.IndicatorFactory(name=""),
    "indicator_kind_known": lambda: make.IndicatorFactory(kind="rising"),
    "indicator_counted_by_known": lambda: make.IndicatorFactory(counted_by="guess"),
    "target_unique_year": lambda: [
        models.YearlyTarget.objects.create(indicator=indicator, year=2024, value=1)
        for indicator in [make.IndicatorFactory()] * 2
    ],
    "period_unique_as_of": lambda: twice(make.PeriodFactory),
    "period_due_after_as_of": lambda: make.PeriodFactory(due_on=dt.date(2024, 3, 30)),
    "period_state_known": lambda: make.PeriodFactory(state="frozen"),
    "period_published_has_time": lambda: make.PeriodFactory(state=PeriodState.PUBLISHED, published_at=None),
    "report_unique_revision": lambda: twice(make.ApprovedReportFactory),
    "report_one_unfinished": lambda: (
        lambda report: make.ReportFactory(pledge=report.pledge, period=report.period, revision=2)
    )(make.ReportFactory()),
    "report_state_known": lambda: make.ReportFactory(state="lost"),
    "report_status_known": lambda: make.ReportFactory(status="fine"),
    "report_other_status_is_named": lambda: make.ReportFactory(status=Status.OTHER),
    "report_entered_rate_0_to_100": lambda: make.ReportFactory(entered_rate="100.01"),
    "report_rate_set_or_withdrawn": lambda: make.ReportFactory(entered_rate=50, rate_withdrawn=True),
    "report_approved_has_time": lambda: make.ReportFactory(state=ReportState.APPROVED, approved_at=None),
    "report_signed_has_time": lambda: make.ReportFactory(state=ReportState.SIGNED, signed_at=None),
    "report_revision_positive": lambda: make.ReportFactory(revision=0),
    "actual_unique_indicator": lambda: twice(make.ActualFactory),
    "mark_unique_quarter": lambda: twice(make.ScheduleMarkFactory),
    "mark_quarter_1_to_4": lambda: make.ScheduleMarkFactory(quarter=0),
    "mark_known": lambda: make.ScheduleMarkFactory(mark="perhaps"),
    "achievement_unique": lambda: twice(make.AchievementFactory),
    "achievement_ends_after_start": lambda: make.AchievementFactory(ends_on=dt.date(2024, 2, 1)),
    "achievement_has_text": lambda: make.AchievementFactory(text=""),
    "achievement_precision_known": lambda: make.AchievementFactory(precision="hour"),
    "evidence_unique_content": lambda: [
        models.EvidenceFile.objects.create(report=report, name="a", media_type="b", size=1, sha256="c")
        for report in [make.ReportFactory()] * 2
    ],
    "evidence_not_empty": lambda: models.EvidenceFile.objects.create(
        report=make.ReportFactory(), name="a", media_type="b", size=0, sha256="c"
    ),
    "comment_section_known": lambda: models.ReportComment.objects.create(
        report=make.ReportFactory(), body="확인", section="weather"
    ),
    "comment_has_body": lambda: models.ReportComment.objects.create(report=make.ReportFactory(), body=""),
    "department_change_kind_known": lambda: department_change(kind="moved"),
    "department_change_has_names": lambda: department_change(new_name=""),
    "department_change_has_reason": lambda: department_change(reason=""),
    "due_extension_has_reason": lambda: models.DueExtension.objects.create(
        period=make.PeriodFactory(), due_on=dt.date(2024, 5, 1), reason=""
    ),
    "support_invitation_unique": lambda: [
        models.SupportInvitation.objects.create(pledge=pledge, department=make.DepartmentFactory())
        for pledge in [make.PledgeFactory()] * 2
    ],
    "sub_project_unique_name": lambda: twice(make.SubProjectFactory),
    "sub_project_has_name": lambda: make.SubProjectFactory(name=""),
    **{
        f"{kind}_{rule}": breaks
        for kind, factory in (("investment", make.InvestmentFactory), ("secured", make.SecuredFactory))
        for rule, breaks in {
            "unique_year": lambda factory=factory: planned_twice(factory),
            "unique_span": lambda factory=factory: planned_twice(factory, span=Span.AFTER, year=None),
            "year_goes_with_span": lambda factory=factory: factory(span=Span.PRIOR),
            "amount_in_range": lambda factory=factory: factory(amount=-1),
            "source_known": lambda factory=factory: factory(source="lottery"),
            "span_known": lambda factory=factory: factory(span="ever", year=None),
        }.items()
    },
    "executed_unique_source": lambda: twice(make.ExecutedFactory),
    "executed_amount_in_range": lambda: make.ExecutedFactory(amount=WON_LIMIT + 1),
    "executed_source_known": lambda: make.ExecutedFactory(source="lottery"),
    "audit_sequence_positive": lambda: models.AuditEntry.objects.bulk_create(
        [models.AuditEntry(sequence=0, at=timezone.now(), action="saved")]
    ),
    "audit_one_head": lambda: models.AuditHead.objects.create(pk=2),
    "invitation_department_role_has_department": lambda: invitation(role=Role.OFFICER),
    "invitation_role_known": lambda: invitation(role="mayor"),
    "invitation_accepted_or_revoked": lambda: invitation(
        accepted_at=timezone.now(), revoked_at=timezone.now()
    ),
    "handover_role_known": lambda: models.Handover.objects.create(
        department=make.DepartmentFactory(), role="mayor"
    ),
    "edition_unique_number": lambda: [edition(), edition()],
    "edition_number_positive": lambda: edition(number=0, reason="고침"),
    "edition_correction_has_reason": lambda: edition(number=2),
    "kept_form_unique": kept_form_twice,
    "reminder_once": lambda: (lambda first: reminder(user=first.user))(reminder()),
    "reminder_once_of_proposal": lambda: (
        lambda first: proposal_reminder(user=first.user, proposal=first.proposal)
    )(proposal_reminder()),
    "reminder_of_one_thing": lambda: reminder(proposal=make.ProposalFactory()),
    "reminder_stage_known": lambda: reminder(stage="soon"),
    "reminder_rounds_only_overdue": lambda: reminder(round=1),
    "import_state_known": lambda: applied_import(state="done"),
    "import_layout_known": lambda: staged_import(layout="letter"),
    "import_staged_or_applied": lambda: staged_import(expires_at=None),
    "import_rolled_back_when": lambda: applied_import(rolled_back_at=timezone.now()),
    "import_rolled_back_why": lambda: applied_import(state="rolled_back", rolled_back_at=timezone.now()),
    "import_redacted_has_no_file": lambda: applied_import(file="imports/1.xlsx", redacted_at=timezone.now()),
    "programme_unique_name": lambda: twice(make.ProgrammeFactory),
    "programme_has_name": lambda: make.ProgrammeFactory(name=""),
    "programme_weights_add_up": lambda: make.ProgrammeFactory(audience_weight=21),
    "programme_outsiders_at_most_100": lambda: make.ProgrammeFactory(outsiders_percent=101),
    "programme_rules_positive": lambda: make.ProgrammeFactory(most_members=0),
    "award_rule_unique_kind": lambda: twice(make.AwardRuleFactory),
    "award_rule_kind_known": lambda: make.AwardRuleFactory(kind="gold"),
    "award_rule_prize_in_range": lambda: make.AwardRuleFactory(prize=-1),
    "award_rule_places_positive": lambda: make.AwardRuleFactory(places=0),
    "served_pledge_once": lambda: twice(make.ServedPledgeFactory),
    "openingtotals_totals_in_range": lambda: make.OpeningTotalsFactory(people=1_000_001),
    "openingtotals_adopted_of_topics": lambda: make.OpeningTotalsFactory(topics=3, adopted=4),
    "round_totals_in_range": lambda: make.RoundFactory(teams=1_000_001),
    "round_adopted_of_topics": lambda: make.RoundFactory(topics=3, adopted=4),
    "round_unique_intake": lambda: twice(make.RoundFactory),
    "round_year_in_range": lambda: make.RoundFactory(year=1900),
    "round_intake_in_range": lambda: make.RoundFactory(intake=0),
    "round_state_known": lambda: make.RoundFactory(state="asleep"),
    "round_not_held_has_reason": lambda: make.RoundFactory(state=RoundState.NOT_HELD),
    "round_not_held_has_no_totals": lambda: make.RoundFactory(
        state=RoundState.NOT_HELD, reason="참여율 미달", teams=3
    ),
    "round_closes_after_opening": lambda: make.RoundFactory(closes_on=dt.date(2024, 2, 28)),
    "round_recruiting_has_dates": lambda: make.RoundFactory(state=RoundState.RECRUITING, closes_on=None),
    "round_results_only_of_a_public_round": lambda: make.RoundFactory(results_published_at=timezone.now()),
    "score_sheet_handed_in_says_something": lambda: make.ScoreSheetFactory(submitted_at=timezone.now()),
    "round_weights_add_up": lambda: make.RoundFactory(
        paper_weight=50, presentation_weight=30, audience_weight=30
    ),
    "team_unique_name": lambda: twice(make.TeamFactory),
    "team_state_known": lambda: make.TeamFactory(state="asleep"),
    "team_has_name_once_applied": lambda: make.TeamFactory(name=""),
    "team_people_in_range": lambda: make.TeamFactory(people=0),
    "team_outsiders_of_people": lambda: make.TeamFactory(people=3, outsiders=4),
    "team_withdrawal_of_withdrawn": lambda: make.TeamFactory(withdrawal="인사이동"),
    "team_erased_was_not_selected": lambda: make.TeamFactory(state="selected", erased_at=timezone.now()),
    "member_once_a_team": lambda: twice(make.GroupMemberFactory, user=make.UserFactory()),
    "member_one_of_each_role": lambda: twice(make.GroupMemberFactory, role=MemberRole.CLERK),
    "member_has_name": lambda: make.GroupMemberFactory(name=""),
    "member_kind_known": lambda: make.GroupMemberFactory(kind="robot"),
    "member_role_known": lambda: make.GroupMemberFactory(role="cook"),
    "meeting_once_a_day": lambda: twice(make.MeetingFactory),
    "meeting_has_text": lambda: make.MeetingFactory(text=""),
    "team_file_unique_content": lambda: (lambda first: team_file(team=first.team))(team_file()),
    "team_file_kind_known": lambda: team_file(kind="song"),
    "team_file_not_empty": lambda: team_file(size=0),
    "judge_once_a_round": lambda: twice(make.JudgeFactory, user=make.UserFactory()),
    "judge_has_name": lambda: make.JudgeFactory(name=""),
    "judge_excused_has_reason": lambda: make.JudgeFactory(excused_at=timezone.now()),
    "score_sheet_one_a_team": lambda: twice(make.ScoreSheetFactory),
    "score_sheet_points_0_to_100": lambda: make.ScoreSheetFactory(paper="100.0001"),
    "score_sheet_abstains_without_points": lambda: make.ScoreSheetFactory(
        abstains=True, remark="동료", paper=1
    ),
    "award_kind_known": lambda: make.AwardFactory(kind="gold"),
    "award_prize_in_range": lambda: make.AwardFactory(prize=-1),
    "proposal_unique_position": lambda: twice(make.ProposalFactory),
    "proposal_position_positive": lambda: make.ProposalFactory(position=0),
    "proposal_answer_known": lambda: make.ProposalFactory(answer="perhaps"),
    "proposal_asked_has_department": lambda: make.ProposalFactory(asked_at=timezone.now()),
    "proposal_answered_has_answer": lambda: make.ProposalFactory(answered_on=dt.date(2024, 9, 1)),
    "proposal_plan_of_adopted": lambda: make.ProposalFactory(answer="review", plan="내년에"),
    "follow_up_once_a_day": lambda: twice(make.FollowUpFactory),
    "follow_up_has_text": lambda: make.FollowUpFactory(text=""),
    "frozen_unique_code": lambda: frozen_twice(pledge=make.PledgeFactory()),
    "frozen_unique_pledge": lambda: frozen_twice(code="other"),
    "frozen_status_known": lambda: frozen(edition=edition(), status="fine"),
    "comparison_unique": lambda: (lambda first: comparison(before=first.before, edition=first.edition))(
        comparison()
    ),
    "comparison_of_two": lambda: (lambda one: comparison(before=one, edition=one))(edition()),
    "change_unique_pledge": lambda: (lambda first: change(comparison=first.comparison, pledge=first.pledge))(
        change()
    ),
    "change_presence_known": lambda: change(presence="maybe"),
}


@pytest.mark.parametrize("name", BREAKS)
def test_constraint_refuses_its_row(name):
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        BREAKS[name]()
    # SQLite names the columns, not the constraint, where a plain unique index refuses.
    assert name in str(caught.value) or "UNIQUE constraint failed" in str(caught.value)


def test_every_named_constraint_has_its_test():
    named = {
        constraint.name
        for room in ROOMS
        for model in apps.get_app_config(room).get_models()
        for constraint in model._meta.constraints
        if not model._meta.model_name.startswith("historical")
    }
    assert named == set(BREAKS)
