from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("programs", "0006_reconsiderations_and_adjustments")]
    operations = [
        migrations.AddField(model_name="reconsideration", name="finished_at", field=models.DateTimeField(null=True))
    ]
