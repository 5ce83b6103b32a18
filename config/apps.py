from django.contrib.admin.apps import AdminConfig


class PortalAdminConfig(AdminConfig):
    """Django's admin with the portal's own rule of who may enter."""

    default_site = "pledges.adminsite.PortalAdminSite"
