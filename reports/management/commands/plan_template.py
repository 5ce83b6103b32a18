"""``manage.py plan_template OUT.xlsx``: a blank workbook for a city and term."""

from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from pledges.enums import MoneyUnit
from pledges.models import Municipality, Plan, Term
from pledges.notation import from_sheet_word, sheet_words
from pledges.validators import validate_city_code
from reports.management.commands.export_plan import write_file
from reports.management.commands.fulfilment import find_plan, iso_date
from reports.workbook import write_template


class Command(BaseCommand):
    help = "Write a blank plan workbook, for an existing plan or for a city and term that are new."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="OUT.xlsx")
        parser.add_argument("--plan", metavar="naju/8", help="take city, term and settings from this plan")
        parser.add_argument("--city", default="", help="the city's name, such as 한빛시")
        parser.add_argument("--code", default="", help="the city's code in addresses, such as hanbit")
        parser.add_argument("--term", type=int, help="the number of the term, such as 8")
        parser.add_argument("--starts", type=iso_date, metavar="DATE", help="the first day of the term")
        parser.add_argument("--ends", type=iso_date, metavar="DATE", help="the last day of the term")
        parser.add_argument("--name", default="", help="the plan's name")
        parser.add_argument("--unit", default="백만원", help="the unit of money: 백만원, 천원, 억원, 원")

    def handle(self, *args: Any, **options: Any) -> None:
        plan = find_plan(options["plan"]) if options["plan"] else new_plan(options)
        write_file(Path(options["file"]), write_template(plan))
        self.stdout.write(_("Template written to %(file)s.") % {"file": options["file"]})


def new_plan(options: dict[str, Any]) -> Plan:
    """An unsaved plan from the command line. CommandError names what is missing or wrong."""
    wanted = ("city", "code", "term", "starts", "ends")
    if missing := [f"--{name}" for name in wanted if not options[name]]:
        raise CommandError(
            _("Missing: %(options)s. Name them all, or an existing plan with --plan naju/8.")
            % {"options": ", ".join(missing)},
            returncode=2,
        )
    try:
        validate_city_code(options["code"])
    except ValidationError as error:
        raise CommandError(" ".join(error.messages), returncode=2) from None
    unit = from_sheet_word(MoneyUnit, options["unit"])
    if unit is None:
        raise CommandError(
            _("Enter one of: %(words)s.") % {"words": ", ".join(sheet_words(MoneyUnit))}, returncode=2
        )
    if options["ends"] <= options["starts"]:
        raise CommandError(_("The term has to end after it starts, and within ten years."), returncode=2)
    city = Municipality(code=options["code"], name=options["city"])
    term = Term(
        municipality=city, number=options["term"], starts_on=options["starts"], ends_on=options["ends"]
    )
    name = options["name"] or f"민선 {options['term']}기 공약실천계획"
    return Plan(term=term, name=name, money_unit=unit)
