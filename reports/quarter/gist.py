"""What a report says, in a few words: for lists in which many reports are looked over at once."""

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pledges.notation import format_money, format_number
from reports.quarter.changes import is_unchanged, marks_anew, moves, status_of
from reports.quarter.entry import Entry, IndicatorLine, status_label


def gist_of(entry: Entry) -> list[str]:
    """What the report in hand changes, a phrase each; none where nothing changed. No query."""
    report = entry.report
    if report is None or is_unchanged(entry):
        return []
    found = []
    before = entry.before.own_status or str(status_label(entry.before.status))
    if report.status and status_of(entry) not in ("", before):
        found.append(_("%(before)s → %(after)s") % {"before": before, "after": status_of(entry)})
    found += [_indicator(line) for line in entry.indicators if moves(line)]
    spent = [money.executed_total for money in entry.money if money.executed_total]
    if spent:
        plan = entry.pledge.plan
        found.append(
            _("executed %(amount)s %(unit)s")
            % {
                "amount": format_money(sum(spent), plan.money_unit),
                "unit": plan.get_money_unit_display(),
            }
        )
    marks = sum(marks_anew(line) for line in entry.tasks)
    if marks:
        found.append(
            ngettext("%(count)d schedule mark", "%(count)d schedule marks", marks) % {"count": marks}
        )
    lines = len(entry.achievements)
    if lines:
        found.append(ngettext("%(count)d achievement", "%(count)d achievements", lines) % {"count": lines})
    files = len(entry.evidence)
    if files:
        found.append(
            ngettext("%(count)d evidence file", "%(count)d evidence files", files) % {"count": files}
        )
    if report.cause and report.cause != (entry.previous.cause if entry.previous else ""):
        found.append(_("new cause of the delay"))
    return found


def _indicator(line: IndicatorLine) -> str:
    """How the report moves one indicator."""
    words = {"indicator": line.indicator.name, "after": _number(line.after(line.value))}
    if line.is_cumulative and line.value is not None:
        words["value"] = ("+" if line.value > 0 else "") + _number(line.value)
        return _("%(indicator)s %(value)s (in all %(after)s)") % words
    words["before"] = _number(line.before.actual)
    return _("%(indicator)s %(before)s → %(after)s") % words


def _number(value: Decimal | None) -> str:
    return "–" if value is None else format_number(value, grouped=True)
