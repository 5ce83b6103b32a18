"""The admin of study groups: whose rows stand there, what is fixed, and what nobody looks at."""

import pytest
from django.contrib import admin
from django.urls import reverse

from pledges.enums import Role
from studygroups.enums import AwardKind, RoundState, TeamState
from studygroups.models import Application, Award, ScoreSheet, Team
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def keeper(client):
    user = make.MembershipFactory(role=Role.ADMIN).user
    client.force_login(user)
    return user


def change(row):
    return reverse(f"admin:studygroups_{row._meta.model_name}_change", args=[row.pk])


def foreign_team():
    programme = make.ProgrammeFactory(municipality=make.MunicipalityFactory(code="dalbit", name="달빛시"))
    return make.TeamFactory(round=make.RoundFactory(programme=programme))


def test_own_rows_open_and_those_of_another_city_do_not(client, keeper):
    own, other = make.TeamFactory(), foreign_team()
    make.GroupMemberFactory(team=own)
    make.MeetingFactory(team=own)
    make.ProposalFactory(team=own)
    for row, theirs in (
        (own, other),
        (own.round, other.round),
        (own.round.programme, other.round.programme),
        (own.proposals.get(), make.ProposalFactory(team=other)),
    ):
        assert client.get(change(row)).status_code == 200
        assert client.get(change(theirs)).status_code == 302


def test_a_draft_is_not_shown_to_administrators(client, keeper):
    draft = make.TeamFactory(state=TeamState.DRAFT)
    assert client.get(change(draft)).status_code == 302
    assert draft.name not in client.get(reverse("admin:studygroups_team_changelist")).content.decode()


def test_score_sheets_and_applications_are_not_in_the_admin():
    assert not {ScoreSheet, Application} & set(admin.site._registry)


def test_states_are_not_set_by_hand(client, keeper):
    form = client.get(change(make.TeamFactory())).context["adminform"].form
    assert not {"state", "round", "applied_at", "version"} & set(form.fields)
    form = client.get(change(make.RoundFactory())).context["adminform"].form
    assert not {"state", "programme", "published_at"} & set(form.fields)


def sent(page, **changed):
    """What the form of a page sends as it stands, its inlines included."""
    fields = {}
    forms = [page.context["adminform"].form]
    for inline in page.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    for form in forms:
        for bound in form:
            value = bound.value()
            if value is not None and value is not False:
                fields[bound.html_name] = value
    return {**fields, **changed}


@pytest.mark.parametrize(
    ("state", "field", "value", "told"),
    [
        (TeamState.COMPLETED, "name", "", "입력하십시오"),
        (TeamState.COMPLETED, "withdrawal", "인사이동", ""),
        (RoundState.FINISHED, "reason", "참여율 미달", "사유"),
        (RoundState.NOT_HELD, "people", 5, "합계"),
        (RoundState.RECRUITING, "closes_on", "", "마감일"),
    ],
)
def test_what_contradicts_a_state_that_is_only_shown_is_told(client, keeper, state, field, value, told):
    factory = make.TeamFactory if isinstance(state, TeamState) else make.RoundFactory
    row = factory(state=state, **{"reason": "참여율 미달"} if state == RoundState.NOT_HELD else {})
    answer = client.post(change(row), sent(client.get(change(row)), **{field: value}))
    assert answer.status_code == 200
    form = answer.context["adminform"].form
    assert form.errors
    assert told in str(form.errors)
    assert client.post(change(row), sent(client.get(change(row)))).status_code == 302


def delete(row):
    return reverse(f"admin:studygroups_{row._meta.model_name}_delete", args=[row.pk])


def test_records_stay_and_only_a_bare_team_goes(client, keeper):
    team = make.TeamFactory()
    public = make.RoundFactory(year=2020, published_at="2024-07-01T00:00:00Z")
    proposal = make.ProposalFactory()
    awarded = make.TeamFactory()
    Award.objects.create(team=awarded, kind=AwardKind.BEST)
    for row in (public, proposal, proposal.team, awarded, make.MeetingFactory().team):
        assert client.get(delete(row)).status_code == 403
        assert client.post(delete(row), {"post": "yes"}).status_code == 403
        row.refresh_from_db()
    assert client.post(delete(team), {"post": "yes"}).status_code == 302
    assert not Team.objects.filter(pk=team.pk).exists()
    # Its programme is held by its rounds.
    programme = make.RoundFactory(year=2021).programme
    client.post(delete(programme), {"post": "yes"})
    programme.refresh_from_db()


@pytest.mark.parametrize("role", [Role.OFFICER, Role.COORDINATOR, Role.AUDITOR])
def test_who_does_not_edit_data_gets_403(client, role):
    department = make.DepartmentFactory() if role == Role.OFFICER else None
    client.force_login(make.MembershipFactory(role=role, department=department).user)
    assert client.get(change(make.TeamFactory())).status_code == 403


def test_weights_that_do_not_add_up_are_told_at_the_form(client, keeper):
    programme = make.ProgrammeFactory()
    page = client.get(change(programme))
    fields = {
        name: value if value is not None else ""
        for name, value in page.context["adminform"].form.initial.items()
    }
    empty = {
        f"{prefix}-{name}": "0"
        for prefix in ("opening", "award_rules", "served")
        for name in ("TOTAL_FORMS", "INITIAL_FORMS")
    }
    fields.pop("shows_names")
    answer = client.post(change(programme), {**fields, **empty, "audience_weight": 30})
    assert answer.status_code == 200
    assert "100" in str(answer.context["adminform"].form.errors)
    assert client.post(change(programme), {**fields, **empty, "most_members": 12}).status_code == 302
    programme.refresh_from_db()
    assert programme.most_members == 12
