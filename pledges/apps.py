from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PledgesConfig(AppConfig):
    name = "pledges"
    verbose_name = _("Pledges")

    def ready(self) -> None:
        """From here on what is saved with history is recorded in the audit log."""
        import_module("pledges.audit")
