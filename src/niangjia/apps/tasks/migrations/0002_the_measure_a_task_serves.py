"""A task names the measure of a programme that it serves."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tasks", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="task",
            name="measure",
            field=models.CharField(blank=True, max_length=60),
        ),
    ]
