"""A citizen's way by keyboard, and the same without JavaScript: search, narrow down, card, file, settings."""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

WAYS = [(1280, True), (360, True), (1280, False), (360, False)]
IDS = [f"{width} {'with' if javascript else 'without'} JavaScript" for width, javascript in WAYS]
# Where the focus is: what one sees of it, and whether it can be seen.
FOCUS = """() => {
  const at = document.activeElement;
  if (!at || at === document.body || at === document.documentElement) return null;
  const style = getComputedStyle(at), box = at.getBoundingClientRect();
  const inside = (from, to, most) => (Math.max(from, 0) + Math.min(to, most - 1)) / 2;
  const middle = document.elementFromPoint(
    inside(box.left, box.right, innerWidth), inside(box.top, box.bottom, innerHeight));
  return {
    html: at.outerHTML.slice(0, 160),
    seen: (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0)
      || style.boxShadow !== "none",
    there: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight
      && box.right > 0 && box.left < innerWidth,
    covered: !(middle && (at.contains(middle) || middle.contains(at))),
    order: [...document.querySelectorAll("*")].indexOf(at),
  };
}"""
TABBABLE = """() => {
  const seen = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")]
    .filter(at => at.tabIndex >= 0 && !at.disabled && at.type !== "hidden")
    .filter(at => at.checkVisibility({visibilityProperty: true}));
  const all = [...document.querySelectorAll("*")];
  return seen.map(at => all.indexOf(at));
}"""


def press(page: Page, key: str) -> dict | None:
    """One key; where the focus is then, which must be to be seen."""
    page.keyboard.press(key)
    focus = page.evaluate(FOCUS)
    if focus:
        assert focus["seen"], f"no outline: {focus['html']}"
        assert focus["there"], f"out of sight: {focus['html']}"
        assert not focus["covered"], f"covered: {focus['html']}"
    return focus


def go_to(page: Page, selector: str, key: str = "Tab", most: int = 150) -> None:
    """On to the first element of a selector, key by key."""
    for _step in range(most):
        last = press(page, key)
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"{selector} is not reached by {most} × {key} on {page.url}; the last was {last}")


@pytest.fixture
def page(portal, site, chromium, request):
    width, javascript = request.param
    context = portal.context(
        chromium, site, viewport={"width": width, "height": 900}, java_script_enabled=javascript
    )
    page = context.new_page()
    page.has_scripts = javascript
    yield page
    context.close()


@pytest.mark.parametrize("page", WAYS, ids=IDS, indirect=True)
def test_pledge_is_found_narrowed_read_and_downloaded_by_keyboard(page, site):
    page.goto(f"{site}/")
    # The first thing is the way past the header, and it leads into the page.
    assert "skip" in press(page, "Tab")["html"]
    page.keyboard.press("Enter")
    press(page, "Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")

    go_to(page, "main a[href='/hanbit/8/']")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site}/hanbit/8/")
    go_to(page, "main input[type=search]")
    page.keyboard.type("한빛")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/hanbit/8/pledges/\?q="))
    found = int(page.locator("#result-count strong").first.text_content())
    assert 1 < found < 66

    # On a telephone the filters are folded away.
    if page.locator("#filters > summary").is_visible() and not page.locator("#id_status").is_visible():
        go_to(page, "#filters > summary")
        page.keyboard.press("Enter")
    go_to(page, "#id_status")
    page.keyboard.press("ArrowDown")
    chosen = page.locator("#id_status").input_value()
    assert chosen
    if not page.has_scripts:
        go_to(page, "#listing button[type=submit]", "Shift+Tab")
        page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"status={chosen}"))
    expect(page.locator("#result-count strong").first).not_to_have_text(str(found))
    for status in page.locator("td.col-status .status").all():
        assert f"status--{chosen}" in status.get_attribute("class")

    go_to(page, "main tbody th.col-name a")
    name = page.evaluate("document.activeElement.textContent.trim()")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text(name)
    go_to(page, "main a[href$='.xlsx']")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename.endswith(".xlsx")


@pytest.mark.parametrize("page", WAYS, ids=IDS, indirect=True)
def test_contrast_and_language_are_chosen_by_keyboard(page, site):
    page.goto(f"{site}/hanbit/8/pledges/")
    go_to(page, "summary.display__summary")
    page.keyboard.press("Enter")
    go_to(page, "button[name=contrast][value=high]")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-contrast", "high")
    expect(page).to_have_url(f"{site}/hanbit/8/pledges/")
    go_to(page, "button[name=language][value=en]")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("html")).to_have_attribute("data-contrast", "high")
    expect(page).to_have_url(f"{site}/hanbit/8/pledges/")


@pytest.mark.parametrize("page", WAYS[:2], ids=IDS[:2], indirect=True)
@pytest.mark.parametrize(
    "address",
    ["/hanbit/8/", "/hanbit/8/pledges/", "/hanbit/8/pledges/4-1-3/", "/hanbit/8/study-groups/?q=정류장"],
)
def test_focus_comes_everywhere_in_the_order_of_the_page_and_out_again(page, site, address):
    page.goto(site + address)
    wanted = page.evaluate(TABBABLE)
    visited = []
    for _step in range(len(wanted) + 5):
        focus = press(page, "Tab")
        if focus is None or focus["order"] in visited:
            break
        visited.append(focus["order"])
    assert visited == sorted(visited)
    # All of them: nothing holds the focus, and nothing that can be used is left out.
    assert set(visited) == set(wanted)
    assert len(visited) > 20


@pytest.mark.parametrize("page", [WAYS[2]], ids=[IDS[2]], indirect=True)
def test_bad_search_and_no_result_help_without_javascript(page, site):
    page.goto(f"{site}/hanbit/8/pledges/?q=없는낱말")
    expect(page.locator("#result-count strong").first).to_have_text("0")
    expect(page.locator("main .notice").first).to_be_visible()
    go_to(page, "main .notice a, main .results a")
    page.keyboard.press("Enter")
    expect(page.locator("#result-count strong").first).not_to_have_text("0")
