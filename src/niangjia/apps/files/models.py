"""The table of files. Their content lies beside the database (`storage`)."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from niangjia.apps.files.types import JPEG, MP3, MP4_AUDIO, MP4_VIDEO, PDF

_KINDS = (JPEG, PDF, MP3, MP4_AUDIO, MP4_VIDEO)


class File(models.Model):
    """
    One file. Its sealed content is named by `key` and sealed at ``files.file:<key>``; `digest` is the keyed hash of the plain content.
    `owner_kind` and `owner_id` say whose it is: no foreign key, for owners live in higher rooms.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True)
    owner_kind = models.CharField(max_length=20)
    owner_id = models.CharField(max_length=40)
    part = models.CharField(max_length=40)
    media_type = models.CharField(max_length=20, choices=[(kind, kind) for kind in _KINDS])
    byte_count = models.PositiveIntegerField()
    width = models.PositiveIntegerField(null=True)  # pixels; null for anything but a photo
    height = models.PositiveIntegerField(null=True)
    digest = models.CharField(max_length=64)
    # Null = somebody without an account, who reports to a union.
    uploaded_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, null=True, related_name="+")
    uploaded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner_kind", "owner_id", "part", "digest"], name="file_once_a_part"),
            models.CheckConstraint(
                condition=Q(media_type=JPEG, width__isnull=False, height__isnull=False)
                | ~Q(media_type=JPEG) & Q(width__isnull=True, height__isnull=True),
                name="file_photo_has_a_size",
            ),
        ]
