"""The course of the study groups: a programme's rounds, the teams in them, judging, awards, proposals.

Every function is atomic, takes keywords only, and checks permission and state itself. A round moves

    prepared → recruiting → running → judged → finished
        └──────────┴─→ not held

and in it a team: draft → applied → selected (or not) → running → report handed in → presented → completed,
or withdrawn.
"""

from studygroups.workflow.applying import (
    Person,
    answer_invitation,
    discard_application,
    save_application,
    screen_team,
    submit_application,
    take_back_application,
)
from studygroups.workflow.errors import NotReady, Overtaken, Refused
from studygroups.workflow.judging import (
    Points,
    add_judge,
    decide_awards,
    excuse_judge,
    publish_results,
    recall_judge,
    remove_judge,
    reopen_sheets,
    save_sheets,
)
from studygroups.workflow.programmes import (
    announce_round,
    begin_judging,
    call_off_round,
    mend_round,
    prepare_round,
    save_opening,
    save_programme,
    start_round,
)
from studygroups.workflow.proposals import (
    answer_proposal,
    hand_in_plan,
    pass_on,
    remove_proposal,
    report_follow_up,
)
from studygroups.workflow.publishing import publish_programmes
from studygroups.workflow.working import (
    add_file,
    hand_in_report,
    log_meeting,
    mend_meeting,
    remove_file,
    remove_meeting,
    withdraw_team,
)

__all__ = [
    "NotReady",
    "Overtaken",
    "Person",
    "Points",
    "Refused",
    "add_file",
    "add_judge",
    "announce_round",
    "answer_invitation",
    "answer_proposal",
    "begin_judging",
    "call_off_round",
    "decide_awards",
    "discard_application",
    "excuse_judge",
    "hand_in_plan",
    "hand_in_report",
    "log_meeting",
    "mend_meeting",
    "mend_round",
    "pass_on",
    "prepare_round",
    "publish_programmes",
    "publish_results",
    "recall_judge",
    "remove_file",
    "remove_judge",
    "remove_meeting",
    "remove_proposal",
    "reopen_sheets",
    "report_follow_up",
    "save_application",
    "save_opening",
    "save_programme",
    "save_sheets",
    "screen_team",
    "start_round",
    "submit_application",
    "take_back_application",
    "withdraw_team",
]
