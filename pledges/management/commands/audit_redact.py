"""``manage.py audit_redact 17 --reason TEXT``: erase what a log entry says; the log tells of it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from pledges.audit import RedactionRefused, redact


class Command(BaseCommand):
    help = "Empty one entry of the audit log for good; who, when and which step stay, and the chain holds."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("sequence", type=int, help="the entry's number in the log")
        parser.add_argument("--reason", required=True, help="why it is erased; the log keeps this")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            redact(sequence=options["sequence"], reason=options["reason"])
        except RedactionRefused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(_("Entry %(sequence)d was redacted.") % {"sequence": options["sequence"]})
