"""Taking a report back: who may, in which states, and that nothing of it is lost."""

import pytest

from pledges.enums import PeriodState, ReportState, Role
from tests.factories import ActualFactory, DepartmentFactory

WHEN = "2024-07-01T00:00Z"


def handed_in(city, state=ReportState.SUBMITTED, **fields):
    signed = {"signed_at": WHEN} if state == ReportState.SIGNED else {}
    report = city.report(
        state=state, submitted_by=city.officer, submitted_at=WHEN, cause="사유", **signed, **fields
    )
    ActualFactory(report=report, indicator=city.indicator, value=1)
    return report


@pytest.mark.parametrize("state", [ReportState.SUBMITTED, ReportState.SIGNED])
def test_officer_takes_back_what_is_not_approved_and_goes_on_writing(as_officer, city, state):
    handed_in(city, state)
    assert f'action="{city.url}withdraw/"' in as_officer.get(city.url).content.decode()
    response = as_officer.post(f"{city.url}withdraw/", {"version": "1"}, follow=True)
    assert response.redirect_chain == [(city.url, 302)]
    report = city.current
    assert (report.state, report.signed_at, report.signed_by) == (ReportState.DRAFT, None, None)
    assert (report.cause, report.actuals.get().value) == ("사유", 1)
    # The form again, not the page to read.
    assert response.context["form"] is not None
    assert "회수했습니다" in response.content.decode()


def test_head_takes_back_too(client, city):
    handed_in(city)
    client.force_login(city.person(Role.HEAD, city.lead))
    client.post(f"{city.url}withdraw/", {"version": "1"})
    assert city.current.state == ReportState.DRAFT


@pytest.mark.parametrize("who", ["helper", "stranger", "coordinator", "auditor", "other_head"])
def test_others_neither_see_the_button_nor_take_back(client, city, who):
    handed_in(city)
    city.other_head = city.person(Role.HEAD, DepartmentFactory(name="남의과"))
    client.force_login(getattr(city, who))
    assert "/withdraw/" not in client.get(city.url).content.decode()
    response = client.post(f"{city.url}withdraw/", {"version": "1"})
    assert response.status_code == (404 if who in ("stranger", "other_head") else 403)
    assert city.current.state == ReportState.SUBMITTED


@pytest.mark.parametrize("state", [ReportState.APPROVED, ReportState.DRAFT, ReportState.RETURNED])
def test_what_is_not_handed_in_is_not_taken_back(as_officer, city, state):
    city.report(state=state)
    as_officer.post(f"{city.url}withdraw/", {"version": "1"})
    assert city.current.state == state


def test_nothing_there_to_take_back_is_told(as_officer, city):
    response = as_officer.post(f"{city.url}withdraw/", {"version": "1"}, follow=True)
    assert "회수할 보고서가 없습니다" in response.content.decode()


@pytest.mark.parametrize("version", ["1", "", "x"])
def test_stale_version_takes_nothing_back(as_officer, city, version):
    handed_in(city, version=3)
    as_officer.post(f"{city.url}withdraw/", {"version": version})
    assert city.current.state == ReportState.SUBMITTED


def test_correction_is_taken_back_by_its_department_and_by_who_of_the_planning_office_handed_it_in(
    client, city
):
    report = handed_in(city, reason="오기")
    city.period.state = PeriodState.CLOSED
    city.period.save()
    client.force_login(city.coordinator)
    assert "/withdraw/" not in client.get(city.url).content.decode()
    assert client.post(f"{city.url}withdraw/", {"version": "1"}).status_code == 403
    assert city.current.state == ReportState.SUBMITTED
    report.submitted_by = city.coordinator
    report.save()
    client.force_login(city.person(Role.COORDINATOR))
    assert client.post(f"{city.url}withdraw/", {"version": "1"}).status_code == 403
    client.force_login(city.coordinator)
    assert "/withdraw/" in client.get(city.url).content.decode()
    client.post(f"{city.url}withdraw/", {"version": "1"})
    assert city.current.state == ReportState.DRAFT
    report.state, report.version = ReportState.SUBMITTED, 1
    report.save()
    client.force_login(city.officer)
    assert "/withdraw/" in client.get(city.url).content.decode()
    client.post(f"{city.url}withdraw/", {"version": "1"})
    assert city.current.state == ReportState.DRAFT


def test_old_address_of_the_step_leads_to_the_report(as_officer, city):
    handed_in(city)
    assert as_officer.get(f"{city.url}withdraw/")["Location"] == city.url
