"""Opening cases: from the released list, from a canvass, from the worker's own request."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Count
from django.utils import timezone

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.alerts import queries as alerts
from niangjia.apps.alerts.types import ACTIVE_STATES, AlertCard, AlertGrade, AlertState, GradeChange
from niangjia.apps.audit import actions as audit
from niangjia.apps.audit import queries as audit_queries
from niangjia.apps.audit.types import Entry
from niangjia.apps.cases.forms import CAUSES
from niangjia.apps.cases.models import Case, CaseAlert, CaseMove
from niangjia.apps.cases.moving import NotFound
from niangjia.apps.cases.queries import case_card
from niangjia.apps.cases.types import (
    ASK_AGAIN,
    CaseAction,
    CaseCard,
    CaseKind,
    CaseState,
    Channel,
    CloseReason,
    Contact,
    OpenedCases,
    Settlement,
)
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations import scope
from niangjia.apps.registry import actions as registry_actions
from niangjia.apps.registry import queries as registry
from niangjia.apps.workorders import actions as workorders
from niangjia.apps.workorders import queries as workorder_queries
from niangjia.apps.workorders.types import NewOrder, OrderKind, RoutingFacts, Urgency
from niangjia.kernel.months import Month
from niangjia.kernel.problems import Refusal

CHUNK = 500
TRIES = 3
T = TypeVar("T")

# A household whose matter was settled gets no new order while it merely stays on the list, for a year; unless its grade rose.
SETTLED_FOR = timedelta(days=365)
NOT_SETTLING = (CloseReason.REPAIRED, CloseReason.CANCELLED, CloseReason.COMMUNITY)


class NoHousehold(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "系统中还没有这位职工的家庭信息，无法立案。请联系所在工会登记。",
            "The household of this worker is not known yet. Ask the union to register it first.",
        )


class UnknownCause(Refusal):
    def __init__(self, cause: str) -> None:
        super().__init__(
            f"没有“{cause}”这个致困原因。可选：{'、'.join(CAUSES)}。",
            f"{cause!r} is not a cause of hardship. Choose one of: {', '.join(CAUSES)}.",
        )


class NobodyToVisit(Refusal):
    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"无法派单：{zh}", f"The order cannot be dispatched: {en}")


@dataclass
class _Plan:
    """What a chunk of alerts becomes."""

    opening: list[AlertCard] = field(default_factory=list)
    retrying: dict[int, tuple[Case, AlertCard]] = field(default_factory=dict)  # by household
    linking: list[tuple[AlertCard, Case, Settlement]] = field(default_factory=list)
    untouched: int = 0


def open_cases(
    *,
    viewer: Viewer,
    alert_ids: Sequence[int],
    now: datetime,
    contacts: Mapping[int, Contact] | None = None,
    progress: Callable[[int], None] | None = None,
) -> OpenedCases:
    """
    Open a case for each household on the released list and send its order down the tree, in chunks of 500.

    A household with an open case keeps it: the alert joins. One that could not be reached last month gets a new order.
    One whose matter was settled within a year and that merely stays on the list, not graver, gets no new order; that is
    recorded. Held and exited rows are left alone. `contacts` names, by household, whom to see and what routing knows of
    them; without it the registry's members are used: who has a union first, then the oldest.

    Safe to repeat and to go on with after a crash: an alert is dispatched once. Permission: alerts.release.
    """
    permissions.require(viewer, "alerts.release")
    cards = alerts.list_cards(alert_ids)
    unions = organizations.get_unions({card.org_id for card in cards})
    cards = [card for card in cards if scope.covers(viewer.org_path, unions[card.org_id].path)]
    cards.sort(key=lambda card: (AlertGrade.values.index(card.grade) if card.grade else 9, card.id))
    totals, tree = OpenedCases(0, 0, 0, 0, 0, ()), workorders.UnionTree.load()
    for start in range(0, len(cards), CHUNK):
        chunk = cards[start : start + CHUNK]
        totals = totals.plus(_unhindered(lambda: _open_chunk(viewer, chunk, contacts or {}, tree, now)))  # noqa: B023
        if progress:
            progress(min(start + CHUNK, len(cards)))
    return totals


def _unhindered(act: Callable[[], T]) -> T:
    """`act` in one transaction; again, on what then stands, if somebody else opened one of these cases at the same moment."""
    for _ in range(TRIES - 1):
        try:
            with transaction.atomic():
                return act()
        except IntegrityError:
            continue
    with transaction.atomic():
        return act()


def _open_chunk(
    viewer: Viewer, cards: list[AlertCard], contacts: Mapping[int, Contact], tree: workorders.UnionTree, now: datetime
) -> OpenedCases:
    plan = _plan(cards, now)
    wanted = {card.household_id: card for card in plan.opening} | {
        home: card for home, (_, card) in plan.retrying.items()
    }
    contacts = _contacts(wanted, contacts)
    members = registry.members_of(wanted)
    keys = _subject_keys(wanted)
    orders = [_order(wanted[home], keys[home], contact, members.get(home, ())) for home, contact in contacts.items()]
    report = workorders.dispatch_many(viewer=viewer, orders=orders, tree=tree, now=now)
    order_ids = {home: report.order_ids.get(keys[home]) for home in wanted}
    visiting = _place(viewer, order_ids, now)
    opened = _insert(
        viewer, [card for card in plan.opening if order_ids[card.household_id]], contacts, order_ids, visiting, now
    )
    retried = _retry(viewer, plan, order_ids, visiting, now)
    CaseAlert.objects.bulk_create(
        [CaseAlert(case=case, alert_id=card.id, settlement=settlement) for card, case, settlement in plan.linking],
        ignore_conflicts=True,
    )
    joined = sum(settlement == Settlement.JOINED for _, _, settlement in plan.linking)
    return OpenedCases(
        opened=opened,
        joined=joined,
        settled=len(plan.linking) - joined,
        retried=retried,
        untouched=plan.untouched,
        not_routed=tuple(home for home, order_id in order_ids.items() if order_id is None),
    )


def _place(viewer: Viewer | None, order_ids: Mapping[int, int | None], now: datetime) -> dict[int, int]:
    """The union that visits becomes responsible for the household; by household."""
    orders = workorder_queries.get_cards([order_id for order_id in order_ids.values() if order_id], now=now)
    visiting = {home: orders[order_id].verify_org_id for home, order_id in order_ids.items() if order_id}
    registry_actions.place_households(visiting, now=now, viewer=viewer)
    return visiting


def _plan(cards: list[AlertCard], now: datetime) -> _Plan:
    linked = set(CaseAlert.objects.filter(alert__in=[card.id for card in cards]).values_list("alert_id", flat=True))
    cases: dict[int, Case] = {}
    own = Case.objects.filter(household__in={card.household_id for card in cards}, kind=CaseKind.HARDSHIP)
    for row in own.order_by("opened_at", "pk"):
        if row.state != CaseState.CLOSED or cases.get(row.household_id, row).state == CaseState.CLOSED:
            cases[row.household_id] = row
    plan = _Plan()
    for card in cards:
        case: Case | None = cases.get(card.household_id)
        if card.id in linked or card.state not in ACTIVE_STATES:
            plan.untouched += 1
        elif case is None or (case.state == CaseState.CLOSED and not _is_settled(case, card, now)):
            plan.opening.append(card)
        elif case.state == CaseState.CLOSED:
            plan.linking.append((card, case, Settlement.SETTLED))
        elif case.state == CaseState.RETRY and case.month < card.month.text:
            plan.retrying[card.household_id] = (case, card)
        else:
            plan.linking.append((card, case, Settlement.JOINED))
    return plan


def _is_settled(case: Case, card: AlertCard, now: datetime) -> bool:
    return bool(
        card.state in (AlertState.CONTINUING, AlertState.STALE)
        and card.change != GradeChange.ESCALATED
        and case.close_reason not in NOT_SETTLING
        and case.closed_at
        and case.closed_at >= now - SETTLED_FOR
    )


def subject_key(household_id: int, earlier_count: int) -> str:
    """The order's subject. A household whose case of this very month ended may need a second order: it is another subject."""
    return f"household:{household_id}" + (f":{earlier_count + 1}" if earlier_count else "")


def _earlier_counts(household_ids: Iterable[int], month: str) -> dict[int, int]:
    """Cases of this month that each household had already."""
    rows = (
        Case.objects.filter(household__in=list(household_ids), month=month, kind=CaseKind.HARDSHIP)
        .values_list("household_id")
        .annotate(Count("pk"))
    )
    return dict(rows)


def _contacts(household_ids: Mapping[int, AlertCard], given: Mapping[int, Contact]) -> dict[int, Contact]:
    found = {home: given[home] for home in household_ids if home in given}
    members = registry.members_of(set(household_ids) - found.keys())
    memberships = registry.open_memberships_of({person for persons in members.values() for person in persons})
    for home, persons in members.items():
        person = next((person for person in persons if person in memberships), persons[0])
        membership = memberships.get(person)
        facts = RoutingFacts(
            member_union_id=membership.org_id if membership else None,
            residence_area=household_ids[home].area,
            sector=membership.group if membership else "",
            list_union_id=household_ids[home].org_id,
        )
        found[home] = Contact(person, facts)
    return found


def _subject_keys(wanted: Mapping[int, AlertCard]) -> dict[int, str]:
    by_month: dict[str, list[int]] = {}
    for home, card in wanted.items():
        by_month.setdefault(card.month.text, []).append(home)
    counts = {home: count for month, homes in by_month.items() for home, count in _earlier_counts(homes, month).items()}
    return {home: subject_key(home, counts.get(home, 0)) for home in wanted}


def _order(card: AlertCard, key: str, contact: Contact, members: tuple[int, ...]) -> NewOrder:
    return NewOrder(
        subject_key=key,
        household_id=card.household_id,
        person_id=contact.person_id,
        subject_person_ids=members or (contact.person_id,),
        kind=OrderKind.VERIFICATION,
        month=card.month.text,
        cause_group="、".join(card.causes),
        facts=contact.facts,
        grade=card.grade,
        urgency=Urgency.RED if card.grade == AlertGrade.RED else Urgency.NORMAL,
        origin=Channel.SENSING,
    )


def _insert(
    viewer: Viewer,
    cards: list[AlertCard],
    contacts: Mapping[int, Contact],
    order_ids: Mapping[int, int | None],
    visiting: Mapping[int, int],
    now: datetime,
) -> int:
    earlier: dict[int, int] = dict(
        Case.objects.filter(
            household__in=[card.household_id for card in cards], state=CaseState.CLOSED, kind=CaseKind.HARDSHIP
        )
        .order_by("closed_at", "pk")
        .values_list("household_id", "pk")
    )
    cases = Case.objects.bulk_create(
        [
            Case(
                household_id=card.household_id,
                person_id=contacts[card.household_id].person_id,
                org_id=visiting[card.household_id],
                area=card.area,
                channel=Channel.SENSING,
                month=card.month.text,
                causes=joined(card.causes),
                grade=card.grade,
                alert_id=card.id,
                work_order_id=order_ids[card.household_id],
                opened_by_id=viewer.account_id,
                opened_at=now,
                earlier_id=earlier.get(card.household_id),
            )
            for card in cards
        ]
    )
    CaseAlert.objects.bulk_create(
        [
            CaseAlert(case=case, alert_id=card.id, settlement=Settlement.OPENED)
            for case, card in zip(cases, cards, strict=True)
        ]
    )
    CaseMove.objects.bulk_create(
        [
            CaseMove(case=case, action="OPEN", to_state=CaseState.OPEN, account_id=viewer.account_id, at=now)
            for case in cases
        ]
    )
    audit.record_many(
        viewer,
        entries=[
            Entry(
                "cases.open",
                f"case:{case.pk}",
                {"household": case.household_id, "alert": case.alert_id, "order": case.work_order_id},
            )
            for case in cases
        ],
        now=now,
    )
    return len(cases)


def _retry(
    viewer: Viewer, plan: _Plan, order_ids: Mapping[int, int | None], visiting: Mapping[int, int], now: datetime
) -> int:
    retried = [(case, card) for home, (case, card) in plan.retrying.items() if order_ids[home]]
    for case, card in retried:
        Case.objects.filter(pk=case.pk, state=CaseState.RETRY).update(
            state=CaseState.OPEN,
            month=card.month.text,
            org_id=visiting[case.household_id],
            work_order_id=order_ids[case.household_id],
            outcome="",
            verified_by=None,
            reviewed_by=None,
            reviewed_at=None,
        )
    CaseAlert.objects.bulk_create(
        [CaseAlert(case=case, alert_id=card.id, settlement=Settlement.JOINED) for case, card in retried]
    )
    CaseMove.objects.bulk_create(
        [
            CaseMove(
                case=case,
                action=CaseAction.RETRY,
                from_state=CaseState.RETRY,
                to_state=CaseState.OPEN,
                account_id=viewer.account_id,
                at=now,
            )
            for case, _ in retried
        ]
    )
    audit.record_many(
        viewer, entries=[Entry("cases.retry", f"case:{case.pk}", {"alert": card.id}) for case, card in retried], now=now
    )
    return len(retried)


def report_canvass(
    *, viewer: Viewer, person_id: int, causes: Sequence[str], now: datetime, facts: RoutingFacts | None = None
) -> CaseCard:
    """
    Open a case for a worker whom the grassroots found in hardship, and send its order. Permission: cases.verify.

    Safe to repeat: while the household has an open case, that one comes back.

    Raises:
        NotAllowed, NotFound: not in the viewer's part of the tree.
        NoHousehold, UnknownCause, NobodyToVisit.
    """
    permissions.require(viewer, "cases.verify")
    if not registry.visible_persons(viewer).filter(pk=person_id).exists():
        raise NotFound
    return _open_one(viewer, person_id, causes, Channel.CANVASS, facts, now)


def apply_for_help(
    *, viewer: Viewer, causes: Sequence[str], now: datetime, facts: RoutingFacts | None = None
) -> CaseCard:
    """
    A worker asks for help: open their case and send its order.

    While the household has an open case, that one comes back with the new causes, and its union is told, once a day: who is being
    helped may ask again. Safe to repeat.

    Raises:
        NotAllowed, NoHousehold, UnknownCause, NobodyToVisit.
    """
    permissions.require(viewer, "own.view")
    if viewer.person_id is None:
        raise NotFound
    return _open_one(viewer, viewer.person_id, causes, Channel.APPLICATION, facts, now)


def _open_one(
    viewer: Viewer, person_id: int, causes: Sequence[str], channel: Channel, facts: RoutingFacts | None, now: datetime
) -> CaseCard:
    for cause in causes:
        if cause not in CAUSES:
            raise UnknownCause(cause)
    return _unhindered(lambda: _open_for(viewer, person_id, causes, channel, facts, now))


def _open_for(
    viewer: Viewer, person_id: int, causes: Sequence[str], channel: Channel, facts: RoutingFacts | None, now: datetime
) -> CaseCard:
    household_id = registry.household_of(person_id)
    if household_id is None:
        raise NoHousehold
    own = Case.objects.filter(household_id=household_id, kind=CaseKind.HARDSHIP)
    standing = own.exclude(state=CaseState.CLOSED).first()
    if standing is not None:
        if channel is Channel.APPLICATION:
            _ask_again(viewer, standing, causes, now)
        return case_card(standing)
    household = registry.get_household(household_id)
    membership = registry.open_memberships_of([person_id]).get(person_id)
    org_id = household.org_id or (membership.org_id if membership else None)
    if org_id is None:
        raise NoHousehold
    area = organizations.get_union(org_id).area
    facts = facts or RoutingFacts(
        member_union_id=membership.org_id if membership else None,
        residence_area=area,
        sector=membership.group if membership else "",
    )
    order = NewOrder(
        subject_key="",
        household_id=household_id,
        person_id=person_id,
        subject_person_ids=household.member_ids,
        kind=OrderKind.VERIFICATION,
        month=Month.of(timezone.localdate(now)).text,
        cause_group="、".join(causes),
        facts=facts,
        origin=channel,
    )
    return case_card(_send(viewer, order, causes, channel, area, now))


def follow_to(viewer: Viewer, gone: Case, target_area: str, now: datetime) -> None:
    """
    A household that moved loses nothing: a case at the union of the area it went to, with an order and its own time limits, from where it
    stood; in the caller's transaction. None where that area lies outside the tree.
    """
    there = workorders.UnionTree.load().nearest_to(target_area)
    if gone.work_order_id is None or there is None:
        return
    before = workorder_queries.get_card(gone.work_order_id, now=now)
    causes = alerts.split(gone.causes)
    order = NewOrder(
        subject_key="",
        household_id=gone.household_id,
        person_id=before.person_id,
        subject_person_ids=registry.get_household(gone.household_id).member_ids,
        kind=OrderKind.VERIFICATION,
        month=Month.of(timezone.localdate(now)).text,
        cause_group="、".join(causes),
        facts=RoutingFacts(residence_area=target_area),
        grade=gone.grade,
        urgency=before.urgency,
        origin=gone.channel,
    )
    _send(viewer, order, causes, Channel(gone.channel), there.area, now)


def _send(viewer: Viewer, order: NewOrder, causes: Sequence[str], channel: Channel, area: str, now: datetime) -> Case:
    """The order, and the case that it is for, of a household that has none open. Raises NobodyToVisit."""
    earlier = _earlier_counts([order.household_id], order.month).get(order.household_id, 0)
    order = replace(order, subject_key=subject_key(order.household_id, earlier))
    report = workorders.dispatch_many(orders=[order], now=now)  # the system sends; the case says who asked
    if report.not_routed:
        raise NobodyToVisit(report.not_routed[0].zh, report.not_routed[0].en)
    order_id = report.order_ids[order.subject_key]
    case = Case.objects.create(
        household_id=order.household_id,
        person_id=order.person_id,
        org_id=_place(viewer, {order.household_id: order_id}, now)[order.household_id],
        area=area,
        channel=channel,
        month=order.month,
        causes=joined(causes),
        grade=order.grade,
        work_order_id=order_id,
        opened_by_id=viewer.account_id,
        opened_at=now,
        earlier=Case.objects.filter(household_id=order.household_id, kind=CaseKind.HARDSHIP)
        .order_by("-closed_at", "-pk")
        .first(),
    )
    CaseMove.objects.create(case=case, action="OPEN", to_state=CaseState.OPEN, account_id=viewer.account_id, at=now)
    detail = {"household": order.household_id, "channel": channel.value, "order": order_id}
    audit.record(viewer, action="cases.open", object=f"case:{case.pk}", detail=detail, now=now)
    return case


def _ask_again(viewer: Viewer, case: Case, causes: Sequence[str], now: datetime) -> None:
    """A new trouble of a household whose case is open."""
    known = set(alerts.split(case.causes))
    day = timezone.localdate(now)
    told = audit_queries.list_about(f"case:{case.pk}", actions=(ASK_AGAIN,), most=1)
    if told and timezone.localdate(told[0].at) == day and known >= set(causes):
        return
    case.causes = joined(sorted(known | set(causes)))
    case.save(update_fields=["causes"])
    detail = {"causes": list(causes), "org": case.org_id}
    audit.record(viewer, action=ASK_AGAIN, object=f"case:{case.pk}", detail=detail, now=now)


def joined(codes: Sequence[str]) -> str:
    return f"|{'|'.join(sorted(codes))}|" if codes else ""
