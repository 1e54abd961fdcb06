import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="File",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("owner_kind", models.CharField(max_length=20)),
                ("owner_id", models.CharField(max_length=40)),
                ("part", models.CharField(max_length=40)),
                (
                    "media_type",
                    models.CharField(
                        choices=[
                            ("image/jpeg", "image/jpeg"),
                            ("application/pdf", "application/pdf"),
                            ("audio/mpeg", "audio/mpeg"),
                            ("audio/mp4", "audio/mp4"),
                            ("video/mp4", "video/mp4"),
                        ],
                        max_length=20,
                    ),
                ),
                ("byte_count", models.PositiveIntegerField()),
                ("width", models.PositiveIntegerField(null=True)),
                ("height", models.PositiveIntegerField(null=True)),
                ("digest", models.CharField(max_length=64)),
                ("uploaded_at", models.DateTimeField()),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("owner_kind", "owner_id", "part", "digest"), name="file_once_a_part"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("height__isnull", False), ("media_type", "image/jpeg"), ("width__isnull", False)),
                            models.Q(
                                models.Q(("media_type", "image/jpeg"), _negated=True),
                                ("height__isnull", True),
                                ("width__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="file_photo_has_a_size",
                    ),
                ],
            },
        ),
    ]
