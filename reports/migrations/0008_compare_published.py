"""Compare what was published before comparisons were kept.

By the rules of the portal that is installed: what they make is derived and can be made again. Where its
tables have got columns since that come with a later migration, nothing is done here; the command
``compare_editions`` or the next publication of a plan fills what is missing.
"""

from django.db import migrations

TABLES = ("Edition", "EditionPledge", "EditionComparison", "EditionChange")


def compare(apps, schema_editor):
    from reports import models
    from reports.changes import compare_published

    connection = schema_editor.connection
    tables = [getattr(models, name) for name in TABLES]
    with connection.cursor() as cursor:
        for model in tables:
            described = connection.introspection.get_table_description(cursor, model._meta.db_table)
            if {column.name for column in described} != {
                field.column for field in model._meta.concrete_fields
            }:
                return
    editions = models.Edition.objects.using(connection.alias)
    for plan in editions.order_by().values_list("plan", flat=True).distinct():
        compare_published(plan, using=connection.alias)


class Migration(migrations.Migration):
    dependencies = [("reports", "0007_edition_changes")]
    operations = [migrations.RunPython(compare, migrations.RunPython.noop, elidable=True)]
