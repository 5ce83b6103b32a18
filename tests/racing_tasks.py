"""What the racers of ``tests.racing`` do. Each function returns a mapping that JSON can hold."""

import random

from django.contrib.messages import get_messages
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from pledges import workflow
from pledges.models import Actual, Department, Pledge, ProgressReport, ReportingPeriod, User
from pledges.workflow import Conflict, ReportContents, WorkflowError
from reports.editions import publish_period
from reports.models import ImportBatch
from reports.workbook.rollback import roll_back
from studygroups import workflow as groups
from studygroups.erasing import erase_applicants
from studygroups.models import Judge, Programme, Round, Team

# What allauth notes in the session of somebody who gave the code of the second step.
SECOND_STEP = [{"method": "mfa", "at": 0, "type": "totp"}]


def _outcome(step):
    try:
        made = step()
    except Conflict:
        return {"outcome": "conflict"}
    except (WorkflowError, PermissionDenied) as refused:
        return {"outcome": "refused", "why": str(refused)}
    return {"outcome": "done", "made": len(made) if isinstance(made, list) else 1}


def _report(pk):
    return ProgressReport.objects.with_places().get(pk=pk)


def approve(report, version, user):
    who = User.objects.get(pk=user)
    return _outcome(lambda: workflow.approve_report(report=_report(report), user=who, version=version))


def sign(report, version, user):
    who = User.objects.get(pk=user)
    return _outcome(lambda: workflow.sign_report(report=_report(report), user=who, version=version))


def confirm_import(batch, user):
    """A press on 적용, as the page does it: applied, or told that somebody was quicker."""
    client, stage = Client(SERVER_NAME="localhost"), ImportBatch.objects.get(pk=batch)
    client.force_login(User.objects.get(pk=user))
    session = client.session
    session["account_authentication_methods"] = SECOND_STEP
    session["account_authentication_methods_user"] = str(user)
    session.save()
    response = client.post(f"/staff/import/{batch}/confirm/", {"digest": stage.diff_digest})
    told = [str(message) for message in get_messages(response.wsgi_request)]
    return {"outcome": str(response.status_code), "told": told}


def sign_many(period, reports, user):
    who, turn = User.objects.get(pk=user), ReportingPeriod.objects.get(pk=period)
    versions = dict.fromkeys(reports, 1)
    return _outcome(lambda: workflow.sign_reports(period=turn, versions=versions, user=who))


def invite_support(pledge, department, user):
    who, place = User.objects.get(pk=user), Pledge.objects.with_places().with_supporters().get(pk=pledge)
    asked = Department.objects.get(pk=department)
    return _outcome(lambda: [workflow.invite_support(pledge=place, department=asked, user=who)])


def merge(department, into, user):
    who = User.objects.get(pk=user)
    source, target = (Department.objects.with_municipality().get(pk=pk) for pk in (department, into))
    return _outcome(
        lambda: [
            workflow.merge_departments(
                departments=[source],
                into=target,
                user=who,
                changed_on=timezone.localdate(),
                reason="조직개편",
            )
        ]
    )


def send_back(report, version, user):
    who = User.objects.get(pk=user)
    return _outcome(
        lambda: workflow.return_report(report=_report(report), user=who, version=version, comment="다시")
    )


def save(report, version, user, cause):
    who = User.objects.get(pk=user)
    contents = ReportContents(status="on_track", cause=cause)
    return _outcome(
        lambda: workflow.save_report(report=_report(report), user=who, version=version, contents=contents)
    )


def start(pledge, period, user):
    who, turn = User.objects.get(pk=user), ReportingPeriod.objects.with_places().get(pk=period)
    place = Pledge.objects.with_places().with_supporters().get(pk=pledge)
    return _outcome(lambda: workflow.start_report(pledge=place, period=turn, user=who))


def close(period, user):
    who = User.objects.get(pk=user)
    turn = ReportingPeriod.objects.with_places().filter(pk=period).first()
    if turn is None:
        return {"outcome": "refused", "why": "gone with its import"}
    return _outcome(lambda: workflow.close_period(period=turn, user=who))


def roll_back_import(batch):
    found = ImportBatch.objects.get(pk=batch)
    return _outcome(lambda: roll_back(batch=found, user=None, reason="시험"))


def publish(period, user):
    who = User.objects.get(pk=user)
    return _outcome(lambda: publish_period(period=ReportingPeriod.objects.get(pk=period), user=who))


def save_through_the_form(reports, addresses, fields, user, times, seed):
    """Save ``times`` times, each time one more than what is stored, into one of the reports.

    A save that somebody else was quicker than (409) is begun anew from what is
    stored then. Returns the saves that went through by report, the conflicts,
    and every other answer.
    """
    client = Client(SERVER_NAME="127.0.0.1")
    client.raise_request_exception = False
    client.force_login(User.objects.get(pk=user))
    session = client.session
    session["account_authentication_methods"] = SECOND_STEP
    session.save()
    choose = random.Random(seed)
    saved, conflicts, others = {str(report): 0 for report in reports}, 0, []
    done = 0
    while done < times:
        number = choose.randrange(len(reports))
        report = ProgressReport.objects.get(pk=reports[number])
        value = int(Actual.objects.get(report=report).value)
        data = {**fields[number]["data"], "version": str(report.version)}
        data[fields[number]["actual"]] = str(value + 1)
        answer = client.post(addresses[number], data)
        if answer.status_code == 302:
            saved[str(report.pk)] += 1
            done += 1
        elif answer.status_code == 409:
            conflicts += 1
        else:
            others.append([answer.status_code, answer.content.decode(errors="replace")[:500]])
            done += 1
    return {"saved": saved, "conflicts": conflicts, "others": others}


def group_step(step, user, of, pk, **arguments):
    """A step of the study groups on a row: ``of`` is "round", "team", "judge" or "programme"."""
    kinds = {"round": Round, "team": Team, "judge": Judge, "programme": Programme}
    row, who = kinds[of].objects.get(pk=pk), User.objects.get(pk=user)
    if "presented_on" in arguments:
        arguments["presented_on"] = timezone.localdate()
    if "withdrawn_on" in arguments:
        arguments["withdrawn_on"] = timezone.localdate()
    if "points" in arguments:
        arguments["points"] = {
            int(key): groups.Points(*(each,) * 3) for key, each in arguments["points"].items()
        }
    if "chosen" in arguments:
        arguments["chosen"] = {int(key): kind for key, kind in arguments["chosen"].items()}
    return _outcome(lambda: getattr(groups, step)(user=who, **{of: row}, **arguments))


def erase_unselected(**_none):
    return _outcome(lambda: list(erase_applicants().due))
