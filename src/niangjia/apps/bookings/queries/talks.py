"""The ten minutes before a shift: the library of topics, what was held, and how many unions hold them."""

from __future__ import annotations

from datetime import datetime

from django.db.models import CharField, Count, QuerySet, Sum, Value
from django.db.models.functions import Cast, Coalesce, Concat

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.bookings.access import talks, topics
from niangjia.apps.bookings.models import Talk, Topic
from niangjia.apps.bookings.types import Coverage
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations.types import Level


def list_topics(viewer: Viewer, *, only_active: bool = False) -> QuerySet[Topic]:
    """With how often they were talked about anywhere; to read only. Raises NotAllowed."""
    rows = topics(viewer).select_related("org").annotate(talk_count=Count("talks")).order_by("field", "title", "pk")
    return rows.filter(is_active=True) if only_active else rows


def list_talks(viewer: Viewer, *, first: datetime, until: datetime) -> QuerySet[Talk]:
    """Held in that time at unions of the viewer's part of the tree, the latest first; to read only. Raises NotAllowed."""
    rows = talks(viewer).filter(held_at__gte=first, held_at__lt=until)
    return rows.select_related("org", "topic").order_by("-held_at", "-pk")


def coverage_of(viewer: Viewer, *, first: datetime, until: datetime) -> Coverage:
    """Raises NotAllowed."""
    held = talks(viewer).filter(held_at__gte=first, held_at__lt=until)
    team = Concat(Cast("org_id", CharField()), Value("/"), "team", output_field=CharField())
    told = held.aggregate(
        talks=Count("pk"), heads=Coalesce(Sum("heads"), 0), holding=Count("org", distinct=True), teams=Count(team, distinct=True)
    )  # fmt: skip
    return Coverage(unions=_grassroots(viewer).count(), **told)


def quiet_unions(viewer: Viewer, *, first: datetime, until: datetime, most: int = 20) -> list[str]:
    """Names of grassroots unions that held none in that time. Raises NotAllowed."""
    holding = talks(viewer).filter(held_at__gte=first, held_at__lt=until).values("org_id")
    return list(_grassroots(viewer).exclude(pk__in=holding).order_by("path").values_list("name", flat=True)[:most])


def _grassroots(viewer: Viewer) -> QuerySet:
    return organizations.list_subtree(viewer.org_path).filter(level=Level.GRASSROOTS)
