"""Every named address × every kind of person × GET and POST, against the table in ``tests.access``."""

import datetime as dt
import hashlib
from http.cookies import SimpleCookie

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from pledges.enums import DepartmentChangeKind, ReportState, Role, Status
from pledges.models import (
    DepartmentChange,
    DueExtension,
    EvidenceFile,
    Handover,
    Invitation,
    Pledge,
    SupportInvitation,
)
from reports.editions import publish_period
from reports.models import ImportBatch
from studygroups.enums import RoundState, TeamState
from tests.access import ADMIN_PEOPLE, ADMIN_TABLE, GROUPS_PEOPLE, GROUPS_TABLE, PEOPLE, TABLE
from tests.factories import (
    AreaFactory,
    DepartmentFactory,
    ExecutedFactory,
    IndicatorFactory,
    MembershipFactory,
    MunicipalityFactory,
    PeriodFactory,
    PlanFactory,
    PledgeFactory,
    ProgrammeFactory,
    ProposalFactory,
    ReportFactory,
    RoundFactory,
    ScheduleTaskFactory,
    SubProjectFactory,
    TeamFactory,
    TermFactory,
    UserFactory,
)
from tests.reports.workbooks import book

pytestmark = pytest.mark.django_db
AS_OF, PUBLISHED = dt.date(2024, 6, 30), dt.date(2024, 3, 31)


class World:
    """한빛시 with one report that waits for its head, a neighbouring city, and a person of each kind."""

    def __init__(self):
        city = MunicipalityFactory()
        other_city = MunicipalityFactory(code="saebyeok", name="새벽시")
        self.lead, self.support, self.asked, self.elsewhere = (
            DepartmentFactory(municipality=city, name=name)
            for name in ("주관과", "협조과", "초대받은과", "다른과")
        )
        self.ended = DepartmentFactory(municipality=city, name="없어진과", ended_on=PUBLISHED)
        neighbours = DepartmentFactory(municipality=other_city, name="주관과")
        plan = PlanFactory(head_signs=True)
        self.area = AreaFactory(plan=plan)
        self.pledge = PledgeFactory(
            plan=plan,
            area=self.area,
            code="1-1",
            lead_department=self.lead,
            supporting_departments=[self.support, self.asked],
        )
        SupportInvitation.objects.create(pledge=self.pledge, department=self.asked)
        self.indicator = IndicatorFactory(pledge=self.pledge, targets={2024: 4})
        self.project = SubProjectFactory(pledge=self.pledge)
        # Somebody else's city has a plan of its own, so that its people have pages at all.
        self.other_plan = PlanFactory(term=TermFactory(municipality=other_city))
        PledgeFactory(plan=self.other_plan, code="9-9", lead_department=neighbours)
        old = PeriodFactory(plan=plan, as_of=PUBLISHED)
        ReportFactory(pledge=self.pledge, period=old, state=ReportState.APPROVED, status=Status.ON_TRACK)
        publish_period(period=old, user=None)
        self.period = PeriodFactory(plan=plan, as_of=AS_OF)
        self.report = ReportFactory(
            pledge=self.pledge, period=self.period, state=ReportState.SUBMITTED, status=Status.ON_TRACK
        )
        DueExtension.objects.create(
            period=self.period, department=self.lead, due_on=dt.date(2024, 7, 20), reason="인사이동"
        )
        self.evidence = EvidenceFile(
            report=self.report, name="증빙.pdf", media_type="application/pdf", size=4, sha256="a" * 64
        )
        self.evidence.file.save("증빙.pdf", ContentFile(b"%PDF"), save=False)
        self.evidence.save()

        def member(role, department=None, municipality=city):
            return MembershipFactory(role=role, department=department, municipality=municipality).user

        self.people = {
            "anonymous": None,
            "nobody": UserFactory(),
            "officer": member(Role.OFFICER, self.lead),
            "head": member(Role.HEAD, self.lead),
            "supporter": member(Role.OFFICER, self.support),
            "invited": member(Role.OFFICER, self.asked),
            "stranger": member(Role.OFFICER, self.elsewhere),
            "stranger_head": member(Role.HEAD, self.elsewhere),
            "coordinator": member(Role.COORDINATOR),
            "admin": member(Role.ADMIN),
            "auditor": member(Role.AUDITOR),
            "other_officer": member(Role.OFFICER, neighbours, other_city),
            "other_coordinator": member(Role.COORDINATOR, None, other_city),
            "other_admin": member(Role.ADMIN, None, other_city),
            "superuser": UserFactory(is_superuser=True, is_staff=True),
            "unproven": member(Role.COORDINATOR),
        }
        # A membership to look at, end and hand over: another officer's of the lead department.
        self.colleague = MembershipFactory(role=Role.OFFICER, department=self.lead)
        self.invitation = Invitation.objects.create(
            email="guest@hanbit.example",
            name="새 담당자",
            municipality=city,
            department=self.lead,
            role=Role.OFFICER,
            token_digest="b" * 64,
            expires_at=dt.datetime(2999, 1, 1, tzinfo=dt.UTC),
        )
        self.handover = Handover.objects.create(
            department=self.lead,
            role=Role.OFFICER,
            giver=self.people["officer"],
            taker=self.colleague.user,
            recorded_by=self.people["head"],
        )
        self.stage = self.uploaded(city, expires_at=dt.datetime(2999, 1, 1, tzinfo=dt.UTC))
        self.applied = self.uploaded(
            city, state=ImportBatch.State.APPLIED, applied_at=dt.datetime(2024, 7, 1, tzinfo=dt.UTC)
        )
        self.values = {
            "batch": self.stage.pk,
            "city": city.code,
            "term": 8,
            "as_of": AS_OF,
            "code": self.pledge.code,
            "pk": self.evidence.pk,
            "membership": self.colleague.pk,
            "invitation": self.invitation.pk,
            "handover": self.handover.pk,
            "department": self.lead.pk,
            "plan": "pledges",
            "suffix": "csv",
            "token": "never-sent",
            "file": "pledges",
            "key": "set-password",
            "uidb36": "1",
            "object_id": 0,
            "id": self.people["officer"].pk,
            "content_type_id": ContentType.objects.get_for_model(Pledge).pk,
            "url": "nowhere/",
            "app_label": "pledges",
            "programme_name": "공개모임",
            "year_intake": (2024, 1),
        }
        self.kinds()

    def uploaded(self, city, **fields):
        """A plan's file that the administrator uploaded, staged unless told otherwise."""
        content = book()
        batch = ImportBatch(
            municipality=city,
            plan=self.pledge.plan,
            as_of=AS_OF,
            file_name="공약.xlsx",
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            user=self.people["admin"],
            **{"state": ImportBatch.State.STAGED, **fields},
        )
        batch.file.save("", ContentFile(content), save=False)
        batch.save()
        return batch

    def kinds(self):
        """One row of each kind that the admin shows and that is not made above."""
        published_at = dt.datetime(2024, 7, 1, tzinfo=dt.UTC)
        programme = ProgrammeFactory(name="공개모임", published_at=published_at)
        held = RoundFactory(programme=programme, state=RoundState.FINISHED, published_at=published_at)
        ProposalFactory(team=TeamFactory(round=held, state=TeamState.COMPLETED))
        ScheduleTaskFactory(pledge=self.pledge)
        ExecutedFactory(report=self.report, sub_project=self.project)
        Group.objects.create(name="모임")
        EmailAddress.objects.create(user=self.people["officer"], email="officer@hanbit.example")
        Authenticator.objects.create(
            user=self.people["superuser"], type=Authenticator.Type.TOTP, data={"secret": "x"}
        )
        DepartmentChange.objects.create(
            municipality=self.pledge.plan.term.municipality,
            kind=DepartmentChangeKind.RENAMED,
            old_name="옛주관과",
            new_name="주관과",
            successor=self.lead,
            changed_on=AS_OF,
            reason="직제 개편",
        )

    def address(self, name, params):
        """The address of a name: in the admin it is of the city's own row of that kind."""
        values = dict(self.values)
        if name == "documents:card_file":
            values["suffix"] = "json"
        if name == "public:area":
            values["code"] = self.area.code
        if name == "imports:roll_back":
            values["batch"] = self.applied.pk
        if name == "city:people_of_department":
            values["department"] = self.ended.pk
        if name.startswith("admin:") and "object_id" in params:
            values["object_id"] = self.row_of(name).pk
        if name.endswith("_simple_history"):
            # Its two parts have no names: the row, and one of its earlier states.
            row = self.row_of(name)
            return reverse(name, args=[row.pk, row.history.earliest().pk])
        return reverse(name, kwargs={key: values[key] for key in params})

    def row_of(self, name):
        label, model = name.removeprefix("admin:").split("_")[:2]
        if name == "admin:view_on_site":
            return self.pledge
        if (label, model) == ("pledges", "department"):
            return self.lead
        if (label, model) == ("pledges", "user"):
            return self.people["officer"]
        return apps.get_model(label, model)._base_manager.order_by("pk")[0]


def named(resolver=None, namespace=(), params=()):
    """Every named address with the parameters it takes: (name, parameters), each shape once."""
    for pattern in (resolver or get_resolver()).url_patterns:
        own = [*pattern.pattern.converters, *pattern.pattern.regex.groupindex]
        own = tuple(dict.fromkeys([*params, *own]))
        if not isinstance(pattern, URLPattern):
            inner = (*namespace, pattern.namespace) if pattern.namespace else namespace
            yield from named(pattern, inner, own)
        elif pattern.name:
            yield ":".join([*namespace, pattern.name]), own


# One shape of each name: an address beside the pledges' own, with the plan's code in it, is the same view.
ADDRESSES = sorted(dict(sorted(named(), key=lambda each: -len(each[1]))).items())
OURS = [each for each in ADDRESSES if not each[0].startswith(("admin:", "groups:"))]
# Asked for by other people, who stand nearer to a team: tests.studygroups.test_access_groups.
GROUPS = [each for each in ADDRESSES if each[0].startswith("groups:")]
ADMINS = [each for each in ADDRESSES if each[0].startswith("admin:")]


def declared(table, columns):
    """The rows of a table: name → for GET and for POST a mapping of person to letter."""
    rows = {}
    for line in table.strip().splitlines():
        if line.startswith("#"):
            continue
        name, *letters = line.split()
        letters = "".join(letters)
        assert len(letters) == 2 * len(columns), line
        assert name not in rows, line
        rows[name] = {
            "get": dict(zip(columns, letters[: len(columns)], strict=True)),
            "post": dict(zip(columns, letters[len(columns) :], strict=True)),
        }
    return rows


def letter(method, response):
    """The answer as a letter of the table; a server's fault is "5"."""
    status = response.status_code
    if status in (301, 302):
        to = response["Location"]
        if to.startswith(("/accounts/login/", "/admin/login/")):
            return "L"
        if "/2fa/" in to or to.startswith("/accounts/reauthenticate/"):
            return "T"
        # The admin leads whoever asks for another city's row to its front page, whatever was sent.
        return "R" if method == "get" or to == "/admin/" else "+"
    if status >= 500:
        return "5"
    return {401: "L", 403: "F", 404: "N", 405: "M"}.get(status, "+")


class Visitor:
    """One person's browser, in the state that the world began with at every address."""

    def __init__(self, world, who):
        self.client = Client(raise_request_exception=False)
        if world.people[who]:
            self.client.force_login(world.people[who], second_step=who != "unproven")
        self.cookies = SimpleCookie(self.client.cookies.output(header=""))

    def letter(self, method, url):
        self.client.cookies = SimpleCookie(self.cookies.output(header=""))
        with transaction.atomic():
            response = getattr(self.client, method)(url)
            if response.streaming:
                b"".join(response.streaming_content)
            # response.close() would end the test's own connection.
            for close in response._resource_closers:
                close()
            transaction.set_rollback(True)
        return letter(method, response)


def unexpected(world, who, rows, addresses):
    """What differs from the table for one person: address, method, declared, found."""
    visitor = Visitor(world, who)
    found = []
    for name, params in addresses:
        url = world.address(name, params)
        for method in ("get", "post"):
            wanted = rows[name][method][who]
            got = visitor.letter(method, url)
            if got != wanted:
                found.append(f"{name} {method} {who}: declared {wanted}, found {got} at {url}")
    return found


def test_every_named_address_is_declared_and_nothing_else():
    assert {name for name, _params in OURS} == set(declared(TABLE, PEOPLE))
    assert {name for name, _params in ADMINS} == set(declared(ADMIN_TABLE, ADMIN_PEOPLE))
    assert {name for name, _params in GROUPS} == set(declared(GROUPS_TABLE, GROUPS_PEOPLE))


@pytest.mark.parametrize("who", PEOPLE)
def test_every_address_answers_as_declared(who):
    found = unexpected(World(), who, declared(TABLE, PEOPLE), OURS)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("who", PEOPLE)
def test_every_page_of_the_admin_answers_as_declared(who):
    # Whoever has no column of the table's has that of "nobody": no role but the administrator's opens it.
    column = who if who in ADMIN_PEOPLE else "nobody"
    rows = {
        name: {method: {who: letters[column]} for method, letters in by.items()}
        for name, by in declared(ADMIN_TABLE, ADMIN_PEOPLE).items()
    }
    found = unexpected(World(), who, rows, ADMINS)
    assert not found, "\n".join(found)
