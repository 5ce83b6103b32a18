"""Reading 한빛시's pledges from their .toml files: short lines in, typed values out.

The files hold a table a pledge. Parts of a line are divided by ``|``; years run
from 2022 to 2026; ``-`` is nothing entered. Amounts are 백만원.

* ``status``: ``정상추진``; ``계속추진@2`` continuing (``완료@2`` closed) from quarter 2 of 2025 on,
  counted from 0, and on track before; ``정상추진<2`` only partly under way before that quarter.
* ``indicators``: name | unit | five targets | actuals of 2022 to 2024 and of 2025 by quarter, as
  ``1/2/3/4`` summed up within the year | kind | baseline. A single number of 2025 is spread by ``_spread``.
* ``projects``: name | source and five amounts, with ``<`` before and ``>`` after the term |
  ``집행`` (spent, with 2025 by quarter) and ``확보:source`` where they differ from ``Project``'s own idea.
* ``tasks``: ``22.4-23.2 name !23.1``: planned quarters, and from when on it is late.
* ``done``: date | what was done | details, divided by ``/``.
* ``missing``: quarters in which the department handed nothing in.
"""

import datetime as dt
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from pledges.enums import IndicatorKind, MoneySource, Status
from pledges.notation import DateSpan, from_sheet_word, parse_dates, parse_number
from reports.demo.sheets import entered_sum

FILES = ("economy", "welfare", "learning", "safety", "together")
YEARS = (2022, 2023, 2024, 2025, 2026)
PAST = 3  # years before 2025
QUARTERS = (dt.date(2025, 3, 31), dt.date(2025, 6, 30), dt.date(2025, 9, 30), dt.date(2025, 12, 31))
LAST = len(QUARTERS) - 1
# What was spent of a year's plan where a line does not say: past years in turn, 2025 by quarter. Percent.
SPENT_OF_A_YEAR = (100, 97, 99, 95, 98)
SPENT_OF_2025 = (12, 38, 66, 96)

Amount = Decimal | None
Amounts = tuple[Amount, ...]
Quarter = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Indicator:
    """``past`` are 2022 to 2024, ``quarters`` 2025 up to the end of each quarter."""

    name: str
    unit: str
    kind: IndicatorKind
    baseline: Amount
    targets: Amounts
    past: Amounts
    quarters: Amounts

    @property
    def is_summed(self) -> bool:
        return self.kind == IndicatorKind.CUMULATIVE

    def actuals(self, quarter: int) -> Amounts:
        """The years' own values as they stood at the end of a quarter of 2025; 2026 is yet to come."""
        return (*self.past, self.quarters[quarter], None)


@dataclass(frozen=True, slots=True)
class MoneyLine:
    """Amounts of one source by year, with what stands before and after the term."""

    source: str
    prior: Amount
    years: Amounts
    after: Amount


@dataclass(frozen=True, slots=True)
class Project:
    """A sub-project. ``spent`` and ``secured`` are lines as the city gives them, by quarter of 2025."""

    name: str
    planned: tuple[MoneyLine, ...]
    spent: tuple[tuple[MoneyLine, ...], ...]
    secured: tuple[tuple[MoneyLine, ...], ...]


@dataclass(frozen=True, slots=True)
class Task:
    name: str
    first: Quarter
    last: Quarter
    late_after: Quarter | None

    def is_late(self, quarter: Quarter) -> bool:
        return self.late_after is not None and quarter > self.late_after


@dataclass(frozen=True, slots=True)
class Achievement:
    date: str
    span: DateSpan
    text: str
    details: str

    @property
    def known_on(self) -> dt.date:
        """When it can be reported: at its end; what has no end yet, at its start."""
        return self.span.starts_on if self.span.open_ended else self.span.ends_on


@dataclass(frozen=True, slots=True, kw_only=True)
class Pledge:
    area: str
    strategy: str
    code: str
    name: str
    lead: str
    support: str
    completion: str
    implementers: str
    novelty: str
    statuses: tuple[Status, ...]
    campaign: str
    goal: str
    basis: str
    overview: str
    effects: str
    cause: str
    remedy: str
    indicators: tuple[Indicator, ...]
    projects: tuple[Project, ...]
    tasks: tuple[Task, ...]
    achievements: tuple[Achievement, ...]
    missing: frozenset[int]

    @property
    def planned(self) -> Amount:
        """소요예산: everything planned, before, in and after the term."""
        return entered_sum(
            amount
            for project in self.projects
            for line in project.planned
            for amount in (line.prior, *line.years, line.after)
        )


@cache
def all_pledges() -> tuple[Pledge, ...]:
    """The 66 pledges in the plan's order."""
    return tuple(pledge for name in FILES for pledge in _read(Path(__file__).with_name(f"{name}.toml")))


def _read(path: Path) -> Iterator[Pledge]:
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    for entry in data["pledge"]:
        strategy = entry["code"].rpartition("-")[0]
        digits = sum(int(part) for part in entry["code"].split("-"))
        yield Pledge(
            area=data["area"],
            strategy=f"{strategy} {data['strategies'][strategy]}",
            code=entry["code"],
            name=entry["name"],
            lead=entry["lead"],
            support=entry.get("support", ""),
            completion=entry.get("when", "임기내"),
            implementers=entry["by"],
            novelty=entry["novelty"],
            statuses=_statuses(entry["status"]),
            campaign=entry["campaign"],
            goal=entry["goal"],
            basis=entry["basis"],
            overview=entry["overview"],
            effects=entry["effects"],
            cause=entry.get("cause", ""),
            remedy=entry.get("remedy", ""),
            indicators=tuple(_indicator(_parts(line)) for line in entry["indicators"]),
            projects=tuple(_project(_parts(line), digits) for line in entry.get("projects", [])),
            tasks=tuple(_task(line) for line in entry["tasks"]),
            achievements=tuple(_achievement(_parts(line)) for line in entry["done"]),
            missing=frozenset(entry.get("missing", [])),
        )


def _parts(line: str) -> list[str]:
    return [part.strip() for part in line.split("|")]


def _statuses(text: str) -> tuple[Status, ...]:
    """The status at the end of each quarter of 2025."""
    name, at, since = text.partition("@")
    if at:
        final = _status(name)
        return tuple(final if quarter >= int(since) else Status.ON_TRACK for quarter in range(len(QUARTERS)))
    name, _below, until = text.partition("<")
    return tuple(
        Status.PARTIAL if quarter < int(until or 0) else _status(name) for quarter in range(len(QUARTERS))
    )


def _status(word: str) -> Status:
    status = from_sheet_word(Status, word)
    if status is None:
        raise ValueError(f"no status: {word}")
    return status


def _indicator(parts: Sequence[str]) -> Indicator:
    name, unit, targets, actuals, *rest = parts
    kind = from_sheet_word(IndicatorKind, rest[0] if rest else "누계")
    if kind is None:
        raise ValueError(f"no kind of indicator: {rest[0]}")
    *past, last = actuals.split()
    return Indicator(
        name=name,
        unit=unit,
        kind=kind,
        baseline=parse_number(rest[1]) if len(rest) > 1 else None,
        targets=tuple(parse_number(text) for text in targets.split()),
        past=tuple(parse_number(text) for text in past),
        quarters=_quarters(last, summed=kind == IndicatorKind.CUMULATIVE),
    )


def _quarters(text: str, *, summed: bool = True) -> Amounts:
    """2025 up to the end of each quarter; a quarter without a value keeps the one before."""
    given = [parse_number(part) for part in text.split("/")]
    if len(given) == 1:
        given = _spread(given[0]) if summed else [None, None, None, given[0]]
    known: list[Amount] = []
    for amount in given:
        known.append(amount if amount is not None else (known[-1] if known else None))
    return tuple(known)


def _spread(total: Amount) -> list[Amount]:
    """A year's count over its quarters, in equal whole steps; nothing is entered before the first."""
    if total is None:
        return [None] * len(QUARTERS)
    return [
        (total * step // len(QUARTERS)) or None if step < len(QUARTERS) else total
        for step in range(1, len(QUARTERS) + 1)
    ]


def _project(parts: Sequence[str], digits: int) -> Project:
    name, *lines = parts
    planned, spent, secured = [], [], {}
    for line in lines:
        word, *amounts = line.split()
        if word.startswith("집행"):
            spent.append((word.replace("집행", "집행액"), amounts))
        elif word.startswith("확보:"):
            secured[word.removeprefix("확보:")] = _money_line(word, amounts)
        else:
            planned.append(_money_line(word, amounts))
    unknown = [row.source for row in planned if from_sheet_word(MoneySource, row.source) is None]
    if unknown:
        raise ValueError(f"no source: {', '.join(unknown)}")
    quarters = range(len(QUARTERS))
    return Project(
        name=name,
        planned=tuple(planned),
        spent=tuple(
            tuple(_spent(word, amounts, quarter) for word, amounts in spent)
            or _usual_spending(planned, digits, quarter)
            for quarter in quarters
        ),
        secured=tuple(
            tuple(_secured(secured.get(line.source, line), line.source, quarter) for line in planned)
            for quarter in quarters
        ),
    )


def _money_line(source: str, tokens: Sequence[str]) -> MoneyLine:
    prior = next((token[1:] for token in tokens if token.startswith("<")), "")
    after = next((token[1:] for token in tokens if token.startswith(">")), "")
    years = [parse_number(token) for token in tokens if token[0] not in "<>"]
    if len(years) != len(YEARS):
        raise ValueError(f"{source}: five years, not {len(years)}")
    return MoneyLine(source, parse_number(prior), tuple(years), parse_number(after))


def _spent(word: str, tokens: Sequence[str], quarter: int) -> MoneyLine:
    *past, last = tokens
    years = (*(parse_number(token) for token in past), _quarters(last)[quarter], None)
    return MoneyLine(word, None, years, None)


def _usual_spending(planned: Sequence[MoneyLine], digits: int, quarter: int) -> tuple[MoneyLine]:
    """A little less than what was planned, in whole 백만원; all of it before the term."""
    years: list[Amount] = []
    for number in range(PAST + 1):
        amount = entered_sum(line.years[number] for line in planned)
        percent = (
            SPENT_OF_2025[quarter]
            if number == PAST
            else SPENT_OF_A_YEAR[(digits + number) % len(SPENT_OF_A_YEAR)]
        )
        years.append(None if amount is None else amount * percent // 100)
    return (MoneyLine("집행액", entered_sum(line.prior for line in planned), (*years, None), None),)


def _secured(line: MoneyLine, source: str, quarter: int) -> MoneyLine:
    """What the budget holds: everything up to 2025, and 2026 once the council has passed it in December."""
    years = (*line.years[: PAST + 1], line.years[PAST + 1] if quarter == LAST else None)
    return MoneyLine(f"확보액:{source}", line.prior, years, None)


def _task(line: str) -> Task:
    span, _space, rest = line.partition(" ")
    name, _mark, late = rest.partition(" !")
    first, _dash, last = span.partition("-")
    return Task(name, _quarter(first), _quarter(last or first), _quarter(late) if late else None)


def _quarter(text: str) -> Quarter:
    year, quarter = text.split(".")
    return 2000 + int(year), int(quarter)


def _achievement(parts: Sequence[Any]) -> Achievement:
    date, text, *details = parts
    return Achievement(
        date, parse_dates(date), text, "\n".join(part.strip() for part in "/".join(details).split(" / "))
    )
