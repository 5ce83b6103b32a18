"""Reading our own style sheets, as far as tests need it: rules, properties, colours and their contrast."""

import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "static/css"
SHEETS = sorted(path.name for path in FOLDER.glob("*.css"))


@dataclass(frozen=True)
class Rule:
    """A selector with what it declares, and the at-rules it stands in, outermost first."""

    within: tuple[str, ...]
    selector: str
    declarations: tuple[tuple[str, str], ...]

    @property
    def defines(self) -> dict[str, str]:
        return {name: value for name, value in self.declarations if name.startswith("--")}


def rules_of(sheet: str) -> list[Rule]:
    text = re.sub(r"/\*.*?\*/", "", (FOLDER / sheet).read_text(), flags=re.DOTALL)
    found: list[Rule] = []
    _walk(text, (), found)
    return found


def _walk(text: str, within: tuple[str, ...], found: list[Rule]) -> None:
    place = 0
    while (opening := text.find("{", place)) != -1:
        # What stands before without braces, such as @import, is no rule.
        head = " ".join(text[place:opening].rpartition(";")[2].split())
        depth, end = 1, opening
        while depth:
            end += 1
            depth += {"{": 1, "}": -1}.get(text[end], 0)
        body = text[opening + 1 : end]
        if "{" in body and not head.startswith("@page"):
            _walk(body, (*within, head), found)
        else:
            pairs = (line.partition(":") for line in re.split(r";(?![^(]*\))", body) if ":" in line)
            declarations = tuple((name.strip(), value.strip()) for name, _colon, value in pairs)
            found.append(Rule(within, head, declarations))
        place = end + 1


LITERAL = re.compile(
    r"#[0-9a-f]{3,8}\b|\b(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch|color|color-mix|light-dark)\("
    r"|(?<![-\w])(?:white|black|gr[ae]y|silver|red|green|blue|navy|yellow|orange|purple|teal|aqua|lime|maroon|olive"
    r"|fuchsia|pink|brown|gold|tomato|rebeccapurple)(?![-\w])",
    re.IGNORECASE,
)


def properties(contrast: str, sheet: str = "portal.css") -> dict[str, str]:
    """Every property of :root as it holds in ``standard`` or ``high`` contrast, references followed.

    A sheet without a :root of its own stands on that of portal.css.
    """
    rules = rules_of(sheet)
    if not any(rule.selector == ":root" for rule in rules):
        rules = rules_of("portal.css")
    values = next(rule.defines for rule in rules if rule.selector == ":root" and not rule.within)
    if contrast == "high":
        for rule in rules:
            if rule.selector == ":root[data-contrast=high]":
                values = values | rule.defines

    def follow(value: str) -> str:
        return re.sub(r"var\((--[\w-]+)\)", lambda found: follow(values[found[1]]), value)

    return {name: follow(value) for name, value in values.items()}


def contrast_of(one: str, other: str) -> float:
    """The ratio of two colours as WCAG 2.2 defines it, 1 to 21. Both as #rgb or #rrggbb."""
    brighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    digits = colour.removeprefix("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    red, green, blue = (_linear(int(digits[at : at + 2], 16) / 255) for at in (0, 2, 4))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
