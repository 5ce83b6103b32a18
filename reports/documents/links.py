"""Links to a card's files, only in formats that this installation can make."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from reports.documents.formats import available_formats
from reports.models import Edition


@dataclass(frozen=True, slots=True)
class FileLink:
    label: str
    address: str
    media_type: str


def file_links(
    *, city: str, term: int, plan: str, code: str, edition: Edition | None = None
) -> list[FileLink]:
    """A link a format, to the current edition, or to ``edition`` where one is given."""
    query = ""
    if edition is not None:
        query = "?" + urlencode({"as_of": edition.as_of.isoformat(), "edition": edition.number})
    place = {"city": city, "term": term, "plan": plan, "code": code}
    return [
        FileLink(
            each.label,
            reverse("documents:card_file", kwargs={**place, "suffix": each.suffix}) + query,
            each.media_type,
        )
        for each in available_formats()
    ]
