from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_refuse_edits_and_deletes")]

    operations = [
        migrations.AddIndex(
            model_name="auditevent",
            index=models.Index(fields=["action", "seq"], name="auditevent_action"),
        ),
    ]
