"""Thousands of steps of the cycle in every order: nothing unapproved is ever public, no edition ever changes.

A plain model of the rules runs beside the portal: of each pledge and period the
revisions with their states, values and a mark that only their text carries.
Steps that the model forbids are tried too, and must be refused.
"""

import datetime as dt
import inspect
import json
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from pledges import workflow
from pledges.enums import PeriodState, Role, Status
from pledges.models import ProgressReport
from pledges.workflow import Conflict, ReportContents, WorkflowError
from reports.editions import current_edition, publish_period
from reports.models import Edition, EditionPledge
from tests.factories import (
    DepartmentFactory,
    IndicatorFactory,
    MembershipFactory,
    PeriodFactory,
    PlanFactory,
    PledgeFactory,
)

QUARTERS = (dt.date(2024, 3, 31), dt.date(2024, 6, 30))
CODES = ("1-1", "1-2")
TARGET = 40
# 20 runs of 100 steps.
RUNS, STEPS = 20, 100

codes, quarters = st.sampled_from(CODES), st.sampled_from(QUARTERS)
people = st.sampled_from(("officer", "head", "other", "coordinator", "auditor"))
own_department = ("officer", "head")


@dataclass
class Revision:
    """What the model knows of one revision."""

    state: str
    value: int
    mark: str
    has_reason: bool = False
    submitted_by: str = ""


class Cycle(RuleBasedStateMachine):
    # How often each step went through in all runs together.
    done: Counter[str] = Counter()

    def __init__(self):
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        department = DepartmentFactory(name="주관과")
        self.plan = PlanFactory(head_signs=True)
        self.pledges = {
            code: PledgeFactory(plan=self.plan, code=code, lead_department=department) for code in CODES
        }
        self.indicators = {
            code: IndicatorFactory(pledge=pledge, targets={2024: TARGET})
            for code, pledge in self.pledges.items()
        }
        self.periods = {as_of: PeriodFactory(plan=self.plan, as_of=as_of) for as_of in QUARTERS}
        self.people = {
            "officer": MembershipFactory(role=Role.OFFICER, department=department).user,
            "head": MembershipFactory(role=Role.HEAD, department=department).user,
            "other": MembershipFactory(role=Role.OFFICER, department=DepartmentFactory(name="다른과")).user,
            "coordinator": MembershipFactory(role=Role.COORDINATOR).user,
            "auditor": MembershipFactory(role=Role.AUDITOR).user,
        }
        self.revisions: dict[tuple[str, dt.date], list[Revision]] = {
            (code, as_of): [] for code in CODES for as_of in QUARTERS
        }
        self.published: set[dt.date] = set()
        self.marks = 0
        self.approved_marks: set[str] = set()
        self.frozen: dict[int, str] = {}
        self.said: dict[int, dict] = {}
        self.looked_at: set[int] = set()

    def teardown(self):
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    # --- The model ---

    def unfinished(self, code, as_of):
        return next((each for each in self.revisions[code, as_of] if each.state != "approved"), None)

    def live(self, code, as_of):
        approved = [each for each in self.revisions[code, as_of] if each.state == "approved"]
        return approved[-1] if approved else None

    def is_correction(self, code, as_of):
        return as_of in self.published or self.live(code, as_of) is not None

    def may_write(self, who, code, as_of):
        return who in own_department or (who == "coordinator" and self.is_correction(code, as_of))

    def says(self, as_of):
        """What an edition of this date would say of each pledge: the mark of its own report, the sum so far.

        A report's text stands on the card of its own date; its value counts from then on.
        """
        said = {}
        for code in CODES:
            live = {day: self.live(code, day) for day in QUARTERS if day <= as_of}
            values = [each.value for each in live.values() if each]
            said[code] = (live[as_of].mark if live[as_of] else "", sum(values) if values else None)
        return said

    def stored(self, code, as_of):
        reports = ProgressReport.objects.for_pledge(self.pledges[code]).for_period(self.periods[as_of])
        return reports.with_places().by_revision().first()

    def attempt(self, allowed, step):
        """Take the step, which must work exactly where the model allows it; whether it did."""
        refused = None
        try:
            with transaction.atomic():
                step()
        except (WorkflowError, PermissionDenied) as error:
            refused = error
        self.done["refused" if refused else inspect.stack()[1].function] += 1
        assert (refused is None) == allowed, f"expected {allowed}, refused by {refused!r}"
        return allowed

    # --- The steps ---

    def write(self, code, as_of, who, value, reason):
        """Begin a report or a correction, or save over the unfinished one."""
        unfinished, correction = self.unfinished(code, as_of), self.is_correction(code, as_of)
        self.marks += 1
        mark = f"표식{self.marks:05d}번"
        contents = ReportContents(
            status=Status.ON_TRACK,
            cause=mark,
            reason="오기 정정" if reason else "",
            actuals={self.indicators[code].pk: Decimal(value)},
        )

        def step():
            report = self.stored(code, as_of)
            if unfinished is None:
                report = workflow.start_report(
                    pledge=self.pledges[code],
                    period=self.periods[as_of],
                    user=self.people[who],
                    reason=contents.reason,
                )
            workflow.save_report(
                report=report, user=self.people[who], version=report.version, contents=contents
            )

        allowed = self.may_write(who, code, as_of) and (reason or not correction)
        # Between the first report and a correction only the reason differs; a coordinator never begins.
        if unfinished is not None:
            allowed = allowed and unfinished.state in ("draft", "returned")
        if self.attempt(allowed, step):
            if unfinished is None:
                unfinished = Revision("draft", value, mark, has_reason=reason)
                self.revisions[code, as_of].append(unfinished)
            unfinished.value, unfinished.mark = value, mark
            unfinished.has_reason = unfinished.has_reason or (correction and reason)

    def submit(self, code, as_of, who):
        unfinished = self.unfinished(code, as_of)
        if unfinished is None:
            return
        report = self.stored(code, as_of)
        allowed = (
            self.may_write(who, code, as_of)
            and unfinished.state in ("draft", "returned")
            and (unfinished.has_reason or not self.is_correction(code, as_of))
        )

        def step():
            workflow.submit_report(
                report=report,
                user=self.people[who],
                version=report.version,
                status=Status.ON_TRACK,
                lagging=False,
            )

        if self.attempt(allowed, step):
            unfinished.state = "signed" if who == "head" else "submitted"
            unfinished.submitted_by = who

    def withdraw(self, code, as_of, who):
        unfinished = self.unfinished(code, as_of)
        if unfinished is None:
            return
        report = self.stored(code, as_of)
        # The department takes its report back; of the planning office only who handed the correction in.
        is_own = who in own_department or unfinished.submitted_by == who
        allowed = is_own and self.may_write(who, code, as_of) and unfinished.state in ("submitted", "signed")
        if self.attempt(
            allowed,
            lambda: workflow.withdraw_report(report=report, user=self.people[who], version=report.version),
        ):
            unfinished.state = "draft"

    def sign(self, code, as_of, who):
        unfinished = self.unfinished(code, as_of)
        if unfinished is None:
            return
        report = self.stored(code, as_of)
        if self.attempt(
            who == "head" and unfinished.state == "submitted",
            lambda: workflow.sign_report(report=report, user=self.people[who], version=report.version),
        ):
            unfinished.state = "signed"

    def send_back(self, code, as_of, who):
        unfinished = self.unfinished(code, as_of)
        if unfinished is None:
            return
        report = self.stored(code, as_of)
        may = {"head": ("submitted",), "coordinator": ("submitted", "signed")}.get(who, ())
        if self.attempt(
            unfinished.state in may,
            lambda: workflow.return_report(
                report=report, user=self.people[who], version=report.version, comment="고쳐 주십시오."
            ),
        ):
            unfinished.state = "returned"

    def approve(self, code, as_of, who, stale):
        unfinished = self.unfinished(code, as_of)
        if unfinished is None:
            return
        report = self.stored(code, as_of)
        seen = report.version - stale
        allowed = (
            who == "coordinator"
            and not stale
            and unfinished.state == "signed"
            and (unfinished.has_reason or not self.is_correction(code, as_of))
        )
        if self.attempt(
            allowed,
            lambda: workflow.approve_report(report=report, user=self.people[who], version=seen),
        ):
            unfinished.state = "approved"
            self.approved_marks.add(unfinished.mark)

    def publish(self, as_of, who, reason):
        concerned = [day for day in QUARTERS if day == as_of or (day > as_of and day in self.published)]
        corrects = any(self.differs(day) for day in concerned if day in self.published)
        before = set(Edition.objects.values_list("pk", flat=True))
        if self.attempt(
            who == "coordinator" and (reason or not corrects),
            lambda: publish_period(
                period=self.periods[as_of],
                user=self.people[who],
                reason="오기 정정" if reason else "",
            ),
        ):
            self.published.add(as_of)
            self.periods[as_of].refresh_from_db()
            assert self.periods[as_of].state == PeriodState.PUBLISHED
            self.frozen.update({pk: text for pk, text in fingerprints().items() if pk not in before})
            for edition in Edition.objects.exclude(pk__in=before):
                self.said[edition.pk] = self.says(edition.as_of)
                self.done["corrected edition" if edition.number > 1 else "edition"] += 1

    def differs(self, as_of):
        """Whether approved data says something else than the edition of this date."""
        return self.said[current_edition(self.plan, as_of).pk] != self.says(as_of)

    def marks_in(self, edition):
        text = json.dumps(
            [*edition.pledges.values_list("card", flat=True), edition.summary], ensure_ascii=False
        )
        return {
            word for word in (f"표식{number:05d}번" for number in range(1, self.marks + 1)) if word in text
        }

    # --- What is tried ---

    def in_state(self, *states):
        return [key for key in self.revisions if (held := self.unfinished(*key)) and held.state in states]

    @rule(code=codes, as_of=quarters, who=st.sampled_from(own_department), value=st.integers(0, 30))
    def department_writes(self, code, as_of, who, value):
        unfinished = self.unfinished(code, as_of)
        if unfinished is None or unfinished.state in ("draft", "returned"):
            self.write(code, as_of, who, value, True)

    @precondition(lambda self: self.in_state("draft", "returned"))
    @rule(pick=st.integers(0, 9), who=st.sampled_from(own_department))
    def department_submits(self, pick, who):
        self.submit(*chosen(self.in_state("draft", "returned"), pick), who)

    @precondition(lambda self: self.in_state("submitted"))
    @rule(pick=st.integers(0, 9))
    def head_signs(self, pick):
        self.sign(*chosen(self.in_state("submitted"), pick), "head")

    @precondition(lambda self: self.in_state("submitted", "signed"))
    @rule(pick=st.integers(0, 9))
    def department_withdraws(self, pick):
        self.withdraw(*chosen(self.in_state("submitted", "signed"), pick), "officer")

    @precondition(lambda self: self.in_state("submitted", "signed"))
    @rule(pick=st.integers(0, 9))
    def office_returns(self, pick):
        self.send_back(*chosen(self.in_state("submitted", "signed"), pick), "coordinator")

    @precondition(lambda self: self.in_state("signed"))
    @rule(pick=st.integers(0, 9))
    def office_approves(self, pick):
        self.approve(*chosen(self.in_state("signed"), pick), "coordinator", False)

    @precondition(lambda self: any(day not in self.published or self.differs(day) for day in QUARTERS))
    @rule(as_of=quarters, reason=st.booleans())
    def office_publishes(self, as_of, reason):
        self.publish(as_of, "coordinator", reason)

    @rule(
        step=st.sampled_from(("write", "submit", "withdraw", "sign", "send_back", "approve", "publish")),
        code=codes,
        as_of=quarters,
        who=people,
        flag=st.booleans(),
    )
    def anybody_tries_anything(self, step, code, as_of, who, flag):
        if step == "write":
            self.write(code, as_of, who, 7, flag)
        elif step == "approve":
            self.approve(code, as_of, who, flag)
        elif step == "publish":
            self.publish(as_of, who, flag)
        else:
            getattr(self, step)(code, as_of, who)

    # --- What always holds ---

    @invariant()
    def no_edition_changes(self):
        assert fingerprints() == self.frozen

    @invariant()
    def nothing_unapproved_is_public(self):
        """What readers get is what was approved when it was published, and adds up."""
        for as_of in QUARTERS:
            edition = current_edition(self.plan, as_of)
            if edition is None or edition.pk in self.looked_at:
                continue
            self.looked_at.add(edition.pk)
            assert self.marks_in(edition) <= self.approved_marks
            for row in EditionPledge.objects.for_edition(edition):
                _mark, total = self.said[edition.pk][row.code]
                shown = "–" if total is None else f"{min(Decimal(total) * 100 / TARGET, Decimal(100)):.2f}"
                assert row.rate_display == shown


def chosen(keys, pick):
    return keys[pick % len(keys)]


def fingerprints():
    """Everything that every edition says, by its primary key."""
    rows = {}
    for edition, *columns in EditionPledge.objects.order_by("pk").values_list(
        "edition", "code", "rate_display", "status", "card"
    ):
        rows.setdefault(edition, []).append(columns)
    return {
        edition.pk: json.dumps(
            [edition.summary, edition.reason, edition.digest, rows[edition.pk]], sort_keys=True
        )
        for edition in Edition.objects.all()
    }


@pytest.mark.django_db
def test_two_thousand_steps_of_the_cycle():
    run_state_machine_as_test(
        Cycle,
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            # A hundred steps shrink for many minutes; the seed is always the same, so a failure comes again.
            phases=(Phase.generate,),
        ),
    )
    # A machine that only ever met closed doors would prove nothing.
    for step in ("write", "submit", "sign", "send_back", "withdraw", "approve", "publish", "refused"):
        assert Cycle.done[step] >= 10, Cycle.done
    assert Cycle.done["corrected edition"] >= 5, Cycle.done


@pytest.mark.django_db
def test_a_stale_save_is_a_conflict_in_every_state():
    machine = Cycle()
    try:
        machine.write("1-1", QUARTERS[0], "officer", 1, False)
        report = machine.stored("1-1", QUARTERS[0])
        with pytest.raises(Conflict):
            workflow.save_report(
                report=report,
                user=machine.people["officer"],
                version=report.version - 1,
                contents=ReportContents(),
            )
    finally:
        machine.teardown()
