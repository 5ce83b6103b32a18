"""How a citizen follows a round: from the term's page to its results, and on the pledge's card."""

from collections.abc import Iterable

from playwright.sync_api import Page, expect

from tests.browser import Windows


def citizen_follows(
    windows: Windows,
    page: Page,
    base: str,
    *,
    programme: str,
    round_name: str,
    says: Iterable[str],
    never: Iterable[str] = (),
    card: str = "",
    term: str = "/hanbit/8/",
) -> None:
    """Read the round ``says`` tells of, from the term's front page on; ``never`` stands on none of the pages.

    ``round_name`` is the round's link, such as ``2026년 1차``; ``card`` the address of a pledge that the
    programme serves.
    """
    page.goto(base + term)
    page.get_by_role("navigation").get_by_role("link", name="학습동아리", exact=True).click()
    expect(page.get_by_role("heading", name=programme, exact=True)).to_be_visible()
    windows.look(page, "public-study-groups")
    seen = page.locator("main").inner_text()
    part = page.locator("section", has=page.get_by_role("heading", name=programme, exact=True))
    part.get_by_role("link", name=round_name, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{programme} {round_name}")
    for text in says:
        expect(page.get_by_text(text).first).to_be_visible()
    windows.look(page, "public-study-round")
    seen += page.locator("main").inner_text()
    if card:
        page.goto(base + card)
        shown = page.locator("section", has=page.locator("#study-groups"))
        expect(shown.get_by_role("heading", name=programme, exact=True)).to_be_visible()
        windows.look(page, "public-card-with-study-groups")
        seen += page.locator("main").inner_text()
        shown.get_by_role("link", name=round_name, exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(f"{programme} {round_name}")
    assert [text for text in never if text in seen] == []
    assert page.context.cookies() == []
