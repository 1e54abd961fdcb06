"""Courses of several lessons under one booking: how many there are, at how many its worker was, and what a certificate asks for."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Count, Max, QuerySet

from niangjia.apps.bookings.models import Booking


def counted(rows: QuerySet[Booking]) -> QuerySet[Booking]:
    """Each with `lesson_count` of its slot, 0 = it is one time, `present_count`, and `lessons_until`."""
    return rows.annotate(
        lesson_count=Count("slot__lessons", distinct=True),
        present_count=Count("presences", distinct=True),
        lessons_until=Max("slot__lessons__ends"),
    )


def earned(row: Booking, least_share: Decimal | None) -> bool:
    """Whether a `counted` booking of who came has what a certificate asks for."""
    lessons, present = vars(row)["lesson_count"], vars(row)["present_count"]
    return least_share is None or not lessons or present >= lessons * least_share
