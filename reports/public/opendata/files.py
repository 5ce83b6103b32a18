"""The files of open data. Their columns are CSV header, JSON keys, JSON Schema and dictionary at once.

Rows come from editions alone: frozen cards, frozen rows, and the editions themselves. Values are
language-neutral, so that a file is the same whoever asks: codes stay codes, words of the city its own.
"""

from collections.abc import Callable
from fractions import Fraction

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pledges.enums import (
    Completion,
    HeadlineMethod,
    Implementer,
    IndicatorKind,
    MoneySource,
    Novelty,
    Span,
    Status,
)
from reports.cards import RateText
from reports.changes import Standing
from reports.promises import PromiseKind
from reports.public.opendata import lines
from reports.public.opendata.columns import PERCENT, WON, Codes, Column, DataFile, Kind, Line, Words
from reports.public.wording import FLAGS


def _shown(display: str | None) -> str | None:
    return None if display in {None, "", "–"} else display


def _numerator(exact: str | None) -> str | None:
    return None if exact is None else str(Fraction(exact).numerator)


def _denominator(exact: str | None) -> str | None:
    return None if exact is None else str(Fraction(exact).denominator)


def _own(status: str, label: str) -> str:
    return label if status == Status.OTHER else ""


def _of(choices: type[TextChoices]) -> Codes:
    return [(value, label) for value, label in choices.choices if value]


def _rate(standing: Standing | None) -> RateText | None:
    return None if standing is None else RateText(standing.exact, standing.rate_display)


def _headline(line: Line) -> RateText:
    return RateText(**line.edition.headline["rate"])


def rate_columns(
    name: str, shown: Words, numerator: Words, denominator: Words, read: Callable[[Line], RateText | None]
) -> tuple[Column, Column, Column]:
    """A rate in three columns: as shown, and exact as a fraction. Means of rounded rates aren't ours, and a
    spreadsheet would read a fraction such as 25/2 as a date."""

    def of(line: Line) -> RateText:
        return read(line) or RateText(None, "")

    return (
        Column(name, Kind.DECIMAL, shown, lambda line: _shown(of(line).display), PERCENT),
        Column(f"{name}_numerator", Kind.BIG, numerator, lambda line: _numerator(of(line).exact), PERCENT),
        Column(f"{name}_denominator", Kind.BIG, denominator, lambda line: _denominator(of(line).exact)),
    )


MARKS: Codes = (
    ("planned", _("planned")),
    ("under_way", _("under way")),
    ("done", _("done")),
)
MOVES: Codes = (
    ("added", _("The pledge is new in these figures")),
    ("removed", _("The pledge is no longer in these figures")),
    ("status", _("The status is another one")),
    ("rate", _("The rate is another one")),
    ("both", _("Status and rate are others")),
    ("behind", _("The pledge fell behind its targets to date; status and rate are the same")),
)
MONEY_KINDS: Codes = (
    ("planned", pgettext_lazy("money", "Planned")),
    ("secured", pgettext_lazy("money", "Secured")),
    ("executed", pgettext_lazy("money", "Executed")),
)
T, N = Kind.TEXT, Kind.INTEGER

AS_OF = Column(
    "as_of", Kind.DATE, _("Reference date of the figures"), lambda line: line.edition.as_of, always=True
)
EDITION = Column(
    "edition",
    N,
    _("Number of the edition of this reference date"),
    lambda line: line.edition.number,
    always=True,
)
CODE = Column("pledge_code", T, _("Number of the pledge"), lambda line: line.card.code, always=True)
INDICATOR = (
    CODE,
    Column(
        "indicator_no",
        N,
        _("Place of the indicator on the card, from 1"),
        lambda line: line.number,
        always=True,
    ),
    Column("indicator", T, _("Name of the indicator"), lambda line: line.item.name, always=True),
    Column("unit", T, _("Unit of its values, in the city's words"), lambda line: line.item.unit),
    Column(
        "kind",
        T,
        _("How its values count"),
        lambda line: line.item.kind,
        codes=_of(IndicatorKind),
        always=True,
    ),
)
UNIT_OF = _("unit of the indicator")

FILES: tuple[DataFile, ...] = (
    DataFile(
        "pledges",
        _("Pledges"),
        _("one row a pledge"),
        (
            AS_OF,
            EDITION,
            CODE,
            Column("name", T, _("Name of the pledge"), lambda line: line.card.name, always=True),
            Column(
                "area_codes",
                Kind.LIST,
                _("Codes of its areas, the top one first"),
                lambda line: [step.code for step in line.card.areas if step.code],
            ),
            Column(
                "area_names",
                Kind.LIST,
                _("Names of its areas, the top one first"),
                lambda line: [step.name for step in line.card.areas if step.name],
            ),
            Column(
                "lead_department",
                T,
                _("Lead department, by its name at the reference date"),
                lambda line: line.card.lead_department,
            ),
            Column(
                "supporting_departments",
                Kind.LIST,
                _("Supporting departments"),
                lambda line: line.card.supporting_departments,
            ),
            Column(
                "completion",
                T,
                _("When it is to be completed"),
                lambda line: line.card.completion,
                codes=_of(Completion),
            ),
            Column(
                "implementers",
                Kind.LIST,
                _("Who implements it"),
                lambda line: line.card.implementers,
                codes=_of(Implementer),
            ),
            Column(
                "novelty",
                T,
                _("New or continued from an earlier term"),
                lambda line: line.card.novelty,
                codes=_of(Novelty),
            ),
            Column("budgeted", Kind.BOOLEAN, _("Whether it needs a budget"), lambda line: line.card.budgeted),
            Column(
                "status",
                T,
                _("Progress as the department judges it"),
                lambda line: line.card.status,
                codes=_of(Status),
                always=True,
            ),
            Column(
                "own_status",
                T,
                _("The city's own word where the status is “other”"),
                lambda line: line.card.own_status,
            ),
            *rate_columns(
                "rate",
                _("Fulfilment rate as shown, rounded by the plan's rule"),
                _("Exact fulfilment rate: numerator"),
                _("Exact fulfilment rate: denominator"),
                lambda line: line.card.rate,
            ),
            Column(
                "rate_is_entered",
                Kind.BOOLEAN,
                _("Whether the department entered the rate, for want of indicators"),
                lambda line: line.card.rate_is_entered,
                always=True,
            ),
            *rate_columns(
                "to_date",
                _("Attainment of the targets to date as shown"),
                _("Exact attainment to date: numerator"),
                _("Exact attainment to date: denominator"),
                lambda line: line.card.to_date,
            ),
            Column(
                "planned",
                N,
                _("Money planned, all years and sources"),
                lambda line: line.card.money.planned,
                WON,
            ),
            Column("secured", N, _("Money secured"), lambda line: line.card.money.secured, WON),
            Column("executed", N, _("Money executed"), lambda line: line.card.money.executed, WON),
            Column(
                "execution_rate",
                Kind.DECIMAL,
                _("Executed ÷ planned as shown"),
                lambda line: _shown(line.card.money.execution_rate),
                PERCENT,
            ),
            Column(
                "not_submitted",
                Kind.BOOLEAN,
                _("Whether no report came in for this period, so that earlier figures stand here"),
                lambda line: line.card.not_submitted,
                always=True,
            ),
            Column(
                "campaign_text",
                T,
                _("What the campaign booklet promised"),
                lambda line: line.card.campaign_text,
            ),
            Column("goal", T, _("Policy goal"), lambda line: line.card.goal),
            Column("cause", T, _("Why it lags"), lambda line: line.card.cause),
            Column("remedy", T, _("What is done about it"), lambda line: line.card.remedy),
            Column(
                "url",
                Kind.ADDRESS,
                _("The card in this very edition"),
                lambda line: line.address,
                always=True,
            ),
        ),
        lines.pledges,
    ),
    DataFile(
        "indicators",
        _("Indicators"),
        _("one row an indicator"),
        (
            AS_OF,
            EDITION,
            *INDICATOR,
            Column(
                "baseline", Kind.DECIMAL, _("Value before the term"), lambda line: line.item.baseline, UNIT_OF
            ),
            Column(
                "final_target",
                Kind.DECIMAL,
                _("Target of the whole term: the sum of the yearly targets, or the last one"),
                lambda line: line.item.final_target,
                UNIT_OF,
            ),
            Column(
                "actual",
                Kind.DECIMAL,
                _("What was done so far: the sum, or the latest value"),
                lambda line: line.item.actual,
                UNIT_OF,
            ),
            *rate_columns(
                "rate",
                _("Fulfilment rate as shown, rounded by the plan's rule"),
                _("Exact fulfilment rate: numerator"),
                _("Exact fulfilment rate: denominator"),
                lambda line: line.item.rate,
            ),
            *rate_columns(
                "to_date",
                _("Attainment of the targets to date as shown"),
                _("Exact attainment to date: numerator"),
                _("Exact attainment to date: denominator"),
                lambda line: line.item.to_date,
            ),
            Column(
                "flags",
                Kind.LIST,
                _("Why there is no rate"),
                lambda line: [flag for flag in line.item.flags if flag in FLAGS],
                codes=tuple(FLAGS.items()),
            ),
        ),
        lines.indicators,
    ),
    DataFile(
        "targets-actuals",
        _("Targets and actuals"),
        _("one row an indicator and year of the term"),
        (
            AS_OF,
            EDITION,
            *INDICATOR,
            Column(
                "year",
                N,
                pgettext_lazy("data", "Year"),
                lambda line: line.card.years[line.index].year,
                always=True,
            ),
            Column(
                "year_label",
                T,
                _("The year as the card heads it: the last one may be half a year"),
                lambda line: line.card.years[line.index].label,
                always=True,
            ),
            Column(
                "target",
                Kind.DECIMAL,
                _("The year's own target"),
                lambda line: line.item.target_values[line.index],
                UNIT_OF,
            ),
            Column(
                "target_cumulative",
                Kind.DECIMAL,
                _("Sum of the targets up to this year, or the year's level"),
                lambda line: line.item.target_sums[line.index],
                UNIT_OF,
            ),
            Column(
                "target_cell",
                T,
                _("The target as the card writes it: 1(4) is 1 this year and 4 in all"),
                lambda line: line.item.targets[line.index],
            ),
            Column(
                "actual",
                Kind.DECIMAL,
                _("What was done in the year"),
                lambda line: line.item.actual_values[line.index],
                UNIT_OF,
            ),
            Column(
                "actual_cumulative",
                Kind.DECIMAL,
                _("Sum of what was done up to this year, or the year's level"),
                lambda line: line.item.actual_sums[line.index],
                UNIT_OF,
            ),
            Column(
                "actual_cell",
                T,
                _("What was done as the card writes it"),
                lambda line: line.item.actuals[line.index],
            ),
        ),
        lines.years,
    ),
    DataFile(
        "investments",
        _("Investments"),
        _("one row an amount, by sub-project, kind, source and year, without sums"),
        (
            AS_OF,
            EDITION,
            CODE,
            Column(
                "sub_project_no",
                N,
                _("Place of the sub-project on the card, from 1"),
                lambda line: line.number,
                always=True,
            ),
            Column("sub_project", T, _("Name of the sub-project"), lambda line: line.item.name),
            Column(
                "kind",
                T,
                _("Planned, secured or executed"),
                lambda line: line.item.kind,
                codes=MONEY_KINDS,
                always=True,
            ),
            Column(
                "source",
                T,
                _("Source of the money"),
                lambda line: line.item.source,
                codes=_of(MoneySource),
                always=True,
            ),
            Column(
                "span",
                T,
                _("Whether it belongs to a year of the term, before it or after it"),
                lambda line: line.item.span,
                codes=_of(Span),
                always=True,
            ),
            Column("year", N, _("Year, where it belongs to one of the term"), lambda line: line.item.year),
            Column("amount", N, _("Amount"), lambda line: line.item.won, WON, always=True),
        ),
        lines.investments,
    ),
    DataFile(
        "schedule",
        _("Schedule"),
        _("one row a task and quarter that is marked"),
        (
            AS_OF,
            EDITION,
            CODE,
            Column(
                "task_no",
                N,
                _("Place of the task on the card, from 1"),
                lambda line: line.number,
                always=True,
            ),
            Column("task", T, _("Name of the task"), lambda line: line.item.task, always=True),
            Column("note", T, pgettext_lazy("data", "Note"), lambda line: line.item.note),
            Column(
                "year",
                N,
                pgettext_lazy("data", "Year"),
                lambda line: line.card.quarters[line.index].year,
                always=True,
            ),
            Column(
                "quarter",
                N,
                _("Quarter of the year, 1 to 4"),
                lambda line: line.card.quarters[line.index].quarter,
                always=True,
            ),
            Column(
                "mark",
                T,
                _("How the quarter is marked"),
                lambda line: line.item.cells[line.index],
                codes=MARKS,
                always=True,
            ),
        ),
        lines.schedule,
    ),
    DataFile(
        "achievements",
        _("Achievements"),
        _("one row a dated line of what was done"),
        (
            AS_OF,
            EDITION,
            CODE,
            Column(
                "achievement_no",
                N,
                _("Place of the line on the card, from 1"),
                lambda line: line.number,
                always=True,
            ),
            Column(
                "date_text",
                T,
                _("The date as the card writes it"),
                lambda line: line.item.date_text,
                always=True,
            ),
            Column(
                "starts_on",
                Kind.DATE,
                _("First day that the date means"),
                lambda line: line.item.starts_on,
                always=True,
            ),
            Column(
                "ends_on",
                Kind.DATE,
                _("Last day that the date means"),
                lambda line: line.item.ends_on,
                always=True,
            ),
            Column("text", T, _("What was done"), lambda line: line.item.text, always=True),
            Column("details", Kind.LIST, _("Its details"), lambda line: line.item.details),
        ),
        lines.achievements,
    ),
    DataFile(
        "editions",
        _("Editions"),
        _("one row an edition of this plan, all that were ever published"),
        (
            AS_OF,
            EDITION,
            Column(
                "is_current",
                Kind.BOOLEAN,
                _("Whether no later edition corrects it"),
                lambda line: line.item,
                always=True,
            ),
            Column("reason", T, _("Why an earlier edition was corrected"), lambda line: line.edition.reason),
            Column(
                "published_at",
                Kind.MOMENT,
                _("When it was published"),
                lambda line: line.edition.published_at,
                always=True,
            ),
            Column(
                "pledges",
                N,
                _("Number of its pledges"),
                lambda line: line.edition.pledges_counted,
                always=True,
            ),
            Column(
                "headline_method",
                T,
                _("Formula of the headline rate"),
                lambda line: line.edition.headline["method"],
                codes=_of(HeadlineMethod),
                always=True,
            ),
            *rate_columns(
                "headline",
                _("Headline rate as shown"),
                _("Exact headline rate: numerator"),
                _("Exact headline rate: denominator"),
                lambda line: _headline(line),
            ),
            Column(
                "digest",
                T,
                _("SHA-256 over its documents: equal documents have equal ones"),
                lambda line: line.edition.digest,
                always=True,
            ),
            Column(
                "url",
                Kind.ADDRESS,
                _("The plan's front page in this very edition"),
                lambda line: line.address,
                always=True,
            ),
        ),
        lines.editions,
    ),
    DataFile(
        "changes",
        _("Changes"),
        _(
            "one row a pledge whose status or rate moved from one reference date to the next, "
            "or by a correction"
        ),
        (
            Column(
                "as_of_before",
                Kind.DATE,
                _("Reference date before"),
                lambda line: line.item.edition_before.as_of,
                always=True,
            ),
            Column(
                "edition_before",
                N,
                _("Number of the edition before"),
                lambda line: line.item.edition_before.number,
                always=True,
            ),
            AS_OF,
            EDITION,
            Column(
                "pledge_code", T, _("Number of the pledge"), lambda line: line.item.pledge.code, always=True
            ),
            Column("name", T, _("Name of the pledge"), lambda line: line.item.pledge.name, always=True),
            Column("change", T, _("What moved"), lambda line: line.item.change, codes=MOVES, always=True),
            Column(
                "status_before",
                T,
                _("Status before"),
                lambda line: line.item.before and line.item.before.status,
                codes=_of(Status),
            ),
            Column(
                "own_status_before",
                T,
                _("The city's own word where the status was “other”"),
                lambda line: line.item.before and _own(*line.item.before.judged),
            ),
            Column(
                "status",
                T,
                _("Status now"),
                lambda line: line.item.after and line.item.after.status,
                codes=_of(Status),
            ),
            Column(
                "own_status",
                T,
                _("The city's own word where the status is “other”"),
                lambda line: line.item.after and _own(*line.item.after.judged),
            ),
            *rate_columns(
                "rate_before",
                _("Fulfilment rate before, as shown"),
                _("Exact rate before: numerator"),
                _("Exact rate before: denominator"),
                lambda line: _rate(line.item.before),
            ),
            *rate_columns(
                "rate",
                _("Fulfilment rate now, as shown"),
                _("Exact rate now: numerator"),
                _("Exact rate now: denominator"),
                lambda line: _rate(line.item.after),
            ),
            Column(
                "url",
                Kind.ADDRESS,
                _("The card in this very edition"),
                lambda line: line.address,
                always=True,
            ),
        ),
        lines.changes,
    ),
    DataFile(
        "promises",
        _("Changes to promises"),
        _(
            "one row a value that a pledge promises otherwise from one reference date to the next, "
            "or by a correction"
        ),
        (
            Column(
                "as_of_before",
                Kind.DATE,
                _("Reference date before"),
                lambda line: line.card.edition_before.as_of,
                always=True,
            ),
            Column(
                "edition_before",
                N,
                _("Number of the edition before"),
                lambda line: line.card.edition_before.number,
                always=True,
            ),
            AS_OF,
            EDITION,
            CODE,
            Column("name", T, _("Name of the pledge"), lambda line: line.card.name, always=True),
            Column(
                "change_no",
                N,
                _("Place of the change among those of the pledge, from 1"),
                lambda line: line.number,
                always=True,
            ),
            Column(
                "kind",
                T,
                _("What of the promise differs"),
                lambda line: line.item.kind,
                codes=_of(PromiseKind),
                always=True,
            ),
            Column(
                "subject",
                T,
                _("The indicator, sub-project or task that it is of"),
                lambda line: line.item.subject,
            ),
            Column(
                "source",
                T,
                _("Source of the money"),
                lambda line: line.item.source,
                codes=_of(MoneySource),
            ),
            Column(
                "span",
                T,
                _("Column of the investment plan"),
                lambda line: line.item.span,
                codes=_of(Span),
            ),
            Column("year", N, pgettext_lazy("data", "Year"), lambda line: line.item.year),
            Column("quarter", N, _("Quarter of the year, 1 to 4"), lambda line: line.item.quarter),
            Column(
                "before",
                T,
                _("Value before: text, code, number, or money in won; nothing where there was none"),
                lambda line: line.item.before,
            ),
            Column(
                "after",
                T,
                _("Value now: text, code, number, or money in won; nothing where there is none"),
                lambda line: line.item.after,
            ),
            Column(
                "url",
                Kind.ADDRESS,
                _("The card in this very edition"),
                lambda line: line.address,
                always=True,
            ),
        ),
        lines.promises,
    ),
)
BY_NAME = {file.name: file for file in FILES}
