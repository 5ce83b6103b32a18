"""What the planning office does on pages of its own: publish what was carried in, call a judge back."""

import pytest

from studygroups import workflow
from studygroups.enums import RoundState
from studygroups.models import Programme, Round

pytestmark = pytest.mark.django_db


class TestPublishingWhatWasCarriedIn:
    @pytest.fixture
    def carried(self, hall):
        not_held = {"state": RoundState.NOT_HELD, "reason": "신청 부족", "published_at": None}
        return [
            hall.round(intake=1, **not_held),
            hall.round(RoundState.FINISHED, intake=2, published_at=None),
            hall.round(RoundState.PREPARED, intake=3, published_at=None),
        ]

    def test_held_and_not_held_rounds_become_public_with_the_programme(self, client, hall, carried):
        url = hall.url(f"programmes/{hall.programme.pk}/")
        client.force_login(hall.coordinator)
        assert 'value="publish"' in client.get(url).content.decode()
        assert client.post(url, {"step": "publish"}).status_code == 302
        assert set(Round.objects.public()) == set(carried[:2])
        assert Round.objects.get(intake=2).results_published_at
        assert Programme.objects.get().published_at
        assert 'value="publish"' not in client.get(url).content.decode()

    def test_auditor_reads_and_does_not_publish(self, client, hall, carried):
        url = hall.url(f"programmes/{hall.programme.pk}/")
        client.force_login(hall.auditor)
        assert 'value="publish"' not in client.get(url).content.decode()
        assert client.post(url, {"step": "publish"}).status_code == 403
        assert not Round.objects.public()


def test_judge_who_was_excused_by_mistake_is_called_back(client, hall):
    round = hall.judging(judges=2)
    judge = round.judges.first()
    workflow.excuse_judge(judge=judge, user=hall.coordinator, reason="출장")
    client.force_login(hall.coordinator)
    url = hall.url(f"rounds/{round.pk}/judges/")
    assert 'value="recall"' in client.get(url).content.decode()
    assert client.post(url, {"step": "recall", "judge": judge.pk}).status_code == 302
    judge.refresh_from_db()
    assert (judge.excused_at, judge.excuse) == (None, "")
