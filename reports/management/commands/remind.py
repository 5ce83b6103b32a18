"""``manage.py remind``: mail the reminders that are due today. For cron; twice sends once."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from reports.management.commands.fulfilment import iso_date
from reports.proposal_reminders import send_proposal_reminders
from reports.quarter.reminders import send_reminders
from reports.reminding import Outcome


class Command(BaseCommand):
    help = "Mail departments and the planning office what is still open before and after its due date."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would be sent, send nothing")
        parser.add_argument("--today", type=iso_date, metavar="DATE", help="as if it were this day")
        parser.add_argument("--json", action="store_true", help="the outcome as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        today = options["today"] or timezone.localdate()
        outcome = send_reminders(today=today, dry_run=options["dry_run"])
        send_proposal_reminders(today=today, outcome=outcome, dry_run=options["dry_run"])
        if options["json"]:
            self.stdout.write(json.dumps(as_json(outcome, today.isoformat()), ensure_ascii=False, indent=2))
        else:
            for line in as_lines(outcome, dry_run=options["dry_run"]):
                self.stdout.write(line)
        if outcome.failed:
            raise CommandError(
                _("%(count)d mails could not be sent; they are tried again in the next run.")
                % {"count": len(outcome.failed)}
            )


def as_json(outcome: Outcome, today: str) -> dict[str, Any]:
    return {
        "today": today,
        "sent": outcome.sent,
        "already_sent": outcome.already,
        "mails": [{"person": person, "subject": subject} for person, subject in outcome.mails],
        "without_address": outcome.without_address,
        "departments_without_people": outcome.nobody_in,
        "failed": outcome.failed,
    }


def as_lines(outcome: Outcome, *, dry_run: bool) -> list[str]:
    """The outcome for a person at a terminal, or for the mail that cron sends."""
    lines = []
    if dry_run:
        lines += [f"{person}: {subject}" for person, subject in outcome.mails]
        lines.append(_("Dry run: %(count)d mails would be sent.") % {"count": len(outcome.mails)})
    else:
        lines.append(_("%(count)d mails sent.") % {"count": outcome.sent})
    lines.append(_("%(count)d reminders had been sent before.") % {"count": outcome.already})
    for title, names in (
        (_("Without an e-mail address"), outcome.without_address),
        (_("Departments with open reports and nobody to write to"), outcome.nobody_in),
        (_("Not sent"), outcome.failed),
    ):
        if names:
            lines.append(f"{title} ({len(names)}): {', '.join(names)}")
    return lines
