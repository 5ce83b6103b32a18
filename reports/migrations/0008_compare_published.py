"""Compare what was published before comparisons were kept."""

from django.db import migrations

from reports.changes import COLUMNS, compare_rows, comparison_fields, pairs_of, row_of, rule_changes
from reports.summaries import read_summary

WRITTEN_AT_ONCE = 500


def compare(apps, schema_editor):
    Edition, EditionPledge, Comparison, Change = (
        apps.get_model("reports", name)
        for name in ("Edition", "EditionPledge", "EditionComparison", "EditionChange")
    )
    for plan in Edition.objects.order_by().values_list("plan", flat=True).distinct():
        editions = Edition.objects.filter(plan=plan)
        for before, after in pairs_of(editions.values_list("pk", "as_of", "number")):
            rows = [
                [
                    row_of(values)
                    for values in EditionPledge.objects.filter(edition=key)
                    .order_by("position")
                    .values_list(*COLUMNS)
                ]
                for key in (before, after)
            ]
            old, new = (
                read_summary(editions.values_list("summary", flat=True).get(pk=key))
                for key in (before, after)
            )
            changes = compare_rows(*rows)
            comparison = Comparison.objects.create(
                **comparison_fields(before, after, changes, rule_changes(old, new))
            )
            Change.objects.bulk_create(
                (Change(comparison=comparison, **change.fields) for change in changes),
                batch_size=WRITTEN_AT_ONCE,
            )


class Migration(migrations.Migration):
    dependencies = [("reports", "0007_edition_changes")]
    operations = [migrations.RunPython(compare, migrations.RunPython.noop, elidable=True)]
