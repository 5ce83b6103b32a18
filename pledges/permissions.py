"""Who may do what: one table, and the functions that read it.

A right is a pair of an action and a role, and its scope says how far it
reaches: the pledges that the member's department leads; those and the ones that
it was invited to enter into as a supporting department; those that it leads or
supports; or the whole city. What is not in the table is refused. A superuser
may do everything; an inactive person nothing.
"""

import enum
import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _

from pledges.enums import Role
from pledges.models import Membership, Pledge
from pledges.querysets import PledgeQuerySet

View = Callable[..., HttpResponse]


class Action(enum.Enum):
    """What a member can do, in the order of the cycle."""

    VIEW_STAFF = "view_staff"
    ENTER_REPORT = "enter_report"
    SUBMIT_REPORT = "submit_report"
    INVITE_SUPPORT = "invite_support"
    SIGN_REPORT = "sign_report"
    CORRECT_REPORT = "correct_report"
    CHECK_REPORT = "check_report"
    MANAGE_PERIODS = "manage_periods"
    PREVIEW_EDITION = "preview_edition"
    PUBLISH = "publish"
    VIEW_IMPORTS = "view_imports"
    IMPORT_PLAN = "import_plan"
    EXPORT_PLAN = "export_plan"
    EDIT_DATA = "edit_data"
    VIEW_PEOPLE = "view_people"
    MANAGE_PEOPLE = "manage_people"
    VIEW_HANDOVERS = "view_handovers"
    HAND_OVER = "hand_over"
    VIEW_DEPARTMENTS = "view_departments"
    MANAGE_DEPARTMENTS = "manage_departments"
    VIEW_AUDIT = "view_audit"
    VIEW_GROUPS = "view_groups"
    APPLY_GROUP = "apply_group"
    MANAGE_GROUPS = "manage_groups"
    ANSWER_PROPOSAL = "answer_proposal"


class Scope(enum.Enum):
    LEAD = "lead"
    INVITED = "invited"
    CONCERNED = "concerned"
    CITY = "city"


# An officer enters and the head answers for the department; who enters does not check, and who brings
# in data and people does neither: the planning office checks and answers for what is published, the
# administrator keeps plans and people. One person may hold several memberships where a city hall is
# small. A correction may come from either side. What an auditor may see is an action of its own
# wherever seeing and doing share a page.
# fmt: off
RIGHTS: Mapping[Action, Mapping[Role, Scope]] = {
    Action.VIEW_STAFF: {
        Role.OFFICER: Scope.CONCERNED, Role.HEAD: Scope.CONCERNED,
        Role.COORDINATOR: Scope.CITY, Role.ADMIN: Scope.CITY, Role.AUDITOR: Scope.CITY,
    },
    Action.ENTER_REPORT:   {Role.OFFICER: Scope.INVITED, Role.HEAD: Scope.INVITED},
    Action.SUBMIT_REPORT:  {Role.OFFICER: Scope.LEAD, Role.HEAD: Scope.LEAD},
    Action.INVITE_SUPPORT: {Role.OFFICER: Scope.LEAD, Role.HEAD: Scope.LEAD, Role.COORDINATOR: Scope.CITY},
    Action.SIGN_REPORT:    {Role.HEAD: Scope.LEAD},
    Action.CORRECT_REPORT: {Role.OFFICER: Scope.LEAD, Role.HEAD: Scope.LEAD, Role.COORDINATOR: Scope.CITY},
    Action.CHECK_REPORT:   {Role.COORDINATOR: Scope.CITY},
    Action.MANAGE_PERIODS: {Role.COORDINATOR: Scope.CITY},
    Action.PREVIEW_EDITION: {Role.COORDINATOR: Scope.CITY, Role.AUDITOR: Scope.CITY},
    Action.PUBLISH:        {Role.COORDINATOR: Scope.CITY},
    Action.VIEW_IMPORTS:   {Role.COORDINATOR: Scope.CITY, Role.ADMIN: Scope.CITY, Role.AUDITOR: Scope.CITY},
    Action.IMPORT_PLAN:    {Role.ADMIN: Scope.CITY},
    Action.EXPORT_PLAN:    {Role.COORDINATOR: Scope.CITY, Role.ADMIN: Scope.CITY, Role.AUDITOR: Scope.CITY},
    Action.EDIT_DATA:      {Role.ADMIN: Scope.CITY},
    Action.VIEW_PEOPLE:    {Role.ADMIN: Scope.CITY, Role.AUDITOR: Scope.CITY},
    Action.MANAGE_PEOPLE:  {Role.ADMIN: Scope.CITY},
    Action.VIEW_HANDOVERS: {Role.HEAD: Scope.LEAD, Role.ADMIN: Scope.CITY, Role.AUDITOR: Scope.CITY},
    Action.HAND_OVER:      {Role.HEAD: Scope.LEAD, Role.ADMIN: Scope.CITY},
    Action.VIEW_DEPARTMENTS: {Role.ADMIN: Scope.CITY, Role.AUDITOR: Scope.CITY},
    Action.MANAGE_DEPARTMENTS: {Role.ADMIN: Scope.CITY},
    Action.VIEW_AUDIT:     {Role.COORDINATOR: Scope.CITY, Role.ADMIN: Scope.CITY, Role.AUDITOR: Scope.CITY},
    # Study groups: every application, screening and result; a member's and a judge's own are theirs anyhow.
    Action.VIEW_GROUPS:    {Role.COORDINATOR: Scope.CITY, Role.ADMIN: Scope.CITY, Role.AUDITOR: Scope.CITY},
    # Whoever works for the city may apply, whatever they are in it.
    Action.APPLY_GROUP: {
        Role.OFFICER: Scope.CITY, Role.HEAD: Scope.CITY,
        Role.COORDINATOR: Scope.CITY, Role.ADMIN: Scope.CITY, Role.AUDITOR: Scope.CITY,
    },
    Action.MANAGE_GROUPS:  {Role.COORDINATOR: Scope.CITY},
    # The department that a proposal was passed to; the planning office where it came on paper.
    Action.ANSWER_PROPOSAL: {Role.OFFICER: Scope.LEAD, Role.HEAD: Scope.LEAD, Role.COORDINATOR: Scope.CITY},
}
# fmt: on


# Who sees a whole city's drafts, publishes, or keeps its people shows TOTP or a passkey beside the password.
SECOND_STEP_ROLES = frozenset({Role.COORDINATOR, Role.ADMIN})


@dataclass(frozen=True, slots=True)
class Reach:
    """How far one person's right to one action goes: ids of cities and of departments."""

    everything: bool = False
    cities: frozenset[int] = frozenset()
    leading: frozenset[int] = frozenset()
    invited: frozenset[int] = frozenset()
    concerned: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.everything or self.cities or self.leading or self.invited or self.concerned)


def memberships_of(user: Any) -> list[Membership]:
    """The person's memberships; read once (one query) and kept on this ``user`` object."""
    if not user.is_authenticated or not user.is_active:
        return []
    if not hasattr(user, "_held_memberships"):
        user._held_memberships = list(
            Membership.objects.for_user(user).select_related("municipality", "department")
        )
    held: list[Membership] = user._held_memberships
    return held


def reach_of(user: Any, action: Action) -> Reach:
    """Everything that the user may do ``action`` on."""
    if user.is_active and user.is_superuser:
        return Reach(everything=True)
    ids: dict[Scope, set[int]] = {scope: set() for scope in Scope}
    for membership in memberships_of(user):
        scope = RIGHTS[action].get(Role(membership.role))
        if scope is Scope.CITY:
            ids[scope].add(membership.municipality_id)
        elif scope is not None and membership.department_id is not None:
            ids[scope].add(membership.department_id)
    return Reach(
        cities=frozenset(ids[Scope.CITY]),
        leading=frozenset(ids[Scope.LEAD] | ids[Scope.INVITED] | ids[Scope.CONCERNED]),
        invited=frozenset(ids[Scope.INVITED]),
        concerned=frozenset(ids[Scope.CONCERNED]),
    )


def needs_second_step(user: Any) -> bool:
    """Whether a password alone does not let this person in. Reads memberships, kept on ``user``."""
    return bool(
        user.is_active
        and (
            user.is_superuser
            or any(Role(membership.role) in SECOND_STEP_ROLES for membership in memberships_of(user))
        )
    )


def holds(user: Any, action: Action) -> bool:
    """Whether the user may do ``action`` anywhere at all."""
    return bool(reach_of(user, action))


def can(
    user: Any,
    action: Action,
    *,
    municipality: Any,
    department: Any = None,
    supporting: Iterable[Any] = (),
    invited: Iterable[Any] = (),
) -> bool:
    """Whether the user may do ``action`` in a city: on what ``department`` leads, ``supporting`` support and
    ``invited`` were invited to enter into.

    Without a department the question is about the city as a whole. Objects or ids are taken.
    """
    reach = reach_of(user, action)
    return (
        reach.everything
        or _key(municipality) in reach.cities
        or _key(department) in reach.leading
        or any(_key(other) in reach.concerned for other in supporting)
        or any(_key(other) in reach.invited for other in invited)
    )


def can_on(user: Any, action: Action, pledge: Pledge) -> bool:
    """Whether the user may do ``action`` on this pledge. Reads its plan's term and its supporting
    and invited departments."""
    return can(
        user,
        action,
        municipality=pledge.plan.term.municipality_id,
        department=pledge.lead_department_id,
        supporting=[department.pk for department in pledge.supporting_departments.all()],
        invited=[invitation.department_id for invitation in pledge.support_invitations.all()],
    )


def require(
    user: Any, action: Action, *, municipality: Any, department: Any = None, supporting: Iterable[Any] = ()
) -> None:
    """Raise PermissionDenied where ``can`` says no."""
    if not can(user, action, municipality=municipality, department=department, supporting=supporting):
        raise PermissionDenied(_("You have no right to do this."))


def require_on(user: Any, action: Action, pledge: Pledge) -> None:
    """Raise PermissionDenied where ``can_on`` says no."""
    if not can_on(user, action, pledge):
        raise PermissionDenied(_("You have no right to do this."))


def pledges_for(user: Any, action: Action, pledges: PledgeQuerySet) -> PledgeQuerySet:
    """The pledges on which the user may do ``action``."""
    reach = reach_of(user, action)
    if reach.everything:
        return pledges
    return pledges.for_reach(
        cities=reach.cities, leading=reach.leading, concerned=reach.concerned, invited=reach.invited
    )


def access(
    *actions: Action, signed_out: Callable[[HttpRequest], HttpResponse] | None = None
) -> Callable[[View], View]:
    """Mark a view as one for people who hold one of ``actions`` anywhere.

    Which objects they may touch is the view's and the workflow's question.
    ``signed_out`` answers instead of the plain way to the login page.
    """

    def decorate(view: View) -> View:
        return _guarded(view, actions, signed_out)

    return decorate


def signed_in(view: View) -> View:
    """Mark a view as one for everybody with a login."""
    return _guarded(view, (), None)


def public(view: View) -> View:
    """Mark a view as one for the whole world."""

    @functools.wraps(view)
    def open_view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, *args, **kwargs)

    open_view.access = "public"  # type: ignore[attr-defined]
    return open_view


def _guarded(
    view: View, actions: tuple[Action, ...], signed_out: Callable[[HttpRequest], HttpResponse] | None
) -> View:
    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return (signed_out or _to_login)(request)
        if actions and not any(holds(request.user, action) for action in actions):
            raise PermissionDenied(_("You have no right to do this."))
        response = view(request, *args, **kwargs)
        # Nobody else's cache keeps staff pages; the browser's own "back" still shows what was typed.
        patch_cache_control(response, private=True, no_cache=True)
        return response

    guarded.access = actions or "signed in"  # type: ignore[attr-defined]
    return guarded


def _to_login(request: HttpRequest) -> HttpResponse:
    return redirect_to_login(request.get_full_path() if request.method == "GET" else request.path)


def _key(value: Any) -> Any:
    return getattr(value, "pk", value)
