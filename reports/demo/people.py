"""The demo's accounts: one for each role in 한빛시, named by office, with one password that is printed."""

from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from pledges.enums import Role
from pledges.models import Department, Membership, Municipality, User
from pledges.permissions import SECOND_STEP_ROLES
from pledges.secondstep import usable_code

# Known to everybody on purpose: the demo runs on one machine, and never in production.
PASSWORD = "hanbit-demo-2026"  # noqa: S105
# The key of the codes for the accounts that need two-step login (base32, as an authenticator app takes it).
CODE_KEY = "HANBITDEMOHANBITDEMOHANBITDEMO22"


@dataclass(frozen=True, slots=True)
class Account:
    """``role`` None is the superuser. ``may`` says, translated, what the account is for."""

    username: str
    name: str
    role: Role | None
    department: str
    may: Any

    @property
    def needs_code(self) -> bool:
        """Whether the login asks for a code beside the password."""
        return self.role is None or self.role in SECOND_STEP_ROLES


ACCOUNTS = (
    Account(
        "hanbit-officer",
        "교통행정과 담당자",
        Role.OFFICER,
        "교통행정과",
        _("enters the quarter of a department's pledges"),
    ),
    Account(
        "hanbit-officer2",
        "가족아동과 담당자",
        Role.OFFICER,
        "가족아동과",
        _("the same in another department"),
    ),
    Account("hanbit-head", "교통행정과장", Role.HEAD, "교통행정과", _("signs the department's reports off")),
    Account(
        "hanbit-head2",
        "가족아동과장",
        Role.HEAD,
        "가족아동과",
        _("signs another department's reports off"),
    ),
    Account(
        "hanbit-coordinator",
        "기획예산과 총괄 담당자",
        Role.COORDINATOR,
        "",
        _("checks, returns, approves and publishes"),
    ),
    Account("hanbit-admin", "한빛시 관리자", Role.ADMIN, "", _("imports plans, corrects data, keeps people")),
    Account("hanbit-auditor", "한빛시 감사 담당자", Role.AUDITOR, "", _("reads everything, changes nothing")),
    Account("hanbit-superuser", "시연 관리자", None, "", _("everything, in every city")),
)


@transaction.atomic
def make_accounts(municipality: Municipality) -> int:
    """Make the accounts that are not there yet, and say how many; an existing one stays as it is."""
    there = set(
        User.objects.filter(username__in=[account.username for account in ACCOUNTS]).values_list(
            "username", flat=True
        )
    )
    missing = [account for account in ACCOUNTS if account.username not in there]
    if not missing:
        _make_authenticators()
        return 0
    # One slow hash for all: they share the password, and it is no secret.
    encoded = make_password(PASSWORD)
    for account in missing:
        user = User.objects.create(
            username=account.username,
            name=account.name,
            email=f"{account.username}@hanbit.example",
            password=encoded,
            is_staff=account.role in (Role.ADMIN, None),
            is_superuser=account.role is None,
        )
        if account.role is None:
            continue
        department = None
        if account.department:
            department, _made = Department.objects.get_or_create(
                municipality=municipality, name=account.department
            )
        Membership.objects.create(
            user=user, municipality=municipality, department=department, role=account.role
        )
    _make_authenticators()
    return len(missing)


def code_of(username: str) -> str | None:
    """The code that this account's login takes now; None where it takes none or there is no such account."""
    account = next((each for each in ACCOUNTS if each.username == username and each.needs_code), None)
    found = account and _authenticators().filter(user__username=username).first()
    return usable_code(CODE_KEY, found.data.get("last_counter", -1)) if found else None


def _authenticators() -> Any:
    return Authenticator.objects.filter(type=Authenticator.Type.TOTP)


def _make_authenticators() -> None:
    """Codes for the accounts that need them and have none yet."""
    needing = User.objects.filter(username__in=[each.username for each in ACCOUNTS if each.needs_code])
    Authenticator.objects.bulk_create(
        Authenticator(user=user, type=Authenticator.Type.TOTP, data={"secret": CODE_KEY})
        for user in needing.exclude(pk__in=_authenticators().values("user"))
    )


def people() -> dict[str, User]:
    """The accounts by username."""
    return {
        user.username: user
        for user in User.objects.filter(username__in=[account.username for account in ACCOUNTS])
    }
