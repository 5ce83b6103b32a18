"""The rules of a programme, and the call of a round."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from pledges.models import Municipality, Plan, Pledge
from studygroups.enums import AwardKind
from studygroups.forms.base import NOT_BLANK, DayField, HeldForm, LineField, LongTextField
from studygroups.models import AwardRule, OpeningTotals, Programme, Round
from studygroups.models.programmes import MOST_PEOPLE, PRIZE_LIMIT
from studygroups.workflow.programmes import MENDABLE, OPENING, RULES

MOST = 32_767
# The plan of the mayor's promises among a term's plans.
PLEDGES = "pledges"


class ProgrammeForm(HeldForm):
    """Rules, awards (``places-best``, ``prize-best``) and the served pledges by number."""

    name = LineField(label=gettext_lazy("Programme"), max_length=100, required=True)
    purpose = LongTextField(label=gettext_lazy("Purpose"), rows=2)
    basis = LineField(
        label=gettext_lazy("Legal basis"),
        max_length=300,
        help_text=gettext_lazy("The ordinance or plan it rests on."),
    )
    codes = LongTextField(
        label=gettext_lazy("Pledges that it serves"),
        rows=2,
        help_text=gettext_lazy("Numbers of pledges of the current term, one a line."),
    )
    shows_names = forms.BooleanField(
        label=gettext_lazy("Members' names are public"),
        required=False,
        help_text=gettext_lazy("In rounds that are announced from now on; who applied before stays unnamed."),
    )

    GROUPS = (
        (gettext_lazy("Teams"), ("most_members", "outsiders_percent", "intakes_a_year")),
        (gettext_lazy("Judging"), ("paper_weight", "presentation_weight", "audience_weight")),
        (
            gettext_lazy("After the awards"),
            ("answer_days", "plan_months", "adopted_years", "other_years", "retention_months"),
        ),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        municipality: Municipality,
        programme: Programme | None = None,
        pledges: dict[str, Pledge],
        served: list[Pledge],
    ) -> None:
        held: Any = programme or Programme(municipality=municipality)
        rules = {rule.kind: rule for rule in programme.award_rules.all()} if programme else {}
        initial = {name: getattr(held, name) for name in RULES}
        initial["codes"] = "\n".join(pledge.code for pledge in served if pledge.code in pledges)
        super().__init__(data, initial=initial)
        self.pledges = pledges
        # Served pledges of earlier terms stay; this form does not show them.
        self.others = [pledge for pledge in served if pledge.pk not in {each.pk for each in pledges.values()}]
        for _label, names in self.GROUPS:
            for name in names:
                model_field: Any = Programme._meta.get_field(name)
                low = 1 if name in ("most_members", "intakes_a_year", "answer_days", "plan_months") else 0
                high = 100 if "percent" in name or "weight" in name else MOST
                self.fields[name] = forms.IntegerField(
                    label=_capitalised(str(model_field.verbose_name)),
                    min_value=low,
                    max_value=high,
                    error_messages=NOT_BLANK,
                    widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
                )
        for kind in AwardKind:
            rule: AwardRule | None = rules.get(kind)
            self.fields[f"given-{kind}"] = forms.BooleanField(
                label=kind.label, required=False, initial=rule is not None
            )
            self.fields[f"places-{kind}"] = forms.IntegerField(
                label=_("Places of %(award)s") % {"award": kind.label},
                required=False,
                min_value=1,
                max_value=MOST,
                initial=rule.places if rule else None,
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            )
            self.fields[f"prize-{kind}"] = forms.IntegerField(
                label=_("Prize of %(award)s (won)") % {"award": kind.label},
                required=False,
                min_value=0,
                max_value=PRIZE_LIMIT,
                initial=rule.prize if rule else None,
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            )

    def clean_codes(self) -> list[Pledge]:
        codes = dict.fromkeys(
            code.strip() for line in self.cleaned_data["codes"].splitlines() for code in line.split(",")
        )
        wanted = [code for code in codes if code]
        unknown = [code for code in wanted if code not in self.pledges]
        if unknown:
            raise ValidationError(
                _("There is no pledge of this number: %(codes)s."), params={"codes": ", ".join(unknown)}
            )
        return [self.pledges[code] for code in wanted]

    @property
    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        return [(label, [self[name] for name in names]) for label, names in self.GROUPS]

    @property
    def award_rows(self) -> list[dict[str, Any]]:
        return [
            {
                "kind": kind,
                "given": self[f"given-{kind}"],
                "places": self[f"places-{kind}"],
                "prize": self[f"prize-{kind}"],
            }
            for kind in AwardKind
        ]

    def rules(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in RULES}

    def awards(self) -> list[tuple[str, int | None, int | None]]:
        return [
            (kind.value, self.cleaned_data.get(f"places-{kind}"), self.cleaned_data.get(f"prize-{kind}"))
            for kind in AwardKind
            if self.cleaned_data.get(f"given-{kind}")
        ]

    def served(self) -> list[Pledge]:
        return [*self.cleaned_data["codes"], *self.others]


class OpeningForm(HeldForm):
    """What a programme brings along from before its records; blank is not known."""

    def __init__(self, data: Any = None, *, opening: OpeningTotals | None) -> None:
        super().__init__(
            data, prefix="opening", initial={name: getattr(opening, name, None) for name in OPENING}
        )
        labels = {
            "rounds": _("Rounds held"),
            "teams": _("Teams"),
            "topics": _("Topics"),
            "people": pgettext("study groups", "People"),
            "adopted": _("Adopted proposals"),
        }
        for name in OPENING:
            self.fields[name] = forms.IntegerField(
                label=labels[name],
                required=False,
                min_value=0,
                max_value=MOST_PEOPLE,
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            )


class RoundForm(HeldForm):
    """A new round, or the call and days of one, as far as its state lets them be changed."""

    year = forms.IntegerField(
        label=gettext_lazy("Year"), min_value=1948, max_value=2100, error_messages=NOT_BLANK
    )
    intake = forms.IntegerField(
        label=gettext_lazy("Intake"),
        min_value=1,
        max_value=99,
        initial=1,
        error_messages=NOT_BLANK,
        help_text=gettext_lazy("1 for the first of the year, 2 for the second."),
    )
    call = LongTextField(label=gettext_lazy("Call for teams"), rows=8)
    opens_on = DayField(label=gettext_lazy("Applications from"), required=False)
    closes_on = DayField(label=gettext_lazy("Applications until"), required=False)
    report_due_on = DayField(label=gettext_lazy("Reports until"), required=False)
    presents_on = DayField(label=gettext_lazy("Presentation on"), required=False)

    def __init__(self, data: Any = None, *, round: Round | None = None) -> None:
        initial = {name: getattr(round, name) for name in MENDABLE["prepared"]} if round else {}
        super().__init__(data, initial={"year": timezone.localdate().year, **initial})
        if round is not None:
            allowed = MENDABLE.get(round.state, frozenset())
            for name in list(self.fields):
                if name not in allowed:
                    del self.fields[name]

    @property
    def days(self) -> list[forms.BoundField]:
        return [
            self[name]
            for name in ("opens_on", "closes_on", "report_due_on", "presents_on")
            if name in self.fields
        ]


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


def offered_pledges(municipality: Municipality) -> dict[str, Pledge]:
    """The pledges of the city's newest term by number."""
    plans = Plan.objects.for_municipalities([municipality]).for_code(PLEDGES)
    newest = plans.order_by("-term__number").first()
    return {pledge.code: pledge for pledge in Pledge.objects.for_plan(newest)} if newest else {}


def served_pledges(programme: Programme | None) -> list[Pledge]:
    """The pledges that the programme serves, of every term."""
    if programme is None:
        return []
    return [row.pledge for row in programme.served.select_related("pledge__plan__term__municipality")]
