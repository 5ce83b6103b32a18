"""협조부서 입력: the lead department lets a supporting one enter into a pledge's reports."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from pledges.audit import operation
from pledges.history import create_all, delete_all, update_all
from pledges.models import Department, Pledge, SupportInvitation
from pledges.notation import clean_text
from pledges.permissions import Action, require_on
from pledges.workflow.errors import WrongState

LONGEST_NOTE = 300


@transaction.atomic
def invite_support(*, pledge: Pledge, department: Department, user: Any, note: str = "") -> SupportInvitation:
    """Let a supporting department enter into this pledge's reports until it is taken back.

    ``note`` says what to enter; inviting again writes it anew. Submitting stays with the lead
    department. Raises PermissionDenied, and WrongState where the department does not support the
    pledge or has ended.
    """
    require_on(user, Action.INVITE_SUPPORT, pledge)
    said = clean_text(note)
    if len(said) > LONGEST_NOTE:
        raise WrongState(_("The note has at most %(limit)d characters.") % {"limit": LONGEST_NOTE})
    with operation("support_invited", user=user, municipality=pledge.plan.term.municipality, pledge=pledge):
        department = _held(pledge, department)
        if (
            department.ended_on is not None
            or not pledge.supporting_departments.filter(pk=department.pk).exists()
        ):
            raise WrongState(
                _("Only a supporting department of this pledge can be invited; “%(name)s” is none.")
                % {"name": department.name}
            )
        held = SupportInvitation.objects.filter(pledge=pledge, department=department).first()
        if held is None:
            held = SupportInvitation(pledge=pledge, department=department, note=said, invited_by=user)
            create_all([held], user)
        elif held.note != said:
            held.note = said
            update_all([held], ["note"], user)
        return held


@transaction.atomic
def withdraw_support(*, pledge: Pledge, department: Department, user: Any) -> None:
    """Take the leave to enter back; what was entered stays. Nothing where there is none.

    Raises PermissionDenied.
    """
    require_on(user, Action.INVITE_SUPPORT, pledge)
    with operation("support_withdrawn", user=user, municipality=pledge.plan.term.municipality, pledge=pledge):
        _held(pledge, department)
        delete_all(list(SupportInvitation.objects.filter(pledge=pledge, department=department)), user)


def _held(pledge: Pledge, department: Department) -> Department:
    """The department as it stands, held with the pledge until the transaction ends.

    The department first: it is what a change of departments holds before it writes pledges, so that
    the two come one after the other and neither waits for the other in a circle.
    """
    held = Department.objects.select_for_update(no_key=True).get(pk=department.pk)
    Pledge.objects.select_for_update(no_key=True, of=("self",)).get(pk=pledge.pk)
    return held
