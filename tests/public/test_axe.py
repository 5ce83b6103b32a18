"""axe-core finds nothing on any public or staff page, at 1280 and 360 px, in light and high contrast.

Nor does any of them write to the console. The pages are those of the table in ``tests.access``: a new address
is visited as soon as it stands there.
"""

from contextlib import contextmanager

import pytest

from pledges.enums import ReportState
from reports.demo.hanbit.entering import OPEN_AS_OF
from tests.public.axe import faults
from tests.public.portal import DECLARED, REPORTS

pytestmark = pytest.mark.browser

BOARD = f"/staff/hanbit/8/{OPEN_AS_OF}/"
# Pages that others have opened already and that show this person something else.
LOOKS_OTHERWISE = {
    "head": ("staff:home", "staff:report"),
    "coordinator": ("staff:home", "staff:period", "staff:report"),
    "admin": ("staff:home",),
    "auditor": ("staff:home", "staff:report"),
}
# What the addresses alone do not show: lists without a result, older editions, the city's other ways to fail.
PUBLIC_STATES = [
    "/hanbit/8/pledges/?q=없는낱말",
    "/hanbit/8/pledges/?q=교통&status=on_track&sort=-rate&page=2",
    "/hanbit/8/pledges/?area=nowhere",
    "/hanbit/8/?as_of=2025-06-30",
    "/hanbit/8/pledges/2-3-3/?as_of=2025-09-30&edition=1",
    "/naju/8/pledges/7-2-3/",
    "/boryeong/7/",
    "/hanbit/9/",
    "/nowhere/",
    "/hanbit/8/?as_of=yesterday",
    "/naju/8/study-groups/",
    "/boryeong/7/study-groups/",
    "/hanbit/8/study-groups/?q=정류장",
    "/hanbit/8/study-groups/?q=없는낱말",
    # Recruiting, running, and not held.
    "/hanbit/8/study-groups/한빛 시정연구모임/2026-2/",
    "/hanbit/8/study-groups/한빛 시정연구모임/2026-1/",
    "/hanbit/8/study-groups/한빛 시정연구모임/2024-1/",
]


class Look:
    """A person's window that gathers what axe finds, page after page."""

    def __init__(self, page, site):
        self.page, self.site, self.found = page, site, []
        page.on("pageerror", lambda error: self.found.append(f"{page.url}: {error}"))
        page.on("console", self.hear)

    def hear(self, message):
        """The console stays silent; that an address or a form was refused is what the test asked for."""
        if "responded with a status of 4" not in message.text:
            self.found.append(f"{self.page.url} console: {message.type} {message.text}")

    def visit(self, address):
        self.page.goto(self.site + address)
        self.found += faults(self.page)

    def again(self):
        """The page as the last step left it."""
        self.found += faults(self.page)


@pytest.fixture
def look(portal, site, chromium):
    @contextmanager
    def looking(who=None):
        context = portal.context(chromium, site, who)
        look = Look(context.new_page(), site)
        try:
            yield look
        finally:
            context.close()
        if look.found:
            pytest.fail("\n".join(look.found))

    return looking


def pages_of(portal, who, *others):
    """The staff pages of a person that none of the others may open, or that look otherwise to each."""
    return [
        address
        for name, address in portal.pages(who)
        if name.split(":")[0] in ("staff", "city", "imports")
        and (name in LOOKS_OTHERWISE.get(who, ()) or not set(portal.who_may(name)) & set(others))
    ]


def test_public_pages_have_no_fault(portal, look):
    with look() as window:
        for _name, address in portal.pages(None, public=True):
            window.visit(address)


def test_public_pages_in_other_states_have_no_fault(look):
    with look() as window:
        for address in PUBLIC_STATES:
            window.visit(address)


def test_pages_of_login_and_account_have_no_fault(portal, look):
    for who in ("officer", "coordinator"):
        with look(who) as window:
            for name, address in portal.pages(who):
                if name.startswith(("account", "mfa")) and (
                    who == "officer" or DECLARED[name]["get"]["officer"] not in "+"
                ):
                    window.visit(address)
    with look() as window:
        window.page.goto(f"{window.site}/accounts/login/")
        window.page.fill("input[name=login]", "nobody")
        window.page.fill("input[name=password]", "wrong")
        window.page.locator("main form button.button--primary").click()
        window.again()


def test_officers_pages_have_no_fault(portal, look):
    with look("officer") as window:
        for address in pages_of(portal, "officer"):
            window.visit(address)
        for state in (ReportState.SUBMITTED, ReportState.RETURNED, ReportState.APPROVED):
            window.visit(f"{BOARD}{REPORTS[state]}/")
        window.visit("/staff/hanbit/people/")


def test_quarterly_form_with_errors_and_its_conflict_have_no_fault(look):
    with look("officer") as window:
        page = window.page
        form = f"{window.site}{BOARD}{REPORTS[ReportState.DRAFT]}/"
        page.goto(form)
        page.locator("input[name^=actual-]").first.fill("하나")
        page.locator("input[name=achievement-0-dates]").fill("언젠가")
        with page.expect_response(form) as answer:
            page.get_by_role("button", name="임시저장").click()
        assert answer.value.status == 422
        window.again()

        page.locator("input[name^=actual-]").first.fill("1")
        page.locator("input[name=achievement-0-dates]").fill("2026. 3.")
        page.locator("input[name=version]").first.evaluate("field => { field.value = '0' }")
        with page.expect_response(form) as answer:
            page.get_by_role("button", name="임시저장").click()
        assert answer.value.status == 409
        window.again()


def test_heads_pages_have_no_fault(portal, look):
    with look("head") as window:
        for address in pages_of(portal, "head", "officer"):
            window.visit(address)
        window.visit(f"{BOARD}{REPORTS[ReportState.SUBMITTED]}/")


def test_coordinators_pages_have_no_fault(portal, look):
    with look("coordinator") as window:
        for address in pages_of(portal, "coordinator", "officer", "head"):
            window.visit(address)
        window.visit(f"{BOARD}2-1-1/")
        page = window.page
        page.get_by_role("button", name="반려", exact=True).click()
        page.wait_for_load_state()
        window.again()


def test_administrators_pages_have_no_fault(portal, look):
    with look("admin") as window:
        for address in pages_of(portal, "admin", "officer", "head", "coordinator"):
            window.visit(address)
        window.visit(f"/staff/import/{portal.bad_stage}/")


def test_auditors_pages_have_no_fault(portal, look):
    with look("auditor") as window:
        for address in pages_of(portal, "auditor", "officer", "head", "coordinator", "admin"):
            window.visit(address)


@pytest.mark.parametrize("who", ["officer", "head", "coordinator", "auditor"])
def test_pages_of_study_groups_have_no_fault_in_any_state(portal, look, who):
    with look(who) as window:
        for address in portal.groups.pages(who):
            window.visit(address)


@pytest.mark.parametrize("number", range(10))
def test_forms_of_study_groups_have_no_fault_when_they_are_refused(portal, look, number):
    who, address, fields, step = portal.groups.refusals()[number]
    with look(who) as window:
        page = window.page
        page.goto(window.site + address)
        for name, value in fields.items():
            page.fill(f"[name={name}]", value)
        button = f"button[name=step][value={step}]:visible" if step else "main form button.button--primary"
        with page.expect_response(lambda answer: answer.request.method == "POST") as answer:
            page.locator(button).last.click()
        assert answer.value.status == 422
        assert page.locator("[aria-invalid=true], .field__error, .errorlist").count()
        window.again()


def test_high_contrast_that_is_chosen_looks_as_that_of_the_device(portal, site, chromium):
    """The cookie's look, which the server writes on the page, has the colours that axe has looked at."""
    colours = """() => ["--text", "--ground", "--primary-60", "--line", "--danger", "--info"].map(
      name => getComputedStyle(document.documentElement).getPropertyValue(name).trim())"""
    context = portal.context(chromium, site)
    page = context.new_page()
    page.emulate_media(contrast="more")
    page.goto(f"{site}/hanbit/8/")
    of_device = page.evaluate(colours)
    page.emulate_media(contrast="no-preference")
    standard = page.evaluate(colours)
    context.add_cookies([{"name": "display", "value": "high.medium", "url": site}])
    page.goto(f"{site}/hanbit/8/")
    assert page.locator("html").get_attribute("data-contrast") == "high"
    assert page.evaluate(colours) == of_device != standard
    assert all(of_device)
    context.close()


def test_every_named_page_is_visited_by_somebody(portal):
    """What the table opens to one of the roles is among the pages above, or no page."""
    roles = ("officer", "head", "coordinator", "admin", "auditor")
    visited = {address for _name, address in portal.pages(None, public=True)}
    for number, who in enumerate(roles):
        visited |= set(pages_of(portal, who, *roles[:number]))
    wanted = {
        address
        for who in roles
        for name, address in portal.pages(who)
        if name.split(":")[0] in ("staff", "city", "imports", "public")
    }
    assert wanted - visited == set()
