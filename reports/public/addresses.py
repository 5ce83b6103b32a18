"""Addresses of plans, one mechanism for all of them.

A plan's list and cards stand under its code (``naju/8/pledges/7-2-3/``). Its
other parts stand behind a dash (``nonsan/7/works-2019/-/areas/1/``), and for the
pledges, the plan that a term is about, right under the term (``naju/8/areas/7/``).
"""

import unicodedata
from typing import Any

from django.urls import register_converter, reverse

MAIN_PLAN = "pledges"
_SLUG = "[a-z0-9]+(?:-[a-z0-9]+)*"


class SlugConverter:
    """The code of a city or a plan."""

    regex = _SLUG

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class OtherPlanConverter(SlugConverter):
    """The code of a plan that is not the term's pledges."""

    regex = f"(?!{MAIN_PLAN}/){_SLUG}"

    def to_url(self, value: str) -> str:
        if value == MAIN_PLAN:
            raise ValueError(value)
        return value


class TermConverter:
    """민선 n기, without leading zeros: one term has one address."""

    regex = "[1-9][0-9]{0,2}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


class CodeConverter:
    """A pledge's or an area's code: anything in one step of the path, percent-encoded by ``reverse``."""

    regex = "(?!-/)[^/]+"

    def to_python(self, value: str) -> str:
        return unicodedata.normalize("NFC", value)

    def to_url(self, value: str) -> str:
        return str(value)


for _converter, _name in (
    (SlugConverter, "slug_code"),
    (OtherPlanConverter, "other_plan"),
    (TermConverter, "term"),
    (CodeConverter, "code"),
):
    register_converter(_converter, _name)


def address(name: str, *, city: str, term: int, plan: str = MAIN_PLAN, **more: Any) -> str:
    """The address of a part of a plan: ``front``, ``money``, ``method``, ``area`` (``code``), ``list``,
    ``card`` (``code``) or ``list_file`` (``suffix``). Cards as files have theirs in ``reports.documents``."""
    return reverse(f"public:{name}", kwargs={"city": city, "term": term, "plan": plan, **more})
