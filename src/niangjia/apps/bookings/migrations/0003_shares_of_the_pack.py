"""Which shares of an offer were made from its pack, and are made anew when sessions come or go."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bookings", "0002_a_teachers_studio")]

    operations = [
        migrations.AddField(model_name="quota", name="is_of_pack", field=models.BooleanField(default=False)),
    ]
