"""The rules of the house that no linter knows: directions of data, drivers, texts, migrations."""

import ast
import re
import subprocess
import sys
from io import BytesIO, StringIO
from pathlib import Path

import polib
import pytest
from babel.messages.extract import extract
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("pledges", "budgets", "studygroups", "reports")
MAY_POINT_AT = {
    "pledges": {"pledges"},
    "budgets": {"budgets", "pledges"},
    "studygroups": {"studygroups", "pledges"},
    "reports": {"reports", "pledges", "budgets", "studygroups"},
}
CATALOGUE = ROOT / "config/locale/ko/LC_MESSAGES/django.po"


@pytest.mark.parametrize("room", ROOMS)
def test_foreign_keys_point_the_way_imports_may(room):
    allowed = MAY_POINT_AT[room] | {"auth", "contenttypes"}
    wrong = [
        f"{model.__name__}.{field.name} → {field.related_model._meta.label}"
        for model in apps.get_app_config(room).get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if field.is_relation and field.concrete and field.related_model
        if field.related_model._meta.app_label not in allowed
    ]
    assert wrong == []


def test_postgresql_driver_is_the_one_we_ship():
    if connection.vendor != "postgresql":
        # The import alone decides: Django prefers psycopg 3 wherever it can import it.
        found = subprocess.run(
            [sys.executable, "-c", "import psycopg"], capture_output=True, check=False
        ).returncode
        assert found != 0
    else:
        assert connection.Database.__name__ == "psycopg2"


@pytest.mark.django_db
def test_no_model_change_lacks_its_migration():
    call_command("makemigrations", "--check", "--dry-run", stdout=StringIO())


def message_ids() -> set[tuple[str, str]]:
    """Every (context, msgid) in our code and templates, found without gettext's tools."""
    keywords = {
        "_": None,
        "gettext": None,
        "gettext_lazy": None,
        "gettext_noop": None,
        "ngettext": (1, 2),
        "ngettext_lazy": (1, 2),
        "pgettext": ((1, "c"), 2),
        "pgettext_lazy": ((1, "c"), 2),
        "npgettext": ((1, "c"), 2, 3),
    }
    found = set()
    sources = [path for room in ("config", *ROOMS) for path in (ROOT / room).rglob("*.py")]
    sources += (ROOT / "templates").rglob("*.html")
    sources += (ROOT / "templates").rglob("*.txt")
    for path in sources:
        text = path.read_text()
        if path.suffix != ".py":
            # The indentation of a template means nothing, to a reader of Python it would.
            text = "\n".join(line.lstrip() for line in templatize(text).splitlines())
        else:
            ast.parse(text)
        for _line, message, _comments, context in extract(
            "python", BytesIO(text.encode()), keywords=keywords, options={"encoding": "utf-8"}
        ):
            first = message[0] if isinstance(message, tuple) else message
            if first:
                found.add((context or "", first))
    return found


def test_korean_catalogue_is_complete():
    catalogue = {
        (entry.msgctxt or "", entry.msgid): entry.msgstr or entry.msgstr_plural.get(0)
        for entry in polib.pofile(str(CATALOGUE))
        if not entry.obsolete and not entry.fuzzy
    }
    assert sorted(key for key in message_ids() if not catalogue.get(key)) == []


def test_no_message_hides_in_an_f_string():
    """Extraction does not look into them: such a text would never be translated."""
    hidden = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for room in ("config", *ROOMS)
        for path in (ROOT / room).rglob("*.py")
        for string in ast.walk(ast.parse(path.read_text()))
        if isinstance(string, ast.JoinedStr)
        for call in ast.walk(string)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and (call.func.id == "_" or "gettext" in call.func.id)
    ]
    assert hidden == []


def test_compiled_catalogue_is_that_of_its_source():
    source = {
        (entry.msgctxt, entry.msgid): entry.msgstr or entry.msgstr_plural
        for entry in polib.pofile(str(CATALOGUE))
        if not entry.obsolete and (entry.msgstr or entry.msgstr_plural)
    }
    compiled = {
        (entry.msgctxt, entry.msgid): entry.msgstr or entry.msgstr_plural
        for entry in polib.mofile(str(CATALOGUE.with_suffix(".mo")))
    }
    assert compiled == source


def test_translations_keep_every_placeholder():
    placeholder = re.compile(r"%\(\w+\)[sd]|\{\w+\}|%%")
    wrong = [
        entry.msgid
        for entry in polib.pofile(str(CATALOGUE))
        for text in [entry.msgstr or entry.msgstr_plural.get(0, "")]
        if set(placeholder.findall(entry.msgid)) - {"%%"} != set(placeholder.findall(text)) - {"%%"}
    ]
    assert wrong == []
