"""The words of the audit log: what each step is called, and what its facts are."""

import datetime as dt
import re
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from pledges.notation import format_day

ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

# By the action of an operation, in the order of the cycle.
ACTIONS: dict[str, Any] = {
    "period_opened": gettext_lazy("Period opened"),
    "period_closed": gettext_lazy("Period closed"),
    "due_extended": gettext_lazy("Due date extended"),
    "started": gettext_lazy("Report begun"),
    "correction_started": gettext_lazy("Correction begun"),
    "carried_over": gettext_lazy("Carried over unchanged"),
    "saved": gettext_lazy("Report saved"),
    "evidence_added": gettext_lazy("Evidence added"),
    "evidence_removed": gettext_lazy("Evidence removed"),
    "submitted": pgettext_lazy("audit", "Submitted"),
    "withdrawn": gettext_lazy("Taken back"),
    "discarded": gettext_lazy("Draft thrown away"),
    "signed": pgettext_lazy("audit", "Signed off"),
    "returned": pgettext_lazy("audit", "Returned"),
    "approved": pgettext_lazy("audit", "Approved"),
    "commented": gettext_lazy("Commented"),
    "published": pgettext_lazy("audit", "Published"),
    "imported": gettext_lazy("Plan imported"),
    "rolled_back": gettext_lazy("Import rolled back"),
    "import_redacted": gettext_lazy("Contents of an import erased"),
    "corrected": gettext_lazy("Data corrected"),
    "support_invited": gettext_lazy("Supporting department invited"),
    "support_withdrawn": gettext_lazy("Supporting department's leave taken back"),
    "department_created": gettext_lazy("Department made"),
    "department_renamed": gettext_lazy("Department renamed"),
    "departments_merged": gettext_lazy("Departments merged"),
    "department_split": gettext_lazy("Department split"),
    "members_placed": gettext_lazy("People given a place"),
    "invited": gettext_lazy("Person invited"),
    "invitation_renewed": gettext_lazy("Invitation sent anew"),
    "invitation_revoked": gettext_lazy("Invitation taken back"),
    "invitation_accepted": gettext_lazy("Invitation accepted"),
    "membership_changed": gettext_lazy("Role changed"),
    "membership_ended": gettext_lazy("Role ended"),
    "second_step_reset": gettext_lazy("Second login step reset"),
    "calendar_renewed": gettext_lazy("Calendar address made anew"),
    "handed_over": gettext_lazy("Handed over"),
    "handover_seen": gettext_lazy("Handover read"),
    "groups_published": gettext_lazy("Study groups published"),
    "applicants_erased": gettext_lazy("Data of unselected applicants erased"),
    "opening_totals_saved": gettext_lazy("Totals from before a programme's records saved"),
    "programme_saved": gettext_lazy("Study group programme saved"),
    "round_prepared": gettext_lazy("Round prepared"),
    "round_mended": gettext_lazy("Call or dates of a round changed"),
    "round_announced": gettext_lazy("Call announced"),
    "round_called_off": gettext_lazy("Round recorded as not held"),
    "group_application_saved": gettext_lazy("Application of a team saved"),
    "group_application_withdrawn": gettext_lazy("Application of a team taken back"),
    "group_application_discarded": gettext_lazy("Application of a team thrown away"),
    "group_place_confirmed": gettext_lazy("Place in a team confirmed"),
    "group_place_declined": gettext_lazy("Place in a team declined"),
    "group_applied": gettext_lazy("Team applied"),
    "group_screened": gettext_lazy("Team screened"),
    "round_started": gettext_lazy("Round started"),
    "group_meeting_logged": gettext_lazy("Meeting of a team logged"),
    "group_meeting_mended": gettext_lazy("Meeting of a team mended"),
    "group_meeting_removed": gettext_lazy("Meeting of a team taken off"),
    "group_file_added": gettext_lazy("File of a team added"),
    "group_file_removed": gettext_lazy("File of a team removed"),
    "group_report_handed_in": gettext_lazy("Final report of a team handed in"),
    "group_gave_up": gettext_lazy("Team gave up"),
    "judge_named": gettext_lazy("Judge named"),
    "judge_removed": gettext_lazy("Judge taken off"),
    "judge_excused": gettext_lazy("Judge excused"),
    "judge_recalled": gettext_lazy("Excused judge called back"),
    "round_presented": gettext_lazy("Teams presented"),
    "sheets_saved": gettext_lazy("Score sheets saved"),
    "sheets_handed_in": gettext_lazy("Score sheets handed in"),
    "sheets_reopened": gettext_lazy("Score sheets given back"),
    "awards_decided": gettext_lazy("Awards decided"),
    "results_published": gettext_lazy("Scores and awards published"),
    "proposal_passed_on": gettext_lazy("Proposal passed on"),
    "proposal_removed": gettext_lazy("Proposal taken back"),
    "proposal_answered": gettext_lazy("Proposal answered"),
    "proposal_planned": gettext_lazy("Implementation plan handed in"),
    "proposal_followed_up": gettext_lazy("Follow-up of a proposal told"),
    "redacted": gettext_lazy("Log entry redacted"),
}

FACTS: dict[str, Any] = {
    "plan": gettext_lazy("Plan"),
    "due_on": gettext_lazy("Due date"),
    "department": gettext_lazy("Department"),
    "editions": gettext_lazy("Editions"),
    "sequence": pgettext_lazy("audit", "Entry"),
    "section": gettext_lazy("Section"),
    "person": gettext_lazy("Person"),
    "role": gettext_lazy("Role"),
    "reports": pgettext_lazy("audit", "Reports"),
    "pledges": gettext_lazy("Pledges"),
    "file": gettext_lazy("File"),
    "import": gettext_lazy("Import"),
    "entries": gettext_lazy("Entries of the log"),
    "teams": pgettext_lazy("audit", "Teams"),
    "drafts": pgettext_lazy("audit", "Drafts"),
    "people": pgettext_lazy("audit", "People"),
    "emptied": gettext_lazy("Emptied entries of the log"),
}


def action_label(action: str) -> str:
    return str(ACTIONS.get(action, action.replace("_", " ")))


def fact_label(name: str) -> str:
    return str(FACTS.get(name, name.replace("_", " ")))


def fact_place(name: str) -> int:
    """Where a fact is told among others: as they stand in ``FACTS``, what is not there last."""
    return list(FACTS).index(name) if name in FACTS else len(FACTS)


def fact_text(value: Any) -> str:
    """A fact in words: lists with commas, an edition as 기준일 and number."""
    if isinstance(value, list):
        return ", ".join(fact_text(each) for each in value)
    if isinstance(value, dict):
        if {"as_of", "number"} <= value.keys():
            return _("%(as_of)s edition %(number)s") % {**value, "as_of": fact_text(value["as_of"])}
        return ", ".join(f"{fact_label(name)} {fact_text(each)}" for name, each in value.items())
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return "" if value is None else read_day(str(value))


def read_day(text: str) -> str:
    """A text that is a date, as the log keeps dates, in the reader's way; any other text as it is."""
    try:
        return format_day(dt.date.fromisoformat(text)) if ISO_DAY.fullmatch(text) else text
    except ValueError:
        return text
