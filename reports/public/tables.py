"""The list of published pledges: its columns and their order. The template writes the cells."""

from typing import Any

import django_tables2 as tables
from django.core.paginator import Page, Paginator
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from reports.models import EditionPledge
from reports.querysets import EditionPledgeQuerySet

PAGE_SIZES = (20, 50, 100)
# Every order of the table's headers in words, for those who see no headers.
ORDERS: dict[str, str | Promise] = {
    "code": pgettext_lazy("sort", "Number"),
    "-code": pgettext_lazy("sort", "Number, last first"),
    "name": pgettext_lazy("sort", "Name"),
    "-name": pgettext_lazy("sort", "Name, last first"),
    "department": pgettext_lazy("sort", "Department by name"),
    "-department": pgettext_lazy("sort", "Department by name, last first"),
    "-rate": pgettext_lazy("sort", "Fulfilment rate, highest first"),
    "rate": pgettext_lazy("sort", "Fulfilment rate, lowest first"),
    "-to_date": pgettext_lazy("sort", "To date, highest first"),
    "to_date": pgettext_lazy("sort", "To date, lowest first"),
    "-planned": pgettext_lazy("sort", "Planned money, most first"),
    "planned": pgettext_lazy("sort", "Planned money, least first"),
    "-executed": pgettext_lazy("sort", "Executed money, most first"),
    "executed": pgettext_lazy("sort", "Executed money, least first"),
}


class PledgeTable(tables.Table):
    code = tables.Column(verbose_name=gettext_lazy("No."), order_by="position")
    name = tables.Column(verbose_name=gettext_lazy("Pledge"))
    department = tables.Column(verbose_name=gettext_lazy("Department"))
    status = tables.Column(verbose_name=pgettext_lazy("pledge", "Progress"), orderable=False)
    rate = tables.Column(verbose_name=gettext_lazy("Fulfilment rate"), accessor="rate_sort")
    to_date = tables.Column(verbose_name=gettext_lazy("To date"), accessor="to_date_sort")
    planned = tables.Column(verbose_name=pgettext_lazy("money", "Planned"))
    executed = tables.Column(verbose_name=pgettext_lazy("money", "Executed"))

    class Meta:
        model = EditionPledge
        fields: tuple[str, ...] = ()
        order_by_field = "sort"
        template_name = "public/_pledge_table.html"

    def order_name(self, rows: EditionPledgeQuerySet, is_descending: bool) -> tuple[Any, bool]:
        return rows.ordered_by("name", descending=is_descending), True

    def order_department(self, rows: EditionPledgeQuerySet, is_descending: bool) -> tuple[Any, bool]:
        return rows.ordered_by("department", descending=is_descending), True

    def order_rate(self, rows: EditionPledgeQuerySet, is_descending: bool) -> tuple[Any, bool]:
        return rows.ordered_by("rate_sort", descending=is_descending), True

    def order_to_date(self, rows: EditionPledgeQuerySet, is_descending: bool) -> tuple[Any, bool]:
        return rows.ordered_by("to_date_sort", descending=is_descending), True

    def order_planned(self, rows: EditionPledgeQuerySet, is_descending: bool) -> tuple[Any, bool]:
        return rows.ordered_by("planned", descending=is_descending), True

    def order_executed(self, rows: EditionPledgeQuerySet, is_descending: bool) -> tuple[Any, bool]:
        return rows.ordered_by("executed", descending=is_descending), True


class KindPaginator(Paginator):
    """An address of a page that isn't there gives the nearest one that is. How many rows there are is known
    beforehand."""

    def __init__(self, *args: Any, count: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.count = count  # type: ignore[misc]

    def page(self, number: Any) -> Page:
        return super().page(self.get_page_number(number))

    def get_page_number(self, number: Any) -> int:
        wanted = (
            int(number) if str(number).isascii() and str(number).isdigit() and len(str(number)) < 10 else 1
        )
        return max(1, min(wanted, self.num_pages))


def sort(request: HttpRequest, table: PledgeTable) -> None:
    """Order the table as the address asks; what isn't a column of it counts as not asked for."""
    table.request = request
    # A dot would be taken for an old way to write paths, and be warned of.
    if asked := [name for name in request.GET.getlist("sort") if "." not in name]:
        table.order_by = asked


def show_page(request: HttpRequest, table: PledgeTable, *, count: int) -> None:
    """Order the table and cut out the page that the address asks for, of one of the offered sizes."""
    sort(request, table)
    table.paginate(KindPaginator, page=request.GET.get("page", 1), per_page=page_size(request), count=count)


def page_size(request: HttpRequest) -> int:
    """How many rows a page has: what was asked for where it is one of the offered sizes."""
    asked = request.GET.get("per_page", "")
    return int(asked) if asked in map(str, PAGE_SIZES) else PAGE_SIZES[0]


def orders(table: PledgeTable) -> list[tuple[str, str, bool]]:
    """The orders to choose from: the column's word with a minus for the other way around, what it is called,
    and whether the table has it."""
    current = ",".join(table.order_by) or "code"
    return [(value, str(label), value == current) for value, label in ORDERS.items()]
