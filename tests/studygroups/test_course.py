"""The whole course over the pages, from the call to the follow-up of a proposal."""

import datetime as dt

from django.core.files.uploadedfile import SimpleUploadedFile

from studygroups.enums import Answer, RoundState, TeamState
from studygroups.models import Award, Proposal, Round, Team
from tests.evidence import pdf
from tests.studygroups.hall import application


def post(client, user, url, **data):
    client.force_login(user)
    return client.post(url, data)


def test_round_from_call_to_follow_up(client, hall):
    office = hall.coordinator
    answer = post(
        client,
        office,
        hall.url(f"programmes/{hall.programme.pk}/rounds/new/"),
        year=hall.today.year,
        intake=1,
        call="과제를 찾습니다.",
        opens_on=hall.today,
        closes_on=hall.today + dt.timedelta(days=10),
        report_due_on=hall.today + dt.timedelta(days=100),
        presents_on=hall.today + dt.timedelta(days=120),
    )
    round = Round.objects.get()
    desk = hall.url(f"rounds/{round.pk}/")
    assert answer.url == desk
    post(client, office, desk, step="announce")
    round.refresh_from_db()
    assert round.state == RoundState.RECRUITING
    assert round.published_at
    hall.programme.refresh_from_db()
    assert hall.programme.published_at

    # A colleague is asked, confirms, and the application is handed in.
    people = [{"login": "lead", "role": "leader"}, {"login": "colleague@hanbit.example"}]
    post(client, hall.applicant, hall.url(f"rounds/{round.pk}/apply/"), **application(people, name="길찾기"))
    team = Team.objects.get()
    own = hall.url(f"teams/{team.pk}/")
    client.force_login(hall.colleague)
    assert "참여 요청" in client.get("/staff/").content.decode()
    assert client.get(own).status_code == 200
    post(client, hall.colleague, own, step="accept")
    answer = post(
        client,
        hall.applicant,
        own + "application/",
        **application(people, name="길찾기", topic="보행로", plan="현장을 본다", version="1", step="submit"),
    )
    assert answer.status_code == 302, answer.content.decode()
    team.refresh_from_db()
    assert team.state == TeamState.APPLIED

    # Nobody screens before the call has ended.
    refused = post(
        client, office, own, step="screen", **{"screen-selected": "yes", "screen-decision": "적합"}
    )
    assert refused.status_code == 422
    hall.close(round)
    client.get(own)
    post(client, office, own, step="screen", **{"screen-selected": "yes", "screen-decision": "적합"})
    assert "심사" in client.get(desk).content.decode()
    post(client, office, desk, step="start")
    team.refresh_from_db()
    assert team.state == TeamState.RUNNING

    meeting = {"meeting-held_on": hall.today, "meeting-attendees": "2", "meeting-text": "자료 조사"}
    post(client, hall.colleague, own, step="log", **meeting)  # a plain member only reads
    assert team.meetings.count() == 0
    post(client, hall.applicant, own, step="log", **meeting)
    assert team.meetings.get().text == "자료 조사"
    post(
        client,
        hall.applicant,
        own + "files/",
        **{"file-kind": "report", "file-file": SimpleUploadedFile("결과.pdf", pdf())},
    )
    assert team.files.get().name == "결과.pdf"
    assert b"".join(client.get(own + f"files/{team.files.get().pk}/").streaming_content) == pdf()
    post(client, hall.applicant, own, step="report")
    team.refresh_from_db()
    assert team.state == TeamState.REPORTED

    judges = hall.url(f"rounds/{round.pk}/judges/")
    for user in hall.judges:
        post(client, office, judges, step="add", login=user.username)
    post(client, office, judges, step="add", name="외부위원", affiliation="한빛대")
    assert round.judges.count() == 4
    assert client.get(judges).status_code == 200
    post(client, office, desk, step="present", **{"present-presented_on": hall.today})
    round.refresh_from_db()
    assert round.state == RoundState.JUDGING
    for judge, points in zip(round.judges.in_order(), ("90", "80", "70.5", "60"), strict=True):
        who = judge.user or office
        client.force_login(who)
        sheet = hall.url(f"judges/{judge.pk}/")
        assert client.get(sheet).status_code == 200
        names = (f"{part}-{team.pk}" for part in ("paper", "presentation", "audience"))
        answer = client.post(sheet, {"step": "submit", **dict.fromkeys(names, points)})
        assert answer.status_code == 302, answer.content.decode()
    # 90 and 60 go; (80 + 70.5) / 2.
    page = client.get(hall.url(f"rounds/{round.pk}/scores/")).content.decode()
    assert "75.25" in page
    assert "(80.00 + 70.50) ÷ 2 = 75.25" in page
    awards = hall.url(f"rounds/{round.pk}/awards/")
    assert client.get(awards).status_code == 200
    post(client, office, awards, **{f"award-{team.pk}": "best", f"decision-{team.pk}": ""})
    assert Award.objects.get().prize == 3_000_000
    post(client, office, desk, step="publish")
    round.refresh_from_db()
    assert round.state == RoundState.FINISHED
    assert round.results_published_at

    listed = hall.url(f"rounds/{round.pk}/proposals/")
    client.get(listed)
    post(
        client,
        office,
        listed,
        step="pass",
        team=team.pk,
        **{f"team-{team.pk}-text": "보행로를 넓힌다", f"team-{team.pk}-department": hall.other_office.pk},
    )
    proposal = Proposal.objects.get()
    assert proposal.due_on == hall.today + dt.timedelta(days=10)
    where = hall.url(f"proposals/{proposal.pk}/")
    client.force_login(hall.head)
    assert "보행로를 넓힌다" in client.get("/staff/").content.decode()
    assert client.get(where).status_code == 200
    post(
        client, hall.head, where, step="answer", **{"answer-answer": "adopted", "answer-answer_text": "한다"}
    )
    post(client, hall.head, where, step="plan", **{"plan-plan": "내년에 넓힌다"})
    post(
        client,
        hall.head,
        where,
        step="follow_up",
        **{"follow_up-noted_on": hall.today, "follow_up-text": "설계 착수"},
    )
    proposal.refresh_from_db()
    assert (proposal.answer, proposal.plan) == (Answer.ADOPTED, "내년에 넓힌다")
    assert proposal.follow_ups.get().text == "설계 착수"
    client.force_login(hall.applicant)
    for url in (own, where, hall.url()):
        assert client.get(url).status_code == 200
    client.force_login(office)
    for rest in ("", "call/", "roster.xlsx", "results.xlsx", "awards/", "scores/", "proposals/", "judges/"):
        assert client.get(hall.url(f"rounds/{round.pk}/{rest}")).status_code == 200, rest
    assert client.get(hall.url(f"programmes/{hall.programme.pk}/")).status_code == 200
    client.force_login(hall.auditor)
    assert client.get(hall.url(f"programmes/{hall.programme.pk}/")).status_code == 200
