"""What places bring the households that they belong to: part of their income when hardship is examined (E04)."""

from __future__ import annotations

from datetime import date

from django.db.models import Count, Max, Min, Q, Sum

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.places.kinds import kinds
from niangjia.apps.places.models import Measure
from niangjia.apps.places.types import Earned
from niangjia.apps.registry import queries as registry
from niangjia.kernel.money import yuan


def list_earned(viewer: Viewer, household_id: int, *, since: date, until: date) -> list[Earned]:
    """
    What the places of a household brought it in the months from `since` up to before `until`, for whoever examines its hardship; by number.

    Raises NotAllowed; registry's NotFound: the household is out of scope.
    """
    permissions.require(viewer, "cases.examine")
    registry.get_household_card(viewer, household_id)
    earning = Q(
        *(Q(place__kind=kind.id, measure=kind.earns) for kind in kinds().values() if kind.earns), _connector=Q.OR
    )
    told = Measure.objects.filter(earning, place__household=household_id, month__gte=since, month__lt=until)
    rows = told.values("place__number", "place__kind").order_by("place__number")
    return [
        Earned(row["place__number"], row["place__kind"], yuan(row["total"]), row["months"], row["first"], row["last"])
        for row in rows.annotate(total=Sum("value"), months=Count("pk"), first=Min("month"), last=Max("month"))
    ]
