"""협조부서 입력: which supporting departments may enter into a pledge's reports, as one person sees it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pledges.models import Department, Pledge, SupportInvitation
from pledges.permissions import Action, can_on, reach_of


@dataclass(frozen=True, slots=True)
class SupportLine:
    """A supporting department and its leave to enter; None where it has none."""

    department: Department
    invitation: SupportInvitation | None


@dataclass(frozen=True, slots=True)
class Support:
    """``asked`` are the leaves that this person's own departments have on the pledge."""

    lines: Sequence[SupportLine]
    may_invite: bool
    asked: Sequence[SupportInvitation]

    @property
    def invited(self) -> int:
        return sum(line.invitation is not None for line in self.lines)


def read_support(user: Any, pledge: Pledge) -> Support:
    """Read of a pledge loaded ``with_supporters``: no query."""
    by_department = {each.department_id: each for each in pledge.support_invitations.all()}
    own = reach_of(user, Action.ENTER_REPORT).invited
    return Support(
        lines=[
            SupportLine(department, by_department.get(department.pk))
            for department in pledge.supporting_departments.all()
            if department.ended_on is None
        ],
        may_invite=can_on(user, Action.INVITE_SUPPORT, pledge),
        asked=[
            each
            for department, each in by_department.items()
            if department in own and department != pledge.lead_department_id
        ],
    )
