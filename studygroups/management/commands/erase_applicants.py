"""``manage.py erase_applicants``: erases the personal data of applicants who were not selected, once due."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from studygroups.erasing import erase_applicants


class Command(BaseCommand):
    help = (
        "Delete the people, the plan and the files of study group applications that were not selected, and"
        " drafts that were never handed in, after the months that their programme keeps them."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--city", default="", help="the code of one city; all of them without it")
        parser.add_argument("--dry-run", action="store_true", help="list what would go, and erase nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        found = erase_applicants(city=options["city"], dry_run=options["dry_run"])
        if options["dry_run"]:
            for each in found.due:
                # No name of a person, nor of a team that somebody may have named after one.
                self.stdout.write(
                    _("%(round)s, team no. %(team)d: %(people)d people, due since %(day)s")
                    % {
                        "round": each.team.round,
                        "team": each.team.pk,
                        "people": each.people,
                        "day": each.since.isoformat(),
                    }
                )
        counts = {"people": found.people, "teams": found.teams, "drafts": found.drafts}
        if options["dry_run"]:
            message = _("To be erased: %(people)d people of %(teams)d unselected teams, %(drafts)d drafts.")
        else:
            message = _("Erased: %(people)d people of %(teams)d unselected teams, %(drafts)d drafts.")
        self.stdout.write(message % counts)
