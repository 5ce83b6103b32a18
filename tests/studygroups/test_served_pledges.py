"""The pledges that a programme serves: chosen on its page by number, in the admin by name."""

import pytest
from django.urls import reverse

from pledges.enums import Role
from studygroups.models import ServedPledge
from tests import factories as make

pytestmark = pytest.mark.django_db


class TestInTheAdmin:
    @pytest.fixture
    def send(self, client, hall):
        """Adds one pledge to the hall's programme as the city's administrator."""
        client.force_login(hall.person("keeper", Role.ADMIN))
        url = reverse("admin:studygroups_programme_change", args=[hall.programme.pk])

        def sent(pledge):
            initial = client.get(url).context["adminform"].form.initial
            data = {name: value for name, value in initial.items() if value not in (None, False)}
            for prefix in ("opening", "award_rules", "served"):
                data |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
            row = {"served-TOTAL_FORMS": "1", "served-0-programme": hall.programme.pk}
            return client.post(url, {**data, **row, "served-0-pledge": pledge.pk})

        return sent

    def test_pledge_of_another_city_is_refused_at_its_row(self, hall, send):
        other = make.MunicipalityFactory(code="dalbit", name="달빛시")
        foreign = make.PledgeFactory(plan__term__municipality=other)
        answer = send(foreign)
        assert answer.status_code == 200
        errors = [inline.formset.errors for inline in answer.context["inline_admin_formsets"]]
        assert any("pledge" in row for rows in errors for row in rows)
        assert not ServedPledge.objects.exists()

    def test_pledge_of_the_city_is_served(self, hall, send):
        own = make.PledgeFactory(plan__term__municipality=hall.city)
        assert send(own).status_code == 302
        assert ServedPledge.objects.get().pledge == own


class TestOnThePage:
    def test_unknown_number_is_told_at_its_field_and_nothing_typed_is_lost(self, client, hall):
        make.PledgeFactory(code="1-1", plan__term__municipality=hall.city)
        client.force_login(hall.coordinator)
        url = hall.url(f"programmes/{hall.programme.pk}/")
        answer = client.post(url, {"name": "새 이름", "codes": "1-1, 9-9\r\n8-8"})
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "9-9, 8-8" in page
        assert 'value="새 이름"' in page
        assert "codes" in answer.context["form"].errors
        assert not ServedPledge.objects.exists()

    def test_pledges_of_earlier_terms_stay_when_the_page_is_saved(self, client, hall):
        earlier = make.PledgeFactory(code="1-1", plan__term__municipality=hall.city, plan__term__number=7)
        later = make.PledgeFactory(code="2-2", plan__term__municipality=hall.city, plan__term__number=8)
        make.ServedPledgeFactory(programme=hall.programme, pledge=earlier)
        client.force_login(hall.coordinator)
        url = hall.url(f"programmes/{hall.programme.pk}/")
        form = client.get(url).context["form"]
        data = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
        assert client.post(url, {**data, "codes": "2-2"}).status_code == 302
        assert set(ServedPledge.objects.values_list("pledge", flat=True)) == {earlier.pk, later.pk}
