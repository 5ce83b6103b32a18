"""Evidence files on a report: who may attach and remove them, when, how many, and what stays on the disk."""

import io

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import translation

from pledges import workflow
from pledges.enums import PeriodState, ReportState, Role
from pledges.models import AuditEntry, EvidenceFile, ProgressReport, SupportInvitation
from pledges.workflow import (
    Conflict,
    EvidenceRefused,
    ReportContents,
    WrongState,
    add_evidence,
    read_incoming,
    remove_evidence,
)
from reports.revisions import copy_contents
from tests import evidence as made
from tests.factories import (
    ApprovedReportFactory,
    DepartmentFactory,
    MembershipFactory,
    PeriodFactory,
    PledgeFactory,
    ReportFactory,
)

pytestmark = pytest.mark.django_db


class Place:
    def __init__(self):
        self.lead = DepartmentFactory(name="주관과")
        self.support = DepartmentFactory(name="협조과")
        self.pledge = PledgeFactory(lead_department=self.lead, supporting_departments=[self.support])
        self.period = PeriodFactory(plan=self.pledge.plan)
        self.officer = self.person(Role.OFFICER, self.lead)

    @staticmethod
    def person(role, department=None):
        return MembershipFactory(role=role, department=department).user

    def add(self, content=None, name="결과.pdf", user=None):
        incoming = read_incoming(file=ContentFile(content or made.pdf()), name=name)
        return add_evidence(
            pledge=self.pledge, period=self.period, user=user or self.officer, incoming=incoming
        )

    def report(self, state=ReportState.DRAFT, **fields):
        factory = ApprovedReportFactory if state == ReportState.APPROVED else ReportFactory
        return factory(pledge=self.pledge, period=self.period, state=state, **fields)


def held(evidence):
    """What is stored of it."""
    with evidence.file.open() as file:
        return file.read()


@pytest.fixture
def place():
    return Place()


@pytest.fixture
def stored(settings):
    """The files on the disk, by path below the folder of evidence."""

    def listed():
        root = settings.MEDIA_ROOT / "evidence"
        return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())

    return listed


@pytest.fixture
def committing(django_capture_on_commit_callbacks):
    return lambda: django_capture_on_commit_callbacks(execute=True)


# --- Adding ---


def test_file_is_kept_under_its_digest_with_its_clean_name_and_kind(place, stored):
    place.report()
    evidence = place.add(made.pdf(), "C:\\문서\\결과.hwp")
    assert (evidence.name, evidence.media_type) == ("결과.pdf", "application/pdf")
    assert evidence.size == len(made.pdf())
    assert stored() == [f"{evidence.sha256[:2]}/{evidence.sha256}"]
    assert held(evidence) == made.pdf()
    assert evidence.uploaded_by == place.officer


def test_first_file_begins_the_draft(place):
    evidence = place.add()
    report = ProgressReport.objects.get()
    assert (evidence.report, report.state, report.revision) == (report, ReportState.DRAFT, 1)
    assert workflow.saved_version(report) == 0


def test_adding_bumps_no_version_so_an_open_form_is_not_stale(place):
    report = place.report(version=4)
    place.add()
    report.refresh_from_db()
    assert report.version == 4
    contents = ReportContents(status="on_track")
    saved = workflow.save_report(report=report, user=place.officer, version=4, contents=contents)
    assert [each.name for each in saved.evidence.all()] == ["결과.pdf"]


def test_same_content_twice_is_refused_and_names_the_first(place):
    place.add(name="처음.pdf")
    with pytest.raises(EvidenceRefused, match="처음"):
        place.add(name="다시.pdf")
    assert EvidenceFile.objects.count() == 1


def test_same_name_with_other_content_is_another_file(place):
    place.add(made.pdf("하나"))
    place.add(made.pdf("둘"))
    assert [each.name for each in EvidenceFile.objects.all()] == ["결과.pdf", "결과.pdf"]


def test_same_content_on_two_pledges_is_stored_once(place, stored):
    place.add()
    other = Place.__new__(Place)
    other.__dict__ = {**place.__dict__, "pledge": PledgeFactory(lead_department=place.lead)}
    other.add()
    assert EvidenceFile.objects.count() == 2
    assert len(stored()) == 1


def test_content_cut_off_by_a_crash_is_written_again(place, settings):
    evidence = place.add()
    path = settings.MEDIA_ROOT / evidence.file.name
    path.write_bytes(b"%PDF-")
    evidence.delete()
    assert held(place.add()) == made.pdf()


def test_file_of_another_kind_or_too_large_is_refused_before_anything_is_written(place, settings, stored):
    settings.EVIDENCE_MAX_MB = 1
    for content, told in ((b"MZ" + bytes(100), "PDF"), (made.pdf() + bytes(1024 * 1024), "1MB")):
        with pytest.raises(EvidenceRefused, match=told):
            place.add(content)
    assert ProgressReport.objects.count() == 0
    assert stored() == []


def test_report_takes_so_many_files_and_so_many_megabytes(place, settings, stored):
    settings.EVIDENCE_MAX_FILES = 2
    place.add(made.pdf("1"))
    place.add(made.pdf("2"))
    with pytest.raises(EvidenceRefused, match="2개"):
        place.add(made.pdf("3"))
    settings.EVIDENCE_MAX_FILES, settings.EVIDENCE_MAX_TOTAL_MB = 10, 0
    with pytest.raises(EvidenceRefused, match="0MB"):
        place.add(made.pdf("3"))
    assert len(stored()) == 2


# --- Rights and state ---


def test_only_who_enters_the_report_adds_and_removes(place):
    place.report()
    evidence = place.add()
    denied = [
        place.person(Role.OFFICER, place.support),
        place.person(Role.OFFICER, DepartmentFactory(name="다른과")),
        place.person(Role.COORDINATOR),
        place.person(Role.AUDITOR),
        place.person(Role.ADMIN),
    ]
    for user in denied:
        with pytest.raises(PermissionDenied):
            place.add(made.pdf("둘"), user=user)
        with pytest.raises(PermissionDenied):
            remove_evidence(evidence=evidence, user=user)
    place.add(made.pdf("둘"), user=place.person(Role.HEAD, place.lead))
    assert EvidenceFile.objects.count() == 2


def test_invited_supporting_department_adds(place):
    place.report()
    SupportInvitation.objects.create(pledge=place.pledge, department=place.support)
    place.add(user=place.person(Role.OFFICER, place.support))
    assert EvidenceFile.objects.count() == 1


@pytest.mark.parametrize("state", [ReportState.SUBMITTED, ReportState.SIGNED, ReportState.APPROVED])
def test_nothing_is_added_to_or_removed_from_what_is_handed_in_or_approved(place, state, stored):
    evidence = place.add()
    fields = {"state": state}
    for name in ("signed_at", "approved_at"):
        fields[name] = evidence.uploaded_at
    ProgressReport.objects.update(**fields)
    evidence.refresh_from_db()
    with pytest.raises(WrongState):
        place.add(made.pdf("둘"))
    with pytest.raises(WrongState):
        remove_evidence(evidence=evidence, user=place.officer)
    assert len(stored()) == 1


def test_returned_report_takes_files_again(place):
    place.report(state=ReportState.RETURNED)
    assert place.add().report.state == ReportState.RETURNED


def test_settled_period_without_a_report_asks_for_a_correction(place):
    place.period.state = PeriodState.CLOSED
    place.period.save()
    with pytest.raises(WrongState, match="정정"):
        place.add()
    assert ProgressReport.objects.count() == 0


def test_correction_has_the_files_of_what_it_corrects_and_leaves_those_alone(place, stored, committing):
    live = place.report(state=ReportState.APPROVED)
    evidence = EvidenceFile(
        report=live, name="결과.pdf", media_type="application/pdf", size=1, sha256="ab" * 32
    )
    evidence.file.save("x", io.BytesIO(b"x"))
    correction = workflow.start_report(
        pledge=place.pledge, period=place.period, user=place.officer, reason="오기"
    )
    copy_contents({live.pk: correction}, place.officer)
    copy = EvidenceFile.objects.get(report=correction)
    assert copy.file.name == evidence.file.name
    assert len(stored()) == 1
    with committing():
        remove_evidence(evidence=copy, user=place.officer)
    assert list(EvidenceFile.objects.all()) == [evidence]
    assert len(stored()) == 1


# --- What stays on the disk ---


def test_removing_throws_the_content_away_after_the_commit(place, stored, committing):
    evidence = place.add()
    with committing():
        remove_evidence(evidence=evidence, user=place.officer)
        assert len(stored()) == 1
    assert stored() == []


def test_removing_keeps_what_another_report_points_at(place, stored, committing):
    evidence = place.add()
    other = Place.__new__(Place)
    other.__dict__ = {**place.__dict__, "pledge": PledgeFactory(lead_department=place.lead)}
    same = other.add()
    with committing():
        remove_evidence(evidence=evidence, user=place.officer)
    assert held(same) == made.pdf()
    with committing():
        remove_evidence(evidence=same, user=place.officer)
    assert stored() == []


def test_draft_thrown_away_takes_its_files_along(place, stored, committing):
    report = place.add().report
    with committing():
        workflow.discard_report(
            report=report,
            user=place.officer,
            version=1,
            evidence=report.evidence.values_list("pk", flat=True),
        )
    assert EvidenceFile.objects.count() == 0
    assert stored() == []


def test_draft_is_not_thrown_away_with_files_that_nobody_saw(place, stored):
    report = place.add().report
    with pytest.raises(Conflict):
        workflow.discard_report(report=report, user=place.officer, version=1)
    assert EvidenceFile.objects.count() == 1
    assert len(stored()) == 1


def test_what_is_rolled_back_leaves_no_file(place, stored, monkeypatch):
    def fails(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr(EvidenceFile, "save", fails)
    with pytest.raises(RuntimeError):
        place.add()
    assert stored() == []
    assert ProgressReport.objects.count() == 0


def test_removal_that_is_rolled_back_keeps_the_file(place, stored, committing):
    evidence = place.add()
    with committing(), transaction.atomic():
        remove_evidence(evidence=evidence, user=place.officer)
        transaction.set_rollback(True)
    assert EvidenceFile.objects.count() == 1
    assert len(stored()) == 1


def test_adding_and_removing_are_in_the_audit_log(place):
    evidence = place.add()
    digest = evidence.sha256
    remove_evidence(evidence=evidence, user=place.officer)
    entries = list(AuditEntry.objects.in_chain_order())[-2:]
    assert [entry.action for entry in entries] == ["evidence_added", "evidence_removed"]
    for entry in entries:
        assert entry.actor_key == place.officer.pk
        assert entry.pledge_key == place.pledge.pk
        assert digest in str(entry.body)


@pytest.mark.parametrize("name", ["결과.hwp", "결과.HWP"])
def test_hangul_document_is_named_with_the_way_out_whatever_its_bytes_show(name):
    with translation.override("ko"), pytest.raises(EvidenceRefused) as refused:
        read_incoming(file=ContentFile(b"\x00\x01unreadable"), name=name)
    assert "한글(.hwp) 문서는 첨부할 수 없습니다" in refused.value.message
    assert "HWPX 또는 PDF로 저장" in refused.value.message
