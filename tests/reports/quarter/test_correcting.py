"""Cause and remedy of what lags: every first report needs them, a correction what stands approved."""

import pytest

from pledges import workflow
from pledges.enums import ReportState, Status
from pledges.models import Actual, ProgressReport
from pledges.workflow import Incomplete
from reports.quarter.checks import warnings_of
from reports.quarter.entry import read_entry
from reports.quarter.writing import check_complete, start_correction
from tests.factories import ActualFactory, ReportFactory

# The city's pledge has 2 of the 3 that are due by the end of 2024; the earlier quarter is closed.


def corrected(city, *, cause, remedy):
    """A correction of the earlier quarter's approved report, which is behind (2 of 3)."""
    city.first.cause, city.first.remedy = cause, remedy
    city.first.save()
    return start_correction(
        pledge=city.pledge, period=city.earlier, user=city.coordinator, reason="집계 오류"
    )


def test_correction_of_a_report_without_cause_and_remedy_may_go_without_them_and_is_warned(city):
    report = corrected(city, cause="", remedy="")
    found = [each.code for each in warnings_of(read_entry(city.pledge, city.earlier))]
    assert found[:2] == ["no_cause", "no_remedy"]
    check_complete(read_entry(city.pledge, city.earlier))
    assert report.state == ReportState.DRAFT


def test_approved_report_without_them_is_warned_in_the_same_words_as_its_correction(city):
    city.first.cause = city.first.remedy = ""
    city.first.save()

    def said():
        return [
            each.message
            for each in warnings_of(read_entry(city.pledge, city.earlier))
            if each.section == "delay"
        ]

    before = said()
    start_correction(pledge=city.pledge, period=city.earlier, user=city.coordinator, reason="집계 오류")
    assert len(before) == 2
    assert said() == before


@pytest.mark.parametrize(
    ("approved", "missing"),
    [
        (("지난 사유", "지난 대책"), {"cause", "remedy"}),
        (("지난 사유", ""), {"cause"}),
        (("", "지난 대책"), {"remedy"}),
    ],
)
def test_correction_can_not_blank_what_stands_approved(city, approved, missing):
    report = corrected(city, cause=approved[0], remedy=approved[1])
    assert (report.cause, report.remedy) == approved
    ProgressReport.objects.filter(pk=report.pk).update(cause="", remedy="")
    with pytest.raises(Incomplete) as caught:
        check_complete(read_entry(city.pledge, city.earlier))
    assert set(caught.value.errors) == missing


def test_first_report_of_a_closed_quarter_needs_both(city):
    city.first.delete()
    report = ReportFactory(pledge=city.pledge, period=city.earlier, reason="늦은 제출")
    with pytest.raises(Incomplete) as caught:
        workflow.require_complete(report, status=Status.ON_HOLD, lagging=False)
    assert set(caught.value.errors) == {"cause", "remedy"}


@pytest.mark.parametrize(
    ("status", "actual"), [(Status.ON_HOLD, 1), (Status.PARTIAL, 1), (Status.ON_TRACK, 0)]
)
def test_correction_that_makes_a_report_lag_needs_both(city, status, actual):
    """The approved report was on track, 3 of 3: rightly it has neither."""
    live = city.report(ReportState.APPROVED, status=Status.ON_TRACK)
    ActualFactory(report=live, indicator=city.indicator, value=1)
    draft = start_correction(
        pledge=city.pledge, period=city.period, user=city.coordinator, reason="집계 오류"
    )
    check_complete(read_entry(city.pledge, city.period))
    ProgressReport.objects.filter(pk=draft.pk).update(status=status)
    Actual.objects.filter(report=draft).update(value=actual)
    with pytest.raises(Incomplete) as caught:
        check_complete(read_entry(city.pledge, city.period))
    assert set(caught.value.errors) == {"cause", "remedy"}


def approved_now(city, **words):
    """An approved report of the open quarter that is behind: 2 of 3."""
    made = city.report(ReportState.APPROVED, status=Status.ON_TRACK, **words)
    ActualFactory(report=made, indicator=city.indicator, value=0)
    return start_correction(pledge=city.pledge, period=city.period, user=city.coordinator, reason="집계 오류")


@pytest.mark.parametrize(
    ("cause", "said"),
    [("", "입력하지 않아도 정정을 제출할 수 있습니다"), ("사유", "사유와 대책이 필요합니다")],
)
def test_form_of_a_correction_says_whether_cause_and_remedy_are_needed(client, city, cause, said):
    report = approved_now(city, cause=cause)
    client.force_login(city.coordinator)
    typed = city.data(version=str(report.version), reason="집계 오류", cause=cause, **{city.actual: "0"})
    page = client.post(f"{city.url}figures/", typed)
    assert said in page.content.decode()
    assert said in client.get(city.url).content.decode()


def test_correction_without_cause_and_remedy_is_handed_in_once_its_warnings_were_shown(client, city):
    approved_now(city)
    client.force_login(city.coordinator)
    bare = {city.actual: "0", "reason": "집계 오류"}
    answer = client.post(city.url, city.data(version="1", step="submit", **bare))
    assert answer["Location"].endswith("?submit=1#warnings")
    codes = [each.code for each in client.get(f"{city.url}?submit=1").context["to_confirm"]]
    assert codes == ["no_cause", "no_remedy", "no_evidence"]
    confirmed = city.data(version=str(city.current.version), confirmed="1", **bare)
    assert client.post(city.url, confirmed).status_code == 302
    assert city.current.state == ReportState.SUBMITTED
