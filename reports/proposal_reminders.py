"""Reminders of what study groups proposed: to departments what they have to answer, plan or tell, to the
planning office which departments are late.

The due dates are those that the pages show (``studygroups.nextsteps``). A mail is Korean, as all that a city
hall sends.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from pledges.enums import Role
from pledges.models import Membership, Municipality, User
from reports.reminding import (
    Claim,
    Mark,
    Outcome,
    absolute,
    date_words,
    deadline_words,
    mark_on,
    send_letters,
)
from studygroups.models import Proposal
from studygroups.nextsteps import next_of_proposal
from studygroups.notices import people_of_departments


@dataclass(frozen=True, slots=True)
class OpenProposal:
    """A proposal of which something is due; ``step`` says what, in Korean."""

    proposal: Proposal
    step: str
    due_on: dt.date
    mark: Mark
    today: dt.date

    @property
    def is_overdue(self) -> bool:
        return self.due_on < self.today

    @property
    def due_text(self) -> str:
        return date_words(self.due_on)

    @property
    def deadline(self) -> str:
        return deadline_words(self.due_on, self.today)

    @property
    def link(self) -> str:
        return absolute(
            reverse(
                "groups:proposal",
                kwargs={
                    "city": self.proposal.team.round.programme.municipality.code,
                    "proposal": self.proposal.pk,
                },
            )
        )


@dataclass(slots=True)
class ProposalLetter:
    """One mail: a person, a city, and what is due of its study groups' proposals. ``own`` are those that the
    person's departments see to, ``late`` those of others that the planning office has to know of."""

    user: User
    city: Municipality
    own: list[OpenProposal] = field(default_factory=list)
    late: list[OpenProposal] = field(default_factory=list)

    @property
    def claims(self) -> list[Claim]:
        return [Claim(each.mark, proposal=each.proposal) for each in (*self.own, *self.late)]

    @property
    def subject(self) -> str:
        about = f"[{self.city.name}] 연구팀 제안"
        if self.own:
            first = min(self.own, key=lambda each: each.due_on)
            return f"{about} {len(self.own)}건 처리 기한 {first.deadline}"
        return f"{about} {len(self.late)}건 처리 기한 지남"

    @property
    def body(self) -> str:
        context = {"letter": self, "person": self.user.get_full_name(), "city": self.city.name}
        with translation.override("ko"):
            return render_to_string("mail/proposals_due.txt", context).strip() + "\n"


def due_proposals(today: dt.date) -> list[OpenProposal]:
    """What of proposals is due by this day and a week, what is due first first. Two queries."""
    found = []
    with translation.override("ko"):
        for proposal in Proposal.objects.asked().unsettled().with_places().with_follow_ups():
            step = next_of_proposal(proposal)
            mark = mark_on(step.due_on, today) if step.due_on and step.who else None
            if step.due_on and mark:
                found.append(OpenProposal(proposal, step.text, step.due_on, mark, today))
    return sorted(found, key=lambda each: (each.due_on, each.proposal.pk))


def proposal_letters(due: Sequence[OpenProposal]) -> tuple[list[ProposalLetter], list[str]]:
    """The mails that tell of them, and the departments that have nobody to write to. Two queries."""
    offices = {each.proposal.department_id for each in due if each.proposal.department_id is not None}
    people = people_of_departments(offices)
    checking = _planning_offices({_city(each).pk for each in due})
    letters: dict[tuple[int, int], ProposalLetter] = {}
    nobody_in = set()
    for each in due:
        city, office = _city(each), each.proposal.department
        writers = people.get(office.pk, []) if office else []
        if office and not writers:
            nobody_in.add(office.name)
        for user in writers:
            letters.setdefault((city.pk, user.pk), ProposalLetter(user, city)).own.append(each)
        for user in checking[city.pk] if each.is_overdue else ():
            if user not in writers:
                letters.setdefault((city.pk, user.pk), ProposalLetter(user, city)).late.append(each)
    return list(letters.values()), sorted(nobody_in)


def send_proposal_reminders(*, today: dt.date, outcome: Outcome, dry_run: bool = False) -> None:
    """Send every reminder of a proposal that is due on this day and has not gone out yet."""
    due = due_proposals(today)
    if not due:
        return
    letters, nobody_in = proposal_letters(due)
    outcome.nobody_in = sorted({*outcome.nobody_in, *nobody_in})
    send_letters(letters, outcome, dry_run=dry_run)


def _city(due: OpenProposal) -> Municipality:
    return due.proposal.team.round.programme.municipality


def _planning_offices(cities: set[int]) -> dict[int, list[User]]:
    found: dict[int, list[User]] = defaultdict(list)
    held = Membership.objects.for_municipalities(cities).for_roles(Role.COORDINATOR).of_active_people()
    for each in held.order_by("user__username"):
        found[each.municipality_id].append(each.user)
    return found
