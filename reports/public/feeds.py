"""Atom feeds: what was published of a plan, and how each of its pledges went on. Read from editions alone."""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from pledges.notation import format_day
from reports.changes import BEHIND, Standing
from reports.models import Edition, EditionComparison, EditionPledge
from reports.promises import PromiseKind
from reports.public.moved import Move, Promised, read_moves, read_promised, told
from reports.public.reading import Place
from reports.public.wording import method_formula, status_word

# A feed tells the news; what is older stands in the data files.
ENTRIES = 40
COMPARED = 8
NAMED = 50
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")

# The absolute address of a part of the plan, of an edition where one is given.
Absolute = Callable[..., str]


def tag_uri(place: Place, *steps: object, on: dt.date) -> str:
    """A tag: URI (RFC 4151) that stays the same wherever the portal moves within its name."""
    assert place.term is not None and place.plan is not None  # noqa: S101, PT018 - feeds are of plans
    whole = (place.city.code, place.term.number, place.plan.code, *steps)
    path = "/".join(quote(str(step), safe="") for step in whole)
    return f"tag:{urlsplit(settings.PORTAL_URL).hostname},{on:%Y-%m-%d}:/{path}"


def plan_editions(place: Place) -> list[Edition]:
    """What was published last of the plan, newest first. One query."""
    return list(Edition.objects.for_plan(place.plan).with_headline().by_publication()[:ENTRIES])


def plan_feed(place: Place, editions: Sequence[Edition], absolute: Absolute) -> str:
    """An entry an edition and, where pledges moved or promise otherwise since the date before, one for each.
    The entry of a correction tells what it changed. Three queries."""
    feed = _feed(place, _("what was published"), absolute("front"), absolute("feed"))
    compared = _compared(place, editions)
    # By the key of the edition and whether it is compared with what it corrects.
    moves: dict[tuple[int, bool], list[Move]] = {}
    for move in read_moves(compared, NAMED):
        moves.setdefault(_compares(move), []).append(move)
    promised: dict[tuple[int, bool], list[Promised]] = {}
    for pledge in read_promised(compared, NAMED):
        promised.setdefault(_compares(pledge), []).append(pledge)
    counts = {(each.edition_id, each.is_correction): each for each in compared}
    for edition in editions:
        day = format_day(edition.as_of)
        values = {"date": day, "number": edition.number}
        if since := counts.get((edition.pk, False)):
            news = []
            if changed := promised.get((edition.pk, False)):
                body = _promised(changed, since.promised, absolute)
                news.append(("promises", "changes", _promising(since.promised), body))
            if found := moves.get((edition.pk, False)):
                body = _moved(found, since.all_moved, absolute)
                news.append(("changes", "list", _moving(since.all_moved), body))
            before = since.before
            for what, page, words, body in news:
                _add(
                    feed,
                    title=_("%(date)s: %(count)s since %(before)s")
                    % {"date": day, "count": words, "before": format_day(before.as_of)},
                    link=absolute(page, edition),
                    body=body,
                    identity=tag_uri(place, edition.as_of, edition.number, what, on=edition.published_at),
                    published=edition.published_at,
                    # A correction of the edition before changes what changed since.
                    updated=max(edition.published_at, before.published_at),
                )
        body = _headline(edition)
        if corrects := counts.get((edition.pk, True)):
            if changed := promised.get((edition.pk, True)):
                body += format_html("<p>{}</p>", _promising(corrects.promised))
                body += _promised(changed, corrects.promised, absolute)
            if found := moves.get((edition.pk, True)):
                body += format_html("<p>{}</p>", _moving(corrects.all_moved))
                body += _moved(found, corrects.all_moved, absolute)
        _add(
            feed,
            title=_("Figures as of %(date)s published, edition %(number)s") % values,
            link=absolute("front", edition),
            body=body,
            identity=tag_uri(place, edition.as_of, edition.number, on=edition.published_at),
            published=edition.published_at,
            updated=edition.published_at,
        )
    return str(feed.writeString("utf-8"))


def _compared(place: Place, editions: Sequence[Edition]) -> list[EditionComparison]:
    """What the feed tells of: the last 기준일, each with the one before, and the corrections it names."""
    if not editions:
        return []
    newest = max(editions, key=lambda each: (each.as_of, each.number))
    comparisons = EditionComparison.objects.for_plan(place.plan).with_editions().oldest_first()
    compared = told(newest, comparisons)
    named = {edition.pk for edition in editions}
    corrections = [each for each in compared if each.is_correction and each.edition_id in named]
    return [*[each for each in compared if not each.is_correction][:COMPARED], *corrections]


def _compares(change: Move | Promised) -> tuple[int, bool]:
    return change.edition.pk, change.edition_before.as_of == change.edition.as_of


def _promising(count: int) -> str:
    words = ngettext("%(count)s pledge promises otherwise", "%(count)s pledges promise otherwise", count)
    return words % {"count": count}


def _moving(count: int) -> str:
    return ngettext("%(count)s pledge moved", "%(count)s pledges moved", count) % {"count": count}


def pledge_rows(place: Place, code: str) -> list[EditionPledge]:
    """The pledge in the plan's editions, newest first, without cards; empty where none has this number.

    A pledge that was given another number keeps its past. Two queries.
    """
    rows = EditionPledge.objects.for_plan(place.plan)
    found = rows.for_code(code).with_edition().without_cards().newest_first().first()
    if found is None:
        return []
    return list(rows.for_pledge(found.pledge_id).without_cards().with_edition())


def pledge_feed(place: Place, rows: Sequence[EditionPledge], absolute: Absolute) -> str:
    """An entry a 기준일 and one for each correction that concerns this pledge."""
    last = rows[0]
    title = f"{last.code} {last.name}"
    own = absolute("pledge_feed", code=last.code)
    feed = _feed(place, title, absolute("card", code=last.code), own, "pledge", last.code)
    entries: list[tuple[EditionPledge, EditionPledge | None]] = []
    earlier: EditionPledge | None = None
    for row in reversed(rows):
        is_same = earlier is not None and _figures(row) == _figures(earlier)
        if row.edition.number == 1 or not is_same:
            entries.append((row, earlier))
        earlier = row
    for row, before in entries[::-1][:ENTRIES]:
        edition = row.edition
        _add(
            feed,
            title=_("%(date)s: %(status)s, fulfilment rate %(rate)s")
            % {"date": format_day(edition.as_of), "status": _status(row), "rate": _rate(row.rate_display)},
            link=absolute("card", edition, code=row.code),
            body=_pledge_words(row, before),
            identity=tag_uri(
                place, "pledge", row.code, edition.as_of, edition.number, on=edition.published_at
            ),
            published=edition.published_at,
            updated=edition.published_at,
        )
    return str(feed.writeString("utf-8"))


def _feed(place: Place, title: str, link: str, own: str, *steps: str) -> Atom1Feed:
    assert place.plan is not None and place.term is not None  # noqa: S101, PT018 - feeds are of plans
    identity = tag_uri(place, *steps, "feed", on=place.term.starts_on)
    return Atom1Feed(
        title=_plain(f"{place.city.name} {place.plan.name} · {title}"),
        link=link,
        description=None,
        language=get_language(),
        feed_url=own,
        feed_guid=identity,
        author_name=place.city.name,
    )


def _add(
    feed: Atom1Feed,
    *,
    title: str,
    link: str,
    body: str,
    identity: str,
    published: dt.datetime,
    updated: dt.datetime,
) -> None:
    feed.add_item(
        title=_plain(title),
        link=link,
        description=_plain(body),
        unique_id=identity,
        pubdate=published,
        updateddate=updated,
    )


def _headline(edition: Edition) -> SafeString:
    headline = edition.headline  # type: ignore[attr-defined]
    words = format_html(
        "<p>{}: <strong>{}</strong> ({})</p>",
        _("Fulfilment rate"),
        _rate(headline["rate"]["display"]),
        method_formula(headline["method"]),
    )
    if edition.reason:
        words += format_html("<p>{}: {}</p>", _("Reason for the new edition"), edition.reason)
    return words


def _moved(moves: Sequence[Move], total: int, absolute: Absolute) -> SafeString:
    """The first of all that moved."""
    rows = [
        (
            absolute("card", move.shown_in, code=move.code),
            move.code,
            move.name,
            _went(move),
        )
        for move in moves
    ]
    words = format_html(
        "<ul>{}</ul>", format_html_join("", '<li><a href="{}">{} {}</a>: {}</li>', rows) if rows else ""
    )
    if rest := total - len(moves):
        words += format_html(
            '<p><a href="{}">{}</a></p>',
            absolute("data_file", moves[0].edition, file="changes", suffix="csv"),
            ngettext("and %(count)s more", "and %(count)s more", rest) % {"count": rest},
        )
    return words


def _promised(pledges: Sequence[Promised], total: int, absolute: Absolute) -> SafeString:
    """Which pledges promise what otherwise; both values stand on the page of changes."""
    rows = [
        (
            absolute("card", pledge.edition, code=pledge.code),
            pledge.code,
            pledge.name,
            ", ".join(dict.fromkeys(str(PromiseKind(change.kind).label) for change in pledge.changes)),
        )
        for pledge in pledges
    ]
    words = format_html("<ul>{}</ul>", format_html_join("", '<li><a href="{}">{} {}</a>: {}</li>', rows))
    if rest := total - len(pledges):
        words += format_html(
            '<p><a href="{}">{}</a></p>',
            absolute("data_file", pledges[0].edition, file="promises", suffix="csv"),
            ngettext("and %(count)s more", "and %(count)s more", rest) % {"count": rest},
        )
    return words


def _went(move: Move) -> str:
    """What became of a pledge: ``60% → 80%, On track → Completed and closed``."""
    before, after = move.before, move.after
    if before is None:
        return _("new in these figures")
    if after is None:
        return _("no longer in these figures")
    parts = []
    if move.has_other_rate:
        parts.append(f"{_rate(move.was_rate)} → {_rate(move.rate)}")
    if move.has_other_status:
        parts.append(f"{_status(before)} → {_status(after)}")
    parts += [kind.label for kind in move.kinds if kind.code == BEHIND]
    return ", ".join(parts)


def _pledge_words(row: EditionPledge, before: EditionPledge | None) -> SafeString:
    words = format_html(
        "<p>{}: {}. {}: {}.</p>",
        _("Fulfilment rate"),
        _step(_rate(before.rate_display) if before else None, _rate(row.rate_display)),
        _("Status"),
        _step(_status(before) if before else None, _status(row)),
    )
    if row.not_submitted:
        no_report = _("No report came in for this period; the last figures are shown.")
        words += format_html("<p>{}</p>", no_report)
    if row.edition.reason:
        words += format_html("<p>{}: {}</p>", _("Reason, for the whole edition"), row.edition.reason)
    return words


def _step(before: str | None, now: str) -> str:
    return now if before in {None, now} else f"{before} → {now}"


def _figures(row: EditionPledge) -> tuple[object, ...]:
    """What of a pledge is worth an entry."""
    return (
        row.name,
        row.status,
        row.status_label,
        row.rate_sort,
        row.to_date_sort,
        row.planned,
        row.executed,
        row.not_submitted,
    )


def _status(row: EditionPledge | Standing) -> str:
    return status_word(row.status, row.status_label)


def _rate(display: str) -> str:
    return "–" if display in {"", "–"} else f"{display}%"


def _plain(text: str) -> str:
    """Text without what XML can't hold."""
    return CONTROL.sub("", text)
