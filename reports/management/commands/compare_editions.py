"""Compare published editions that have not been compared yet."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from reports.changes import compare_published
from reports.models import Edition


class Command(BaseCommand):
    help = "Compares published editions that have not been compared yet; publishing does so by itself."

    def handle(self, *args: Any, **options: Any) -> None:
        count = 0
        for plan in Edition.objects.order_by().values_list("plan", flat=True).distinct():
            with transaction.atomic():
                count += compare_published(plan)
        self.stdout.write(f"{count} comparisons made.")
