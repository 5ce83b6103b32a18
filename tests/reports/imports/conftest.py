"""한빛시 with its plan imported, its administrator, and people who have no business with it."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from pledges.enums import Role
from reports.models import ImportBatch
from reports.workbook import import_workbook
from tests.factories import MembershipFactory, MunicipalityFactory, UserFactory
from tests.reports.workbooks import book, everything

URL = "/staff/import/"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Hall:
    """The people, and what they do in a browser without scripts."""

    def __init__(self, client):
        import_workbook(book())
        self.client = client
        self.admin = MembershipFactory(role=Role.ADMIN).user
        self.colleague = MembershipFactory(role=Role.ADMIN).user
        self.neighbours = MunicipalityFactory(code="saebyeok", name="새벽시")
        self.neighbour = MembershipFactory(role=Role.ADMIN, municipality=self.neighbours).user
        self.coordinator = MembershipFactory(role=Role.COORDINATOR).user
        self.staff = UserFactory(is_staff=True)
        self.superuser = UserFactory(is_superuser=True, is_staff=True)
        client.force_login(self.admin)
        self.before = self.plans()

    def upload(self, content, name="공약.xlsx", **more):
        file = SimpleUploadedFile(name, content, content_type=XLSX)
        return self.client.post(URL, {"file": file, "layout": "workbook", **more})

    def stage(self, content=None, **more):
        """An upload of the administrator's that waits: by default one that renames a pledge."""
        response = self.upload(content or book(공약_D2="새 이름"), **more)
        assert response.status_code == 302, response.content.decode()
        return ImportBatch.objects.get(pk=response["Location"].rstrip("/").rsplit("/", 1)[-1])

    def page(self, batch, query=""):
        return self.client.get(f"{URL}{batch.pk}/{query}")

    def confirm(self, batch, **more):
        return self.client.post(f"{URL}{batch.pk}/confirm/", {"digest": batch.diff_digest, **more})

    @staticmethod
    def plans():
        """Everything but the people, whose last login is noted."""
        return {name: rows for name, rows in everything().items() if name != "User"}

    def is_unchanged(self):
        return self.plans() == self.before


@pytest.fixture
def hall(db, client):
    return Hall(client)


def text_of(response):
    """A page's words in a row, without its tags."""
    main = response.content.decode().partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())
