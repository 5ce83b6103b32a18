"""``manage.py import_plan FILE.xlsx``: bring a plan in from its workbook, whole or not at all.

``--cards naju/8 --as-of 2025-09-30`` takes a file of pledge cards instead, of that plan and 기준일.
"""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from pledges.sheets import CellChange
from pledges.spreadsheet import Finding, UnreadableFile
from reports.management.commands.fulfilment import find_plan, iso_date
from reports.workbook import ImportResult, import_workbook
from reports.workbook.cards import CardPlace

APPLIED, ERRORS, UNREADABLE = 0, 1, 2
# A list of errors longer than this is no help at a terminal; --json gives them all.
LONGEST_LIST = 200


class Command(BaseCommand):
    help = "Import a plan workbook. Exit 0: applied (or would be); 1: errors, nothing changed; 2: unreadable."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE.xlsx")
        parser.add_argument("--dry-run", action="store_true", help="show what would change, change nothing")
        parser.add_argument(
            "--publish", action="store_true", help="publish the edition of the workbook's 기준일 as well"
        )
        parser.add_argument("--reason", default="", help="why a published figure changes (with --publish)")
        parser.add_argument(
            "--over-drafts", action="store_true", help="import although drafts of the same reports are open"
        )
        parser.add_argument(
            "--cards",
            metavar="PLAN",
            help="FILE holds pledge cards of this plan, like naju/8 (with --as-of)",
        )
        parser.add_argument("--as-of", type=iso_date, help="the 기준일 of the cards' figures (with --cards)")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        if bool(options["cards"]) != bool(options["as_of"]):
            raise CommandError(
                _("--cards and --as-of belong together: --cards naju/8 --as-of 2025-09-30"),
                returncode=UNREADABLE,
            )
        cards_of = CardPlace(find_plan(options["cards"]), options["as_of"]) if options["cards"] else None
        bar = ProgressBar(self.stderr)
        try:
            result = import_workbook(
                Path(options["file"]),
                dry_run=options["dry_run"],
                over_drafts=options["over_drafts"],
                publish=options["publish"],
                reason=options["reason"],
                progress=bar.show if bar.is_wanted else None,
                cards_of=cards_of,
            )
            code = ERRORS if result.errors else APPLIED
        except UnreadableFile as unreadable:
            result = ImportResult()
            result.errors.append(Finding("", "", Path(options["file"]).name, str(unreadable)))
            code = UNREADABLE
        finally:
            bar.clear()
        if options["json"]:
            self.stdout.write(json.dumps(result.as_json(), ensure_ascii=False, indent=1))
        else:
            self.stdout.write("\n".join(as_lines(result, dry_run=options["dry_run"])))
        if code != APPLIED:
            sys.exit(code)


def as_lines(result: ImportResult, *, dry_run: bool) -> Iterable[str]:
    """The result for a person at a terminal."""
    for name, counts in result.sheets.items():
        yield _("%(sheet)s: %(new)s new, %(changed)s changed, %(unchanged)s unchanged") % {
            "sheet": name,
            **counts,
        }
    if dry_run:
        cells = [cell for row in result.diff.rows(stop=LONGEST_LIST) for cell in row.cells]
        for cell in cells[:LONGEST_LIST]:
            yield "  " + changed_line(cell)
        changed = sum(counts["new"] + counts["changed"] for counts in result.sheets.values())
        if len(cells) > LONGEST_LIST or changed > LONGEST_LIST:
            yield _("  … and more; the preview in the browser shows all.")
    for name in result.ignored:
        yield _("%(sheet)s: not a sheet of this workbook, ignored") % {"sheet": name}
    for title, findings in ((_("Warning"), result.warnings), (_("Error"), result.errors)):
        for finding in findings[:LONGEST_LIST]:
            yield finding_line(title, finding)
        if len(findings) > LONGEST_LIST:
            yield _("… and %(count)s more; --json lists more.") % {"count": findings.count_all - LONGEST_LIST}
    if result.errors:
        yield _("Nothing was changed (%(count)s errors).") % {"count": result.errors.count_all}
    elif dry_run:
        yield _("Dry run: nothing was changed.")
    else:
        yield _("Applied.")
        if result.batch:
            yield _("Import %(key)s: rollback_import takes it back.") % {"key": result.batch.pk}
        for edition in result.editions:
            yield _("Published: %(as_of)s, edition %(number)s.") % {
                "as_of": edition.as_of,
                "number": edition.number,
            }


def changed_line(cell: CellChange) -> str:
    """One changed cell: where, of what, from what to what; "–" is nothing."""
    where = " ".join(filter(None, (cell.sheet, cell.address, " · ".join(filter(None, cell.key)))))
    old, new = (" ".join(text.split()) or "–" for text in (cell.old, cell.new))
    return f"{where} {cell.column}: {old} → {new}"


def finding_line(title: str, finding: Finding) -> str:
    """One error or warning: where, what stands there, what was expected."""
    value = f"“{finding.value}”" if finding.value else ""
    place = " ".join(part for part in (finding.sheet, finding.cell, value) if part)
    return f"{title}: {place} — {finding.message}" if place else f"{title}: {finding.message}"


class ProgressBar:
    """A bar of plain text on standard error, where that is a terminal."""

    WIDTH = 30

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.is_wanted = bool(stream.isatty())
        self.is_shown = False

    def show(self, label: str, done: int, total: int) -> None:
        filled = self.WIDTH * done // max(total, 1)
        bar = "#" * filled + "-" * (self.WIDTH - filled)
        self.stream._out.write(f"\r[{bar}] {label} {done:,}/{total:,}\x1b[K")
        self.stream._out.flush()
        self.is_shown = True

    def clear(self) -> None:
        if self.is_shown:
            self.stream._out.write("\r\x1b[K")
            self.stream._out.flush()
