"""The room's data, by subject: programmes and rounds, teams and their people, results."""

from studygroups.models.programmes import AwardRule, OpeningTotals, Programme, Round, ServedPledge
from studygroups.models.results import Award, FollowUp, Judge, Proposal, ScoreSheet
from studygroups.models.teams import Application, Meeting, Member, Team, TeamFile

__all__ = [
    "Application",
    "Award",
    "AwardRule",
    "FollowUp",
    "Judge",
    "Meeting",
    "Member",
    "OpeningTotals",
    "Programme",
    "Proposal",
    "Round",
    "ScoreSheet",
    "ServedPledge",
    "Team",
    "TeamFile",
]
