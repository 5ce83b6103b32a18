"""Addresses of cards as files: current and older editions, names, caching, and what nobody gets."""

import datetime as dt
import io
import json
import re
import zipfile
from urllib.parse import quote, unquote

import pytest
from django.core.cache import cache
from django.utils import timezone
from openpyxl import load_workbook

from reports.cards import RateText, to_document
from reports.documents import pdf
from reports.documents.views import file_name
from reports.models import Edition, EditionPledge
from tests.factories import (
    MunicipalityFactory,
    PeriodFactory,
    PlanFactory,
    PledgeFactory,
    TermFactory,
    UserFactory,
)
from tests.reports.documents.cards import naju_card

FORMATS = ["json", "xlsx", "hwpx", "pdf"]
CARD = "/naju/8/pledges/7-2-3"


@pytest.fixture(autouse=True)
def _no_kept_files():
    cache.clear()


@pytest.fixture
def plan(db):
    city = MunicipalityFactory(code="naju", name="나주시", is_fictional=False)
    return PlanFactory(term=TermFactory(municipality=city))


def publish(plan, card, *, number=1, reason="", document=None) -> Edition:
    """An edition that holds the one card."""
    edition = Edition.objects.create(
        plan=plan,
        period=PeriodFactory(plan=plan, as_of=card.as_of),
        as_of=card.as_of,
        number=number,
        reason=reason,
        summary={},
        digest=f"{number}{card.as_of}",
        published_at=timezone.now(),
        published_by=UserFactory(name="홍길동"),
    )
    EditionPledge.objects.create(
        edition=edition,
        pledge=plan.pledges.filter(code=card.code).first() or PledgeFactory(plan=plan, code=card.code),
        position=1,
        code=card.code,
        name=card.name,
        status=card.status,
        status_label="",
        card=document or to_document(card),
    )
    return edition


@pytest.mark.parametrize(
    ("suffix", "media_type", "start", "is_download"),
    [
        ("json", "application/json; charset=utf-8", b"{", False),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"PK", True),
        ("hwpx", "application/hwp+zip", b"PK", True),
        ("pdf", "application/pdf", b"%PDF", True),
    ],
)
def test_card_is_there_in_every_format(plan, client, suffix, media_type, start, is_download):
    publish(plan, naju_card())
    response = client.get(f"{CARD}.{suffix}")
    assert response.status_code == 200
    assert response["Content-Type"] == media_type
    assert response.content.startswith(start)
    disposition = response["Content-Disposition"]
    assert disposition.startswith("attachment" if is_download else "inline")
    assert unquote(disposition).endswith(f"''7-2-3 학습동아리 활성화 2025-09-30 제1판.{suffix}")
    assert "sessionid" not in response.cookies


def test_json_is_the_frozen_document_in_the_order_of_its_fields(plan, client):
    # PostgreSQL keeps keys in an order of its own; the file doesn't.
    edition = publish(
        plan, naju_card(), document=dict(sorted(to_document(naju_card()).items(), reverse=True))
    )
    text = client.get(f"{CARD}.json").content.decode()
    body = json.loads(text)
    assert list(body)[:5] == ["edition", "published_at", "schema_version", "as_of", "plan"]
    assert body.pop("edition") == 1
    assert body.pop("published_at") == edition.published_at.isoformat()
    assert body == to_document(naju_card())
    assert body["rate"] == {"exact": "220/3", "display": "73.33"}
    assert body["money"]["planned"] == 75_400_000
    assert body["money"]["secured"] is None


def test_every_file_shows_the_same_figures_and_no_persons_name(plan, client):
    publish(plan, naju_card())
    found = {suffix: client.get(f"{CARD}.{suffix}").content for suffix in FORMATS}
    with zipfile.ZipFile(io.BytesIO(found["hwpx"])) as archive:
        hwpx = " ".join(archive.read(name).decode(errors="ignore") for name in archive.namelist())
    sheet = load_workbook(io.BytesIO(found["xlsx"])).worksheets[0]
    xlsx = " ".join(str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None)
    for text in (found["json"].decode(), hwpx, xlsx):
        for figure in ("73.33", "66.67", "55.70", "1(4)", "-(1)"):
            assert figure in text
        assert "홍길동" not in text
        assert "person" not in text


def test_older_edition_is_asked_for_by_date_and_number(plan, client):
    older = naju_card(as_of=dt.date(2025, 6, 30), rate=RateText("70", "70.00"))
    publish(plan, older)
    publish(plan, naju_card())
    publish(plan, naju_card(rate=RateText("75", "75.00")), number=2, reason="정정")

    def rate(query: str) -> str:
        return client.get(f"{CARD}.json{query}").json()["rate"]["display"]

    assert rate("") == "75.00"
    assert rate("?as_of=2025-06-30") == "70.00"
    assert rate("?as_of=2025-09-30&edition=1") == "73.33"
    assert client.get(f"{CARD}.xlsx?as_of=2025-09-30&edition=3").status_code == 404
    assert client.get(f"{CARD}.xlsx?as_of=yesterday").status_code == 404


def test_what_is_not_published_is_nowhere(plan, client):
    PledgeFactory(plan=plan, code="7-2-3")
    for suffix in FORMATS:
        assert client.get(f"{CARD}.{suffix}").status_code == 404
    publish(plan, naju_card())
    PledgeFactory(plan=plan, code="7-2-4")
    for address in ("7-2-4.pdf", "7-2-3.doc", "7-2-3.PDF", "7-2-3.pdf.pdf"):
        assert client.get(f"/naju/8/pledges/{address}", follow=True).status_code == 404
    assert client.get("/naju/9/pledges/7-2-3.json").status_code == 404
    assert client.get("/naju/8/works/7-2-3.json").status_code == 404
    assert client.post(f"{CARD}.json").status_code == 405


@pytest.mark.parametrize("code", ["III-①-1", "7-1)", "가-1", "1 2", "100%", "a.b", "1:2"])
def test_codes_of_every_kind_have_their_files(plan, client, code):
    publish(plan, naju_card(code=code))
    response = client.get(f"/naju/8/pledges/{quote(code)}.json")
    assert response.json()["code"] == code
    name = response["Content-Disposition"].removeprefix("inline; filename*=utf-8''")
    assert re.fullmatch(r"[A-Za-z0-9%._~!$&'()*+,;=-]+\.json", name)


def test_another_plans_cards_stand_under_its_code(plan, client):
    works = PlanFactory(term=plan.term, code="works-2025", name="주요업무")
    publish(works, naju_card(code="A-3"))
    assert client.get("/naju/8/works-2025/A-3.json").status_code == 200
    assert client.get("/naju/8/pledges/A-3.json").status_code == 404


@pytest.mark.parametrize("suffix", ["json", "xlsx"])
def test_unchanged_file_is_not_sent_again_and_a_correction_is(plan, client, suffix):
    publish(plan, naju_card())
    first = client.get(f"{CARD}.{suffix}")
    again = client.get(f"{CARD}.{suffix}", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    assert again.content == b""
    publish(plan, naju_card(), number=2, reason="정정")
    assert client.get(f"{CARD}.{suffix}", headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_rendering_is_kept_and_made_anew_for_another_edition(plan, client, monkeypatch):
    publish(plan, naju_card())
    kept = client.get(f"{CARD}.xlsx").content
    assert client.get(f"{CARD}.xlsx").content == kept
    publish(plan, naju_card(name="새 이름"), number=2, reason="정정")
    sheet = load_workbook(io.BytesIO(client.get(f"{CARD}.xlsx").content)).worksheets[0]
    assert sheet["A1"].value == "7-2-3 새 이름"


@pytest.mark.parametrize("suffix", FORMATS)
def test_file_takes_three_queries(plan, client, django_assert_num_queries, suffix):
    """The plan, its edition, the card: nothing else is read, whatever the card holds."""
    publish(plan, naju_card())
    with django_assert_num_queries(3):
        assert client.get(f"{CARD}.{suffix}").status_code == 200


def test_without_the_system_library_pdf_says_so_and_its_link_is_hidden(plan, client, monkeypatch):
    publish(plan, naju_card())
    monkeypatch.setattr(pdf, "_weasyprint", lambda: None)
    response = client.get(f"{CARD}.pdf")
    page = response.content.decode()
    assert response.status_code == 503
    assert "PDF" in page
    assert "Pango" in page
    assert f'href="{CARD}.hwpx"' in page
    assert f'href="{CARD}.pdf"' not in page
    assert "no-store" in response["Cache-Control"]
    assert client.get(f"{CARD}.xlsx").status_code == 200
    card = client.get(f"{CARD}/").content.decode()
    assert f'href="{CARD}.hwpx"' in card
    assert f'href="{CARD}.pdf"' not in card


def test_card_page_links_the_files_of_the_edition_that_is_read(plan, client):
    publish(plan, naju_card(as_of=dt.date(2025, 6, 30)))
    publish(plan, naju_card())
    page = client.get(f"{CARD}/").content.decode()
    for suffix in FORMATS:
        assert f'href="{CARD}.{suffix}"' in page
    older = client.get(f"{CARD}/?as_of=2025-06-30").content.decode()
    assert f'href="{CARD}.pdf?as_of=2025-06-30&amp;edition=1"' in older


@pytest.mark.parametrize(
    ("code", "name", "expected"),
    [
        ("7-2-3", "학습동아리 활성화", "7-2-3 학습동아리 활성화"),
        ("1-1", '국비/도비: "새" 사업?*<|>', "1-1 국비_도비_ _새_ 사업_"),
        ("1-1", "이름\r\nSet-Cookie: x\x00‮", "1-1 이름 Set-Cookie_ x"),
        ("..", "..", "card"),
        ("III-①-1", "가" * 300, f"III-①-1 {'가' * 72}"),
    ],
)
def test_file_name_is_one_that_every_system_takes(code, name, expected):
    edition = Edition(as_of=dt.date(2025, 9, 30), number=2)
    assert file_name(code, name, "pdf", edition) == f"{expected} 2025-09-30 제2판.pdf"
