"""``manage.py rollback_import UUID --reason …``: take an import back as one."""

import sys
import uuid
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from pledges.notation import format_day, format_moment
from pledges.workflow import WorkflowError
from reports.models import ImportBatch
from reports.workbook.rollback import LaterEdit, StoodOn, roll_back

REFUSED = 1


class Command(BaseCommand):
    help = "Roll an import back. Exit 0: done; 1: something stands on it, or it can't be; nothing changed."

    def add_arguments(self, parser: CommandParser) -> None:
        add_import_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        batch = find_import(options["batch"])
        try:
            roll_back(batch=batch, user=None, reason=options["reason"])
        except WorkflowError as refused:
            self.stderr.write(refused.message)
            for edit in refused.edits if isinstance(refused, StoodOn) else ():
                self.stderr.write(as_line(edit))
            sys.exit(REFUSED)
        self.stdout.write(_("Rolled back: %(file)s.") % {"file": batch.file_name})


def add_import_arguments(parser: CommandParser) -> None:
    """Which import, and why something is done to it."""
    parser.add_argument("batch", metavar="UUID", type=uuid.UUID, help="as in the address of its page")
    parser.add_argument("--reason", required=True, help="why; it stands in the audit log")


def find_import(key: uuid.UUID) -> ImportBatch:
    """The import of this key. Raises CommandError."""
    batch: ImportBatch | None = ImportBatch.objects.filter(pk=key).without_contents().first()
    if batch is None:
        raise CommandError(_("There is no import %(key)s.") % {"key": key})
    return batch


def as_line(edit: LaterEdit) -> str:
    """What stands on an import, in one line."""
    key = str(edit.batch.pk) if edit.batch else ""
    as_of = format_day(edit.as_of) if edit.as_of else ""
    at = format_moment(edit.at) if edit.at else ""
    return " · ".join(filter(None, (at, edit.who, edit.code, as_of, edit.what, ", ".join(edit.rows), key)))
