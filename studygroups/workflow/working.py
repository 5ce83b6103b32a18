"""A team at work: meetings, files, the final report, and giving up."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pledges.audit import operation
from pledges.history import create_all, delete_all
from pledges.notation import clean_text
from pledges.permissions import Action, can
from pledges.workflow.evidence import Incoming, most_together
from pledges.workflow.stored import forget_after_commit, keep_content, storing
from studygroups.enums import AT_WORK, FileKind, RoundState, TeamState
from studygroups.models import Meeting, Team, TeamFile
from studygroups.rights import city_of, may_write
from studygroups.workflow.errors import Refused
from studygroups.workflow.rows import (
    LONGEST_DECISION,
    held_team,
    require_day,
    require_round,
    require_team,
    require_that,
    said,
    write,
)

MOST_ATTENDEES = 1_000


@transaction.atomic
def log_meeting(
    *, team: Team, user: Any, held_on: dt.date, attendees: int | None, text: str, outputs: str = ""
) -> Meeting:
    """Log a meeting of a team at work. Raises PermissionDenied and Refused."""
    team = _writable(team, user)
    values = _told(team, held_on=held_on, attendees=attendees, text=text, outputs=outputs)
    _require_free(team, held_on)
    meeting = Meeting(team=team, logged_by=user, **values)
    with operation("group_meeting_logged", user=user, municipality=city_of(team)):
        create_all([meeting], user)
    return meeting


@transaction.atomic
def mend_meeting(
    *, meeting: Meeting, user: Any, held_on: dt.date, attendees: int | None, text: str, outputs: str = ""
) -> Meeting:
    """Tell a logged meeting otherwise, as long as the team is at work.

    Raises PermissionDenied and Refused, also where it was taken off meanwhile.
    """
    team = _writable(meeting.team, user)
    values = _told(team, held_on=held_on, attendees=attendees, text=text, outputs=outputs)
    held = Meeting.objects.for_team(team).select_for_update(of=("self",)).filter(pk=meeting.pk).first()
    if held is None:
        raise Refused(_("This meeting was taken off the log meanwhile."))
    if held.held_on != held_on:
        _require_free(team, held_on)
    with operation("group_meeting_mended", user=user, municipality=city_of(team)):
        write(held, user, **values)
    return held


@transaction.atomic
def remove_meeting(*, meeting: Meeting, user: Any) -> None:
    """Take a meeting off the log, as long as the team is at work. Raises PermissionDenied and Refused."""
    team = _writable(meeting.team, user)
    with operation("group_meeting_removed", user=user, municipality=city_of(team)):
        delete_all(list(Meeting.objects.for_team(team).filter(pk=meeting.pk)), user)


def add_file(*, team: Team, user: Any, incoming: Incoming, kind: str) -> TeamFile:
    """Attach a file that was looked through (``pledges.workflow.read_incoming``). One transaction.

    Raises PermissionDenied, and Refused where it is attached already or gets too much.
    """
    row = TeamFile(
        kind=kind,
        name=incoming.name,
        media_type=incoming.kind.media_type,
        size=incoming.size,
        sha256=incoming.sha256,
        uploaded_by=user,
    )
    with storing(row):
        row.team = _writable(team, user)
        _check_room(row.team, row)
        with operation("group_file_added", user=user, municipality=city_of(team)):
            keep_content(row, incoming.file)
            row.save()
    return row


@transaction.atomic
def remove_file(*, file: TeamFile, user: Any) -> None:
    """Take a file off; the report that was handed in keeps at least one. Raises PermissionDenied, Refused."""
    team = _writable(file.team, user)
    reports = TeamFile.objects.for_team(team).filter(kind=FileKind.REPORT)
    if (
        team.state == TeamState.REPORTED
        and file.kind == FileKind.REPORT
        and not reports.exclude(pk=file.pk).exists()
    ):
        raise Refused(_("The report is handed in: attach its new file before you take this one off."))
    with operation("group_file_removed", user=user, municipality=city_of(team)):
        forget_after_commit([file])
        file.delete()


@transaction.atomic
def hand_in_report(*, team: Team, user: Any) -> Team:
    """Hand the final report in: its file is attached. Raises PermissionDenied and Refused."""
    team = _writable(team, user)
    require_team(team, {TeamState.RUNNING})
    if not TeamFile.objects.for_team(team).filter(kind=FileKind.REPORT).exists():
        raise Refused(_("Attach the file of the final report first."), "file")
    with operation("group_report_handed_in", user=user, municipality=city_of(team)):
        write(team, user, state=TeamState.REPORTED, reported_at=timezone.now(), version=team.version + 1)
    return team


@transaction.atomic
def withdraw_team(*, team: Team, user: Any, withdrawn_on: dt.date, reason: str) -> Team:
    """중도포기: the team gives up, told by itself or by the planning office, with day and reason.

    Raises PermissionDenied and Refused.
    """
    team = held_team(team)
    manages = can(user, Action.MANAGE_GROUPS, municipality=city_of(team))
    require_that(manages or may_write(user, team))
    require_round(team.round, {RoundState.RECRUITING, RoundState.RUNNING})
    require_team(team, {TeamState.SELECTED, TeamState.RUNNING, TeamState.REPORTED})
    require_day(withdrawn_on, team.round, "withdrawn_on")
    why = said(reason, "withdrawal", _("Give the reason."), LONGEST_DECISION)
    with operation("group_gave_up", user=user, municipality=city_of(team), reason=why):
        write(
            team,
            user,
            state=TeamState.WITHDRAWN,
            withdrawn_on=withdrawn_on,
            withdrawal=why,
            version=team.version + 1,
        )
    return team


# --- Parts ---


def _told(team: Team, *, held_on: dt.date, attendees: int | None, text: str, outputs: str) -> dict[str, Any]:
    """The fields of a meeting, once they can be true."""
    done = said(text, "text", _("Enter what was done."))
    require_day(held_on, team.round, "held_on")
    if attendees is not None and not 0 < attendees <= MOST_ATTENDEES:
        raise Refused(_("Enter how many people came."), "attendees")
    return {"held_on": held_on, "attendees": attendees, "text": done, "outputs": clean_text(outputs)}


def _require_free(team: Team, day: dt.date) -> None:
    if team.meetings.held_on(day).exists():
        raise Refused(_("A meeting of this day is logged already."), "held_on")


def _writable(team: Team, user: Any) -> Team:
    team = held_team(team)
    require_that(may_write(user, team))
    require_round(team.round, {RoundState.RUNNING})
    require_team(team, AT_WORK)
    return team


def _check_room(team: Team, row: TeamFile) -> None:
    held = list(TeamFile.objects.for_team(team))
    same = next((each for each in held if each.sha256 == row.sha256), None)
    if same is not None:
        raise Refused(_("The same file is attached already, as %(name)s.") % {"name": same.name}, "file")
    if len(held) >= settings.EVIDENCE_MAX_FILES:
        raise Refused(
            _("A team has at most %(limit)s files. Remove one, or put several into one PDF.")
            % {"limit": settings.EVIDENCE_MAX_FILES},
            "file",
        )
    if sum(each.size for each in held) + row.size > most_together():
        raise Refused(
            _("The files of a team may have at most %(limit)s MB together.")
            % {"limit": settings.EVIDENCE_MAX_TOTAL_MB},
            "file",
        )
