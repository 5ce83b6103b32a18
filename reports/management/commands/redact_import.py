"""``manage.py redact_import UUID --reason TEXT``: erase the file and the cells that an import keeps."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from pledges.workflow import WorkflowError
from reports.management.commands.rollback_import import add_import_arguments, find_import
from reports.workbook.redacting import redact_import


class Command(BaseCommand):
    help = "Delete an import's file, changed cells and findings for good; what it wrote in the plan stays."

    def add_arguments(self, parser: CommandParser) -> None:
        add_import_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        batch = find_import(options["batch"])
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
