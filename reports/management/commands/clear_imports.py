"""``manage.py clear_imports``: throws away uploads that nobody confirmed in time, and files of no import."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from reports.workbook.staging import clear_expired, clear_orphans


class Command(BaseCommand):
    help = "Delete expired previews of imports with their files, and orphaned files older than a day."

    def handle(self, *args: Any, **options: Any) -> None:
        stages, files = clear_expired(), clear_orphans()
        self.stdout.write(
            _("Deleted: %(stages)d expired previews, %(files)d files that belong to none.")
            % {"stages": stages, "files": files}
        )
