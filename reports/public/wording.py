"""What the public pages say of codes and formulas, in the reader's language.

Formulas are put in words here and nowhere else; the figures in them come from
the frozen documents. Nothing is computed again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from urllib.parse import urlencode

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from pledges.enums import Completion, HeadlineMethod, Implementer, IndicatorKind, Novelty, Rounding, Status
from pledges.notation import format_number
from reports.cards import Card, IndicatorRow
from reports.summaries import MethodLine, PlanSummary

# The card's own four; another status is shown beside them where it is the pledge's.
CARD_STATUSES = (Status.CLOSED, Status.CONTINUING, Status.ON_TRACK, Status.PARTIAL)
WHOLE = 100
STATUS_SIGNS = {
    Status.CLOSED: "●",
    Status.CONTINUING: "◕",
    Status.ON_TRACK: "◑",
    Status.PARTIAL: "◔",
    Status.ON_HOLD: "‖",
    Status.DROPPED: "✕",
    Status.OTHER: "◇",
    Status.NONE: "–",
}
GRID_SIGNS: dict[str, tuple[str, str | Promise]] = {
    "planned": ("○", gettext_lazy("planned")),
    "under_way": ("◐", gettext_lazy("under way")),
    "done": ("●", gettext_lazy("done")),
}
# A status is chosen by the department; nothing here says more than it did.
STATUS_MEANINGS: dict[str, str | Promise] = {
    Status.CLOSED: gettext_lazy("Judgement of the department: fulfilled; the work on it has ended."),
    Status.CONTINUING: gettext_lazy("Judgement of the department: fulfilled; the work goes on."),
    Status.ON_TRACK: gettext_lazy("Judgement of the department: runs as planned."),
    Status.PARTIAL: gettext_lazy("Judgement of the department: only part of it is under way."),
    Status.ON_HOLD: gettext_lazy("Judgement of the department: stopped for the time being."),
    Status.DROPPED: gettext_lazy("Judgement of the department: given up."),
    Status.OTHER: gettext_lazy("The city's own word for where it stands."),
    Status.NONE: gettext_lazy("No status has been given yet."),
}
FORMULAS: dict[str, str | Promise] = {
    HeadlineMethod.MEAN_RATE: gettext_lazy(
        "sum of the pledges' fulfilment rates ÷ number of pledges with a rate"
    ),
    HeadlineMethod.COMPLETED_SHARE: gettext_lazy(
        "(completed and closed + completed, continuing) ÷ all pledges"
    ),
    HeadlineMethod.CLOSED_SHARE: gettext_lazy("completed and closed ÷ all pledges"),
    HeadlineMethod.ON_TRACK_SHARE: gettext_lazy(
        "(completed and closed + completed, continuing + on track) ÷ all pledges"
    ),
    HeadlineMethod.TO_DATE: gettext_lazy(
        "sum of the pledges' attainment of this year's targets ÷ number of pledges with one"
    ),
}
FLAGS: dict[str, str | Promise] = {
    "no_target": gettext_lazy("No rate: the target is 0 or was not given."),
    "no_baseline": gettext_lazy("No rate: there is no baseline from which to come down."),
    "nothing_entered": gettext_lazy("No rate yet: nothing has been entered so far."),
}


def long_decimal(exact: str | None, *, places: int = 4) -> str:
    """An exact rate as a decimal: "80", "62.5", and "66.6666…" where it goes on; "–" for none."""
    if exact is None:
        return "–"
    number = Fraction(exact)
    scaled = number * 10**places
    cut = Decimal(scaled.numerator // scaled.denominator).scaleb(-places)
    return format_number(cut, grouped=True) if scaled.denominator == 1 else f"{cut:,f}…"


def status_word(status: str, own_status: str = "") -> str:
    """The status in the reader's language; a status of the plan's own stays in the city's words."""
    if status == Status.OTHER and own_status:
        return own_status
    return str(Status(status).label)


def status_meaning(card: Card) -> str:
    """What the card's status says, when it is to be done where that is after the term, and why the rate may
    look otherwise where it does."""
    sentences = [str(STATUS_MEANINGS[Status(card.status)])]
    if card.status in {Status.ON_TRACK, Status.PARTIAL} and card.completion == Completion.AFTER_TERM:
        sentences.append(_("It is to be completed after the end of the term."))
    if _looks_otherwise(card):
        sentences.append(
            _(
                "The status is the department's judgement and the rate is computed from indicators, so that"
                " they may differ."
            )
        )
    return " ".join(sentences)


def _looks_otherwise(card: Card) -> bool:
    """Whether the status says more than the indicators: completed below 100, or on track behind this year's
    target."""
    if card.rate_is_entered:
        return False
    told = {
        Status.CLOSED: card.rate,
        Status.CONTINUING: card.rate,
        Status.ON_TRACK: card.to_date,
    }.get(Status(card.status))
    return told is not None and told.exact is not None and Fraction(told.exact) < WHOLE


@dataclass(frozen=True, slots=True)
class Choice:
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Box:
    """One box of the card's head: every option, with the chosen ones marked."""

    label: str
    choices: tuple[Choice, ...]

    @property
    def answer(self) -> str:
        return ", ".join(choice.label for choice in self.choices if choice.chosen)


def header_boxes(card: Card) -> tuple[Box, ...]:
    """완료시기, 사업주체, 신규여부, 예산구분 as on the official form."""
    implementers = {Implementer.CITY: card.plan.city}
    budget = ((True, pgettext("pledge", "With a budget")), (False, pgettext("pledge", "Without a budget")))
    return (
        Box(
            _("Completion"),
            tuple(Choice(str(option.label), card.completion == option) for option in Completion),
        ),
        Box(
            _("Implemented by"),
            tuple(
                Choice(str(implementers.get(option, option.label)), option.value in card.implementers)
                for option in Implementer
            ),
        ),
        Box(
            _("New or continued"),
            tuple(Choice(str(option.label), card.novelty == option) for option in Novelty),
        ),
        Box(
            pgettext("pledge", "Budget"),
            tuple(Choice(label, card.budgeted is value) for value, label in budget),
        ),
    )


def status_box(card: Card) -> Box:
    """추진상황 with the pledge's own marked."""
    options = [Choice(str(option.label), card.status == option) for option in CARD_STATUSES]
    if card.status not in CARD_STATUSES and card.status != Status.NONE:
        options.append(Choice(status_word(card.status, card.own_status), chosen=True))
    return Box(pgettext("pledge", "Progress"), tuple(options))


def rounding_words(decimals: int, rounding: str) -> str:
    """How displayed rates are cut."""
    if rounding == Rounding.TRUNCATE:
        if not decimals:
            return _("cut off to whole percent")
        words = ngettext(
            "cut off after %(count)s decimal place", "cut off after %(count)s decimal places", decimals
        )
    else:
        if not decimals:
            return _("rounded half up to whole percent")
        words = ngettext(
            "rounded half up to %(count)s decimal place",
            "rounded half up to %(count)s decimal places",
            decimals,
        )
    return words % {"count": decimals}


@dataclass(frozen=True, slots=True)
class Working:
    """How one indicator's rate comes about: the rule in words, with its numbers, and what follows.

    ``sign`` stands before the result: "=", or "→" where the quotient was capped.
    """

    name: str
    rule: str
    numbers: str
    sign: str
    result: str
    note: str


def indicator_working(row: IndicatorRow) -> Working:
    """An indicator's rate in words. Without a rate ``numbers`` is empty and ``note`` says why."""
    rules = {
        IndicatorKind.CUMULATIVE: _("sum of what was done so far ÷ sum of all yearly targets"),
        IndicatorKind.LEVEL: _("latest value ÷ last target"),
        IndicatorKind.DECREASING: _("(baseline − latest value) ÷ (baseline − last target)"),
    }
    note = " ".join(str(FLAGS[flag]) for flag in row.flags if flag in FLAGS)
    numbers, sign, result = "", "=", ""
    if row.rate.display != "–" and row.actual is not None and row.final_target is not None:
        actual, target = (
            format_number(Decimal(text), grouped=True) for text in (row.actual, row.final_target)
        )
        if row.kind == IndicatorKind.DECREASING and row.baseline is not None:
            baseline = format_number(Decimal(row.baseline), grouped=True)
            numbers = f"({baseline} − {actual}) ÷ ({baseline} − {target})"
        else:
            numbers = f"{actual} ÷ {target}"
        result = f"{long_decimal(row.rate.exact)}%" if row.rate.exact else f"{row.rate.display}%"
        if _capped(row):
            sign, note = "→", _("A rate is never above 100 or below 0.")
    return Working(row.name, rules[IndicatorKind(row.kind)], numbers, sign, result, note)


def _capped(row: IndicatorRow) -> bool:
    actual, target = Fraction(row.actual or 0), Fraction(row.final_target or 0)
    baseline = Fraction(row.baseline or 0)
    if row.kind == IndicatorKind.DECREASING:
        return actual > baseline or actual < target
    return actual > target or actual < 0


def mean_working(card: Card) -> str:
    """How the pledge's rate is the mean of its indicators': ``(80 + 66.6666…) ÷ 2 = 73.3333…``."""
    exact = [row.rate.exact for row in card.indicators if row.rate.exact is not None]
    if card.rate.exact is None or card.rate_is_entered or not exact:
        return ""
    parts = " + ".join(long_decimal(text) for text in exact)
    whole = f"({parts})" if len(exact) > 1 else parts
    return f"{whole} ÷ {len(exact)} = {long_decimal(card.rate.exact)}"


def method_formula(method: str) -> str:
    return str(FORMULAS[method])


def method_numbers(line: MethodLine) -> str:
    """The formula with the plan's numbers: ``26 ÷ 66``; "" where there is nothing to divide by."""
    if not line.of:
        return ""
    try:
        numerator = long_decimal(line.numerator)
    except (ValueError, ZeroDivisionError):
        numerator = "…"
    return f"{numerator} ÷ {line.of:,}"


def has_to_date(summary: PlanSummary) -> bool:
    """Whether any pledge has attainment to date; where none has, none is behind either."""
    return any(line.of for line in summary.methods if line.method == HeadlineMethod.TO_DATE)


@dataclass(frozen=True, slots=True)
class StatusCount:
    """A status of the plan and how many pledges have it; ``key`` is its value in the list's filter."""

    key: str
    status: str
    label: str
    count: int
    start: str
    width: str

    @property
    def query(self) -> str:
        """The list's query for these pledges."""
        return urlencode({"status": self.key})


def status_counts(summary: PlanSummary) -> list[StatusCount]:
    """The four statuses of the official table and the others that occur, with their place in a bar of 100."""
    counts = [
        (status.value, status.value, str(status.label), summary.counts.get(status, 0))
        for status in (*CARD_STATUSES, Status.ON_HOLD, Status.DROPPED)
        if status in CARD_STATUSES or summary.counts.get(status)
    ]
    own = summary.own_status_counts
    counts += [(f"other:{name}", Status.OTHER.value, name, count) for name, count in own.items() if count]
    rest = summary.counts.get(Status.OTHER, 0) - sum(own.values())
    if rest > 0:
        counts.append((Status.OTHER.value, Status.OTHER.value, str(Status.OTHER.label), rest))
    if summary.counts.get(Status.NONE):
        counts.append(
            (Status.NONE.value, Status.NONE.value, str(Status.NONE.label), summary.counts[Status.NONE])
        )
    return in_one_bar(counts)


def in_one_bar(counts: Sequence[tuple[str, str, str, int]]) -> list[StatusCount]:
    """Counts as (key, status, label, number), each with its place in a bar of 100."""
    total = sum(count for *_rest, count in counts)
    rows, before = [], 0
    for key, status, label, count in counts:
        rows.append(StatusCount(key, status, label, count, bar_share(before, total), bar_share(count, total)))
        before += count
    return rows


def bar_share(part: int, whole: int) -> str:
    """Part of a bar, in percent to two places, for drawing only."""
    return format_number(Decimal(part * 10_000 // whole).scaleb(-2)) if whole else "0"


def grid_years(card: Card) -> list[tuple[int, int]]:
    """The years over the quarter grid, each with its number of quarters."""
    years: dict[int, int] = {}
    for column in card.quarters:
        years[column.year] = years.get(column.year, 0) + 1
    return list(years.items())


def is_marked(card: Card) -> bool:
    """Whether any quarter of the grid is planned, under way or done."""
    return any(cell for line in card.grid for cell in line.cells)
