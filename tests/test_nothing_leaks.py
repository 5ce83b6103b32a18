"""What is not published stands nowhere that an anonymous reader comes to: pages, search, files, feeds.

A secret is planted wherever people type before the city publishes. Then everything is read that links lead to
from the home page, and every public address of ``tests.access`` besides. A sentence that is published is
looked for in the same way, and must be found: the crawl can see.
"""

import datetime as dt
import hashlib
import html
import io
import re
import zipfile
from pathlib import PurePosixPath
from urllib.parse import quote, urljoin, urlsplit

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from pledges.enums import ReportState, Role
from pledges.models import (
    Department,
    DueExtension,
    EvidenceFile,
    Invitation,
    ProgressReport,
    ReportComment,
    SupportInvitation,
)
from reports.documents import pdf
from reports.models import ImportBatch, KeptForm
from reports.public import picture_views
from studygroups.enums import Answer, AwardKind, MemberRole, RoundState, TeamState
from studygroups.models import Application, TeamFile
from tests import factories as make
from tests.access import PEOPLE, TABLE
from tests.reports.public import naju
from tests.reports.workbooks import book
from tests.test_access import OURS, World, declared

pytestmark = pytest.mark.django_db

# A reader who looks for the first half sees it again in the search box; the second half only we know.
LURE, SECRET = "감나무골", "숨은비밀문장"
HIDDEN = f"{LURE} {SECRET}"
SHOWN = "온세상이 읽는 문장"
OPEN = dt.date(2025, 12, 31)
# What a judge gives, and what it weighs: digits that stand nowhere else.
POINTS = "73.19"


def plant(plan):
    """The secret in everything that a person types and nobody has published."""
    pledge = plan.pledges.get()
    person = make.UserFactory(name=HIDDEN, username="hidden", email="hidden@hanbit.example")
    officer = make.MembershipFactory(user=person, role=Role.OFFICER, department=pledge.lead_department)
    period = make.PeriodFactory(plan=plan, as_of=OPEN)

    def fill(report):
        report.cause, report.remedy = HIDDEN, HIDDEN
        report.save()
        make.AchievementFactory(report=report, text=HIDDEN, details=HIDDEN)
        ReportComment.objects.create(report=report, author=person, body=HIDDEN)
        evidence = EvidenceFile(
            report=report, name=f"{SECRET}.txt", media_type="text/plain", size=9, sha256="c" * 64
        )
        evidence.file.save("x", ContentFile(HIDDEN.encode()), save=False)
        evidence.save()

    # A returned report of the open period, and a correction of the published one that nobody has approved.
    fill(make.ReportFactory(pledge=pledge, period=period, state=ReportState.RETURNED))
    published = plan.periods.get(as_of=naju.AS_OF)
    fill(make.ReportFactory(pledge=pledge, period=published, state=ReportState.DRAFT, revision=2))
    # A draft of a pledge that came after the last publication.
    fresh = make.PledgeFactory(
        plan=plan, area=pledge.area, code="9-9-9", name=HIDDEN, lead_department=pledge.lead_department
    )
    fill(make.ReportFactory(pledge=fresh, period=period, state=ReportState.DRAFT))
    make.AreaFactory(plan=plan, code="9", name=HIDDEN)
    # What the plan says, edited after it was published.
    for field in ("name", "goal", "basis", "overview", "effects", "campaign_text"):
        setattr(pledge, field, HIDDEN)
    pledge.save()
    for row in [*pledge.indicators.all(), *pledge.sub_projects.all(), *pledge.tasks.all(), pledge.area]:
        row.name = f"{HIDDEN} {row.pk}"
        row.save()
    Department.objects.filter(pk=pledge.lead_department_id).update(name=HIDDEN)
    city = plan.term.municipality
    DueExtension.objects.create(
        period=period, department=pledge.lead_department, due_on=dt.date(2026, 2, 1), reason=HIDDEN
    )
    SupportInvitation.objects.create(
        pledge=pledge, department=make.DepartmentFactory(municipality=city, name=SECRET), note=HIDDEN
    )
    Invitation.objects.create(
        email="guest@hanbit.example",
        name=HIDDEN,
        municipality=city,
        department=pledge.lead_department,
        role=Role.OFFICER,
        token_digest="b" * 64,
        expires_at=dt.datetime(2999, 1, 1, tzinfo=dt.UTC),
    )
    KeptForm.objects.create(
        user=officer.user, pledge=pledge, period=period, base_version=1, body=f"cause={quote(HIDDEN)}"
    )
    content = book(공약_D2=HIDDEN)
    batch = ImportBatch(
        municipality=city,
        plan=plan,
        as_of=OPEN,
        file_name=f"{SECRET}.xlsx",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        user=person,
        state=ImportBatch.State.STAGED,
        expires_at=dt.datetime(2999, 1, 1, tzinfo=dt.UTC),
    )
    batch.file.save("", ContentFile(content), save=False)
    batch.save()


def plant_study_groups(plan):
    """Study groups of which all may read the sentence that is shown, and the secret in all the rest."""
    city, now = plan.term.municipality, timezone.now()
    person = make.UserFactory(name=HIDDEN, username="applicant")
    department = make.DepartmentFactory(municipality=city, name="교통과")

    def programme(name, purpose, **fields):
        found = make.ProgrammeFactory(municipality=city, name=name, purpose=purpose, **fields)
        make.ServedPledgeFactory(programme=found, pledge=plan.pledges.get(code="7-2-3"))
        return found

    def team(row, state, text=HIDDEN, **fields):
        found = make.TeamFactory(
            round=row, state=state, name=f"{text} {row.intake}{state}", topic=text, **fields
        )
        Application.objects.create(team=found, applicant=person, plan=HIDDEN)
        make.GroupMemberFactory(
            team=found, user=person, name=HIDDEN, affiliation=HIDDEN, role=MemberRole.LEADER
        )
        make.GroupMemberFactory(team=found, name=f"{HIDDEN} 2", affiliation=HIDDEN, confirmed_at=None)
        make.MeetingFactory(team=found, text=HIDDEN, outputs=HIDDEN)
        report = TeamFile(
            team=found, kind="report", name=f"{SECRET}.txt", media_type="text/plain", size=9, sha256="d" * 64
        )
        report.file.save("x", ContentFile(HIDDEN.encode()), save=False)
        report.save()
        return found

    def judged(row, of_row):
        make.ScoreSheetFactory(
            judge=make.JudgeFactory(round=row, user=person, name=HIDDEN, affiliation=HIDDEN),
            team=of_row, paper=POINTS, presentation=POINTS, audience=POINTS, remark=HIDDEN, submitted_at=now,
        )  # fmt: skip

    # Nobody has announced it: no page of it, nor of its rounds, though they say they are public.
    unknown = programme(HIDDEN, HIDDEN)
    of_unknown = make.RoundFactory(
        programme=unknown, state=RoundState.FINISHED, call=HIDDEN, published_at=now, results_published_at=now
    )
    team(of_unknown, TeamState.COMPLETED)

    known = programme("공개 연구모임", SHOWN, published_at=now)
    # A round that was not announced, one that applies now, one that is judged, one that is done.
    team(
        make.RoundFactory(programme=known, intake=1, call=HIDDEN, state=RoundState.RUNNING), TeamState.RUNNING
    )
    public = {"programme": known, "published_at": now, "call": SHOWN}
    recruiting = make.RoundFactory(intake=2, state=RoundState.RECRUITING, **public)
    for state in (TeamState.DRAFT, TeamState.APPLIED, TeamState.SELECTED, TeamState.NOT_SELECTED):
        team(recruiting, state, decision=HIDDEN)
    judging = make.RoundFactory(intake=3, state=RoundState.JUDGING, **public)
    presented = team(judging, TeamState.PRESENTED, SHOWN)
    judged(judging, presented)
    make.AwardFactory(team=presented, kind=AwardKind.BEST, decision=HIDDEN)
    make.ProposalFactory(team=presented, text=HIDDEN, answer=Answer.ADOPTED, answer_text=HIDDEN, plan=HIDDEN)
    finished = make.RoundFactory(intake=4, state=RoundState.FINISHED, results_published_at=now, **public)
    team(finished, TeamState.WITHDRAWN, SHOWN, withdrawal=HIDDEN)
    team(finished, TeamState.NOT_SELECTED, decision=HIDDEN)
    done = team(finished, TeamState.COMPLETED, SHOWN, decision=HIDDEN)
    for points in (POINTS, "80", "90"):
        make.ScoreSheetFactory(
            judge=make.JudgeFactory(round=finished, name=f"{HIDDEN} {points}", affiliation=HIDDEN),
            team=done, paper=points, presentation=points, audience=points, remark=HIDDEN, submitted_at=now,
        )  # fmt: skip
    make.AwardFactory(team=done, kind=AwardKind.BEST, decision=SHOWN)
    adopted = make.ProposalFactory(
        team=done, text=SHOWN, department=department, answer=Answer.ADOPTED, answer_text=SHOWN, plan=SHOWN
    )
    make.FollowUpFactory(proposal=adopted, text=SHOWN)
    for position, answer in enumerate(("", Answer.NOT_ADOPTED, Answer.REVIEW), start=2):
        make.ProposalFactory(
            team=done, position=position, text=HIDDEN, answer=answer, answer_text=HIDDEN if answer else ""
        )
    return known


@pytest.fixture
def plan():
    """Naju's plan, published with a sentence that all may read, then edited with one that nobody may."""
    plan = naju.make_naju()
    pledge = plan.pledges.get()
    pledge.name, pledge.goal = f"학습동아리 {SHOWN}", SHOWN
    pledge.save()
    naju.publish(plan)
    # First, as they serve the pledge under its number and name of today.
    plant_study_groups(plan)
    plant(plan)
    return plan


@pytest.fixture
def forms(monkeypatch):
    """What the PDF files are set from: their own text is glyphs."""
    seen = []
    whole = pdf._document

    def noted(library, form):
        seen.append(repr(form))
        return whole(library, form)

    monkeypatch.setattr(pdf, "_document", noted)
    return seen


@pytest.fixture
def pictures(monkeypatch):
    """What the pictures beside shared links are drawn from, kept from before or not: they are PNG."""
    seen = []
    whole = picture_views._png

    def noted(picture):
        seen.append(repr(picture))
        return whole(picture)

    monkeypatch.setattr(picture_views, "_png", noted)
    return seen


class Reader:
    """An anonymous reader who opens every link, and keeps the text of all that comes back."""

    def __init__(self):
        self.client = Client(raise_request_exception=False)
        self.texts: dict[str, str] = {}

    def read(self, address, **headers):
        """The answer's text, its headers before it; what is packed is unpacked."""
        response = self.client.get(address, headers=headers)
        content = b"".join(response.streaming_content) if response.streaming else response.content
        assert response.status_code < 500, address
        texts = [address, str(response.headers)]
        if content[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(content)) as packed:
                # Spreadsheets write Korean as numbers of characters.
                texts += [
                    f"{name}\n{html.unescape(packed.read(name).decode('utf-8', 'replace'))}"
                    for name in packed.namelist()
                ]
        else:
            texts.append(content.decode("utf-8", "replace"))
        name = address + "".join(headers.values())
        self.texts[name] = "\n".join(texts)
        return response

    def follow(self, start):
        """Everything that links lead to; of chosen orders and page sizes of a list none."""
        waiting, seen = [start], {start}
        while waiting:
            address = waiting.pop()
            response = self.read(address)
            text = self.texts[address]
            found = re.findall(r'(?:href|src|content|action)="([^"]+)"', text)
            found += re.findall(r"<(?:loc|id|link)>([^<]+)<", text)
            found.append(response.headers.get("Location", ""))
            for link in found:
                to = urljoin(address, link.replace("&amp;", "&")).partition("#")[0]
                to = re.sub(r"^https?://testserver", "", to)
                if (
                    to.startswith("/")
                    and not to.startswith(("/static/", "/accounts/", "/i18n/"))
                    and not re.search(r"[?&](?:sort|per_page)=", to)
                    and to not in seen
                ):
                    seen.add(to)
                    waiting.append(to)

    def where(self, sentence):
        """Where a sentence stands, written plainly, escaped, or as an address writes it."""
        spellings = {sentence, quote(sentence), quote(sentence, safe="").lower(), sentence.replace(" ", "+")}
        spellings.add(sentence.encode("unicode_escape").decode())
        return sorted(name for name, text in self.texts.items() if any(each in text for each in spellings))


def public_addresses(plan):
    """Every address that the table of ``tests.access`` opens to all, for this plan and its new pledge."""
    rows = declared(TABLE, PEOPLE)
    world = World.__new__(World)
    world.values = {
        "city": "naju", "term": 8, "plan": "pledges", "code": "7-2-3", "suffix": "json", "file": "pledges",
        "key": "none", "uidb36": "1", "token": "none", "as_of": naju.AS_OF, "other": "naju",
        "programme_name": "공개 연구모임", "year_intake": (2024, 4),
    }  # fmt: skip
    world.area = plan.areas.get(code="7")
    for name, params in OURS:
        if rows[name]["get"]["anonymous"] != "+":
            continue
        yield world.address(name, params)
        if "code" in params and name != "public:area":
            world.values["code"] = "9-9-9"
            yield world.address(name, params)
            world.values["code"] = "7-2-3"


def test_secret_stands_nowhere_and_what_is_published_everywhere(plan, forms, pictures):
    reader = Reader()
    reader.follow("/")
    for address in public_addresses(plan):
        for suffix in ("json", "csv", "xlsx", "hwpx", "pdf"):
            reader.read(re.sub(r"\.json$", f".{suffix}", address))
    base = "/naju/8"
    for query in (f"q={LURE}", f"department={LURE}", f"area={LURE}", "area=9", "q=9-9-9", "status=on_track"):
        for path in (f"{base}/pledges/", f"{base}/pledges.json", f"{base}/pledges.csv", f"{base}/"):
            reader.read(f"{path}?{query}")
    for path in (f"{base}/", f"{base}/pledges/", f"{base}/pledges/7-2-3/", f"{base}/pledges/9-9-9/"):
        reader.read(path, **{"Accept-Language": "en"})
        reader.read(path, **{"HX-Request": "true"})
    for as_of in (OPEN, dt.date(2030, 1, 1)):
        reader.read(f"{base}/?as_of={as_of}")
        reader.read(f"{base}/pledges/7-2-3/?as_of={as_of}")
    for address in (
        "/staff/", f"/staff/naju/8/{OPEN}/7-2-3/", "/staff/import/", "/admin/", "/nowhere/", f"/{LURE}/",
        f"/staff/naju/8/{OPEN}/7-2-3/evidence/{EvidenceFile.objects.first().pk}/",
        f"/{EvidenceFile.objects.first().file.name}", f"/files/{EvidenceFile.objects.first().file.name}",
    ):  # fmt: skip
        reader.read(address)

    groups = f"{base}/study-groups"
    for words in (LURE, "공개", SHOWN, HIDDEN.split()[0][:2]):
        reader.read(f"{groups}/?q={quote(words)}")
    for number in range(1, 5):
        for ending in ("/", ".csv", ".xlsx", ".json"):
            read = reader.read(f"{groups}/{quote('공개 연구모임')}/2024-{number}{ending}")
            assert read.status_code == (404 if number == 1 else 200), (number, ending)
            # Whoever knows the name learns no more than that there is no such page.
            read = reader.client.get(f"{groups}/{quote(HIDDEN)}/2024-{number}{ending}")
            assert read.status_code == 404
            assert SHOWN not in read.content.decode()
    assert reader.where(SECRET) == []
    assert reader.where(POINTS) == []
    assert not any(SECRET in form for form in forms)
    assert not any(SECRET in picture for picture in pictures)

    found = reader.where(SHOWN)
    kinds = {PurePosixPath(urlsplit(name).path).suffix for name in found}
    assert {"", ".json", ".csv", ".xlsx", ".hwpx"} <= kinds
    assert any(SHOWN in form for form in forms)
    assert any(SHOWN in picture for picture in pictures)
    for page in (
        "/naju/8/",
        "/naju/8/pledges/",
        "/naju/8/pledges/7-2-3/",
        "/naju/8/pledges/7-2-3/feed/",
        "/naju/8/data/pledges.csv",
        f"{groups}/",
        f"{groups}.json",
        *(f"{groups}/{quote('공개 연구모임')}/2024-{number}/" for number in (2, 3, 4)),
        *(f"{groups}/{quote('공개 연구모임')}/2024-4.{suffix}" for suffix in ("csv", "xlsx", "json")),
    ):
        assert page in found, page


def test_secret_is_found_once_it_is_published(plan, forms, pictures):
    """The same words, approved and published, stand on these pages: they were planted where pages look."""
    reader = Reader()
    for report in ProgressReport.objects.exclude(state=ReportState.APPROVED):
        report.state, report.approved_at = ReportState.APPROVED, timezone.now()
        report.save()
    naju.publish(plan, OPEN)
    for address in ("/naju/8/", "/naju/8/pledges/", "/naju/8/pledges/7-2-3/", "/naju/8/pledges/9-9-9/"):
        reader.read(address)
    reader.read("/naju/8/pledges/7-2-3.hwpx")
    assert len(reader.where(SECRET)) == 5
    assert reader.read("/naju/8/pledges/9-9-9/share.png").status_code == 200
    assert SECRET in pictures[-1]
