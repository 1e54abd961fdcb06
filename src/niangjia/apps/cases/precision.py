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


def precision(
    viewer: Viewer, *, through: Month, months: int = 12
) -> tuple[list[Precision], list[Precision], list[Precision]]:
    """
    By grade, by trigger and by month (in order of time), over the lists of `months` months up to `through`, in the viewer's part of the tree: those verified most
    first; one query. Verified = a finding that says something of hardship was accepted; confirmed = it was true, for a while or not. Groups
    of fewer than ten have no figures. A case counts under each of its triggers.

    Raises NotAllowed.
    """
    permissions.require(viewer, "alerts.release")
    found = scope.within(Case.objects.filter(kind=CaseKind.HARDSHIP, alert__isnull=False), viewer.org_path, "org__path")
    since = through.plus(1 - months)
    found = found.filter(month__gte=since.text, month__lte=through.text, outcome__in=comparable())
    by_grade: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    by_trigger: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    by_month: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    said = ("month", "alert__grade", "alert__triggers", "outcome")
    for month, grade, triggers, outcome, count in found.order_by().values_list(*said).annotate(count=Count("pk")):
        places = [by_trigger[code] for code in triggers.split("|") if code] + ([by_grade[grade]] if grade else [])
        places.append(by_month[month])
        for place in places:
            place[0] += count
            place[1] += count if outcome in CONFIRMING else 0
    return _shown(by_grade), _shown(by_trigger), sorted(_shown(by_month), key=lambda row: row.code)


def _shown(counts: dict[str, list[int]]) -> list[Precision]:
    rows = [
        Precision(code, verified, confirmed, round(confirmed / verified, 4))
        if verified >= FEWEST
        else Precision(code, None, None, None)
        for code, (verified, confirmed) in counts.items()
    ]
    return sorted(rows, key=lambda row: (-(row.verified_count or 0), row.code))
