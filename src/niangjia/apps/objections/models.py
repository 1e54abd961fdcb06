"""The common columns of notices and objections; each room's own table adds what they are about."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from niangjia.apps.objections.types import GrievanceState

LASTS = Q(ends_before__gt=F("starts_on"))
ANSWERED_BY_SOMEONE = Q(state=GrievanceState.OPEN, answered_by__isnull=True, answered_at__isnull=True) | ~Q(
    state=GrievanceState.OPEN
) & Q(answered_by__isnull=False, answered_at__isnull=False)


def _down(to: str, **options) -> models.ForeignKey:
    return models.ForeignKey(to, on_delete=models.PROTECT, related_name="+", **options)


class Notice(models.Model):
    """
    What stands in public: exactly these columns. Shown from `starts_on` up to, not including, `ends_before`, unless withdrawn.
    """

    masked_name = models.CharField(max_length=20)
    unit = models.CharField(max_length=200)
    tier = models.CharField(max_length=8)
    amount = models.DecimalField(max_digits=16, decimal_places=2)
    starts_on = models.DateField()
    ends_before = models.DateField()
    announced_by = _down("accounts.Account")
    announced_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class Objection(models.Model):
    """
    An objection. `secret` holds its words and how to reach who raised it, sealed for its room and `key`; `answer` is sealed likewise.
    `person` null = raised by the public, who follow it by `receipt`; null = raised by the worker, who reads it signed in.
    """

    person = _down("registry.Person", null=True)
    key = models.UUIDField(default=uuid.uuid4, unique=True)
    receipt = models.CharField(max_length=14, unique=True, null=True)
    secret = models.BinaryField()
    raised_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=GrievanceState, default=GrievanceState.OPEN)
    answer = models.BinaryField(null=True)
    answered_by = _down("accounts.Account", null=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
