"""One account an e-mail address, and addresses of calendars that can be made anew."""

import django.db.models.functions.text
from django.db import migrations, models
from django.db.models import Count
from django.db.models.functions import Lower


def refuse_shared_addresses(apps, schema_editor):
    """Say whose addresses are alike, where the constraint below would only say that some are."""
    people = apps.get_model("pledges", "User").objects.exclude(email="").annotate(address=Lower("email"))
    shared = people.order_by().values("address").annotate(n=Count("pk")).filter(n__gt=1).values("address")
    names = list(
        people.filter(address__in=shared).order_by("address", "pk").values_list("username", flat=True)
    )
    if names:
        message = (
            f"These accounts share an e-mail address with another one: {', '.join(names)}."
            " Remedy: change or empty the address of all but one in the admin, then migrate again."
        )
        raise ValueError(message)


class Migration(migrations.Migration):
    dependencies = [
        ("pledges", "0004_former_departments"),
    ]

    operations = [
        migrations.AddField(
            model_name="historicalmembership",
            name="calendar_number",
            field=models.PositiveIntegerField(default=1, editable=False, verbose_name="calendar address no."),
        ),
        migrations.AddField(
            model_name="membership",
            name="calendar_number",
            field=models.PositiveIntegerField(default=1, editable=False, verbose_name="calendar address no."),
        ),
        migrations.RunPython(refuse_shared_addresses, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Lower("email"),
                condition=models.Q(("email", ""), _negated=True),
                name="user_unique_email",
                violation_error_message="Another account has this e-mail address.",
            ),
        ),
    ]
