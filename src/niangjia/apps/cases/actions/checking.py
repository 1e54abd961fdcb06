"""Random re-checks 核实抽查: drawn from a month's accepted findings, visited by other hands, compared, and ruled on where they differ."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts import queries as accounts
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.cases import drawing, moving, spot_checks
from niangjia.apps.cases.models import Case, CaseMove, Finding, SpotCheck, SpotDraw
from niangjia.apps.cases.types import CaseAction, CaseKind, CaseState, CloseReason, Ruling, SpotResult
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations import scope
from niangjia.apps.organizations.types import Level, Union
from niangjia.apps.registry import queries as registry
from niangjia.apps.workorders import actions as workorders
from niangjia.apps.workorders import queries as orders
from niangjia.apps.workorders.types import Hop, NewOrder, OrderKind, Route, RouteReason, RoutingFacts
from niangjia.kernel.months import Month
from niangjia.kernel.problems import Refusal


class MonthNotOver(Refusal):
    def __init__(self, month: Month) -> None:
        super().__init__(
            f"{month} 还没有过完。抽查从整月已复核的结论里抽，请下月再抽。",
            f"{month} is not over. Re-checks are drawn from all that was accepted in a month: draw them next month.",
        )


class NotACounty(Refusal):
    def __init__(self) -> None:
        super().__init__("抽查按县抽取，请选择辖区内的县级工会。", "Re-checks are drawn by county: choose a county union of your part of the tree.")  # fmt: skip


class NothingToDraw(Refusal):
    def __init__(self, month: Month) -> None:
        super().__init__(
            f"{month} 没有可抽查的已复核结论。", f"Nothing was accepted in {month} that could be re-checked."
        )


class FirstHands(Refusal):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name}参加过首次核实或复核（或与其互相代岗），不能复访同一户。请改派另一位同事。",
            f"{name} had a hand in the first finding, or stands in for somebody who had, and cannot visit again. Assign another colleague.",
        )


class NotToRule(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "这件抽查没有出入，或已经裁定，不需要裁定。", "The two findings do not differ, or this has been ruled on already."
        )  # fmt: skip


def draw_spot_checks(*, viewer: Viewer, org_id: int, month: Month, now: datetime) -> int:
    """
    Draw a county's re-checks of a month that is over and send each to somebody else; return how many. Permission: cases.review.

    The share is the county's (`spot_checks.yaml`), the seed the fingerprint of the month's findings. Each goes to the nearest union above
    the one that visited first, else to that one, which has somebody who is neither of the first hands nor kin. Where nobody is, the check is
    kept without a case. Safe to repeat: a month is drawn once.

    Raises:
        NotAllowed, NotACounty, MonthNotOver, NothingToDraw.
    """
    permissions.require(viewer, "cases.review")
    union = organizations.get_union(org_id)
    if union.level is not Level.COUNTY or not scope.covers(viewer.org_path, union.path):
        raise NotACounty
    if Month.of(timezone.localdate(now)) <= month:
        raise MonthNotOver(month)
    with transaction.atomic():
        standing = SpotDraw.objects.filter(org_id=org_id, month=month.text).first()
        if standing is not None:
            return standing.checks.count()
        found = spot_checks.population(union.path, month, _bounds(month))
        if not found:
            raise NothingToDraw(month)
        ids, share = [finding_id for finding_id, _outcome in found], drawing.share_of(union.area)
        seed = drawing.seed_of(month, union.area, found)
        made = SpotDraw.objects.create(
            org_id=org_id, month=month.text, area=union.area, share=share, seed=seed, population=ids,
            drawn_by_id=viewer.account_id, drawn_at=now,
        )  # fmt: skip
        drawn = drawing.draw(seed, ids, share)
        detail = {"month": month.text, "seed": seed, "share": str(share), "of": len(ids), "drawn": len(drawn)}
        audit.record(viewer, action="cases.draw_spot_checks", object=f"spot_draw:{made.pk}", detail=detail, now=now)
        findings = Finding.objects.select_related("case__org", "visit").in_bulk(drawn)
        for finding_id in drawn:
            _send(viewer, made, findings[finding_id], union, now)
        return len(drawn)


def _bounds(month: Month) -> tuple[datetime, datetime]:
    here = timezone.get_default_timezone()
    first, after = month.first_day, month.next().first_day
    return datetime(first.year, first.month, 1, tzinfo=here), datetime(after.year, after.month, 1, tzinfo=here)


def _send(viewer: Viewer, made: SpotDraw, finding: Finding, county: Union, now: datetime) -> None:
    """One check with its case and order, given to who has least in hand of those who may; without a case where nobody may."""
    check = SpotCheck(draw=made, finding=finding)
    first = finding.case
    hands = spot_checks.first_hands(check, today=timezone.localdate(now))
    target = _who_may(finding, county, hands, now)
    if target is not None:
        order_id = _dispatch(viewer, made, finding, county, target, hands, now)
        case = Case.objects.create(
            kind=CaseKind.SPOT_CHECK, household_id=first.household_id, person_id=first.person_id, org_id=target.id, area=first.area,
            channel=first.channel, month=made.month, causes=first.causes, grade=first.grade, work_order_id=order_id,
            opened_by_id=viewer.account_id, opened_at=now,
        )  # fmt: skip
        CaseMove.objects.create(case=case, action="OPEN", to_state=CaseState.OPEN, account_id=viewer.account_id, at=now)
        audit.record(viewer, action="cases.open", object=f"case:{case.pk}", detail={"household": case.household_id, "order": order_id}, now=now)  # fmt: skip
        check.case = case
    check.save()
    if check.case_id is not None:
        _hand_out(viewer, check.case_id, now)


def _who_may(finding: Finding, county: Union, hands: Collection[int], now: datetime) -> Union | None:
    """The union that visits again: above the first one, the nearest first, then the first one itself."""
    order_id = finding.visit.work_order_id
    first_org = orders.get_card(order_id, now=now).verify_org_id if order_id else finding.case.org_id
    first = organizations.get_union(first_org)
    above = [one for one in organizations.list_ancestors(first_org) if scope.covers(county.path, one.path)]
    unions = [one for one in [*reversed(above), first] if one.is_active]
    holders = accounts.holders_at([one.id for one in unions], action="cases.verify", today=timezone.localdate(now))
    at_home = {
        finding.case.person_id,
        *registry.members_of([finding.case.household_id]).get(finding.case.household_id, ()),
    }
    verifiers = orders.verifiers_of({account_id for held in holders.values() for account_id in held} - set(hands))
    for union in unions:
        for account_id in holders.get(union.id, ()):
            if account_id in verifiers and not verifiers[account_id].related_person_ids & at_home:
                return union
    return None


def _dispatch(
    viewer: Viewer,
    made: SpotDraw,
    finding: Finding,
    county: Union,
    target: Union,
    hands: Collection[int],
    now: datetime,
) -> int:
    first = finding.case
    members = registry.members_of([first.household_id]).get(first.household_id, ())
    unions = [county] if target.id == county.id else [county, target]
    hops = tuple(Hop(one.id, one.path, one.level, one.name) for one in unions)
    new = NewOrder(
        subject_key=f"household:{first.household_id}:finding:{finding.pk}",
        household_id=first.household_id,
        person_id=first.person_id or members[0],
        subject_person_ids=tuple({*members, *([first.person_id] if first.person_id else [])}),
        kind=OrderKind.SPOT_CHECK,
        month=made.month,
        cause_group="、".join(code for code in first.causes.split("|") if code),
        facts=RoutingFacts(),
        grade=first.grade,
        origin=first.channel,
    )
    way = Route(hops, (RouteReason.OTHER_HANDS,))
    report = workorders.dispatch_many(
        viewer=viewer, orders=[new], ways={new.subject_key: way}, aside={new.subject_key: sorted(hands)}, now=now
    )
    order_id = report.order_ids[new.subject_key]
    if len(hops) > 1:
        workorders.forward(viewer=viewer, order_id=order_id, to_org_id=target.id, now=now)
    return order_id


def _hand_out(viewer: Viewer, case_id: int, now: datetime) -> None:
    """To the colleague of that union who has least in hand and may; a person there can still name another."""
    order_id = Case.objects.values_list("work_order_id", flat=True).get(pk=case_id)
    card = workorders.accept(viewer=viewer, order_id=order_id, now=now)
    colleagues = orders.list_capacities([card.org_id], [card], now=now).get(card.org_id, [])
    chosen = orders.propose([card], colleagues)[card.id].account_id
    if chosen is not None:
        assignee = orders.verifiers_of({chosen})[chosen]
        workorders.assign(viewer=viewer, order_id=order_id, assignee=assignee, now=now)


def refuse_first_hands(case: Case, went: Sequence[int], *, now: datetime) -> None:
    """Raises FirstHands: before a visit of a re-check is written down or its finding handed in."""
    check = spot_checks.find_spot_check_of(case.pk)
    if check is None:
        return
    hands = spot_checks.first_hands(check, today=timezone.localdate(now))
    for account_id in went:
        if account_id in hands:
            raise FirstHands(accounts.names_of({account_id}).get(account_id, ""))


def settle(viewer: Viewer, case: Case, second: Finding, now: datetime) -> None:
    """
    Compare the second finding with the first, which nobody showed to those who made it. What agrees, or cannot be compared, is closed;
    what differs waits for the county. Nothing is decided about the household. In the caller's transaction.
    """
    check = spot_checks.find_spot_check_of(case.pk)
    assert check is not None, "a case of this kind has its check"
    result = spot_checks.compare(check.finding.outcome, second.outcome)
    SpotCheck.objects.filter(pk=check.pk).update(second=second, result=result)
    if result is SpotResult.DIFFERS:
        return
    reason = CloseReason.AGREED if result is SpotResult.AGREES else CloseReason.INCOMPARABLE
    moving.make(
        None, case, CaseAction.SETTLE, CaseState.CLOSED, now, detail={"result": result.value}, closed_at=now, close_reason=reason
    )  # fmt: skip
    _void(second, now)
    if case.work_order_id is not None:
        workorders.settle(order_id=case.work_order_id, by=viewer.account_id, now=now)


def _void(second: Finding, now: datetime) -> None:
    """The second finding waits for no review of its own: it is void as a finding of the household, and kept as the answer of the check."""
    Finding.objects.filter(pk=second.pk).update(voided_at=now)


def rule_spot_check(*, viewer: Viewer, check_id: int, ruling: Ruling, reason: str, now: datetime) -> None:
    """
    Say which of two findings that differ stands, with the reason; the check ends. What follows for the household is another matter.

    Permission: cases.review. Safe to repeat by the same officer.

    Raises:
        NotAllowed, NotFound, NotForThisRole, OwnHousehold, ReasonMissing, NotToRule.
        FourEyes: the viewer had a hand in one of the two findings.
    """
    permissions.require(viewer, "cases.review")
    with transaction.atomic():
        check = spot_checks.get_spot_check(viewer, check_id)
        if check is None or check.case_id is None:
            raise moving.NotFound
        if check.ruled_by_id == viewer.account_id and check.ruling == ruling:
            return
        if check.result != SpotResult.DIFFERS or check.ruling or check.second is None:
            raise NotToRule
        case = moving.take(viewer, check.case_id, CaseAction.RULE)
        reason = moving.require_reason(reason)
        today = timezone.localdate(now)
        second = check.second
        hands = {*spot_checks.first_hands(check, today=today), *second.visit.verifiers, second.submitted_by_id}
        moving.refuse_same_officer(
            viewer, hands, "参加过其中一次核实", "taken part in one of the two findings", CaseAction.RULE
        )
        moving.make(
            viewer, case, CaseAction.RULE, CaseState.CLOSED, now, reason=reason, detail={"ruling": Ruling(ruling).value},
            closed_at=now, close_reason=CloseReason.RULED,
        )  # fmt: skip
        SpotCheck.objects.filter(pk=check.pk).update(
            ruling=Ruling(ruling), ruling_reason=reason[:300], ruled_by_id=viewer.account_id, ruled_at=now
        )
        _void(second, now)
        if case.work_order_id is not None:
            workorders.review(viewer=viewer, order_id=case.work_order_id, now=now)
            workorders.close(viewer=viewer, order_id=case.work_order_id, now=now)
