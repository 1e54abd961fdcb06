"""When an order is late, in one place: its step has run over its time, or the whole of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from django.db.models import Q

from niangjia.apps.workorders.lifecycle import OPEN


class Late(StrEnum):
    """What ran over its time. `WHOLE`: the order, though the step it stands in has time left."""

    NO = ""
    STEP = "step"
    WHOLE = "whole"


WHOLE = "whole"
"""Among the clocks by which late orders are told apart: the limit of the whole order, for those whose step is not late."""


def late_of(state: str, step_due_at: datetime | None, due_at: datetime, *, now: datetime) -> Late:
    if state not in OPEN:
        return Late.NO
    if step_due_at is not None and step_due_at <= now:
        return Late.STEP
    return Late.WHOLE if due_at <= now else Late.NO


def is_late(now: datetime) -> Q:
    return Q(state__in=OPEN) & (Q(step_due_at__lte=now) | Q(due_at__lte=now))


def is_late_by(clock: str, now: datetime) -> Q:
    """Of late orders, those told under this clock: each stands under one."""
    if clock == WHOLE:
        return Q(due_at__lte=now) & (Q(step_due_at__gt=now) | Q(step_due_at__isnull=True))
    return Q(clock=clock, step_due_at__lte=now)


def is_due_between(now: datetime, until: datetime) -> Q:
    """Not late, and the step or the whole ends until then."""
    return ~is_late(now) & Q(state__in=OPEN) & (Q(step_due_at__lte=until) | Q(due_at__lte=until))
