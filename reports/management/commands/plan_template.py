"""``manage.py plan_template OUT.xlsx``: a blank workbook for a city and term."""

import datetime as dt
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from pledges.enums import MoneyUnit
from pledges.models import Municipality, Plan, Term
from pledges.notation import from_sheet_word, sheet_words
from pledges.validators import validate_city_code
from reports.management.commands.export_plan import write_file
from reports.management.commands.fulfilment import find_plan, iso_date
from reports.workbook import write_template
from reports.workbook.template import EIGHTH_TERM, running_term


class Command(BaseCommand):
    help = (
        "Write a blank plan workbook: for an existing plan, for a city and term that are new, or, without"
        " options, for the term that is running, with the city left to fill in."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="OUT.xlsx")
        parser.add_argument("--plan", metavar="naju/8", help="take city, term and settings from this plan")
        parser.add_argument("--city", default="", help="the city's name, such as 한빛시")
        parser.add_argument("--code", default="", help="the city's code in addresses, such as hanbit")
        parser.add_argument("--term", type=int, help="the number of the term, such as 8")
        parser.add_argument("--starts", type=iso_date, metavar="DATE", help="the first day of the term")
        parser.add_argument("--ends", type=iso_date, metavar="DATE", help="the last day of the term")
        parser.add_argument("--name", default="", help="the plan's name")
        parser.add_argument("--force", action="store_true", help="write over a file that is there")
        parser.add_argument("--unit", default="백만원", help="the unit of money: 백만원, 천원, 억원, 원")

    def handle(self, *args: Any, **options: Any) -> None:
        plan = find_plan(options["plan"]) if options["plan"] else new_plan(options)
        path = Path(options["file"])
        if path.is_file() and path.stat().st_size and not options["force"]:
            # The file may be the template that somebody has spent a day filling in.
            raise CommandError(
                _("%(file)s is there already. Choose another name, or write over it with --force.")
                % {"file": path},
                returncode=2,
            )
        write_file(path, write_template(plan))
        self.stdout.write(_("Template written to %(file)s.") % {"file": options["file"]})


def new_plan(options: dict[str, Any]) -> Plan:
    """An unsaved plan from the command line; what is not said of the city stays blank in the workbook.

    Terms of Korean mayors begin on 1 July every four years, the eighth in 2022.
    CommandError names what is wrong.
    """
    if options["code"]:
        try:
            validate_city_code(options["code"])
        except ValidationError as error:
            raise CommandError(" ".join(error.messages), returncode=2) from None
    number = options["term"] or running_term(timezone.localdate())
    first_year = EIGHTH_TERM + 4 * (number - 8)
    starts = options["starts"] or dt.date(first_year, 7, 1)
    ends = options["ends"] or dt.date(first_year + 4, 6, 30)
    unit = from_sheet_word(MoneyUnit, options["unit"])
    if unit is None:
        raise CommandError(
            _("Enter one of: %(words)s.") % {"words": ", ".join(sheet_words(MoneyUnit))}, returncode=2
        )
    if ends <= starts:
        raise CommandError(_("The term has to end after it starts, and within ten years."), returncode=2)
    city = Municipality(code=options["code"], name=options["city"])
    term = Term(municipality=city, number=number, starts_on=starts, ends_on=ends)
    return Plan(term=term, name=options["name"] or f"민선 {number}기 공약실천계획", money_unit=unit)
