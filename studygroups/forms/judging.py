"""Judges, their points, and the awards."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pledges.forms.notation import NumberField
from studygroups.enums import AwardKind
from studygroups.forms.base import HeldForm, LineField, StepForm, find_person
from studygroups.models import AwardRule, Round, ScoreSheet, Team
from studygroups.models.results import MOST_POINTS
from studygroups.scores import ScoreTable
from studygroups.workflow import Points

PARTS = ("paper", "presentation", "audience")


class PointsField(NumberField):
    """Points that a judge gives; what is no number is told as what is out of their range (the workflow's)."""

    def clean(self, value: Any) -> Decimal | None:
        try:
            points: Decimal | None = super().clean(value)
        except ValidationError:
            raise ValidationError(_("Enter points from 0 to %(most)d.") % {"most": MOST_POINTS}) from None
        return points


class JudgeForm(StepForm):
    """A judge by login, or by name and affiliation."""

    login = LineField(
        label=gettext_lazy("User name or e-mail"),
        max_length=254,
        help_text=gettext_lazy("Of a colleague, who then enters the points here."),
    )
    name = LineField(
        label=gettext_lazy("Name"),
        max_length=60,
        help_text=gettext_lazy("Of somebody from outside, whose sheets the planning office enters."),
    )
    affiliation = LineField(label=gettext_lazy("Affiliation"), max_length=100)

    def __init__(self, *args: Any, round: Round, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.round = round

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        cleaned["person"] = None
        login = cleaned.get("login")
        if login:
            cleaned["person"] = find_person(self.round.programme.municipality, login)
            if cleaned["person"] is None:
                raise ValidationError({"login": _("Nobody of this city logs in like this.")})
        elif not cleaned.get("name"):
            raise ValidationError({"name": _("Enter a user name above, or a name.")})
        return cleaned


class SheetsForm(HeldForm):
    """One judge's points for every team: ``paper-12``, ``abstains-12``, ``remark-12`` by team's key."""

    def __init__(self, *args: Any, round: Round, teams: Sequence[Team], sheets: Sequence[ScoreSheet]) -> None:
        super().__init__(*args)
        self.teams, self.weights = teams, dict(zip(PARTS, round.weights, strict=True))
        held = {sheet.team_id: sheet for sheet in sheets}
        labels = {"paper": _("Paper"), "presentation": _("Presentation"), "audience": _("Audience")}
        for team in teams:
            sheet = held.get(team.pk)
            for part, weight in self.weights.items():
                if not weight:
                    continue
                self.fields[f"{part}-{team.pk}"] = PointsField(
                    label=f"{labels[part]} ({weight} %)", initial=getattr(sheet, part, None)
                )
            self.fields[f"abstains-{team.pk}"] = forms.BooleanField(
                label=_("Abstain"), required=False, initial=bool(sheet and sheet.abstains)
            )
            self.fields[f"remark-{team.pk}"] = LineField(
                label=_("Remark"), max_length=500, initial=sheet.remark if sheet else ""
            )

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [
            {
                "team": team,
                "parts": [self[f"{part}-{team.pk}"] for part, weight in self.weights.items() if weight],
                "abstains": self[f"abstains-{team.pk}"],
                "remark": self[f"remark-{team.pk}"],
            }
            for team in self.teams
        ]

    def points(self) -> dict[int, Points]:
        return {
            team.pk: Points(
                **{part: self.cleaned_data.get(f"{part}-{team.pk}") for part in PARTS},
                abstains=self.cleaned_data.get(f"abstains-{team.pk}", False),
                remark=self.cleaned_data.get(f"remark-{team.pk}", ""),
            )
            for team in self.teams
        }


class AwardsForm(HeldForm):
    """Which team gets what: ``award-12`` and, where the scores alone do not say it, ``decision-12``."""

    def __init__(
        self,
        *args: Any,
        table: ScoreTable,
        rules: Sequence[AwardRule],
        held: dict[int, Any],
        is_decided: bool,
    ) -> None:
        super().__init__(*args)
        self.table = table
        choices = [("", _("No award")), *((rule.kind, AwardKind(rule.kind).label) for rule in rules)]
        for line in table.lines:
            key = line.team.pk
            award = held.get(key)
            suggested = table.suggestion.awards.get(key, "")
            self.fields[f"award-{key}"] = forms.ChoiceField(
                label=_("Award of %(team)s") % {"team": line.team.name},
                choices=choices,
                required=False,
                initial=award.kind if award else "" if is_decided else suggested,
            )
            self.fields[f"decision-{key}"] = LineField(
                label=_("How the committee decided on %(team)s") % {"team": line.team.name},
                max_length=500,
                initial=award.decision if award else line.team.passed_over,
            )

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [
            {
                "line": line,
                "award": self[f"award-{line.team.pk}"],
                "decision": self[f"decision-{line.team.pk}"],
                "is_tied": line.team.pk in self.table.tied,
                "suggested": self._word(self.table.suggestion.awards.get(line.team.pk, "")),
            }
            for line in self.table.lines
        ]

    @staticmethod
    def _word(kind: str) -> str:
        return str(AwardKind(kind).label) if kind else ""

    def chosen(self) -> dict[int, str]:
        return {line.team.pk: self.cleaned_data.get(f"award-{line.team.pk}", "") for line in self.table.lines}

    def decisions(self) -> dict[int, str]:
        return {
            line.team.pk: self.cleaned_data.get(f"decision-{line.team.pk}", "") for line in self.table.lines
        }
