"""A card as .json: the frozen document itself, with the edition it stands in."""

import datetime as dt
import json

from reports.cards import Card, to_document


def as_json(card: Card, edition: int, published_at: dt.datetime) -> bytes:
    """The card document as UTF-8 JSON; keys in the order of its fields whatever the database did to them.

    Money is whole 원, rates are fractions in lowest terms beside their display, null is “nothing entered”.
    """
    body = {"edition": edition, "published_at": published_at.isoformat(), **to_document(card)}
    return json.dumps(body, ensure_ascii=False, indent=1).encode()
