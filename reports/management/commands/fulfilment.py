"""``manage.py fulfilment naju/8``: a plan's rates from the live, approved data, as text or JSON."""

import argparse
import datetime as dt
import json
import re
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pledges.enums import MoneyUnit, Status
from pledges.models import Plan
from pledges.notation import format_number, in_unit
from reports.fulfilment import (
    IndicatorFulfilment,
    MethodFulfilment,
    PlanFulfilment,
    PledgeFulfilment,
    default_as_of,
    exact_text,
    plan_fulfilment,
    warning_messages,
)

ADDRESS = re.compile(r"(?P<city>[^/]+)/(?P<number>[0-9]{1,4})(?:/(?P<code>[^/]+))?")


def iso_date(text: str) -> dt.date:
    """A date as the command line takes it. Raises what argparse turns into a message and exit code 2."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(_("enter a date such as 2025-09-30")) from None


def find_plan(address: str) -> Plan:
    """The plan at ``naju/8`` or ``naju/8/works``. CommandError: exit 2 for no address, 1 for no such plan."""
    match = ADDRESS.fullmatch(address.strip().strip("/"))
    if not match:
        raise CommandError(
            _("“%(address)s” is not the address of a plan; write it like naju/8 or naju/8/works.")
            % {"address": address},
            returncode=2,
        )
    plan: Plan | None = (
        Plan.objects.with_places()
        .for_address(match["city"], int(match["number"]), match["code"] or "pledges")
        .first()
    )
    if plan is None:
        known = ", ".join(plan.address for plan in Plan.objects.with_places()[:20]) or _("none yet")
        raise CommandError(
            _("There is no plan at “%(address)s”. Plans here: %(known)s.")
            % {"address": address, "known": known},
            returncode=1,
        )
    return plan


class Command(BaseCommand):
    help = "Print the rates of a plan from its live, approved data."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("plan", help="city/term, or city/term/plan code: naju/8, naju/8/works")
        parser.add_argument(
            "--as-of",
            type=iso_date,
            metavar="DATE",
            help="the 기준일; the last published period's if left out, else the last with approved data",
        )
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        plan = find_plan(options["plan"])
        as_of = options["as_of"] or default_as_of(plan)
        if as_of is None:
            raise CommandError(
                _("%(plan)s has no approved data yet; choose a date with --as-of.") % {"plan": plan.address},
                returncode=1,
            )
        figures = plan_fulfilment(plan, as_of)
        if options["json"]:
            self.stdout.write(json.dumps(as_document(figures), ensure_ascii=False, indent=1))
        else:
            self.stdout.write("\n".join(as_lines(figures)))


# --- JSON -----------------------------------------------------------------------


def as_document(figures: PlanFulfilment) -> dict[str, Any]:
    """The figures in the workbook contract's shape: rates as fractions in lowest terms, money in 백만원."""
    headline = figures.headline
    return {
        "plan": figures.plan.address,
        "as_of": figures.as_of.isoformat(),
        "headline": {"method": headline.method.value, **_rate(headline)},
        "methods": {method.value: {**_rate(line), "of": line.of} for method, line in figures.methods.items()},
        "counts": dict(figures.counts),
        "under_way": figures.under_way,
        "areas": [
            {
                "code": area.code,
                "pledges": area.pledges,
                "rate": area.mean.exact,
                "display": area.mean.display,
            }
            for area in figures.areas
            if area.is_top
        ],
        "pledges": [_pledge(figures, pledge) for pledge in figures.pledges],
        "warnings": [
            {"code": warning.code, "pledge": warning.pledge}
            | ({"indicator": warning.indicator} if warning.indicator else {})
            for warning in figures.warnings
        ],
    }


def _rate(line: MethodFulfilment) -> dict[str, Any]:
    return {"rate": line.mean.exact, "display": line.display}


def _pledge(figures: PlanFulfilment, pledge: PledgeFulfilment) -> dict[str, Any]:
    return {
        "code": pledge.code,
        "status": pledge.status.value,
        "rate": exact_text(pledge.rate),
        "display": figures.display(pledge.rate),
        "to_date": exact_text(pledge.to_date),
        "planned": _money(pledge.planned),
        "executed": _money(pledge.executed),
        "execution_rate": figures.display_execution(pledge.execution_rate),
        "indicators": [_indicator(figures, indicator) for indicator in pledge.indicators],
    }


def _indicator(figures: PlanFulfilment, indicator: IndicatorFulfilment) -> dict[str, Any]:
    return {
        "name": indicator.name,
        "target": None if indicator.target is None else format_number(indicator.target),
        "actual": None if indicator.actual is None else format_number(indicator.actual),
        "rate": exact_text(indicator.rate),
        "display": figures.display(indicator.rate),
        "to_date": exact_text(indicator.to_date),
    }


def _money(won: int | None) -> str | None:
    """원 as exact text in 백만원, whatever the plan's own unit: 75,400,000 is "75.4"."""
    return None if won is None else format_number(in_unit(won, MoneyUnit.MILLION))


# --- Text -----------------------------------------------------------------------


def as_lines(figures: PlanFulfilment) -> list[str]:
    """The same figures for a person at a terminal."""
    headline = figures.headline
    lines = [
        f"{figures.plan.address}  {figures.plan.name}  {figures.as_of}",
        "",
        f"{headline.method.label}: {headline.display}"
        + (_("  (under way %(rate)s)") % {"rate": figures.under_way} if figures.under_way else ""),
        "",
    ]
    for line in figures.methods.values():
        counted = ngettext("%(count)d pledge counted", "%(count)d pledges counted", line.of)
        lines.append(f"  {line.display:>7}  {line.method.label} ({counted % {'count': line.of}})")
    lines += [
        "",
        "  "
        + " · ".join(
            f"{Status(code).label} {count}"
            for code, count in figures.counts.items()
            if count and code != "total"
        ),
        "",
    ]
    for area in figures.areas:
        name = "  " * area.depth + f"{area.code} {area.name}".strip()
        lines.append(f"  {area.mean.display:>7}  {name} ({area.pledges})")
    lines.append("")
    for pledge in figures.pledges:
        lines.append(
            f"  {figures.display(pledge.rate):>7}  {pledge.code}  {pledge.own_status or pledge.status.label}"
        )
        for indicator in pledge.indicators:
            lines.append(f"  {figures.display(indicator.rate):>7}    {indicator.name}")
    if figures.warnings:
        lines.append("")
    messages = warning_messages()
    for warning in figures.warnings:
        place = f"{warning.pledge} {warning.indicator}".strip()
        lines.append(f"  ! {place}: {messages[warning.code]}")
    return lines
