"""Reads of the random re-checks 核实抽查, and what must hold of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts import queries as accounts
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.cases import drawing
from niangjia.apps.cases.models import Finding, SpotCheck, SpotDraw
from niangjia.apps.cases.types import Breach, CaseKind, CaseState, Outcome, Ruling, SpotRate, SpotResult
from niangjia.apps.organizations import scope
from niangjia.kernel import looking
from niangjia.kernel.months import Month

_CLASSES = {
    Outcome.V1: "hardship",
    Outcome.V2: "hardship",
    Outcome.V3: "near",
    Outcome.V4: "none",
    Outcome.V5: "covered",
}
"""What two findings must have in common to agree. The other outcomes say nothing of hardship: the two cannot be compared."""


def compare(first: str, second: str) -> SpotResult:
    classes = [_CLASSES.get(Outcome(one)) for one in (first, second)]
    if None in classes:
        return SpotResult.INCOMPARABLE
    return SpotResult.AGREES if classes[0] == classes[1] else SpotResult.DIFFERS


def comparable() -> tuple[Outcome, ...]:
    return tuple(_CLASSES)


def blind_households(viewer: Viewer) -> QuerySet[SpotCheck, Any]:
    """
    Households that the viewer is to see with fresh eyes: a re-check is assigned to them, or to whom they stand in for; or it lies with
    their union, which may yet assign it to them, and they had no part in the first finding.
    """
    own = {viewer.account_id, viewer.for_account_id} - {None}
    is_theirs = Q(case__work_order__assignee__in=own)
    if permissions.may(viewer, "cases.verify") and not permissions.may(viewer, "cases.see_checks"):
        here = Q(case__work_order__org=viewer.org_id) | Q(case__work_order__verify_org=viewer.org_id)
        first = (
            Q(finding__submitted_by__in=own) | Q(finding__visit__recorded_by__in=own) | Q(finding__judged_by__in=own)
        )
        is_theirs |= here & ~first
    return SpotCheck.objects.filter(is_theirs, result="", case__state=CaseState.OPEN).values("case__household")


@looking.once
def is_blind(viewer: Viewer, household_id: int) -> bool:
    return blind_households(viewer).filter(case__household=household_id).exists()


def first_hands(check: SpotCheck, *, today: date) -> frozenset[int]:
    """Whoever visited, recorded, handed in or accepted the first finding, and everybody who counts as one with them by standing in."""
    finding = check.finding
    hands = {*finding.visit.verifiers, finding.visit.recorded_by_id, finding.submitted_by_id, finding.judged_by_id} - {
        None
    }
    return frozenset(hands) | accounts.joined_with(hands, today=today)


def list_spot_draws(viewer: Viewer) -> QuerySet[SpotDraw]:
    """Draws of the viewer's part of the tree, the latest month first. Raises NotAllowed."""
    permissions.require(viewer, "cases.see_checks")
    found = scope.within(SpotDraw.objects.select_related("org"), viewer.org_path, "org__path")
    return found.annotate(drawn_count=Count("checks")).order_by("-month", "org__code")


def list_spot_checks(
    viewer: Viewer, *, month: str = "", result: str = "", only_to_rule: bool = False
) -> QuerySet[SpotCheck]:
    """Re-checks of the viewer's part of the tree; those that wait for a ruling first. Raises NotAllowed."""
    permissions.require(viewer, "cases.see_checks")
    found = scope.within(SpotCheck.objects.all(), viewer.org_path, "draw__org__path").select_related(
        "draw__org",
        "finding__case__org",
        "finding__submitted_by",
        "case__org",
        "case__work_order",
        "second__submitted_by",
    )
    if month:
        found = found.filter(draw__month=month)
    if result == "WAITING":
        found = found.filter(result="", case__isnull=False)
    elif result == "NOBODY":
        found = found.filter(case__isnull=True)
    elif result:
        found = found.filter(result=result)
    if only_to_rule:
        found = found.filter(result=SpotResult.DIFFERS, ruling="")
    return found.order_by("-draw__month", "pk")


def get_spot_check(viewer: Viewer, check_id: int) -> SpotCheck | None:
    return list_spot_checks(viewer).select_related("finding__visit", "ruled_by").filter(pk=check_id).first()


def find_spot_check_of(case_id: int) -> SpotCheck | None:
    """Of the case that is the re-check, without scope: the caller has seen the case."""
    return SpotCheck.objects.filter(case_id=case_id).select_related("finding__visit", "finding__case").first()


def spot_rates(viewer: Viewer, *, by: str, month: str = "") -> list[SpotRate]:
    """
    How often the second visit found otherwise, by the union that visited first (`by` = "union") or by who handed the first finding in
    ("verifier"); the most disagreements first. Only what could be compared counts.
    """
    columns = {"union": ("finding__visit__work_order__verify_org", "finding__visit__work_order__verify_org__name"),
               "verifier": ("finding__submitted_by", "finding__submitted_by__name")}[by]  # fmt: skip
    found = list_spot_checks(viewer, month=month).filter(result__in=(SpotResult.AGREES, SpotResult.DIFFERS))
    rows = found.order_by().values_list(*columns, "result", "ruling").annotate(count=Count("pk"))
    sums: dict[tuple[int, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for identity, name, result, ruling, count in rows:
        each = sums[identity, name]
        each[0] += count
        each[1] += count if result == SpotResult.DIFFERS else 0
        each[2] += count if ruling == Ruling.SECOND else 0
    fewest = drawing.fewest_for_a_ratio()
    rates = [
        SpotRate(
            identity, name, checked, differing, wrong, round(differing / checked, 4) if checked >= fewest else None
        )
        for (identity, name), (checked, differing, wrong) in sums.items()
    ]
    return sorted(rates, key=lambda rate: (-rate.differing_count, -rate.checked_count, rate.name))


def population(org_path: str, month: Month, bounds: tuple[datetime, datetime]) -> list[tuple[int, str]]:
    """Accepted findings of the county's month that saw somebody and say something of hardship: number and outcome, by number."""
    start, end = bounds
    found = Finding.objects.filter(
        is_accepted=True,
        judged_at__gte=start,
        judged_at__lt=end,
        outcome__in=comparable(),
        case__kind=CaseKind.HARDSHIP,
    )
    return list(scope.within(found, org_path, "case__org__path").order_by("pk").values_list("pk", "outcome"))


def verify_spot_checks() -> list[Breach]:
    """SPOT: each draw can be repeated, no more and no less was drawn, hands are apart, an answer closes only what agrees or was ruled."""
    found = []
    for one in SpotDraw.objects.prefetch_related("checks").order_by("pk"):
        outcomes = Finding.objects.filter(pk__in=one.population).values_list("pk", "outcome")
        if drawing.seed_of(Month(one.month), one.area, outcomes) != one.seed:
            found.append(Breach("SPOT", f"draw {one.pk}", "its seed is not that of its findings"))
        drawn = set(drawing.draw(one.seed, one.population, one.share))
        if drawn != {check.finding_id for check in one.checks.all()}:
            found.append(Breach("SPOT", f"draw {one.pk}", "other findings are re-checked than its seed draws"))
    return found + list(_verify_checks())


def _verify_checks() -> Iterable[Breach]:
    for check in SpotCheck.objects.select_related("finding__visit", "case", "second__visit").order_by("pk"):
        place = f"spot check {check.pk}"
        if check.case is not None and check.case.kind != CaseKind.SPOT_CHECK:
            yield Breach("SPOT", place, "its case is of another kind")
        if check.second is not None:
            first = {*check.finding.visit.verifiers, check.finding.submitted_by_id, check.finding.judged_by_id}
            if first & {*check.second.visit.verifiers, check.second.submitted_by_id}:
                yield Breach("SPOT", place, "somebody visited both times")
            if check.result != compare(check.finding.outcome, check.second.outcome):
                yield Breach("SPOT", place, "its result is not what the two findings say")
        is_over = check.case is not None and check.case.state == CaseState.CLOSED
        answered = check.result in (SpotResult.AGREES, SpotResult.INCOMPARABLE) or bool(check.ruling)
        if is_over != answered:
            yield Breach("SPOT", place, "closed without an answer" if is_over else "answered but not closed")
