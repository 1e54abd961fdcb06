"""What may leave the room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal

from django.utils import timezone

from niangjia.apps.bookings.kinds import Kind, PackSays
from niangjia.apps.bookings.lifecycle import (
    BookingState,
    Giving,
    OfferState,
    SettleState,
    Speaker,
    Step,
    TopicField,
)

__all__ = ["BookingState", "Giving", "Kind", "OfferState", "PackSays", "SettleState", "Speaker", "Step", "TopicField"]


@dataclass(frozen=True, slots=True)
class OfferFacts:
    """
    What is offered, to whom, by the union `org_id`. `program`: the pack it is under; empty = none. `most_companions`: family that may come
    along. `unit_cost`: yuan a person to the union. `every_years`: who had a seat under the same program less than so many years ago is not taken; null = no such rule.
    `least_share`: of the lessons that a certificate asks for, above 0 up to 1; null = whoever came.
    """

    title: str
    kind: str
    org_id: int
    area: str
    giving: Giving
    opens_at: datetime
    closes_at: datetime
    program: str = ""
    place_id: int | None = None
    most_companions: int = 0
    every_years: int | None = None
    note: str = ""
    campaign_id: int | None = None
    teacher_id: int | None = None
    unit_cost: Decimal | None = None
    least_share: Decimal | None = None


@dataclass(frozen=True, slots=True)
class SlotFacts:
    """
    When, and for how many. `label` tells apart what begins at the same time (a lane, a route). `lessons`: beginning and end of each time of a
    course, within the slot; one seat is a seat in all of them. Empty = it is one time.
    """

    begins: datetime
    ends: datetime
    seats: int
    label: str = ""
    lessons: tuple[tuple[datetime, datetime], ...] = ()


@dataclass(frozen=True, slots=True)
class SlotCard:
    id: int
    begins: datetime
    ends: datetime
    seats: int
    taken: int
    label: str

    @property
    def free(self) -> int:
        return self.seats - self.taken


@dataclass(frozen=True, slots=True)
class OfferCard:
    """`seal`: the hash of a draw's seed, shown from the start; `seed` once it was drawn, else empty. `extras`: what may be chosen, with yuan a person; null = not told."""

    id: int
    number: str
    title: str
    kind: str
    org_id: int
    org_name: str
    area: str
    program: str
    place_id: int | None
    giving: Giving
    state: OfferState
    opens_at: datetime
    closes_at: datetime
    most_companions: int
    every_years: int | None
    note: str
    seal: str
    seed: str
    slots: tuple[SlotCard, ...]
    campaign_id: int | None = None
    teacher_id: int | None = None
    unit_cost: Decimal | None = None
    drawn_at: datetime | None = None
    step: int = 1
    least_share: Decimal | None = None
    extras: Mapping[str, Decimal | None] = field(default_factory=dict)

    def facts(self) -> OfferFacts:
        """What it says, to be changed."""
        return OfferFacts(
            title=self.title, kind=self.kind, org_id=self.org_id, area=self.area, giving=self.giving, opens_at=self.opens_at, closes_at=self.closes_at,
            program=self.program, place_id=self.place_id, most_companions=self.most_companions, every_years=self.every_years, note=self.note,
            campaign_id=self.campaign_id, teacher_id=self.teacher_id, unit_cost=self.unit_cost, least_share=self.least_share,
        )  # fmt: skip

    @property
    def seats(self) -> int:
        return sum(slot.seats for slot in self.slots)

    @property
    def taken(self) -> int:
        return sum(slot.taken for slot in self.slots)


@dataclass(frozen=True, slots=True)
class BookedLine:
    """That somebody asked for a seat, for a line through time."""

    number: str
    title: str
    state: BookingState
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class BookingCard:
    """`line`: place in the line of those who wait, from 1; null = does not wait. `code`: what the check-in reads, for its owner and the desk. `lessons`: of its course, 0 = one time; `present`: at so many; `lessons_until`: the end of the last one."""

    id: int
    number: str
    offer_id: int
    person_id: int
    name: str
    org_id: int
    slot_id: int | None
    state: BookingState
    seats: int
    line: int | None
    asked_at: datetime
    checked_in_at: datetime | None
    code: str
    reason: str = ""
    certificate: str = ""
    group: str = ""
    lessons: int = 0
    present: int = 0
    lessons_until: datetime | None = None
    extras: tuple[str, ...] = ()

    def is_course_over(self, today: date) -> bool:
        """No lesson is held today or later."""
        return self.lessons_until is not None and timezone.localdate(self.lessons_until) < today

    def can_check_in(self, today: date) -> bool:
        """Seated or missed; of a course only while it has lessons, and also who was at another of them."""
        if self.is_course_over(today):
            return False
        is_on_course = self.state is BookingState.ATTENDED and self.present < self.lessons
        return self.state in (BookingState.SEATED, BookingState.MISSED) or is_on_course

    def can_cancel(self, begins: datetime | None, now: datetime) -> bool:
        """Whoever asks or waits always; who has a seat until its time `begins`."""
        if self.state is BookingState.SEATED:
            return begins is None or now < begins
        return self.state in (BookingState.ASKED, BookingState.WAITING)

    @property
    def companions(self) -> int:
        return self.seats - 1

    @property
    def short_code(self) -> str:
        """The code as it is read out and typed."""
        return f"{self.code[:5]}-{self.code[5:]}"


@dataclass(frozen=True, slots=True)
class Attendance:
    """Of one offer. `persons` came themselves, `companions` with them."""

    seats: int
    seated: int
    waiting: int
    persons: int
    companions: int
    missed: int


@dataclass(frozen=True, slots=True)
class QuotaCard:
    """`org_name` empty: of a group, at whatever union."""

    id: int
    org_id: int | None
    org_name: str
    group: str
    seats: int
    taken: int


@dataclass(frozen=True, slots=True)
class Line:
    """One number of a draw as anybody may see it, in its order."""

    place: int
    number: str
    state: BookingState


@dataclass(frozen=True, slots=True)
class Certificate:
    """What anybody who has its number may read. `name` masked."""

    number: str
    name: str
    title: str
    kind: str
    org_name: str
    on: date


@dataclass(frozen=True, slots=True)
class LessonCard:
    """One lesson of a worker's course; `place` of `among`, from 1. `was_there`: checked in."""

    place: int
    begins: datetime
    ends: datetime
    was_there: bool


@dataclass(frozen=True, slots=True)
class Session:
    """A time as a calendar shows it: a slot, or one lesson of a course, `lesson` of `lessons`; both 0: it is the whole slot."""

    offer_id: int
    title: str
    label: str
    begins: datetime
    ends: datetime
    seats: int
    taken: int
    lesson: int = 0
    lessons: int = 0


@dataclass(frozen=True, slots=True)
class Appointment:
    """One time of a worker's calendar: of a course each lesson, `lesson` of `lessons`. `number` is its own and never another's."""

    number: str
    title: str
    begins: datetime
    ends: datetime
    place: str
    asked_at: datetime
    lesson: int = 0
    lessons: int = 0


@dataclass(frozen=True, slots=True)
class Tally:
    """Of one kind in a year. `persons` counts each worker once, `times` each coming (人次). `cost`: yuan, times × unit cost where told; null = told nowhere."""

    kind: str
    offers: int
    sessions: int
    persons: int
    times: int
    companions: int
    missed: int
    cost: Decimal | None


@dataclass(frozen=True, slots=True)
class CampaignFacts:
    title: str
    org_id: int
    starts_on: date
    ends_on: date
    partners: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class TeacherFacts:
    name: str
    org_id: int
    honour: str = ""
    field: str = ""
    studio: str = ""
    place_id: int | None = None


@dataclass(frozen=True, slots=True)
class CostFacts:
    """What one worker's part in a trip cost, in yuan, with what they chose beside it and without companions. `companions_paid` null = nobody said."""

    cost: Decimal
    companions_paid: bool | None = None
    priority_group: str = ""


@dataclass(frozen=True, slots=True)
class SettlementRow:
    """`own`: yuan that the worker bears themselves; null = not granted (yet)."""

    booking: BookingCard
    state: SettleState | None
    cost: Decimal | None
    companions_paid: bool | None
    priority_group: str
    amount: Decimal | None
    decision_id: int | None
    refusal_zh: str
    refusal_en: str

    @property
    def own(self) -> Decimal | None:
        return None if self.amount is None or self.cost is None else self.cost - self.amount


@dataclass(frozen=True, slots=True)
class TourFacts:
    """A bus and its days. Positions in millionths of a degree (WGS-84)."""

    title: str
    org_id: int
    area: str
    days: tuple[date, ...]
    leaves: time
    returns: time
    latitude: int
    longitude: int
    lanes: int
    minutes_each: int = 30
    buses: int = 1
    kmh: int = 35


@dataclass(frozen=True, slots=True)
class SiteFacts:
    name: str
    latitude: int
    longitude: int
    people: int
    opens: time | None = None
    closes: time | None = None
    place_id: int | None = None


@dataclass(frozen=True, slots=True)
class StopFacts:
    site_id: int
    bus: int
    begins: datetime
    ends: datetime
    people: int
    is_fixed: bool = False


@dataclass(frozen=True, slots=True)
class TopicFacts:
    title: str
    org_id: int
    field: TopicField
    text: str = ""


@dataclass(frozen=True, slots=True)
class TalkFacts:
    org_id: int
    team: str
    topic_id: int
    speaker: Speaker
    held_at: datetime
    minutes: int
    heads: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of the grassroots unions in one's part of the tree: how many held talks in a month. `heads`: person-times."""

    unions: int
    holding: int
    talks: int
    heads: int
    teams: int


@dataclass(frozen=True, slots=True)
class Reach:
    """Of a county (six digits): people reached and lasting members. `is_hidden`: too few to show, `reached` is then 0."""

    area: str
    reached: int
    members: int
    is_hidden: bool = False

    @property
    def share(self) -> float | None:
        """Null: no member. Above one where others than members came."""
        return self.reached / self.members if self.members else None


@dataclass(frozen=True, slots=True)
class Reached:
    """Counties in the order of their code; how many members each has was counted at `members_as_of`."""

    rows: list[Reach]
    members_as_of: datetime


@dataclass(frozen=True, slots=True)
class Violation:
    """Something that must never be so, is so."""

    rule: str
    place: str
    detail: str
