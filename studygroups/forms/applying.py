"""The application of a team, as much of it as there is: what is wrong stands at its field."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pledges.workflow import WorkflowError
from studygroups.enums import MemberKind, MemberRole, TeamState
from studygroups.forms.base import HeldForm, LineField, LongTextField, find_person, said_meanwhile
from studygroups.models import Member, Round, Team
from studygroups.workflow import NotReady, Overtaken, Person, Refused

FIRST_ROWS = 4
MORE_ROWS = 3
MOST_ROWS = 60


class MemberForm(forms.Form):
    """One line: a colleague by login, or a name with affiliation and kind. A blank line is nobody."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind of member"), choices=MemberKind.choices)
    login = LineField(label=gettext_lazy("User name or e-mail of a colleague"), max_length=254)
    name = LineField(label=gettext_lazy("Name"), max_length=60)
    affiliation = LineField(label=gettext_lazy("Affiliation"), max_length=100)
    role = forms.ChoiceField(label=gettext_lazy("Part in the team"), choices=MemberRole.choices)
    gone = forms.BooleanField(label=gettext_lazy("Take out"), required=False)

    def __init__(
        self, data: Mapping[str, Any] | None, *, prefix: str, initial: Mapping[str, Any], round: Round
    ) -> None:
        super().__init__(data, prefix=prefix, initial=initial, use_required_attribute=False)  # type: ignore[arg-type]
        self.round = round
        self.person: Person | None = None
        self.member: Member | None = None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        login, name = cleaned.get("login", ""), cleaned.get("name", "")
        if cleaned.get("gone") or not (login or name or cleaned.get("affiliation")):
            return cleaned
        kind, role = cleaned.get("kind", MemberKind.OFFICIAL), cleaned.get("role", MemberRole.MEMBER)
        if login:
            if kind != MemberKind.OFFICIAL:
                raise ValidationError(
                    {"login": _("Only officials of the city are found by login; enter a name instead.")}
                )
            user = find_person(self.round.programme.municipality, login)
            if user is None:
                raise ValidationError(
                    {
                        "login": _(
                            "Nobody of this city logs in like this. Somebody without a login is entered by"
                            " name and affiliation."
                        )
                    }
                )
            self.person = Person(str(user), kind, role, cleaned.get("affiliation", ""), user)
            return cleaned
        if not name:
            raise ValidationError({"name": _("Enter the name.")})
        if not cleaned.get("affiliation"):
            raise ValidationError({"affiliation": _("Enter the affiliation.")})
        self.person = Person(name, kind, role, cleaned["affiliation"])
        return cleaned

    @property
    def is_told(self) -> bool:
        """Whether the line names somebody and nothing is wrong with it: it shows in one line."""
        if not self.is_bound:
            return bool(self.initial.get("login") or self.initial.get("name"))
        return not self.errors and (self.person is not None or self.cleaned_data.get("gone", False))

    @property
    def shown(self) -> str:
        """Whom it names."""
        if self.person is not None:
            return self.person.name
        return str(self.initial.get("shown") or self["name"].value() or self["login"].value() or "")

    @property
    def words(self) -> str:
        """Part in the team, kind and affiliation."""
        role, kind = MemberRole(self["role"].value()).label, MemberKind(self["kind"].value()).label
        return " · ".join(str(word) for word in (role, kind, self["affiliation"].value()) if word)


class ApplicationForm(HeldForm):
    """Name, topic, plan, and lines of members ``member-0-login`` and so on; ``lines`` counts them."""

    name = LineField(label=gettext_lazy("Team"), max_length=100)
    topic = LineField(label=gettext_lazy("Topic"), max_length=300)
    plan = LongTextField(
        label=gettext_lazy("Research plan"),
        rows=8,
        help_text=gettext_lazy("Why this topic, what is looked into, how and by when."),
    )
    consent = forms.BooleanField(
        label=gettext_lazy("Those without a login here agreed to be named to the planning office."),
        required=False,
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        round: Round,
        team: Team | None = None,
        user: Any = None,
    ) -> None:
        members = list(team.members.all()) if team else []
        initial: dict[str, Any] = {"version": team.version if team else 0}
        if team is not None:
            initial |= {"name": team.name, "topic": team.topic, "plan": team.application.plan}
        super().__init__(data, initial=initial)
        self.round, self.team = round, team
        # By "members", "outsiders", "leader" and "unconfirmed": what is wrong with the people together.
        self.of_people: dict[str, str] = {}
        own = {
            "login": getattr(user, "username", ""),
            "shown": str(user),
            "kind": MemberKind.OFFICIAL,
            "role": MemberRole.LEADER,
        }
        held = [_initial(member) for member in members] or ([own] if team is None else [])
        self.lines = self._lines(data, len(held))
        self.rows = [
            MemberForm(
                # A line that was just added holds nothing that was sent.
                data if number < self.sent else None,
                prefix=f"member-{number}",
                initial=held[number] if number < len(held) else {"role": MemberRole.MEMBER},
                round=round,
            )
            for number in range(self.lines)
        ]
        by_login = {member.user.username.casefold(): member for member in members if member.user}
        by_mail = {
            member.user.email.casefold(): member for member in members if member.user and member.user.email
        }
        for row in self.rows:
            typed = str(row["login"].value() or "").strip().casefold()
            row.member = by_login.get(typed) or by_mail.get(typed)

    def _lines(self, data: Mapping[str, Any] | None, held: int) -> int:
        self.sent = 0
        if data is None:
            return max(FIRST_ROWS, held + 1)
        typed = str(data.get("lines", ""))
        count = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 4 else FIRST_ROWS
        self.sent = min(MOST_ROWS, max(1, count))
        more = MORE_ROWS if data.get("step") == "more" else 0
        return min(MOST_ROWS, self.sent + more)

    def is_valid(self) -> bool:
        lines = [row.is_valid() for row in self.rows]
        self._check_together()
        return super().is_valid() and all(lines) and not self.has_wrong_lines

    @property
    def has_savable_texts(self) -> bool:
        """Whether name, topic and plan can be kept: a draft is saved without the lines that are wrong."""
        return not self.errors

    @property
    def people(self) -> list[Person]:
        """Whom the lines name. A colleague whose line is wrong stays in the team as a plain member."""
        people = [row.person for row in self.rows if row.person is not None]
        named = {person.key for person in people}
        for row in self.rows:
            if row.errors and row.member is not None and row.member.user is not None:
                stays = Person(
                    row.member.name,
                    row.member.kind,
                    affiliation=row.member.affiliation,
                    user=row.member.user,
                )
                if stays.key not in named:
                    people.append(stays)
        return people

    def _check_together(self) -> None:
        """Tell at every line at once who stands in it again and whose part is taken."""
        seen: set[tuple[Any, ...]] = set()
        held: dict[str, int] = Counter(row.person.role for row in self.rows if row.person is not None)
        taken: set[str] = set()
        for row in self.rows:
            person = row.person
            if person is None:
                continue
            if person.key in seen:
                message = _("%(name)s stands here twice.") % {"name": person.name}
                row.add_error("login" if person.user else "name", message)
                row.person = None
            elif person.role != MemberRole.MEMBER and person.role in taken:
                label = MemberRole(person.role).label
                row.add_error(
                    "role",
                    _("There is one “%(role)s” in a team; %(count)d are chosen.")
                    % {"role": label, "count": held[person.role]},
                )
                row.person = None
            seen.add(person.key)
            taken.add(person.role)

    @property
    def has_wrong_lines(self) -> bool:
        return any(row.errors for row in self.rows)

    @property
    def has_errors(self) -> bool:
        return bool(self.is_bound and (self.errors or self.of_people or self.has_wrong_lines))

    def tell_overtaken(self) -> None:
        """Say at the fields what somebody else saved while this was typed. ``team`` is what stands now."""
        for name in ("name", "topic", "plan"):
            self.tell_stored(name)
        stored = list(self.team.members.all()) if self.team else []
        if {_said(each) for each in stored} != {_said(each) for each in self.people}:
            self.of_people["overtaken"] = said_meanwhile(", ".join(_said(each) for each in stored))
        self.add_error(None, Overtaken().message)

    def refuse(self, error: WorkflowError) -> None:
        found = dict(error.errors) if isinstance(error, NotReady) else {}
        if isinstance(error, Refused) and error.field == "members":
            found = {"members": error.message}
        people = ("members", "outsiders", "leader", "unconfirmed")
        self.of_people = {name: found[name] for name in people if name in found}
        for name, message in found.items():
            if name not in people:
                self.add_error(name, message)
        if not found:
            super().refuse(error)


class ScreenForm(HeldForm):
    """Whether a team is selected, and why; decided once, it shows the decision."""

    selected = forms.ChoiceField(
        label=gettext_lazy("Decision"),
        choices=[("yes", gettext_lazy("Select")), ("no", gettext_lazy("Do not select"))],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose one.")},
    )
    decision = LongTextField(
        label=gettext_lazy("Reason"),
        rows=2,
        max_length=500,
        required=True,
        error_messages={"required": gettext_lazy("Give the reason of the decision.")},
    )

    def __init__(self, data: Any = None, *, team: Team, prefix: str) -> None:
        decided = {TeamState.SELECTED: "yes", TeamState.NOT_SELECTED: "no"}
        initial = {"selected": decided.get(TeamState(team.state)), "decision": team.decision}
        super().__init__(data, prefix=prefix, initial=initial)


def _said(person: Member | Person) -> str:
    """A person of a team and their part, in words."""
    return f"{person.name} ({MemberRole(person.role).label})"


def _initial(member: Member) -> dict[str, Any]:
    return {
        "kind": member.kind,
        "login": member.user.username if member.user else "",
        "shown": member.name,
        "name": "" if member.user else member.name,
        "affiliation": member.affiliation,
        "role": member.role,
    }
