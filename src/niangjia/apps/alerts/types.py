"""What may leave the alerts room, and the shape of what comes in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from niangjia.kernel.months import Month


class AlertState(TextChoices):
    NEW = "NEW", _("新增")
    RETURNED = "RETURNED", _("返困")
    CONTINUING = "CONTINUING", _("持续")
    STALE = "STALE", _("数据未到")
    HELD = "HELD", _("暂缓")
    EXITED = "EXITED", _("退出")


ACTIVE_STATES = (AlertState.NEW, AlertState.RETURNED, AlertState.CONTINUING, AlertState.STALE)


class AlertGrade(TextChoices):
    """Orders the queue only; it never decides aid."""

    RED = "RED", _("红色")
    ORANGE = "ORANGE", _("橙色")
    YELLOW = "YELLOW", _("黄色")


class GradeChange(TextChoices):
    ESCALATED = "ESCALATED", _("升级")
    EASED = "EASED", _("缓和")
    SAME = "SAME", _("不变")


class RunKind(TextChoices):
    MONTHLY = "MONTHLY", _("月度名单")
    CORRECTION = "CORRECTION", _("更正名单")


class RunState(TextChoices):
    RECEIVING = "RECEIVING", _("正在接收")
    RECEIVED = "RECEIVED", _("待抽样发布")
    RELEASED = "RELEASED", _("已发布")


@dataclass(frozen=True)
class RunInfo:
    """
    One sensing run as its manifest tells it.

    `list_hash` is over the rows: two runs with one hash are one list. `says` gives the pack's sentence for every trigger id,
    ``{"T-ILL-1": {"zh": "… {M4} …", "en": "…"}}``; `gaps` names missing standards, one text each.
    """

    month: Month
    run_id: str
    manifest_hash: str
    list_hash: str
    row_count: int
    kind: RunKind = RunKind.MONTHLY
    says: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    gaps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SignalRow:
    """
    One household of one list. Money in yuan; None = UNKNOWN or not applicable.

    `household_id` is the registry's; `org_id` the responsible union's. Lists are sorted by code point.
    """

    household_id: int
    org_id: int
    area: str
    state: str
    grade: str = ""
    causes: tuple[str, ...] = ()
    triggers: tuple[str, ...] = ()
    suppress_code: str = ""
    labels: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    I2: Decimal | None = None
    I3: Decimal | None = None
    I4: Decimal | None = None
    I5: Decimal | None = None
    M4: Decimal | None = None
    M5: Decimal | None = None
    size: int | None = None
    students: int | None = None
    dis_grade: int | None = None
    months_uninsured: int | None = None
    confidence: Decimal | None = None
    first_month: str = ""


@dataclass(frozen=True)
class AlertFilter:
    """What an officer may narrow the monthly list by; empty = no narrowing. `text` is an alert number or a household's key."""

    month: Month | None = None
    area: str = ""
    cause: str = ""
    grade: str = ""
    state: str = ""
    suppressed: bool | None = None
    active_only: bool = False
    text: str = ""


@dataclass(frozen=True)
class AlertCard:
    """An alert for other rooms: ids and codes, no names."""

    id: int
    month: Month
    household_id: int
    org_id: int
    area: str
    state: AlertState
    grade: str
    change: str
    causes: tuple[str, ...]
    triggers: tuple[str, ...]
    labels: tuple[str, ...]
    suppress_code: str
    figures: Mapping[str, Decimal | int | None]
    confidence: Decimal | None


@dataclass(frozen=True)
class RunCard:
    id: int
    month: Month
    kind: RunKind
    state: RunState
    run_id: str
    row_count: int
    received_at: datetime | None
    released_at: datetime | None
    gaps: tuple[str, ...]


@dataclass(frozen=True)
class DiffCounts:
    """Households of one list by state, and by how the grade moved against the list before."""

    month: Month
    by_state: Mapping[str, int]
    by_change: Mapping[str, int]
    active: int


@dataclass(frozen=True)
class Tally:
    """`diff`, and the active households by grade, by cause and by area (six digits), the most first; one counts under each of its causes."""

    diff: DiffCounts
    by_grade: Mapping[str, int]
    by_cause: Mapping[str, int]
    by_area: Mapping[str, int]


@dataclass(frozen=True)
class ListInvariant:
    """
    `active(T-1) + NEW + RETURNED - EXITED - (active -> HELD) + came - went = active(T)`, households. `came` and `went`: on the list
    before with another union; of the whole deployment none.
    """

    month: Month
    active_before: int
    new: int
    returned: int
    exited: int
    active_to_held: int
    active_now: int
    came: int = 0
    went: int = 0

    @property
    def expected(self) -> int:
        left = self.exited + self.active_to_held + self.went
        return self.active_before + self.new + self.returned + self.came - left

    @property
    def holds(self) -> bool:
        return self.expected == self.active_now


@dataclass(frozen=True)
class Sentence:
    """One reason in words, or a note beside the reasons. `code` is the trigger's, suppression's or label's."""

    code: str
    zh: str
    en: str
    is_note: bool = False


@dataclass(frozen=True)
class Moment:
    """One month of a household on the lists."""

    month: Month
    alert_id: int
    state: AlertState
    grade: str
    change: str
    causes: tuple[str, ...]
    suppress_code: str


@dataclass(frozen=True)
class SampleProgress:
    size: int
    looked_at: int
    wrong: int

    @property
    def is_complete(self) -> bool:
        return self.looked_at >= self.size


@dataclass(frozen=True)
class Difference:
    """One household that a correction list shows otherwise than the month's list does."""

    household_id: int
    kind: str
    before: Mapping[str, object]
    after: Mapping[str, object]


@dataclass(frozen=True)
class Breach:
    """A broken invariant: which one, where, and what was counted."""

    rule: str
    place: str
    detail: str


Shape = tuple[str, str, tuple[str, ...], tuple[str, ...], str, str, Decimal | None, Decimal | None]
"""What a row says: state, grade, causes, triggers, suppress code, first month, I2, M4."""


@dataclass(frozen=True)
class TakenIn:
    """A list as it was taken in: which run, the hash of its rows, and for a month's list how many rows say what."""

    month: Month
    run_id: str
    list_hash: str
    kind: RunKind
    rows: Mapping[Shape, int]


@dataclass(frozen=True)
class Changed:
    """
    One fact of a household last month and this month. `name`: a column of the list, or ``months`` in a row on it; codes come as tuples.
    None = not known, or not on that list.
    """

    name: str
    before: Any
    now: Any

    @property
    def differs(self) -> bool:
        return self.before != self.now

    @property
    def step(self) -> Decimal | None:
        """By how much a number rose or fell; None for what is no number on both sides."""
        numbers = (int, Decimal)
        if isinstance(self.before, numbers) and isinstance(self.now, numbers):
            return Decimal(self.now) - Decimal(self.before)
        return None

    @property
    def came(self) -> tuple[str, ...]:
        return tuple(code for code in self.now or () if code not in (self.before or ()))

    @property
    def went(self) -> tuple[str, ...]:
        return tuple(code for code in self.before or () if code not in (self.now or ()))
