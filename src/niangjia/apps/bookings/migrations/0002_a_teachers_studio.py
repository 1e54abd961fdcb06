"""A teacher names the studio of the register that is theirs."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0001_initial"),
        ("places", "0005_venues_keep_their_projects"),
    ]

    operations = [
        migrations.AddField(
            model_name="teacher",
            name="place",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.place"
            ),
        ),
    ]
