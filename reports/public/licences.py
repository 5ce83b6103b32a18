"""Under which licence the open data stands: the settings ``DATA_LICENCE`` and ``DATA_LICENCE_URL``."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

KOGL: dict[str, tuple[str | Promise, str]] = {
    "KOGL-1": (
        _("Korea Open Government Licence (KOGL) Type 1: attribution"),
        "https://www.kogl.or.kr/info/licenseType1.do",
    ),
}


@dataclass(frozen=True, slots=True)
class Licence:
    """``url`` is "" where none is given."""

    code: str
    name: str | Promise
    url: str


def licence() -> Licence:
    """The licence of this portal's data. A name that is not known is shown as it is."""
    code = settings.DATA_LICENCE
    name, url = KOGL.get(code, (code, ""))
    return Licence(code, name, settings.DATA_LICENCE_URL or url)
