"""What may leave the room: orders to send, orders as read, routes, counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from niangjia.apps.organizations.types import Level
from niangjia.apps.workorders.lateness import Late
from niangjia.apps.workorders.lifecycle import FINAL, OPEN, Action, OrderState
from niangjia.kernel.problems import Refusal

__all__ = [
    "ClockMoves", "FINAL",
    "OPEN", "Action", "AssignGroup", "AssignRow", "BulkMove", "BulkResult", "Capacity", "ForwardRow", "Proposal", "Reason", "ForwardCandidate",
    "DispatchReport", "Hop", "NewOrder", "OrderCard", "OrderKind", "OrderState", "MoveCard", "NotRouted", "OrgCount", "OpenOrder", "OrgScore",
    "Placement", "Route", "RouteReason", "RoutingFacts", "SweepReport", "UnionLoad", "Verifier",
    "Violation", "VisitWay", "Urgency",
]  # fmt: skip


class OrderKind(StrEnum):
    VERIFICATION = "VERIFICATION"  # 入户核实
    FOLLOW_UP = "FOLLOW_UP"  # 回访
    RECHECK = "RECHECK"  # 申诉复核
    SPOT_CHECK = "SPOT_CHECK"  # 抽查复访: somebody else looks again; the household stays where it is


class Urgency(StrEnum):
    NORMAL = "NORMAL"
    RED = "RED"  # its own, shorter limit to verify


class VisitWay(StrEnum):
    HOME = "HOME"
    WORKPLACE = "WORKPLACE"


class RouteReason(StrEnum):
    """Why an order goes where it goes, or why a better place was passed over."""

    MEMBER_UNION = "MEMBER_UNION"  # the member's grassroots union
    EMPLOYER_UNION = "EMPLOYER_UNION"  # the union with the employer's credit code
    SECTOR_FEDERATION = "SECTOR_FEDERATION"  # new forms of employment, no grassroots union
    TOWN_UNION = "TOWN_UNION"  # of the residence
    COUNTY_DESK = "COUNTY_DESK"
    CITY_DESK = "CITY_DESK"  # no active county union there
    LIST_UNION = "LIST_UNION"  # of the home no union is known here: the one on whose list the household stands
    MEMBER_UNION_INACTIVE = "MEMBER_UNION_INACTIVE"
    EMPLOYER_UNION_INACTIVE = "EMPLOYER_UNION_INACTIVE"
    EMPLOYER_UNKNOWN = "EMPLOYER_UNKNOWN"
    NO_TOWN_UNION = "NO_TOWN_UNION"
    OTHER_HANDS = "OTHER_HANDS"  # a re-check: away from those who made the first finding
    HOP_INACTIVE = "HOP_INACTIVE"  # a level on the way down is merged or closed and skipped


@dataclass(frozen=True, slots=True)
class OpenCounts:
    """
    Open orders of a part of the tree. With the viewer's own union lie `late_here`, `to_accept`, `to_assign`, `sent_back`; with the viewer
    `to_visit` and, visited, `to_report`.
    """

    all: int
    late: int
    late_here: int
    to_accept: int
    to_assign: int
    sent_back: int
    to_visit: int
    to_report: int


@dataclass(frozen=True, slots=True)
class RoutingFacts:
    """
    What routing knows of the worker. `member_union_id` is an organizations id; `residence_area` a division code of 6 to 12 digits;
    `sector` the new-employment group (truck, ride, courier …), empty for others; `list_union_id` the union on whose list the household
    stands. Null or empty = not known.
    """

    member_union_id: int | None = None
    employer_uscc: str = ""
    residence_area: str = ""
    sector: str = ""
    list_union_id: int | None = None


@dataclass(frozen=True, slots=True)
class Hop:
    org_id: int
    path: str
    level: Level
    name: str


@dataclass(frozen=True, slots=True)
class Route:
    """From the first union that gets the order down to the one that verifies, each active; and why."""

    hops: tuple[Hop, ...]
    reasons: tuple[RouteReason, ...]

    @property
    def target(self) -> Hop:
        return self.hops[-1]


@dataclass(frozen=True, slots=True)
class NewOrder:
    """
    An order to send. `subject_key` with `kind` and `month` is the idempotency key. `subject_person_ids` are all persons of the
    household: none of them, nor their kin, may verify. `cause_group` is a code of the program, never a diagnosis.
    """

    subject_key: str
    household_id: int
    person_id: int
    subject_person_ids: tuple[int, ...]
    kind: OrderKind
    month: str
    cause_group: str
    facts: RoutingFacts
    grade: str = ""
    urgency: Urgency = Urgency.NORMAL
    questions: tuple[str, ...] = ()
    origin: str = ""


@dataclass(frozen=True, slots=True)
class NotRouted:
    """An order that no active union can take: set aside with its reason."""

    subject_key: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class DispatchReport:
    """`order_ids` by subject_key, old and new. created + existing + len(not_routed) = orders given."""

    order_ids: Mapping[str, int]
    created_count: int
    existing_count: int
    not_routed: tuple[NotRouted, ...]


@dataclass(frozen=True, slots=True)
class Verifier:
    """Someone who visits: an account if they have one, and the persons who are they themselves, their household and their kin."""

    name: str
    account_id: int | None = None
    related_person_ids: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class OrderCard:
    """One order as read. Due dates are instants at which the time is over. Null assignee: not assigned."""

    id: int
    number: str
    kind: OrderKind
    month: str
    subject_key: str
    household_id: int
    person_id: int
    subject_person_ids: tuple[int, ...]  # everyone of the household: none of them, nor their kin, may verify
    state: OrderState
    step: int
    org_id: int
    org_name: str
    org_level: Level
    verify_org_id: int
    assignee_id: int | None
    verifier_ids: tuple[int, ...]
    excluded_ids: tuple[int, ...]  # stood aside: kin, same household
    reviewer_id: int | None
    cause_group: str
    grade: str
    urgency: Urgency
    questions: tuple[str, ...]
    due_at: datetime
    step_due_at: datetime | None
    late: Late
    returned_count: int
    contact_try_count: int
    outcome: str
    target_area: str
    previous_id: int | None

    @property
    def visitor_id(self) -> int | None:
        """Who has it in hand to visit; null before they were named, and once it went up."""
        return None if self.state in (OrderState.SUBMITTED, OrderState.REVIEWED) else self.assignee_id

    @property
    def is_overdue(self) -> bool:
        return self.late is not Late.NO

    @property
    def deadline(self) -> datetime:
        """The instant that comes first: of the step, or of the whole."""
        return self.due_at if self.step_due_at is None else min(self.step_due_at, self.due_at)


@dataclass(frozen=True, slots=True)
class MoveCard:
    """One move of an order's history. `was_late`: the step it ended had run over its time; null = no clock ran."""

    step: int
    action: Action
    from_state: str
    to_state: OrderState
    from_org_id: int | None
    to_org_id: int
    to_org_name: str
    actor_id: int | None
    at: datetime
    reason: str
    was_late: bool | None
    detail: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Placement:
    """Which union holds an order, visits, gets the answer; its way; and the highest one told that it is late, if any."""

    org_id: int
    verify_org_id: int
    review_org_id: int
    route: tuple[int, ...]
    escalated_org_id: int | None


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """An open order that a change of unions touches, and where it lies now."""

    id: int
    number: str
    step: int
    state: OrderState
    step_due_at: datetime | None
    place: Placement
    assignee_id: int | None


@dataclass(frozen=True, slots=True)
class ClockMoves:
    """An open order whose clocks another calendar moves: of its step, and of the whole."""

    id: int
    number: str
    step: int
    org_name: str
    step_due_at: datetime | None
    new_step_due_at: datetime | None
    due_at: datetime
    new_due_at: datetime


@dataclass(frozen=True, slots=True)
class ForwardCandidate:
    """A union this order can be forwarded to. `is_suggested`: the next on its route."""

    org_id: int
    name: str
    level: Level
    is_suggested: bool
    open_count: int


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is proposed, half a sentence in each language."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Capacity:
    """
    A colleague and what they have in hand: `open_count` orders assigned to them and not sent up, of these late and due within seven days.

    `away_until`: the last day of their leave, null = here; `stand_in`: who holds their post meanwhile. `aside`: ids of the orders asked
    about that they must not verify, being kin, living there or having stood aside.
    """

    account_id: int
    name: str
    open_count: int
    overdue_count: int
    due_soon_count: int
    away_until: date | None
    stand_in: str
    stands_in_for: tuple[str, ...]
    aside: frozenset[int]


@dataclass(frozen=True, slots=True)
class Proposal:
    """Who should take an order; `account_id` null = nobody can, and `why` says so."""

    order_id: int
    account_id: int | None
    name: str
    why: Reason


@dataclass(frozen=True, slots=True)
class ForwardRow:
    """One order of a bulk forward: where it can go, or why it cannot be forwarded now."""

    order: OrderCard
    candidates: tuple[ForwardCandidate, ...]
    refusal: Refusal | None


@dataclass(frozen=True, slots=True)
class AssignRow:
    order: OrderCard
    proposal: Proposal | None
    refusal: Refusal | None


@dataclass(frozen=True, slots=True)
class AssignGroup:
    """The orders of a bulk assignment that one union holds; `shares`: how many of them each colleague would get, by account."""

    org_id: int
    org_name: str
    colleagues: tuple[Capacity, ...]
    rows: tuple[AssignRow, ...]
    shares: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class UrgeRow:
    """One order of the preview of 催办. `refusal` null = whoever has it in hand would be told."""

    order: OrderCard
    refusal: Refusal | None


@dataclass(frozen=True, slots=True)
class BulkMove:
    """One order of a bulk step. `target_id`: a union or an account; `step`: the order's as it was shown, null = whatever it is."""

    order_id: int
    target_id: int
    step: int | None = None


@dataclass(frozen=True, slots=True)
class BulkResult:
    """What became of one order: the order as it stands now, or why nothing was done."""

    order_id: int
    order: OrderCard | None
    refusal: Refusal | None


@dataclass(frozen=True, slots=True)
class LateRow:
    """
    Late orders of one union, with everything below it unless `is_own` (then those it holds itself). `by_clock`: by the step that ran over;
    `most_days`: days that the latest is over its time, begun days counting; `holders`: names of those they are assigned to.
    """

    org_id: int
    org_name: str
    path: str
    area: str
    is_own: bool
    by_clock: Mapping[str, int]
    count: int
    most_days: int
    holders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SweepReport:
    """Ids of orders that this sweep reminded or escalated; a second sweep at the same time gives none."""

    reminded_ids: tuple[int, ...]
    escalated_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class OrgCount:
    """Orders by state that one union holds."""

    org_id: int
    org_name: str
    by_state: Mapping[OrderState, int]
    open_count: int
    overdue_count: int


@dataclass(frozen=True, slots=True)
class OrgScore:
    """One union in one month: steps it ended, and how many of them late. `on_time_ratio` is null without steps."""

    org_id: int
    org_name: str
    step_count: int
    late_count: int
    escalated_count: int
    on_time_ratio: float | None


@dataclass(frozen=True, slots=True)
class UnionLoad:
    """What lies with one union now: open orders, those due within three days, people they are assigned to."""

    org_id: int
    org_name: str
    open_count: int
    overdue_count: int
    due_soon_count: int
    assignee_count: int


@dataclass(frozen=True, slots=True)
class Violation:
    """Something that must never be so, is so. `invariant` is the number in docs: INV 3, INV 4."""

    invariant: str
    object: str
    zh: str
    en: str
