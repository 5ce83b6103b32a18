"""Addresses of cards as files."""

from django.urls import URLPattern, path, register_converter

from reports.documents import views
from reports.documents.formats import FORMATS


class CardSuffix:
    """The formats of a card."""

    regex = "|".join(FORMATS)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(CardSuffix, "card_suffix")

app_name = "documents"

urlpatterns: list[URLPattern] = [
    path(
        "<slug_code:city>/<term:term>/<slug_code:plan>/<code:code>.<card_suffix:suffix>",
        views.card_file,
        name="card_file",
    ),
]
