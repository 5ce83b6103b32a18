"""Whose site this is, for every template, also of mails and errors, which know no request. Always loaded."""

from django import template
from django.conf import settings

from reports.public import identity

register = template.Library()


@register.simple_tag
def site() -> identity.Identity:
    return identity.identity()


@register.simple_tag
def site_name() -> str:
    return str(settings.SITE_NAME)
