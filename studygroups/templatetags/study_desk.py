"""How the staff pages write the states of rounds, teams and proposals, and a person's work in them."""

import datetime as dt
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import pgettext_lazy

from pledges.notation import format_day
from studygroups.desk import read_desk, recent_news
from studygroups.enums import Answer, RoundState, TeamState
from studygroups.models import Proposal, Round
from studygroups.nextsteps import NextStep, next_of_round

register = template.Library()

# A sign to see, which of the colours of states it has, beside the word.
ROUND_SIGNS = {
    RoundState.PREPARED: ("○", "draft"),
    RoundState.RECRUITING: ("◔", "submitted"),
    RoundState.RUNNING: ("◑", "submitted"),
    RoundState.JUDGING: ("◕", "submitted"),
    RoundState.FINISHED: ("●", "approved"),
    RoundState.NOT_HELD: ("–", "returned"),
}
TEAM_SIGNS = {
    TeamState.DRAFT: ("○", "draft"),
    TeamState.APPLIED: ("◔", "submitted"),
    TeamState.NOT_SELECTED: ("–", "returned"),
    TeamState.SELECTED: ("◑", "submitted"),
    TeamState.RUNNING: ("◑", "submitted"),
    TeamState.REPORTED: ("◕", "submitted"),
    TeamState.PRESENTED: ("◕", "submitted"),
    TeamState.COMPLETED: ("●", "approved"),
    TeamState.WITHDRAWN: ("–", "returned"),
}
ANSWER_SIGNS = {
    Answer.ADOPTED: ("●", "approved"),
    Answer.NOT_ADOPTED: ("–", "returned"),
    Answer.REVIEW: ("◑", "submitted"),
}
NOT_ASKED = pgettext_lazy("proposal", "Not passed on yet")
WAITING = pgettext_lazy("proposal", "Waiting for the answer")


@register.simple_tag
def round_state(state: str) -> SafeString:
    return _state(*ROUND_SIGNS[RoundState(state)], RoundState(state).label)


@register.simple_tag
def team_state(state: str) -> SafeString:
    return _state(*TEAM_SIGNS[TeamState(state)], TeamState(state).label)


@register.simple_tag
def proposal_state(proposal: Proposal) -> SafeString:
    if proposal.answer:
        return _state(*ANSWER_SIGNS[Answer(proposal.answer)], Answer(proposal.answer).label)
    return _state("◔", "submitted", WAITING) if proposal.asked_at else _state("○", "draft", NOT_ASKED)


@register.filter(expects_localtime=True)
def moment_day(value: dt.datetime | None) -> str:
    """The day of a moment as the reader's language writes it."""
    return format_day(value.date()) if value else "–"


@register.simple_tag
def step_of(round: Round) -> NextStep:
    """What comes next in a round that is going on."""
    return next_of_round(round)


@register.inclusion_tag("staff/studygroups/_next.html")
def next_step(step: NextStep, *, small: bool = False) -> dict[str, Any]:
    """What comes next, whose it is, and until when with the days left."""
    return {"step": step, "small": small}


@register.inclusion_tag("staff/studygroups/_desk.html", takes_context=True)
def study_groups(context: dict[str, Any]) -> dict[str, Any]:
    """The person's study groups on their own page; nothing where their cities have no programme."""
    user = context["request"].user
    desk = read_desk(user)
    return {"desk": desk, "news": recent_news(user) if desk.cities else []}


def _state(sign: str, look: str, word: Any) -> SafeString:
    return format_html(
        '<span class="state state--{}"><span aria-hidden="true">{}</span> {}</span>', look, sign, word
    )
