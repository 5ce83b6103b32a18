"""Open data as CSV, JSON and JSON Schema."""

import json
from typing import Any

from pledges.spreadsheet import csv_cell, csv_text
from reports.public.opendata.columns import Column, DataFile, Kind
from reports.public.opendata.material import Material

DIALECT = "https://json-schema.org/draft/2020-12/schema"
LIST_SIGN = "; "


def as_csv(file: DataFile, material: Material) -> str:
    """CSV that Excel opens as UTF-8 and in which no text becomes a formula; numbers are exact."""
    lines = ([_cell(column, column.value(line)) for column in file.columns] for line in file.lines(material))
    return csv_text([[column.name for column in file.columns], *lines])


def _cell(column: Column, value: Any) -> Any:
    if value is None or isinstance(value, bool) or column.kind == Kind.TEXT:
        return csv_cell(value)
    # Dates and numbers stay what they are: an apostrophe would make text of -3.
    return csv_cell(LIST_SIGN.join(value)) if column.kind == Kind.LIST else value


def as_json(file: DataFile, material: Material, *, licence: str, schema: str) -> str:
    """The same rows under the same names, with whose they are. ``schema`` is the JSON Schema's address."""
    plan, edition = material.summary.plan, material.edition
    document = {
        "schema": schema,
        "file": file.name,
        "plan": f"{plan.city_code}/{plan.term}/{plan.code}",
        "city": plan.city,
        "name": plan.name,
        "fictional": plan.is_fictional,
        "as_of": edition.as_of.isoformat(),
        "edition": edition.number,
        "published_at": edition.published_at.isoformat(),
        "licence": licence,
        "money": "KRW",
    }
    rows = [{column.name: column.value(line) for column in file.columns} for line in file.lines(material)]
    return json.dumps({**document, "count": len(rows), "rows": rows}, ensure_ascii=False, indent=1)


def as_schema(file: DataFile, *, address: str) -> dict[str, Any]:
    """The JSON Schema of the file's JSON; ``address`` is its own."""
    korean, english = file.titles
    text = {"type": "string", "minLength": 1}
    head: dict[str, Any] = {
        "schema": {"type": "string", "format": "uri"},
        "file": {"const": file.name},
        "plan": text,
        "city": text,
        "name": text,
        "fictional": {"type": "boolean"},
        "as_of": {"type": "string", "format": "date"},
        "edition": {"type": "integer", "minimum": 1},
        "published_at": {"type": "string", "format": "date-time"},
        "licence": text,
        "money": {"const": "KRW"},
        "count": {"type": "integer", "minimum": 0},
    }
    row = {
        "type": "object",
        "additionalProperties": False,
        "required": [column.name for column in file.columns],
        "properties": {column.name: column.schema() for column in file.columns},
    }
    return {
        "$schema": DIALECT,
        "$id": address,
        "title": korean,
        "description": english,
        "type": "object",
        "additionalProperties": False,
        "required": [*head, "rows"],
        "properties": {**head, "rows": {"type": "array", "items": row}},
    }
