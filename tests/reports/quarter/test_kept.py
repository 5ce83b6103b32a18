"""What is typed and not saved is kept, for the one who typed it alone, until it is saved or of no use."""

import datetime as dt
import re

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from pledges.enums import PeriodState, ReportState, Role
from pledges.models import SupportInvitation
from reports.models import KeptForm
from reports.quarter import kept as keeping
from tests.factories import IndicatorFactory, MembershipFactory, PledgeFactory


def keep(client, city, **more):
    return client.post(f"{city.url}keep/", city.data(**more))


def test_typed_text_comes_back_into_the_form_with_when_it_was_kept(as_officer, city):
    answer = keep(as_officer, city, cause="쓰던 글", **{city.actual: "세 번"})
    assert answer.status_code == 200
    assert answer.json()["moved"] is False
    assert len(answer.json()["kept_at"].split(":")) == 2
    assert city.current is None
    page = as_officer.get(city.url)
    form = page.context["form"]
    assert (form["cause"].value(), form[city.actual].value()) == ("쓰던 글", "세 번")
    assert list(form.errors) == [city.actual]
    assert "입력하던 내용을 되살렸습니다. 아직 저장되지 않았습니다" in page.content.decode()


def test_keeping_again_replaces_what_was_kept(as_officer, city):
    keep(as_officer, city, cause="하나")
    keep(as_officer, city, cause="둘")
    assert KeptForm.objects.count() == 1
    assert as_officer.get(city.url).context["form"]["cause"].value() == "둘"


def test_token_step_and_typist_are_not_kept(as_officer, city):
    keep(as_officer, city, csrfmiddlewaretoken="geheim", typist="x", **{"pasted-money": "1\t2"})
    body = KeptForm.objects.get().body
    assert not any(name in body for name in ("csrfmiddlewaretoken", "step", "typist", "pasted"))


def plain(page, begins, ends):
    """The words of a part of the page."""
    text = page.content.decode()
    part = text[text.index(begins) :]
    return " ".join(re.sub(r"<[^>]*>", " ", part[: part.index(ends)]).split())


@pytest.mark.parametrize(
    ("step", "headline", "bar"),
    [
        ("save", "임시저장하지 못했습니다. 고칠 항목이 2개 있습니다.", "저장하지 않음"),
        ("submit", "보고서를 제출하지 못했습니다. 고칠 항목이 2개 있습니다.", "제출하지 않음"),
    ],
)
def test_form_with_bad_cells_is_refused_by_its_step_and_its_text_is_kept(
    as_officer, city, step, headline, bar
):
    bad = {city.actual: "둘", "achievement-0-dates": "언젠가"}
    page = as_officer.post(city.url, city.data(step=step, cause="남는 글", **bad))
    assert page.status_code == 422
    told = plain(page, 'id="errors"', "<form")
    assert headline in told
    assert "따로 보관했으므로 이 서식을 다시 열어도 표시되며" in told
    assert "이번 실적: 보고회 개최 :" in told
    kept = KeptForm.objects.get()
    at = timezone.localtime(kept.kept_at).strftime("%H:%M")
    assert f"{bar} · 입력한 내용은 {at}에 보관됨" in plain(page, 'id="keep-status"', "</p>")
    assert ("임시저장하지" in page.content.decode()) is (step == "save")
    assert city.current is None
    form = as_officer.get(city.url).context["form"]
    assert (form["cause"].value(), form[city.actual].value()) == ("남는 글", "둘")
    assert form["achievement-0-dates"].value() == "언젠가"


def test_refused_form_of_one_bad_cell_counts_one(as_officer, city):
    page = as_officer.post(city.url, city.data(step="submit", **{city.actual: "둘"}))
    assert "고칠 항목이 1개 있습니다." in plain(page, 'id="errors"', "</p>")


def test_refused_form_that_is_too_long_to_be_kept_says_so(as_officer, city, monkeypatch):
    monkeypatch.setattr("reports.quarter.kept.LONGEST", 10)
    page = as_officer.post(city.url, city.data(step="submit", **{city.actual: "둘"}))
    assert "너무 길어 따로 보관하지 못했습니다" in plain(page, 'id="errors"', "<form")
    assert plain(page, '<p class="keep-status"', "</p>") == "제출하지 않음"
    assert page.context["form"][city.actual].value() == "둘"


def test_form_that_lacks_something_is_saved_and_says_that_it_is_not_handed_in(as_officer, city):
    page = as_officer.post(city.url, city.data(step="submit", **{city.actual: "0"}))
    assert page.status_code == 422
    assert "보고서를 제출하지 못했습니다. 고칠 항목이 2개 있습니다." in plain(page, 'id="errors"', "<form")
    assert "임시저장했으나 빠진 항목이 있어 제출하지 못했습니다" in page.content.decode()
    assert city.current.version == 2
    assert not KeptForm.objects.exists()


def test_draft_with_a_bad_cell_comes_back_to_its_typist(as_officer, city):
    as_officer.post(city.url, city.data(cause="남는 글", **{city.actual: "둘"}))
    assert city.current is None
    form = as_officer.get(city.url).context["form"]
    assert (form["cause"].value(), form[city.actual].value()) == ("남는 글", "둘")


@pytest.mark.parametrize("step", ["save", "submit"])
def test_saving_or_submitting_forgets_what_was_kept(as_officer, city, step):
    keep(as_officer, city, cause="쓰던 글")
    as_officer.post(city.url, city.data(step=step))
    assert not KeptForm.objects.exists()


def test_throwing_away_brings_the_stored_report_back(as_officer, city):
    city.report(cause="저장한 글")
    keep(as_officer, city, version="1", cause="쓰던 글")
    response = as_officer.post(f"{city.url}keep/", {"step": "drop"})
    assert response["Location"] == city.url
    assert not KeptForm.objects.exists()
    assert as_officer.get(city.url).context["form"]["cause"].value() == "저장한 글"


def test_text_that_says_nothing_new_is_forgotten_without_a_word(as_officer, city):
    as_officer.post(city.url, city.data(**{city.actual: "1,200"}))
    keep(as_officer, city, version="2", **{city.actual: "1200"})
    page = as_officer.get(city.url)
    assert "kept" not in page.context
    assert not KeptForm.objects.exists()


def test_colleague_never_sees_what_another_typed(as_officer, city):
    keep(as_officer, city, cause="김 주무관의 글")
    head = Client()
    head.force_login(city.person(Role.HEAD, city.lead))
    assert "김 주무관의 글" not in head.get(city.url).content.decode()
    head.post(f"{city.url}keep/", {"step": "drop"})
    assert KeptForm.objects.get().user == city.officer


def test_invited_supporter_keeps_a_text_of_their_own_and_does_not_submit(as_officer, city):
    SupportInvitation.objects.create(pledge=city.pledge, department=city.support)
    helper = Client()
    helper.force_login(city.helper)
    keep(as_officer, city, cause="주관과의 글")
    keep(helper, city, cause="협조과의 글")
    page = helper.get(city.url)
    assert page.context["form"]["cause"].value() == "협조과의 글"
    assert not page.context["may_submit"]
    assert 'value="submit"' not in page.content.decode()
    assert helper.post(city.url, city.data(step="submit")).status_code == 403
    assert city.current is None
    assert as_officer.get(city.url).context["form"]["cause"].value() == "주관과의 글"


@pytest.mark.parametrize(("who", "status"), [("helper", 403), ("auditor", 403), ("stranger", 404)])
def test_who_may_not_write_keeps_nothing(client, city, who, status):
    client.force_login(getattr(city, who))
    assert keep(client, city).status_code == status
    assert not KeptForm.objects.exists()


def test_keeping_after_the_login_ended_is_refused_in_a_way_the_page_understands(client, city):
    assert keep(client, city).status_code == 401
    assert not KeptForm.objects.exists()


def test_keeping_needs_the_token_of_the_session(city):
    client = Client(enforce_csrf_checks=True)
    client.force_login(city.officer)
    assert keep(client, city).status_code == 403
    assert not KeptForm.objects.exists()


def test_address_of_keeping_leads_to_the_form(as_officer, city):
    assert as_officer.get(f"{city.url}keep/")["Location"] == city.url


def test_too_long_a_text_is_refused_and_the_former_one_stays(as_officer, city, monkeypatch):
    keep(as_officer, city, cause="짧은 글")
    monkeypatch.setattr(keeping, "LONGEST", 500)
    assert keep(as_officer, city, cause="가" * 200).status_code == 413
    assert "%EC%A7%A7" in KeptForm.objects.get().body


@pytest.mark.parametrize(
    ("version", "base"),
    [("", 0), ("x", 0), ("-1", 0), ("٣", 0), ("3", 3), ("9" * 10, 2**31 - 1), ("9" * 30, 0)],
)
def test_version_that_is_none_counts_as_the_beginning(as_officer, city, version, base):
    assert keep(as_officer, city, version=version).status_code == 200
    assert KeptForm.objects.get().base_version == base


def test_keeping_says_that_somebody_saved_meanwhile(as_officer, city):
    city.report(version=4)
    assert keep(as_officer, city, version="4").json()["moved"] is False
    assert keep(as_officer, city, version="3").json()["moved"] is True


def test_text_kept_before_somebody_saved_comes_back_beside_what_is_stored(as_officer, city):
    keep(as_officer, city, cause="나의 글")
    city.report(cause="동료의 글", version=2)
    page = as_officer.get(city.url)
    assert page.status_code == 200
    rows = {row.label: (row.before, row.after) for row in page.context["conflict"]}
    assert rows["부진 사유"] == ("동료의 글", "나의 글")
    assert page.context["form"]["version"].value() == "2"


def test_text_kept_before_the_report_was_handed_in_is_shown_to_be_copied(as_officer, city):
    keep(as_officer, city, cause="나의 글")
    city.report(cause="제출한 글", version=3, state=ReportState.SUBMITTED)
    page = as_officer.get(city.url)
    text = page.content.decode()
    assert "form" not in page.context
    assert "나의 글" in text
    assert "입력 내용 버리기" in text


def test_throwing_the_draft_away_takes_the_own_unsaved_text_with_it(as_officer, city):
    city.report()
    keep(as_officer, city, version="1", cause="쓰던 글")
    as_officer.post(f"{city.url}discard/", {"version": "1"})
    assert city.current is None
    assert as_officer.get(city.url).context["form"]["cause"].value() is None


def test_draft_thrown_away_meanwhile_leaves_the_text_in_the_form(as_officer, city):
    keep(as_officer, city, version="3", cause="나의 글")
    page = as_officer.get(city.url)
    assert page.context["form"]["cause"].value() == "나의 글"
    assert page.context["form"]["version"].value() == "0"


def test_old_text_of_approved_and_closed_reports_is_dropped_with_the_next_saving(as_officer, city):
    other = PledgeFactory(plan=city.plan, lead_department=city.lead)
    for pledge, period in ((city.pledge, city.earlier), (other, city.earlier), (other, city.period)):
        KeptForm.objects.create(user=city.officer, pledge=pledge, period=period, base_version=0, body="a=1")
    KeptForm.objects.create(user=city.helper, pledge=other, period=city.earlier, base_version=0, body="a=1")
    now = timezone.now()
    KeptForm.objects.filter(pledge=city.pledge).update(kept_at=city.first.approved_at - dt.timedelta(hours=1))
    KeptForm.objects.filter(pledge=other, period=city.earlier).update(kept_at=now - dt.timedelta(days=31))
    assert city.earlier.state == PeriodState.CLOSED
    as_officer.post(city.url, city.data())
    left = [(row.user, row.pledge, row.period) for row in KeptForm.objects.order_by("pk")]
    assert left == [(city.officer, other, city.period), (city.helper, other, city.earlier)]


def test_text_of_a_form_whose_login_ended_is_not_put_where_the_typist_may_not_write(client, city):
    helper = Client()
    helper.force_login(city.officer)
    typist = helper.get(city.url).context["form"]["typist"].value()
    MembershipFactory._meta.model.objects.filter(user=city.officer).delete()
    response = client.post(city.url, city.data(typist=typist))
    assert response.status_code == 302
    assert not KeptForm.objects.exists()


def test_one_person_keeps_one_text_for_a_pledge_and_period(city):
    row = {"user": city.officer, "pledge": city.pledge, "period": city.period, "base_version": 0}
    KeptForm.objects.create(**row, body="a=1")
    with pytest.raises(IntegrityError, match=r"kept_form_unique|UNIQUE"), transaction.atomic():
        KeptForm.objects.create(**row, body="b=2")


@pytest.mark.parametrize("indicators", [1, 3])
def test_keeping_takes_the_same_queries_whatever_the_pledge_holds(
    as_officer, city, django_assert_num_queries, indicators
):
    for _each in range(indicators - 1):
        IndicatorFactory(pledge=city.pledge)
    keep(as_officer, city)
    with django_assert_num_queries(11):
        keep(as_officer, city)
