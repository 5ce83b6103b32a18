"""``manage.py demo``: a portal to look at, with three plans and an account for each role, on this machine."""

import argparse
import os
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils.translation import gettext as _

from reports.demo.loading import DemoError, load
from reports.demo.people import ACCOUNTS, CODE_KEY, PASSWORD, code_of

HOST = "127.0.0.1"
PORT = 8000


def port_number(text: str) -> int:
    """A port as the command line takes it. Raises what argparse turns into a message and exit code 2."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(_("enter a port from 1 to 65535"))
    return int(text)


class Command(BaseCommand):
    help = "Load the demo's three plans and accounts where they are missing, and serve them on this machine."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=port_number, default=PORT, help="the port to serve at (8000)")
        parser.add_argument("--no-serve", action="store_true", help="load only")
        parser.add_argument(
            "--code", metavar="ACCOUNT", help="print the account's code for now, and nothing else"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError(
                _("The demo makes accounts with a known password and never runs with PRODUCTION on.")
            )
        if options["code"]:
            self._tell_code(options["code"])
            return
        call_command("migrate", interactive=False, verbosity=0)
        try:
            is_new = [self._tell(step.name, is_new=step.is_new) for step in load()]
        except DemoError as error:
            raise CommandError(str(error)) from error
        if not any(is_new):
            self.stdout.write(_("All is there already; nothing was changed."))
        self._tell_accounts()
        if options["no_serve"]:
            return
        address = f"http://{HOST}:{options['port']}"
        if "PORTAL_URL" not in os.environ:
            # The links in the mails lead to where this demo is served.
            settings.PORTAL_URL = address
        self.stdout.write("\n" + _("Open %(address)s") % {"address": f"{address}/"})
        self.stdout.write(_("Stop with Ctrl+C."))
        self.stdout.flush()
        # Without the reloader: it would start this command, and so the loading, a second time.
        call_command("runserver", f"{HOST}:{options['port']}", use_reloader=False)

    def _tell(self, name: str, *, is_new: bool) -> bool:
        self.stdout.write(f"{'+' if is_new else '='} {name}")
        self.stdout.flush()
        return is_new

    def _tell_code(self, username: str) -> None:
        try:
            code = code_of(username)
        except DatabaseError:
            code = None
        if code is None:
            raise CommandError(
                _("No account “%(account)s” needs a code. Load the demo first; these need one: %(list)s")
                % {
                    "account": username,
                    "list": ", ".join(account.username for account in ACCOUNTS if account.needs_code),
                }
            )
        self.stdout.write(code)

    def _tell_accounts(self) -> None:
        self.stdout.write("\n" + _("Accounts, all with the password %(password)s:") % {"password": PASSWORD})
        for account in ACCOUNTS:
            mark = "*" if account.needs_code else " "
            self.stdout.write(f" {mark}{account.username:<20}{account.name}: {account.may}")
        self.stdout.write(
            _("* asks for a six-digit code too: python manage.py demo --code hanbit-coordinator prints it.")
        )
        self.stdout.write(_("  An authenticator app takes the key %(key)s.") % {"key": CODE_KEY})
