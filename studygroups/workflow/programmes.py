"""A programme and its rules, and its rounds: prepared, announced, started, judged, finished, or not held."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pledges.audit import operation
from pledges.history import create_all, delete_all
from pledges.models import Municipality, Pledge
from pledges.notation import fold_key
from pledges.permissions import Action, require
from studygroups.enums import RoundState, TeamState
from studygroups.models import AwardRule, OpeningTotals, Programme, Round, ServedPledge, Team
from studygroups.notices import notify_judges, notify_screened
from studygroups.workflow.errors import Refused
from studygroups.workflow.rows import (
    LONGEST_REASON,
    held_round,
    move,
    require_day,
    require_manager,
    require_round,
    said,
    write,
)

RULES = (
    "name",
    "purpose",
    "basis",
    "most_members",
    "outsiders_percent",
    "intakes_a_year",
    "paper_weight",
    "presentation_weight",
    "audience_weight",
    "answer_days",
    "plan_months",
    "adopted_years",
    "other_years",
    "retention_months",
    "shows_names",
)
OPENING = ("rounds", "teams", "topics", "people", "adopted")
# What of a round can be mended, by its state: a call that runs keeps the day on which it began.
MENDABLE: Mapping[str, frozenset[str]] = {
    RoundState.PREPARED: frozenset({"call", "opens_on", "closes_on", "report_due_on", "presents_on"}),
    RoundState.RECRUITING: frozenset({"call", "closes_on", "report_due_on", "presents_on"}),
    RoundState.RUNNING: frozenset({"report_due_on", "presents_on"}),
    RoundState.JUDGING: frozenset({"presents_on"}),
}


@transaction.atomic
def save_programme(
    *,
    municipality: Municipality,
    user: Any,
    rules: Mapping[str, Any],
    awards: Sequence[tuple[str, int | None, int | None]],
    pledges: Sequence[Pledge] | None = None,
    programme: Programme | None = None,
) -> Programme:
    """Write a programme's rules; without ``programme`` it is a new one.

    ``rules``: values of ``RULES``. ``awards``: (kind, places, prize in 원). ``pledges`` that it serves;
    None leaves them. Raises PermissionDenied and Refused.
    """
    require(user, Action.MANAGE_GROUPS, municipality=municipality)
    # Held: two programmes of one name can't come at once.
    Municipality.objects.select_for_update(of=("self",), no_key=True).get(pk=municipality.pk)
    if programme is not None:
        programme = _held_programme(programme)
    rules = {name: rules[name] for name in RULES} | {"rules_stated": True}
    rules["name"] = fold_key(rules["name"])
    if rules["paper_weight"] + rules["presentation_weight"] + rules["audience_weight"] != 100:
        raise Refused(_("The weights have to add up to 100."), "audience_weight")
    others = Programme.objects.for_municipality(municipality).named(rules["name"])
    if others.exclude(pk=programme.pk if programme else None).exists():
        raise Refused(_("Another programme of this city has this name."), "name")
    with operation("programme_saved", user=user, municipality=municipality):
        if programme is None:
            programme = Programme(municipality=municipality, **rules)
            create_all([programme], user)
        else:
            write(programme, user, **rules)
        _write_awards(programme, awards, user)
        if pledges is not None:
            _write_served(programme, pledges, user)
    return programme


@transaction.atomic
def save_opening(*, programme: Programme, user: Any, totals: Mapping[str, int | None]) -> None:
    """기록 이전: write what a programme brings along from before its records. ``totals``: values of
    ``OPENING``, None for what is not known; without any there is nothing to bring.

    Raises PermissionDenied and Refused.
    """
    require(user, Action.MANAGE_GROUPS, municipality=programme.municipality_id)
    programme = _held_programme(programme)
    values = {name: totals[name] for name in OPENING}
    topics, adopted = values["topics"], values["adopted"]
    if topics is not None and adopted is not None and adopted > topics:
        raise Refused(_("More proposals can't be adopted than there are topics."), "adopted")
    with operation("opening_totals_saved", user=user, municipality=programme.municipality_id):
        row = OpeningTotals.objects.select_for_update(of=("self",)).filter(programme=programme).first()
        if all(value is None for value in values.values()):
            delete_all([row] if row else [], user)
        elif row is None:
            create_all([OpeningTotals(programme=programme, **values)], user)
        else:
            write(row, user, **values)


@transaction.atomic
def prepare_round(*, programme: Programme, user: Any, year: int, intake: int, **fields: Any) -> Round:
    """Begin a round. ``fields``: what of ``MENDABLE`` is known already.

    Raises PermissionDenied, and Refused (also for more intakes a year than the rules name).
    """
    require(user, Action.MANAGE_GROUPS, municipality=programme.municipality_id)
    programme = _held_programme(programme)
    if not 1 <= intake <= 99:
        raise Refused(_("Enter the number of the intake, from 1."), "intake")
    if intake > programme.intakes_a_year:
        raise Refused(
            _("The programme's rules name %(most)d intakes a year: change the rules first.")
            % {"most": programme.intakes_a_year},
            "intake",
        )
    if Round.objects.for_programme(programme).numbered(year, intake).exists():
        raise Refused(_("This round is there already."), "intake")
    _check_days(fields)
    round = Round(programme=programme, year=year, intake=intake, **fields)
    with operation("round_prepared", user=user, municipality=programme.municipality_id):
        create_all([round], user)
    return round


@transaction.atomic
def mend_round(*, round: Round, user: Any, **fields: Any) -> Round:
    """Change call and days, as far as the round's state lets. Raises PermissionDenied and Refused."""
    round = held_round(round)
    require_manager(user, round)
    allowed = MENDABLE.get(round.state, frozenset())
    changed = {name: value for name, value in fields.items() if getattr(round, name) != value}
    if set(changed) - allowed:
        require_round(round, [])
    _check_days({**{name: getattr(round, name) for name in MENDABLE[RoundState.PREPARED]}, **changed})
    if round.state == RoundState.RECRUITING:
        _require_call({"call": round.call, "closes_on": round.closes_on, **changed})
    if round.state in (RoundState.RUNNING, RoundState.JUDGING):
        _require_days(changed)
    with operation("round_mended", user=user, municipality=round.programme.municipality_id):
        write(round, user, **changed)
    return round


@transaction.atomic
def announce_round(*, round: Round, user: Any) -> Round:
    """Publish the call, and the programme with it: from now on (or its first day) teams apply.

    Whether their members' names will be public is settled by it: a rule that changes later publishes nobody
    who applied without knowing.
    Raises PermissionDenied, and Refused where call text or days are missing.
    """
    round = held_round(round)
    require_manager(user, round)
    require_round(round, {RoundState.PREPARED})
    _require_call({"call": round.call, "opens_on": round.opens_on, "closes_on": round.closes_on})
    if round.closes_on is not None and round.closes_on < timezone.localdate():
        raise Refused(_("The last day for applications has passed: set another one."), "closes_on")
    now = timezone.now()
    with operation("round_announced", user=user, municipality=round.programme.municipality_id):
        if round.programme.published_at is None:
            write(round.programme, user, published_at=now)
        write(
            round,
            user,
            state=RoundState.RECRUITING,
            published_at=round.published_at or now,
            shows_names=round.programme.shows_names,
        )
    return round


@transaction.atomic
def call_off_round(*, round: Round, user: Any, reason: str) -> Round:
    """미운영: the round is not held, with its reason; who applied is not selected for it.

    Raises PermissionDenied and Refused: a round that runs is not called off.
    """
    round = held_round(round)
    require_manager(user, round)
    require_round(round, {RoundState.PREPARED, RoundState.RECRUITING})
    why = said(reason, "reason", _("Say why the round is not held."), LONGEST_REASON)
    now = timezone.now()
    with operation("round_called_off", user=user, municipality=round.programme.municipality_id, reason=why):
        teams = list(
            Team.objects.for_round(round).in_state(TeamState.APPLIED, TeamState.SELECTED).order_by("pk")
        )
        move(teams, TeamState.NOT_SELECTED, user, decision=why, decided_at=now, decided_by=user)
        write(
            round,
            user,
            state=RoundState.NOT_HELD,
            reason=why,
            decided_by=user,
            published_at=round.published_at or (now if round.programme.published_at else None),
            teams=None,
            topics=None,
            people=None,
            adopted=None,
        )
    notify_screened(round)
    return round


@transaction.atomic
def start_round(*, round: Round, user: Any) -> Round:
    """The selected teams begin.

    Raises PermissionDenied, and Refused while a team waits to be screened or no day is set by which they
    report and present.
    """
    round = held_round(round)
    require_manager(user, round)
    require_round(round, {RoundState.RECRUITING})
    teams = Team.objects.for_round(round)
    waiting = teams.in_state(TeamState.APPLIED).count()
    if waiting:
        raise Refused(_("%(count)d applications are not screened yet.") % {"count": waiting})
    selected = list(teams.in_state(TeamState.SELECTED).order_by("pk"))
    if not selected:
        raise Refused(_("No team is selected: screen the applications, or state that it is not held."))
    if round.report_due_on is None:
        raise Refused(
            _("Set until when reports are handed in, among the dates of the round."), "report_due_on"
        )
    if round.presents_on is None:
        raise Refused(_("Set the day of the presentation, among the dates of the round."), "presents_on")
    with operation("round_started", user=user, municipality=round.programme.municipality_id):
        move(selected, TeamState.RUNNING, user)
        write(round, user, state=RoundState.RUNNING)
    notify_screened(round)
    return round


@transaction.atomic
def begin_judging(*, round: Round, user: Any, presented_on: dt.date) -> Round:
    """발표: the teams that handed their report in have presented; the judges give their points.

    These count by the weights that the programme has now; later changes of its rules leave them.
    Raises PermissionDenied, and Refused while a team's report is missing or no judge is there.
    """
    round = held_round(round)
    require_manager(user, round)
    require_round(round, {RoundState.RUNNING})
    require_day(presented_on, round, "presented_on")
    late = list(Team.objects.for_round(round).in_state(TeamState.RUNNING).values_list("name", flat=True))
    if late:
        raise Refused(
            _("No report yet of: %(names)s. Wait for it, or record that the team gave up.")
            % {"names": ", ".join(late)}
        )
    reported = list(Team.objects.for_round(round).in_state(TeamState.REPORTED).order_by("pk"))
    if not reported:
        raise Refused(_("No team has handed a report in."))
    if not round.judges.present().exists():
        raise Refused(_("Name the judges first."))
    with operation("round_presented", user=user, municipality=round.programme.municipality_id):
        move(reported, TeamState.PRESENTED, user, presented_on=presented_on)
        paper, presentation, audience = round.programme.weights
        write(
            round,
            user,
            state=RoundState.JUDGING,
            presents_on=presented_on,
            paper_weight=paper,
            presentation_weight=presentation,
            audience_weight=audience,
        )
    notify_judges(round)
    return round


# --- Parts ---


def _held_programme(programme: Programme) -> Programme:
    held: Programme = Programme.objects.select_for_update(of=("self",), no_key=True).get(pk=programme.pk)
    return held


def _require_call(values: Mapping[str, Any]) -> None:
    for field in ("call", "opens_on", "closes_on"):
        if field in values and not values[field]:
            raise Refused(
                _("Enter the text of the call.") if field == "call" else _("Enter the date."), field
            )


def _require_days(values: Mapping[str, Any]) -> None:
    """What goes on keeps the days by which it goes on."""
    for field, day in values.items():
        if day is None:
            raise Refused(_("Enter the date."), field)


def _check_days(values: Mapping[str, Any]) -> None:
    """The days of a round come one after the other."""
    order = ("opens_on", "closes_on", "report_due_on", "presents_on")
    last: dt.date | None = None
    for name in order:
        day = values.get(name)
        if day is not None and last is not None and day < last:
            raise Refused(_("This day is before the one above."), name)
        last = day or last


def _write_awards(
    programme: Programme, awards: Sequence[tuple[str, int | None, int | None]], user: Any
) -> None:
    rows = {row.kind: row for row in AwardRule.objects.filter(programme=programme)}
    wanted = {kind: (places, prize) for kind, places, prize in awards}
    delete_all([row for kind, row in rows.items() if kind not in wanted], user)
    for kind, (places, prize) in wanted.items():
        row = rows.get(kind)
        if row is None:
            create_all([AwardRule(programme=programme, kind=kind, places=places, prize=prize)], user)
        else:
            write(row, user, places=places, prize=prize)


def _write_served(programme: Programme, pledges: Sequence[Pledge], user: Any) -> None:
    rows = {row.pledge_id: row for row in ServedPledge.objects.filter(programme=programme)}
    wanted = {pledge.pk for pledge in pledges}
    delete_all([row for key, row in rows.items() if key not in wanted], user)
    create_all(
        [ServedPledge(programme=programme, pledge_id=key) for key in sorted(wanted - rows.keys())], user
    )
