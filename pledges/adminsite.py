"""The Django admin as one site: who may enter it at all."""

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class PortalAdminSite(AdminSite):
    site_header = _("Pledge portal: data")
    site_title = _("Pledge portal")
    index_title = _("Correct data")
