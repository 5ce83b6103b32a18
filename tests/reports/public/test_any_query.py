"""Whatever stands behind the question mark: never a server's fault, never a circle of redirects."""

import random
from urllib.parse import quote, quote_plus

import pytest
from django.utils import timezone

from studygroups.enums import RoundState
from tests import factories as make
from tests.reports.public import naju as made

SEED, REQUESTS = 20251231, 1000
PATHS = {
    "list": "/naju/8/pledges/",
    "files": "/naju/8/pledges.{suffix}",
    "card": "/naju/8/pledges/7-2-3/",
    "card file": "/naju/8/pledges/7-2-3.json",
    "front": "/naju/8/",
    "card elsewhere": "/naju/8/pledges/7-2-3/embed/",
    "card sign": "/naju/8/pledges/7-2-3/qr.svg",
    "card picture": "/naju/8/pledges/7-2-3/share.png",
    "plan picture": "/naju/8/share.png",
    "areas": "/naju/8/areas/",
    "area": "/naju/8/areas/7/",
    "money": "/naju/8/money/",
    "method": "/naju/8/method/",
    "data": "/naju/8/data/",
    "data file": "/naju/8/data/pledges.{data}",
    "feed": "/naju/8/feed/",
    "pledge feed": "/naju/8/pledges/7-2-3/feed/",
    "changes": "/naju/8/changes/",
    "compare": "/compare/",
    "compare file": "/compare.{data}",
    "home": "/",
    "city": "/naju/",
    "study groups": "/naju/8/study-groups/",
    "study groups file": "/naju/8/study-groups.{suffix}",
    "round": "/naju/8/study-groups/뜻세움/2025-1/",
    "round file": "/naju/8/study-groups/뜻세움/2025-1.{suffix}",
}
KEYS = (
    "q", "area", "status", "department", "completion", "budgeted", "source", "lagging", "moved",
    "sort", "page", "per_page", "as_of", "edition", "before", "with", "city", "cities", "plan",
    "pledge", "kind", "date", "term",
    "method", "format", "next", "lang", "hx", "_", "", "q[]", "AS_OF", "as_of ", "\u200b",
)  # fmt: skip
# As they stand in the address: what a browser, a script or an attacker sends.
VALUES = (
    "", "%00", "a%00b", "%", "%%%", "%zz", "%ED%A0%80", "%ED%B0%80", "%FF%FE", "%C0%AF",
    "%F0%9F%98%80", "+", "%20", "%0A%0D", "%EF%BC%91", "%D9%A1%D9%A2", "%C2%B2", "0", "-0", "-1",
    "1", "2", "01", "1e309", "NaN", "inf", "9" * 9, "9" * 30, "9" * 5000, "-" + "9" * 30, "0x10",
    "1_000", "1.5", "true", "null", "None", "undefined", "yes", "no", "-", "--", "code", "-rate",
    "rate,-code", "--rate", "to_date", "__proto__", "pk", "-card", "name__icontains", "2025-09-30",
    "2025-9-30", "20250930", "2025-W01-1", "2025-02-30", "0000-00-00", "9999-12-31", "10000-01-01",
    "2025-09-30T00:00:00", "2025-09-30%00", "%E3%85%8E%E3%85%85%E3%84%B7%E3%85%87%E3%84%B9",
    quote("학습동아리"), quote("ㅎㅅ " * 40), quote("가" * 120), quote("가" * 3000), quote("ㄱ" * 100),
    quote("힣ᄀ\u1100\u11ff"), quote("학습".encode("cp949")), quote("%_\\'\"<script>alert(1)</script>"),
    quote("'; drop table pledges;--"), quote("{{7*7}}{% debug %}"), quote("../../etc/passwd"),
    quote("\u202e\u200d\ufeff"), quote("\ud7ff\uffff"), "7", "7-2", "7-2-3", "continuing", "other:",
    "other:" + quote("가" * 50), ":", "on_track", "within_term", "city", "country",
    "http%3A%2F%2Fexample.org", "//example.org",
)  # fmt: skip

# What a script says of itself, or whoever passes for one.
HEADERS = (
    {},
    {"HX-Request": "true"},
    {"HX-Request": "true", "HX-Current-URL": "http://testserver/naju/8/pledges/?q=1&page=2"},
    {"HX-Request": "true", "HX-Current-URL": "http://["},
    {"HX-Request": "true", "HX-Current-URL": "/%ED%A0%80?q=%FF", "HX-Current-URL-URI-AutoEncoded": "true"},
    {"HX-Request": "true", "HX-Current-URL": "//[x]:y/?" + "q=" * 2000},
    {"HX-Request": "true", "HX-History-Restore-Request": "true"},
    {"HX-Request": "TRUE", "HX-Boosted": "maybe", "HX-Target": "<b>", "HX-Trigger": "%00"},
    {"HX-Request": "true", "HX-Prompt": "%ED%A0%80", "HX-Prompt-URI-AutoEncoded": "true"},
    {"HX-Current-URL": "http://["},
)  # fmt: skip


def queries(count=REQUESTS):
    """So many addresses, the same in every run: ours and nobody's, repeated and torn."""
    chance = random.Random(SEED)
    paths = list(PATHS.values())
    for number in range(count):
        path = paths[number % len(paths)].format(
            suffix=chance.choice(["csv", "json", "xlsx"]), data=chance.choice(["csv", "json"])
        )
        pairs = [
            f"{quote_plus(chance.choice(KEYS))}={chance.choice(VALUES)}"
            for _pair in range(chance.randint(1, 5))
        ]
        if chance.random() < 0.2:
            pairs.append(pairs[0])
        if chance.random() < 0.1:
            pairs.append(chance.choice(["&&&", "=", "a=b=c", ";", "?", "%3D%26", "q"]))
        yield f"{path}?{'&'.join(pairs)}"


@pytest.fixture
def plan(db):
    """Naju's plan with two editions, so that dates and comparisons have something to find."""
    plan = made.make_naju()
    made.publish(plan)
    made.publish(plan, made.dt.date(2025, 12, 31))
    now = timezone.now()
    programme = make.ProgrammeFactory(municipality=plan.term.municipality, name="뜻세움", published_at=now)
    make.RoundFactory(programme=programme, year=2025, state=RoundState.FINISHED, published_at=now)
    return plan


def test_thousand_random_queries_are_answered_without_a_servers_fault(plan, client):
    client.raise_request_exception = False
    answers: dict[int, int] = {}
    for number, address in enumerate(queries()):
        headers = HEADERS[number // 3 % len(HEADERS)]
        response = client.get(address, headers=headers)
        for _hop in range(3):
            if response.status_code not in (301, 302, 303, 307, 308):
                break
            assert response["Location"].startswith("/"), (address, response["Location"])
            response = client.get(response["Location"])
        assert response.status_code in (200, 204, 304, 400, 404), (address, response.status_code)
        answers[response.status_code] = answers.get(response.status_code, 0) + 1
    # Not all was refused: the pages themselves were asked.
    assert answers[200] > REQUESTS // 4, answers
