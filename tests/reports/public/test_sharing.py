"""How a card is handed on: addresses, QR code, the small page for frames, what it says to programs."""

import datetime as dt
import html
import io
import re
from urllib.parse import unquote

import pytest
import zxingcpp
from defusedxml import ElementTree
from django.core.cache import cache
from django.http import HttpResponse
from django.test import RequestFactory
from PIL import Image, ImageDraw

from pledges.models import Municipality, Pledge
from reports.models import Edition, EditionPledge
from reports.public.qr import qr_svg
from reports.public.sharing import public_address
from tests import factories
from tests.reports.public import naju as made

CARD = "/naju/8/pledges/7-2-3/"
HOST = "http://testserver"
PINNED = "?as_of=2025-09-30&edition=1"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_drawn_before():
    cache.clear()


def meta(client, address, name):
    """The contents of the page's meta elements and links of a name."""
    page = client.get(address).content.decode()
    found = re.findall(
        rf'<(?:meta (?:property|name)="{name}" content|link rel="{name}" href)="([^"]*)"', page
    )
    return [html.unescape(each) for each in found]


def value_of(client, field, address=CARD):
    """What stands in a readonly field of the page."""
    page = client.get(address).content.decode()
    if given := re.search(rf'<input id="{field}" type="text" readonly value="([^"]*)"', page):
        return html.unescape(given[1])
    return html.unescape(re.search(rf'<textarea id="{field}"[^>]*>([^<]*)</textarea>', page)[1])


def read_code(svg: bytes) -> str:
    """What a scanner reads in a code drawn as SVG: its one path of dark rows, put on paper."""
    root = ElementTree.fromstring(svg)
    group = root.find("{*}g")
    path = group.find("{*}path[@stroke]").get("d")
    scale = int(re.match(r"scale\((\d+)\)", group.get("transform"))[1])
    paper = Image.new("L", (int(root.get("width")), int(root.get("height"))), 255)
    pen, x, y = ImageDraw.Draw(paper), 0.0, 0.0
    for command, arguments in re.findall(r"([Mmh])([^Mmh]*)", path):
        numbers = [float(number) for number in re.findall(r"-?[\d.]+", arguments)]
        if command == "h":
            pen.rectangle(
                (x * scale, (y - 0.5) * scale, (x + numbers[0]) * scale - 1, (y + 0.5) * scale - 1), 0
            )
            x += numbers[0]
        else:
            origin = (x, y) if command == "m" else (0.0, 0.0)
            x, y = origin[0] + numbers[0], origin[1] + numbers[1]
    [read] = zxingcpp.read_barcodes(paper)
    return read.text


# --- Addresses ------------------------------------------------------------------


def test_card_gives_its_newest_address_and_that_of_its_edition(naju, client):
    assert value_of(client, "link-newest") == HOST + CARD
    assert value_of(client, "link-pinned") == HOST + CARD + PINNED
    assert client.get(CARD + PINNED).status_code == 200


def test_pinned_address_shows_the_same_after_a_newer_edition(naju, client):
    made.publish(naju, dt.date(2024, 12, 31))
    old = value_of(client, "link-pinned", f"{CARD}?as_of=2024-12-31")
    assert old == f"{HOST}{CARD}?as_of=2024-12-31&edition=1"
    assert value_of(client, "link-newest", f"{CARD}?as_of=2024-12-31") == HOST + CARD


@pytest.mark.parametrize(
    ("address", "canonical"), [(CARD, CARD), (CARD + PINNED, CARD), (CARD + "?x=1", CARD)]
)
def test_every_way_to_the_current_card_names_one_canonical_address(naju, client, address, canonical):
    assert meta(client, address, "canonical") == [HOST + canonical]
    assert meta(client, address, "og:url") == [HOST + canonical]


def test_older_edition_is_its_own_canonical_address(naju, client):
    made.publish(naju, dt.date(2024, 12, 31))
    assert meta(client, f"{CARD}?as_of=2024-12-31", "canonical") == [
        f"{HOST}{CARD}?as_of=2024-12-31&edition=1"
    ]


@pytest.mark.parametrize("address", ["/", "/naju/", "/naju/8/", "/naju/8/pledges/", "/naju/8/areas/7/"])
def test_page_names_itself(naju, client, address):
    factories.MunicipalityFactory(code="other", name="다른시")
    assert meta(client, address + "?x=1", "canonical") == [HOST + address]


def test_page_that_is_not_there_names_no_address(naju, client):
    response = client.get("/naju/8/pledges/9-9-9/")
    assert response.status_code == 404
    assert b'rel="canonical"' not in response.content


def test_public_installation_gives_its_public_address(settings):
    request = RequestFactory().get("/", headers={"host": "127.0.0.1"})
    settings.PORTAL_URL = "https://pledges.example.go.kr/"
    assert public_address(request, CARD) == "http://127.0.0.1" + CARD
    settings.PRODUCTION = True
    assert public_address(request, CARD) == "https://pledges.example.go.kr" + CARD


def test_copy_buttons_wait_for_the_script(naju, client):
    page = client.get(CARD).content.decode()
    assert len(re.findall(r"<button[^>]* data-copy=\"[\w-]+\" hidden>", page)) == 3
    assert 'src="/static/js/share.js" defer' in page


# --- For programs ---------------------------------------------------------------


def test_card_names_its_picture_of_its_edition(naju, client):
    assert meta(client, CARD, "og:image") == [f"{HOST}{CARD}share.png{PINNED}"]
    assert meta(client, CARD, "og:image:width") == ["1200"]
    assert meta(client, CARD, "og:image:height") == ["630"]
    assert meta(client, CARD, "twitter:card") == ["summary_large_image"]
    [words] = meta(client, CARD, "og:image:alt")
    assert "7-2-3 학습동아리 활성화" in words
    assert "이행률 73.33%" in words


@pytest.mark.parametrize("name", ["description", "og:description"])
def test_description_of_a_plan_names_the_formula_of_its_rate(naju, client, name):
    assert meta(client, "/naju/8/", name) == ["이행률(완료·계속추진 공약의 비율) 100.00% (2025. 9. 30. 기준)"]


def test_title_and_description_say_pledge_city_status_rate_and_date(naju, client):
    assert meta(client, CARD, "og:title") == ["7-2-3 학습동아리 활성화 · 나주시 민선 8기 공약실천계획"]
    assert meta(client, CARD, "description") == ["완료 후 계속추진 · 이행률 73.33% (2025. 9. 30. 기준)"]
    assert (
        "<title>7-2-3 학습동아리 활성화 · 나주시 · 공약이행 포털</title>" in client.get(CARD).content.decode()
    )


def test_city_and_portal_name_their_pictures(naju, client):
    factories.MunicipalityFactory(code="other", name="다른시")
    assert meta(client, "/naju/", "og:image") == [f"{HOST}/naju/share.png"]
    assert meta(client, "/", "og:image") == [f"{HOST}/share.png"]
    assert meta(client, "/naju/", "og:title") == ["나주시 · 공약이행 포털"]


# --- QR code --------------------------------------------------------------------


@pytest.mark.parametrize(
    "address", [HOST + CARD, "https://공약.example/8/III-①-1/", "https://x.example/" + "7" * 300]
)
def test_scanner_reads_the_address_from_the_code(address):
    assert read_code(qr_svg(address)) == address


def test_code_of_a_card_leads_to_the_current_one(naju, client):
    response = client.get(CARD + "qr.svg")
    assert response["Content-Type"] == "image/svg+xml"
    assert read_code(response.content) == HOST + CARD


def test_code_of_an_older_edition_leads_to_that_one(naju, client):
    made.publish(naju, dt.date(2024, 12, 31))
    older = "?as_of=2024-12-31&edition=1"
    assert read_code(client.get(f"{CARD}qr.svg{older}").content) == HOST + CARD + older
    assert f'src="{CARD}qr.svg{older.replace("&", "&amp;")}"' in client.get(CARD + older).content.decode()


def test_code_of_a_public_installation_holds_its_public_address(naju, client, settings):
    settings.PRODUCTION, settings.PORTAL_URL = True, "https://pledges.example.go.kr"
    assert read_code(client.get(CARD + "qr.svg").content) == "https://pledges.example.go.kr" + CARD


def test_code_in_korean_letters_is_one_that_a_browser_opens(db, client):
    plan = made.make_pledges(1, code="III-①-1")
    made.publish(plan, dt.date(2024, 3, 31))
    read = read_code(client.get("/hanbit/8/pledges/III-①-1/qr.svg").content)
    assert read.isascii()
    assert unquote(read) == f"{HOST}/hanbit/8/pledges/III-①-1/"


def test_code_stands_in_print_and_beside_the_addresses(naju, client):
    page = client.get(CARD).content.decode()
    assert page.count(f'src="{CARD}qr.svg"') == 2
    assert f'href="{CARD}qr.svg" download="7-2-3-qr.svg"' in page


def test_there_is_no_code_for_a_pledge_that_is_not_published(naju, client):
    Pledge.objects.create(plan=naju, code="8-8", name="공표 전", position=99)
    for part in ("qr.svg", "share.png", "embed/"):
        assert client.get(f"/naju/8/pledges/8-8/{part}").status_code == 404


# --- In other sites' frames -----------------------------------------------------


def embed(client, query=""):
    response: HttpResponse = client.get(f"{CARD}embed/{query}")
    assert response.status_code == 200
    return response


def test_snippet_is_a_frame_with_the_card_s_small_page(naju, client):
    assert value_of(client, "snippet") == (
        f'<iframe src="{HOST}{CARD}embed/" title="나주시 7-2-3 학습동아리 활성화" width="100%" height="300"'
        ' frameborder="0" loading="lazy"></iframe>'
    )


def test_snippet_of_an_older_edition_keeps_it_and_of_an_english_page_its_language(naju, client):
    made.publish(naju, dt.date(2024, 12, 31))
    client.cookies["django_language"] = "en"
    snippet = html.unescape(value_of(client, "snippet", f"{CARD}?as_of=2024-12-31"))
    assert f'src="{HOST}{CARD}embed/?as_of=2024-12-31&edition=1&lang=en"' in snippet


def test_snippet_of_a_hostile_name_stays_one_frame(db, client):
    plan = made.make_pledges(1, code="1-1", name='"></iframe><script>alert(1)</script>')
    made.publish(plan, dt.date(2024, 3, 31))
    snippet = value_of(client, "snippet", "/hanbit/8/pledges/1-1/")
    assert snippet.count("<") == 2
    assert "<script" not in snippet


def test_frame_shows_name_city_rate_status_date_and_the_way_to_the_card(naju, client):
    page = embed(client).content.decode()
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    for said in (
        "7-2-3 학습동아리 활성화",
        "나주시",
        "73.33%",
        "완료 후 계속추진",
        "기준일 2025. 9. 30. · 제1판",
    ):
        assert said in words
    assert f'<a href="{HOST}{CARD}" target="_top">' in page
    assert "<script" not in page


def test_frame_of_a_fictional_city_says_so(db, client):
    plan = made.make_pledges(1, code="1-1")
    made.publish(plan, dt.date(2024, 3, 31))
    assert "한빛시는 가상의 도시입니다." in client.get("/hanbit/8/pledges/1-1/embed/").content.decode()
    Municipality.objects.update(is_fictional=False)
    assert "가상의 도시" not in client.get("/hanbit/8/pledges/1-1/embed/").content.decode()


def test_frame_shows_the_edition_asked_for_and_the_way_to_the_current_one(naju, client):
    made.publish(naju, dt.date(2024, 12, 31))
    page = embed(client, "?as_of=2024-12-31&edition=1").content.decode()
    assert "46.67%" in page
    assert f'href="{HOST}{CARD}?as_of=2024-12-31&amp;edition=1" target="_top"' in page
    assert "최신 수치 보기" in page
    assert "최신 수치 보기" not in embed(client).content.decode()


@pytest.mark.parametrize(
    ("query", "language", "word"),
    [
        ("", "ko", "이행률"),
        ("?lang=en", "en", "Fulfilment rate"),
        ("?lang=ko", "ko", "이행률"),
        ("?lang=xx", "ko", "이행률"),
    ],
)
def test_frame_s_language_stands_in_its_address(naju, client, query, language, word):
    client.cookies["django_language"] = "ko" if language == "en" else "en"
    response = embed(client, query)
    assert response["Content-Language"] == language
    assert f'<html lang="{language}">' in response.content.decode()
    assert word in response.content.decode()


def test_only_the_small_page_may_stand_in_a_frame(naju, client):
    response = embed(client)
    assert "frame-ancestors *" in response["Content-Security-Policy"]
    assert "script-src 'self'" in response["Content-Security-Policy"]
    assert "X-Frame-Options" not in response
    for address in (
        "/",
        "/naju/",
        "/naju/8/",
        "/naju/8/pledges/",
        CARD,
        CARD + "qr.svg",
        CARD + "share.png",
        "/naju/8/pledges/9/embed/",
    ):
        response = client.get(address)
        assert "frame-ancestors 'none'" in response["Content-Security-Policy"], address
        assert response["X-Frame-Options"] == "DENY", address


def test_frame_gives_no_cookie_and_is_the_same_for_everybody(naju, client, admin_client):
    response = embed(client)
    assert not response.cookies
    assert embed(admin_client).content == response.content
    assert client.get(f"{CARD}embed/", headers={"if-none-match": response["ETag"]}).status_code == 304


def test_frame_changes_its_tag_with_a_new_edition(naju, client):
    before = embed(client)["ETag"]
    Pledge.objects.update(name="다른 이름")
    made.publish(naju, reason="이름을 바로잡음")
    after = embed(client)
    assert "다른 이름" in after.content.decode()
    assert after["ETag"] != before


@pytest.mark.parametrize("part", ["embed/", "qr.svg", "share.png"])
def test_parts_of_a_card_take_few_queries(naju, client, django_assert_num_queries, part):
    with django_assert_num_queries(3):
        assert client.get(CARD + part).status_code == 200


# --- Pictures over the line -----------------------------------------------------


def test_picture_is_a_png_of_the_size_that_the_page_names(naju, client):
    response = client.get(f"{CARD}share.png{PINNED}")
    assert response["Content-Type"] == "image/png"
    image = Image.open(io.BytesIO(response.content))
    assert (image.format, image.size) == ("PNG", (1200, 630))
    assert len(response.content) < 150_000


def test_picture_of_a_pinned_edition_is_kept_and_that_of_the_current_one_asked_for_again(naju, client):
    assert client.get(f"{CARD}share.png{PINNED}")["Cache-Control"] == "public, max-age=604800"
    assert client.get(f"{CARD}share.png")["Cache-Control"] == "public, no-cache"
    published = Edition.objects.get().published_at
    stamp = client.get(f"{CARD}share.png")["Last-Modified"]
    assert stamp == published.strftime("%a, %d %b %Y %H:%M:%S GMT")


def test_picture_is_not_sent_twice_and_changes_its_tag_with_a_new_edition(naju, client):
    first = client.get(f"{CARD}share.png")
    again = client.get(f"{CARD}share.png", headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    Pledge.objects.update(name="다른 이름")
    made.publish(naju, reason="이름을 바로잡음")
    corrected = client.get(f"{CARD}share.png", headers={"if-none-match": first["ETag"]})
    assert corrected.status_code == 200
    assert corrected.content != first.content
    assert client.get(f"{CARD}share.png{PINNED}").content == first.content


@pytest.mark.parametrize(
    "query",
    [
        "?as_of=&edition=",
        "?as_of=2025-09-30&edition=",
        "?as_of=&edition=1",
        "?as_of=2025-12-31&edition=",
        "?as_of=2025-09-30",
        "?edition=1&as_of=2025-09-30&as_of=",
    ],
)
def test_picture_whose_edition_is_not_named_outright_is_asked_for_again(naju, client, query):
    response = client.get(f"{CARD}share.png{query}")
    assert response.status_code in {200, 404}
    assert "max-age=604800" not in response.get("Cache-Control", "")


@pytest.mark.parametrize("address", ["/share.png", "/naju/share.png", "/naju/8/share.png"])
def test_plan_city_and_portal_have_pictures(naju, client, address):
    response = client.get(address)
    assert Image.open(io.BytesIO(response.content)).size == (1200, 630)
    assert client.get(address, headers={"if-none-match": response["ETag"]}).status_code == 304


def test_picture_holds_nothing_that_is_not_published(naju, client, monkeypatch):
    drawn = []
    monkeypatch.setattr("reports.public.picture_views.draw", lambda picture: drawn.append(picture) or b"PNG")
    Pledge.objects.update(name="비밀 초안")
    client.get(f"{CARD}share.png")
    client.get("/naju/8/share.png")
    assert len(drawn) == 2
    assert "비밀 초안" not in repr(drawn)
    assert EditionPledge.objects.get().name in repr(drawn)


def test_page_lives_without_fonts(naju, client, monkeypatch, tmp_path):
    from reports.public import pictures  # noqa: PLC0415

    pictures._font.cache_clear()
    monkeypatch.setattr(pictures, "FONTS", tmp_path)
    try:
        assert meta(client, CARD, "og:image") == []
        assert meta(client, CARD, "twitter:card") == ["summary"]
        assert client.get(f"{CARD}share.png").status_code == 404
        (tmp_path / pictures.BOLD).write_bytes(b"no font")
        (tmp_path / pictures.REGULAR).write_bytes(b"no font")
        assert client.get(CARD).status_code == 200
    finally:
        pictures._font.cache_clear()
