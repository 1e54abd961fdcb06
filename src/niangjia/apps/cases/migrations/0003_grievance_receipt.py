from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_visit_outsider_post")]

    operations = [
        migrations.AddField("grievance", "receipt", models.CharField(max_length=14, null=True, unique=True)),
    ]
