"""What the pages say about evidence files: which are taken, how large, and what a stored one is."""

from typing import Any

from django import template
from django.conf import settings
from django.utils.translation import gettext as _

from pledges.filetypes import accepted, label_of, labels
from pledges.workflow.evidence import largest_file, too_large

register = template.Library()


@register.simple_tag
def evidence_rules() -> dict[str, Any]:
    """The limits of a report's files, for the page and its script."""
    return {
        "labels": labels(),
        "accept": accepted(),
        "megabytes": settings.EVIDENCE_MAX_MB,
        "bytes": largest_file(),
        "files": settings.EVIDENCE_MAX_FILES,
        "total": settings.EVIDENCE_MAX_TOTAL_MB,
        "too_large": too_large(),
    }


@register.filter
def file_kind(media_type: str) -> str:
    """The short name of a stored file's kind: PDF, HWPX, JPEG."""
    return label_of(media_type)


@register.filter
def file_size(size: int) -> str:
    """Bytes as ``340 KB`` or ``1.2 MB``: whole kilobytes, tenths of a megabyte, rounded up."""
    if size < 1024 * 1024:
        return _("%(size)s KB") % {"size": f"{-(-size // 1024):,}"}
    tenths = -(-size * 10 // (1024 * 1024))
    return _("%(size)s MB") % {"size": f"{tenths // 10:,}.{tenths % 10}"}
