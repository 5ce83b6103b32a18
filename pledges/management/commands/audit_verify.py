"""``manage.py audit_verify``: walk the audit log and say where it was altered, cut or reordered."""

import dataclasses
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from pledges.audit import verify


class Command(BaseCommand):
    help = (
        "Verify the chain of the audit log; exit code 1 where an entry is altered, missing or out of order."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--expect",
            metavar="HASH",
            default="",
            help="a head hash that was noted elsewhere and must still be in the log",
        )
        parser.add_argument("--json", action="store_true", help="say it as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = verify(options["expect"])
        if options["json"]:
            found = {"holds": verdict.holds, **dataclasses.asdict(verdict)}
            self.stdout.write(json.dumps(found, ensure_ascii=False))
            if not verdict.holds:
                raise SystemExit(1)
            return
        if not verdict.holds:
            raise CommandError(
                _("Entry %(sequence)d: %(problem)s. %(count)d entries before it hold; last hash: %(hash)s")
                % {
                    "sequence": verdict.broken,
                    "problem": verdict.problem,
                    "count": verdict.count,
                    "hash": verdict.hash,
                }
            )
        self.stdout.write(
            _("The audit log holds: %(count)d entries, of which %(redacted)d redacted.")
            % {"count": verdict.count, "redacted": verdict.redacted}
        )
        self.stdout.write(
            _("Head hash (note it outside of this database): %(hash)s") % {"hash": verdict.hash}
        )
