"""``manage.py maintenance on|off|status``: close the portal for a while without starting anything anew."""

import datetime as dt
from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from reports.public import maintenance


def moment(text: str) -> dt.datetime:
    """``18:00`` (the next one) or ``2026-11-24 02:00``, in the portal's time zone."""
    now = timezone.localtime()
    try:
        if len(text) <= 5:
            clock = dt.time.fromisoformat(text.zfill(5))
            found = timezone.make_aware(dt.datetime.combine(now.date(), clock))
            return found if found > now else found + dt.timedelta(days=1)
        found = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(
            _("%(text)s is no time. Write 18:00 or 2026-11-24 02:00.") % {"text": text}
        ) from error
    found = found if timezone.is_aware(found) else timezone.make_aware(found)
    if found <= now:
        raise ArgumentTypeError(_("%(text)s has passed.") % {"text": text})
    return found


class Command(BaseCommand):
    help = "Answer every page with 503 and a note while the portal is being worked on, and open it again."
    # It must work where database and code do not fit together, which is when it is needed.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["on", "off", "status"])
        parser.add_argument("--until", type=moment, metavar="TIME", help="18:00, or 2026-11-24 02:00")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["until"] and options["what"] != "on":
            raise CommandError(_("--until belongs to “on”."))
        if options["what"] == "on":
            maintenance.begin(options["until"])
        elif options["what"] == "off":
            maintenance.end()
        self.stdout.write(_told(maintenance.current()))


def _told(now: maintenance.Maintenance | None) -> str:
    if now is None:
        return _("The portal is open.")
    if now.until is None:
        return _("The portal is closed for maintenance.")
    until = timezone.localtime(now.until)
    return _("The portal is closed for maintenance until %(until)s.") % {"until": f"{until:%Y-%m-%d %H:%M}"}
