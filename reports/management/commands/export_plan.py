"""``manage.py export_plan naju/8 FILE.xlsx``: write the workbook whose import changes nothing."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from reports.management.commands.fulfilment import find_plan, iso_date
from reports.workbook import export_workbook
from reports.workbook.exporting import export_as_of


class Command(BaseCommand):
    help = "Export a plan as its workbook."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("plan", help="city/term, or city/term/plan code: naju/8, naju/8/works")
        parser.add_argument("file", metavar="FILE.xlsx")
        parser.add_argument(
            "--as-of",
            type=iso_date,
            metavar="DATE",
            help="the 기준일; the last published period's if left out, else the last with approved data",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        plan = find_plan(options["plan"])
        as_of = options["as_of"] or export_as_of(plan)
        term = plan.term
        if not term.starts_on <= as_of <= term.ends_on.replace(month=12, day=31):
            raise CommandError(
                _("The date has to lie in the term, from %(first)s to %(last)s.")
                % {"first": term.starts_on, "last": term.ends_on}
            )
        write_file(Path(options["file"]), export_workbook(plan, as_of))
        self.stdout.write(
            _("%(plan)s as of %(as_of)s written to %(file)s.")
            % {"plan": plan.address, "as_of": as_of, "file": options["file"]}
        )


def write_file(path: Path, content: bytes) -> None:
    """Write the file, or say what stands in the way."""
    try:
        path.write_bytes(content)
    except OSError as error:
        raise CommandError(
            _("%(file)s can't be written: %(problem)s") % {"file": path, "problem": error.strerror}
        ) from None
