"""Colours stand in the properties of :root alone, and are told apart in both contrasts."""

import re

import pytest

from tests.stylesheets import LITERAL, SHEETS, contrast_of, properties, rules_of

LEAST = {"standard": 4.5, "high": 7.0}
TEXTS = ["text", "text-soft", "primary-60", "primary-70", "danger", "gray-60"]
GROUNDS = ["ground", "ground-soft", "primary-5"]
STATES = ["success", "info", "warning", "danger", "muted"]
# What is drawn and must be seen, and what it stands on or beside.
DRAWN = [
    ("line-strong", "ground"),
    ("line-strong", "ground-soft"),
    ("focus", "ground"),
    ("focus", "ground-soft"),
    ("focus", "primary-5"),
    ("primary-60", "gray-10"),
    ("primary-60", "primary-20"),
    ("gray-70", "ground"),
    ("gray-70", "chart-b"),
    ("chart-on-c", "chart-c"),
    *((f"{kind}-line", "ground") for kind in ("success", "warning", "danger")),
    *(
        (f"share-{kind}", "ground")
        for kind in ("closed", "continuing", "on-track", "partial", "on-hold", "dropped")
    ),
    ("gray-40", "ground"),
    ("chart-a", "ground"),
    ("chart-c", "ground"),
]
COLOURED = re.compile(r"var\((--[\w-]+)\)")


@pytest.mark.parametrize("sheet", SHEETS)
def test_no_colour_stands_outside_the_properties_of_root(sheet):
    found = [
        f"{rule.selector}: {name}: {value}"
        for rule in rules_of(sheet)
        for name, value in rule.declarations
        if not (name.startswith("--") and rule.selector.startswith(":root"))
        if LITERAL.search(re.sub(r'url\([^)]*\)|"[^"]*"', "", value))
    ]
    assert found == []


def test_literals_are_found_where_they_are_and_words_that_look_like_them_are_not():
    for value in ("#fff", "1px solid #000", "rgb(0 0 0 / 6%)", "white", "1px solid Black"):
        assert LITERAL.search(value), value
    for value in ("nowrap", "var(--gray-10)", "currentcolor", "transparent", "pre-line", "var(--on-red)"):
        assert not LITERAL.search(value), value


@pytest.mark.parametrize("sheet", SHEETS)
def test_every_property_that_is_used_has_a_value(sheet):
    known = set(properties("standard")).union(*(rule.defines for rule in rules_of(sheet)))
    used = {
        name
        for rule in rules_of(sheet)
        for _name, value in rule.declarations
        for name in re.findall(r"var\((--[\w-]+)\)", value)
    }
    assert used - known == set()


def test_high_contrast_is_the_same_whether_chosen_or_asked_for_by_the_device_and_never_on_paper():
    chosen, asked = (
        [rule for rule in rules_of("portal.css") if rule.selector == selector]
        for selector in (":root[data-contrast=high]", ":root:not([data-contrast])")
    )
    assert [rule.declarations for rule in chosen] == [rule.declarations for rule in asked]
    assert [rule.within for rule in chosen] == [("@media screen",)]
    assert [rule.within for rule in asked] == [("@media screen and (prefers-contrast: more)",)]


def test_high_contrast_gives_every_colour_a_value_of_its_own():
    light = next(rule.defines for rule in rules_of("portal.css") if rule.selector == ":root")
    high = next(rule.defines for rule in rules_of("portal.css") if "contrast=high" in rule.selector)
    coloured = {name for name, value in light.items() if LITERAL.search(value)}
    assert set(high) == coloured


@pytest.mark.parametrize("contrast", LEAST)
def test_text_is_read_on_every_ground_it_stands_on(contrast):
    colour = properties(contrast)
    pairs = [(text, ground) for text in TEXTS for ground in GROUNDS]
    pairs += [(state, f"{state}-ground") for state in STATES]
    pairs += [(text, f"{state}-ground") for text in ("text", "text-soft") for state in STATES]
    pairs += [("on-primary", primary) for primary in ("primary-60", "primary-70", "primary-80")]
    pairs += [("primary-70", "primary-10"), ("primary-60", "info-ground"), ("primary-80", "primary-5")]
    pairs += [("warning", "danger-ground"), ("success", "ground"), ("warning", "ground"), ("info", "ground")]
    pale = {
        f"{text} on {ground}": round(ratio, 2)
        for text, ground in pairs
        if (ratio := contrast_of(colour[f"--{text}"], colour[f"--{ground}"])) < LEAST[contrast]
    }
    assert pale == {}


@pytest.mark.parametrize("contrast", LEAST)
@pytest.mark.parametrize("sheet", SHEETS)
def test_rule_that_sets_text_and_ground_sets_them_apart(sheet, contrast):
    if contrast == "high" and sheet == "embed.css":
        pytest.skip("a card inside another site's page looks like that page's, whatever is chosen here")
    colour = properties(contrast, sheet)
    pale = {}
    for rule in rules_of(sheet):
        declared = dict(rule.declarations)
        text = COLOURED.fullmatch(declared.get("color", ""))
        ground = COLOURED.fullmatch(declared.get("background", ""))
        if text and ground:
            ratio = contrast_of(colour[text[1]], colour[ground[1]])
            if ratio < LEAST[contrast]:
                pale[rule.selector] = round(ratio, 2)
    assert pale == {}


@pytest.mark.parametrize("contrast", LEAST)
def test_what_is_drawn_stands_out_from_what_is_beside_it(contrast):
    colour = properties(contrast)
    pale = {
        f"{one} beside {other}": round(ratio, 2)
        for one, other in DRAWN
        if (ratio := contrast_of(colour[f"--{one}"], colour[f"--{other}"])) < 3
    }
    assert pale == {}
