from __future__ import annotations

import json
from typing import Any

from django.db import models


class AuditEvent(models.Model):
    """One thing done or seen. Plain integers, not keys: an event outlives what it tells of."""

    seq = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    account_id = models.BigIntegerField(null=True)
    post_id = models.BigIntegerField(null=True)
    org_path = models.CharField(max_length=250, blank=True, db_index=True)
    action = models.CharField(max_length=64)
    object = models.CharField(max_length=128)
    reason = models.CharField(max_length=500, blank=True)
    # Canonical JSON as text: PostgreSQL's jsonb would reorder what the hash was taken over.
    detail_text = models.TextField(default="{}")
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["seq"]
        indexes = [
            models.Index(fields=["object", "seq"], name="auditevent_object"),
            models.Index(fields=["account_id", "action", "at"], name="auditevent_account_action"),
            models.Index(fields=["action", "seq"], name="auditevent_action"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.action} {self.object}"

    @property
    def detail(self) -> dict[str, Any]:
        return json.loads(self.detail_text)


class AuditHead(models.Model):
    """The one row (id 1) that every writer locks: the last number and hash of the chain."""

    id = models.SmallIntegerField(primary_key=True)
    seq = models.BigIntegerField()
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="audithead_is_one_row")]
