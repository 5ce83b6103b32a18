"""axe-core in a page: what it finds at both widths, in the light and in the high-contrast look."""

from pathlib import Path

from playwright.sync_api import Page

from tests.browser import WIDTHS

AXE = (Path(__file__).parents[1] / "vendor" / "axe-core-4.14.1" / "axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# A look changes colours and nothing else (tests.test_colours), so the other rules are asked once.
COLOURS = ["color-contrast", "link-in-text-block"]
RUN = """([type, values]) => axe.run(document, {
  resultTypes: ["violations"], preload: false, selectors: false, iframes: false, runOnly: {type, values},
}).then(found => found.violations.flatMap(rule => rule.nodes.map(
  node => `${rule.id}: ${node.html.slice(0, 200)} ${node.failureSummary.replace(/\\s+/g, " ").slice(0, 240)}`,
)))"""
DARK = """() => {
  const ground = getComputedStyle(document.body).backgroundColor.match(/[\\d.]+/g).map(Number);
  return ground[0] + ground[1] + ground[2] < 96 && ground[3] !== 0;
}"""


def faults(page: Page) -> list[str]:
    """What axe finds wrong with the page as it stands, with the width and the look it is wrong in."""
    page.wait_for_load_state()
    page.evaluate(AXE)
    found = []
    for contrast, rules in (("no-preference", ["tag", TAGS]), ("more", ["rule", COLOURS])):
        page.emulate_media(contrast=contrast, reduced_motion="reduce")
        if page.evaluate(DARK) != (contrast == "more"):
            found.append(f"{page.url}: the high-contrast look is {'not on' if contrast == 'more' else 'on'}")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            found += [f"{page.url} {width} {contrast}: {fault}" for fault in page.evaluate(RUN, rules)]
    page.emulate_media(contrast="no-preference")
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    return found
