from django.db import migrations, models

# As MoneySource stood when the column came; a document frozen by then knows no other.
SOURCES = ("national", "provincial", "city", "county", "district", "private", "other", "unspecified")
READ_AT_ONCE = 200


def sources_of(card):
    """The sources of a card's JSON with more than 0 planned, ``,national,city,``; "" is none.

    Whatever lies outside the money table stays unread, so that documents of every version are taken.
    """
    money = card.get("money") or {}
    tables = [money["total"]] if money.get("total") else money.get("sub_projects") or []
    planned = {row["source"] for table in tables for row in table.get("planned") or [] if row.get("total")}
    given = [source for source in SOURCES if source in planned]
    return f",{','.join(given)}," if given else ""


def fill_sources(apps, schema_editor):
    """Derive the column of the rows that were published before it. What their cards say stays as it is."""
    rows = apps.get_model("reports", "EditionPledge")._base_manager.using(schema_editor.connection.alias)
    last = 0
    while chunk := list(rows.filter(pk__gt=last).order_by("pk").only("pk", "card")[:READ_AT_ONCE]):
        for row in chunk:
            row.sources = sources_of(row.card)
        rows.bulk_update(chunk, ["sources"])
        last = chunk[-1].pk


class Migration(migrations.Migration):
    dependencies = [("reports", "0005_redacted_imports")]

    operations = [
        migrations.AddField(
            model_name="editionpledge",
            name="sources",
            field=models.CharField(blank=True, default="", max_length=100, verbose_name="sources of money"),
            preserve_default=False,
        ),
        migrations.RunPython(fill_sources, migrations.RunPython.noop),
    ]
