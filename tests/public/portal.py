"""The demo as the tests of this folder visit it: addresses of every page, and people who are signed in."""

import datetime as dt
import time
from collections.abc import Iterator
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from pledges.enums import DepartmentChangeKind, ReportState, Role
from pledges.models import (
    Department,
    DepartmentChange,
    EvidenceFile,
    Handover,
    Invitation,
    Membership,
    Municipality,
    ProgressReport,
    User,
)
from reports.demo.hanbit import quarters
from reports.demo.hanbit.entering import OPEN_AS_OF
from reports.models import ImportBatch
from tests.access import PEOPLE, TABLE
from tests.public.groups import StudyGroups
from tests.reports.workbooks import book
from tests.test_access import OURS, declared

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# The persons of the table as accounts of the demo.
ACCOUNTS = {
    "officer": "hanbit-officer",
    "head": "hanbit-head",
    "coordinator": "hanbit-coordinator",
    "admin": "hanbit-admin",
    "auditor": "hanbit-auditor",
    "superuser": "hanbit-superuser",
}
DECLARED = declared(TABLE, PEOPLE)
# The officer's own reports of the open quarter, by the state they are in.
REPORTS = {
    ReportState.DRAFT: "4-1-3",
    ReportState.SUBMITTED: "4-1-2",
    ReportState.RETURNED: "4-1-4",
    ReportState.APPROVED: "2-2-3",
}


class Portal:
    """The loaded demo with one row more of each kind that a page shows and the demo has not."""

    def __init__(self, files: Path) -> None:
        self.files = files
        self.found: dict[tuple[str | None, bool], list[tuple[str, str]]] = {}
        self.city = Municipality.objects.get(code="hanbit")
        self.people = {who: User.objects.get(username=name) for who, name in ACCOUNTS.items()}
        traffic = Department.objects.get(municipality=self.city, name="교통행정과")
        self.ended = Department.objects.create(
            municipality=self.city, name="옛교통과", ended_on=dt.date(2025, 1, 1)
        )
        DepartmentChange.objects.create(
            municipality=self.city,
            kind=DepartmentChangeKind.RENAMED,
            old_name="옛교통과",
            new_name="교통행정과",
            successor=traffic,
            changed_on=dt.date(2025, 1, 1),
            reason="직제 개편",
        )
        taker = User.objects.create(username="taker", name="새 담당자")
        colleague = Membership.objects.create(
            user=taker, municipality=self.city, department=traffic, role=Role.OFFICER
        )
        handover = Handover.objects.create(
            department=traffic,
            role=Role.OFFICER,
            giver=self.people["officer"],
            taker=taker,
            recorded_by=self.people["head"],
        )
        invitation = Invitation.objects.create(
            email="guest@hanbit.example",
            name="초대받은 이",
            municipality=self.city,
            department=traffic,
            role=Role.OFFICER,
            token_digest="b" * 64,
            expires_at=dt.datetime(2999, 1, 1, tzinfo=dt.UTC),
        )
        draft = ProgressReport.objects.get(
            pledge__code=REPORTS[ReportState.DRAFT],
            pledge__plan__term__municipality=self.city,
            period__as_of=OPEN_AS_OF,
        )
        evidence = EvidenceFile(
            report=draft, name="증빙.pdf", media_type="application/pdf", size=4, sha256="a" * 64
        )
        evidence.file.save("증빙.pdf", SimpleUploadedFile("증빙.pdf", b"%PDF"), save=False)
        evidence.save()
        self.stage = self.upload(quarters.content(0))
        self.groups = StudyGroups(self.city, self.people, traffic)
        self.bad_stage = self.upload(book(공약_K2="많음", 공약_L3="모름", 확인지표_I3="x"))
        self.values = {
            "batch": self.stage,
            "city": "hanbit",
            "term": 8,
            "as_of": OPEN_AS_OF,
            "code": REPORTS[ReportState.DRAFT],
            "pk": evidence.pk,
            "membership": colleague.pk,
            "invitation": invitation.pk,
            "handover": handover.pk,
            "department": traffic.pk,
            "plan": "pledges",
            "suffix": "csv",
            "token": "never-sent",
            "file": "pledges",
            "key": "set-password",
            "uidb36": "1",
            "programme_name": "한빛 시정연구모임",
            "year_intake": (2025, 1),
        }

    def upload(self, content: bytes, name: str = "공약.xlsx") -> str:
        """A plan's file, uploaded by the administrator and waiting; its key."""
        client = self.client("admin")
        file = SimpleUploadedFile(name, content, content_type=XLSX)
        answer = client.post("/staff/import/", {"file": file, "layout": "workbook"})
        assert answer.status_code == 302, answer.content.decode()
        return answer["Location"].rstrip("/").rsplit("/", 1)[-1]

    def client(self, who: str | None) -> Client:
        """A signed-in client, code and all, that has just proven itself."""
        client = Client()
        if who:
            client.force_login(self.people[who])
            session = client.session
            session["account_authentication_methods"] = [
                {"method": "password", "at": time.time()},
                {"method": "mfa", "at": time.time(), "type": "totp"},
            ]
            session["account_authentication_methods_user"] = str(self.people[who].pk)
            session.save()
        return client

    def context(self, chromium, site: str, who: str | None = None, **options):
        """A browser's window for a person."""
        context = chromium.new_context(
            **{"viewport": {"width": 1280, "height": 900}, "locale": "ko-KR"} | options
        )
        if who:
            key = self.client(who).cookies["sessionid"].value
            context.add_cookies([{"name": "sessionid", "value": key, "url": site}])
        return context

    def address(self, name: str, params: tuple[str, ...]) -> str:
        values = dict(self.values)
        if name == "documents:card_file":
            values["suffix"] = "json"
        if name == "public:area":
            values["code"] = "1"
        if name == "imports:roll_back":
            values["batch"] = (
                ImportBatch.objects.filter(municipality=self.city, state=ImportBatch.State.APPLIED).first().pk
            )
        if name == "city:people_of_department":
            values["department"] = self.ended.pk
        return reverse(name, kwargs={key: values[key] for key in params})

    @staticmethod
    def who_may(name: str) -> list[str]:
        """The persons to whom the table opens an address."""
        return [who for who, letter in DECLARED[name]["get"].items() if letter == "+"]

    def pages(self, who: str | None, *, public: bool = False) -> list[tuple[str, str]]:
        """Every page that ``tests.access`` opens to this person, by name and address: HTML alone.

        ``public`` takes in what everybody reads, too.
        """
        if (who, public) not in self.found:
            self.found[who, public] = list(self.look_for(who, public=public))
        return self.found[who, public]

    def look_for(self, who: str | None, *, public: bool) -> Iterator[tuple[str, str]]:
        client = self.client(who)
        for name, params in OURS:
            # Whoever has proven the second step a moment ago meets what "T" asks that for.
            if DECLARED[name]["get"][who or "anonymous"] not in "+T":
                continue
            if not public and name.split(":")[0] in ("public", "documents"):
                continue
            address = self.address(name, params)
            answer = client.get(address)
            assert answer.status_code < 500, address
            if answer.streaming:
                answer.close()
            elif answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
                yield name, address
