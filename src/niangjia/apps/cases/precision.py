"""How often what a trigger or a grade announced was found true at the door: confirmed ÷ verified."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import Count

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.cases.models import Case
from niangjia.apps.cases.spot_checks import comparable
from niangjia.apps.cases.types import CONFIRMING, CaseKind, Precision
from niangjia.apps.organizations import scope
from niangjia.kernel.months import Month

# A household of a small group could be told from its ratio; and a ratio over fewer says little of a threshold.
FEWEST = 10


def precision(viewer: Viewer, *, by: str, through: Month, months: int = 12) -> list[Precision]:
    """
    By ``trigger`` or ``grade``, over the lists of `months` months up to `through`, in the viewer's part of the tree: those verified most
    first. Verified = a finding that says something of hardship was accepted; confirmed = it was true, for a while or not. Groups of fewer
    than ten have no figures. A case counts under each of its triggers.

    Raises NotAllowed.
    """
    permissions.require(viewer, "alerts.release")
    found = scope.within(Case.objects.filter(kind=CaseKind.HARDSHIP, alert__isnull=False), viewer.org_path, "org__path")
    since = through.plus(1 - months)
    found = found.filter(month__gte=since.text, month__lte=through.text, outcome__in=comparable())
    column = {"trigger": "alert__triggers", "grade": "alert__grade"}[by]
    verified: dict[str, int] = defaultdict(int)
    confirmed: dict[str, int] = defaultdict(int)
    for value, outcome, count in found.order_by().values_list(column, "outcome").annotate(count=Count("pk")):
        for code in (part for part in value.split("|") if part):
            verified[code] += count
            confirmed[code] += count if outcome in CONFIRMING else 0
    rows = [
        Precision(code, count, confirmed[code], round(confirmed[code] / count, 4)) if count >= FEWEST else Precision(code, None, None, None)
        for code, count in verified.items()
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (-(row.verified_count or 0), row.code))
