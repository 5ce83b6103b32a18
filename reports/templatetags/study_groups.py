"""How pages write the counts, shares, scores and words of study groups."""

from fractions import Fraction
from typing import Any

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from studygroups.enums import AwardKind, MemberKind, MemberRole, RoundState, TeamState
from studygroups.judging import display_score
from studygroups.published import PublicRound, PublicScore, RoundDocument, TeamLine
from studygroups.rules import display_percent

register = template.Library()

NOTHING = "–"
WORDS: dict[str, Any] = {
    "round": RoundState,
    "team": TeamState,
    "award": AwardKind,
    "role": MemberRole,
    "kind": MemberKind,
}


@register.filter
def tally(count: int | None) -> str:
    """A count, ``1,234``; "–" where it is not known, which is not 0."""
    return NOTHING if count is None else f"{count:,}"


@register.filter
def share(value: Fraction | None) -> str:
    """A share in percent, ``74.3%``; "–" where there is none."""
    return NOTHING if value is None else f"{display_percent(value)}%"


@register.filter
def score(value: PublicScore | None) -> str:
    """A score to two places; "–" where there is none."""
    return display_score(value.value if value else None)


@register.filter
def groups_word(code: str, kind: str) -> str:
    """What the reader's language calls a state, an award, a member's role or kind."""
    return str(WORDS[kind](code).label) if code else ""


@register.filter
def score_rules(document: RoundDocument) -> list[tuple[str, str]]:
    """What was done with the judges' totals, in words, each with the names of its teams."""
    found: dict[str, list[str]] = {}
    for team in document.teams:
        if team.score:
            found.setdefault(team.score.rule, []).append(team.name)
    return [(rule, ", ".join(names)) for rule, names in found.items()]


@register.filter
def round_name(line: PublicRound | TeamLine, has_intakes: bool) -> str:
    """A round within its programme: by its year, and by its intake where there are several."""
    words = {"year": line.year, "intake": line.intake}
    if has_intakes:
        return _("%(year)d, intake %(intake)d") % words
    return pgettext("round", "%(year)d") % words
