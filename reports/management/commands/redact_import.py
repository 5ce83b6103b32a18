"""``manage.py redact_import UUID --reason TEXT``: erase the file and the cells that an import keeps."""

import uuid
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from pledges.workflow import WorkflowError
from reports.models import ImportBatch
from reports.workbook.redacting import redact_import


class Command(BaseCommand):
    help = "Delete an import's file, changed cells and findings for good; what it wrote in the plan stays."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("batch", metavar="UUID", type=uuid.UUID, help="as in the address of its page")
        parser.add_argument("--reason", required=True, help="why; it stands in the audit log")

    def handle(self, *args: Any, **options: Any) -> None:
        batch = ImportBatch.objects.filter(pk=options["batch"]).without_contents().first()
        if batch is None:
            raise CommandError(_("There is no import %(key)s.") % {"key": options["batch"]})
        try:
            redact_import(batch=batch, reason=options["reason"])
        except WorkflowError as refused:
            raise CommandError(refused.message) from refused
        self.stdout.write(_("The contents of the import %(key)s were erased.") % {"key": batch.pk})
        if batch.first_entry is not None:
            self.stdout.write(
                _("What it wrote stands in the audit log, entries %(first)d to %(last)d (audit_redact).")
                % {"first": batch.first_entry, "last": batch.last_entry}
            )
