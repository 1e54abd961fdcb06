"""What may leave the cases room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from niangjia.apps.funds.types import ReservationState
from niangjia.apps.objections.types import GrievanceState
from niangjia.apps.programs.types import AdjustmentCard, Line
from niangjia.apps.workorders.types import RoutingFacts
from niangjia.kernel.months import Month


class CaseKind(TextChoices):
    HARDSHIP = "HARDSHIP", _("困难帮扶")
    SPOT_CHECK = (
        "SPOT_CHECK",
        _("核实抽查"),
    )  # another visit to what was verified: it decides nothing about the household


class Channel(TextChoices):
    """Where a case came from; kept for good (catalogue E01)."""

    SENSING = "SENSING", _("系统感知")
    CANVASS = "CANVASS", _("基层摸排")
    APPLICATION = "APPLICATION", _("本人申请")


ASK_AGAIN = "cases.ask_again"
"""The event of a household in a case that says it is in trouble again."""


class CaseState(TextChoices):
    OPEN = "OPEN", _("待核实")
    SUBMITTED = "SUBMITTED", _("待复核")
    CONFIRMED = "CONFIRMED", _("已核实")
    WATCH = "WATCH", _("临界观察")
    REPAIR = "REPAIR", _("信息待修正")
    RETRY = "RETRY", _("待再联系")
    FILE_DRAFT = "FILE_DRAFT", _("建档填报")
    FILE_TIERED = "FILE_TIERED", _("已定档次")
    FILE_ANNOUNCED = "FILE_ANNOUNCED", _("公示中")
    ON_FILE = "ON_FILE", _("在档帮扶")
    EXITING = "EXITING", _("退档告知中")
    CLOSED = "CLOSED", _("已办结")


FILE_STATES = (
    CaseState.FILE_DRAFT,
    CaseState.FILE_TIERED,
    CaseState.FILE_ANNOUNCED,
    CaseState.ON_FILE,
    CaseState.EXITING,
)


class CaseAction(TextChoices):
    """A move's name; the permission is ``cases.<value in lower case>``."""

    VISIT = "VISIT", _("登记走访")
    SUBMIT = "SUBMIT", _("提交核实结论")
    RETURN = "RETURN", _("退回重核")
    ACCEPT = "ACCEPT", _("复核通过")
    CLOSE_WITHOUT_FILE = "CLOSE_WITHOUT_FILE", _("不建档办结")
    START_FILE = "START_FILE", _("开始建档")
    FILL_FILE = "FILL_FILE", _("填写档案")
    DECIDE_TIER = "DECIDE_TIER", _("核定档次")
    ANNOUNCE = "ANNOUNCE", _("公示")
    WITHDRAW_NOTICE = "WITHDRAW_NOTICE", _("撤下公示")
    APPROVE = "APPROVE", _("批准建档")
    REFUSE_FILE = "REFUSE_FILE", _("不予建档")
    RECORD_INCOME = "RECORD_INCOME", _("登记月收入")
    PROPOSE_EXIT = "PROPOSE_EXIT", _("提出退档")
    CONFIRM_EXIT = "CONFIRM_EXIT", _("确认退档")
    STOP_EXIT = "STOP_EXIT", _("停止退档")
    END_WATCH = "END_WATCH", _("结束观察")
    FINISH_REPAIR = "FINISH_REPAIR", _("修正完成")
    RETRY = "RETRY", _("再次联系")
    HAND_TO_COMMUNITY = "HAND_TO_COMMUNITY", _("转社区")
    CANCEL = "CANCEL", _("撤销")
    WITHDRAW = "WITHDRAW", _("本人撤回")
    SETTLE = "SETTLE", _("抽查比对办结")
    RULE = "RULE", _("裁定抽查出入")


class Outcome(TextChoices):
    """Outcomes of a verification, `sensing.md` §9."""

    V1 = "V1", _("属实")
    V2 = "V2", _("属实（暂时）")
    V3 = "V3", _("临界困难")
    V4 = "V4", _("不困难")
    V5 = "V5", _("已由其他救助覆盖")
    V6 = "V6", _("身份或家庭有误")
    V7 = "V7", _("联系不上")
    V8 = "V8", _("本人谢绝")
    V9 = "V9", _("已转移外地")
    V10 = "V10", _("去世、退休或离职")


CONFIRMING = (Outcome.V1, Outcome.V2)


class VisitWay(TextChoices):
    """HOME and WORKPLACE see the person; the others are tries to reach them."""

    HOME = "HOME", _("入户")
    WORKPLACE = "WORKPLACE", _("到单位")
    PHONE = "PHONE", _("电话")
    NONE = "NONE", _("上门未遇")


SEEING = (VisitWay.HOME, VisitWay.WORKPLACE)


class ExitKind(TextChoices):
    """Ways out of the file, `sensing.md` §11."""

    OUT_OF_HARDSHIP = "OUT_OF_HARDSHIP", _("脱困")
    SAFETY_NET = "SAFETY_NET", _("解困")
    NATURAL = "NATURAL", _("自然脱困")
    CANCELLED = "CANCELLED", _("注销")
    NOT_ELIGIBLE = "NOT_ELIGIBLE", _("不符合条件")


class CloseReason(TextChoices):
    """Why a case ended."""

    HELPED_ONCE = "HELPED_ONCE", _("已一次性帮扶")
    FILE_REFUSED = "FILE_REFUSED", _("不予建档")
    EXITED = "EXITED", _("已退档")
    NOT_IN_HARDSHIP = "NOT_IN_HARDSHIP", _("不困难")
    COVERED_ELSEWHERE = "COVERED_ELSEWHERE", _("已由其他救助覆盖")
    REFUSED_HELP = "REFUSED_HELP", _("本人谢绝")
    TRANSFERRED = "TRANSFERRED", _("已移交")
    LEFT = "LEFT", _("去世、退休或离职")
    REPAIRED = "REPAIRED", _("信息已修正")
    COMMUNITY = "COMMUNITY", _("已转社区")
    WATCHED = "WATCHED", _("观察期满")
    WITHDRAWN = "WITHDRAWN", _("本人撤回")
    CANCELLED = "CANCELLED", _("撤销")
    AGREED = "AGREED", _("抽查一致")
    INCOMPARABLE = "INCOMPARABLE", _("抽查无从比较")
    RULED = "RULED", _("抽查已裁定")


class SpotResult(TextChoices):
    """What comparing the second finding with the first gave; empty = not visited again yet."""

    AGREES = "AGREES", _("一致")
    DIFFERS = "DIFFERS", _("有出入")
    INCOMPARABLE = "INCOMPARABLE", _("无从比较")


class Ruling(TextChoices):
    """Which of two findings that differ stands."""

    FIRST = "FIRST", _("首次结论无误")
    SECOND = "SECOND", _("首次结论有误")
    CHANGED = "CHANGED", _("情况已变化，两次都无误")


class Settlement(TextChoices):
    """What an active alert became: the recorded reason that INV 3 asks for."""

    OPENED = "OPENED", _("已派单")
    JOINED = "JOINED", _("并入在办个案")
    SETTLED = "SETTLED", _("近期已有结论")


class EntitlementState(TextChoices):
    """SET_ASIDE is in the funds' hands: queued, reserved or paid there. BLOCKED: a cap or a missing budget stands in the way."""

    SET_ASIDE = "SET_ASIDE", _("已列支")
    BLOCKED = "BLOCKED", _("未列支")
    CANCELLED = "CANCELLED", _("已取消")


class GrievanceAbout(TextChoices):
    OUTCOME = "OUTCOME", _("核实结论")
    NOTICE = "NOTICE", _("公示")
    DECISION = "DECISION", _("帮扶决定")
    EXIT = "EXIT", _("退档")


class IncomeSource(TextChoices):
    SENSING = "SENSING", _("数据比对")
    PROOF = "PROOF", _("收入证明")


@dataclass(frozen=True, slots=True)
class DeskCounts:
    """
    Cases that are not closed by state, and what waits: calls that are due, help without money, re-checks to rule on.

    `along`: what other rooms had counted in the same question, by name.
    """

    by_state: Mapping[CaseState, int]
    calls: int = 0
    blocked: int = 0
    differing: int = 0
    along: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class DraftCard:
    """What an officer has typed of a visit so far. `values`: by field as the page sent them; `edition` counts the saves."""

    key: UUID
    case_id: int
    values: Mapping[str, list[str]]
    edition: int
    saved_at: datetime


@dataclass(frozen=True)
class CaseFilter:
    """What an officer may narrow the cases by; empty = no narrowing."""

    state: str = ""
    channel: str = ""
    month: str = ""
    grade: str = ""
    outcome: str = ""
    cause: str = ""
    area: str = ""
    number: str = ""  # how the case's number ends
    household_id: int | None = None
    only_open: bool = False


@dataclass(frozen=True)
class ContactTry:
    """`way` is a `VisitWay`; `is_reached` false = nobody answered."""

    at: datetime
    way: str
    is_reached: bool


@dataclass(frozen=True)
class Outsider:
    """Somebody without an account who came along on a visit. `post` says who they are: 社区网格员. The name is sealed."""

    name: str
    post: str


@dataclass(frozen=True)
class FileMemberRow:
    """`person_id` is the registry's."""

    person_id: int
    relation: str


@dataclass(frozen=True)
class CaseCard:
    """A case for other rooms and lists: ids and codes, no names."""

    id: int
    number: str
    household_id: int
    person_id: int | None
    org_id: int
    area: str
    state: CaseState
    channel: Channel
    month: str
    causes: tuple[str, ...]
    grade: str
    work_order_id: int | None
    outcome: str
    opened_at: datetime
    closed_at: datetime | None
    close_reason: str


@dataclass(frozen=True)
class ExitProgress:
    """`passed` = months above the standard in a row, UNKNOWN months neither counting nor breaking; `unknown` = those within the row."""

    passed: int
    unknown: int
    needs_proof: bool


@dataclass(frozen=True)
class OpenedCases:
    """Counts of alerts after `open_cases`. `not_routed`: households that no active union can visit; nothing was opened for them."""

    opened: int
    joined: int
    settled: int
    retried: int
    untouched: int
    not_routed: tuple[int, ...]

    def plus(self, other: OpenedCases) -> OpenedCases:
        return OpenedCases(
            self.opened + other.opened,
            self.joined + other.joined,
            self.settled + other.settled,
            self.retried + other.retried,
            self.untouched + other.untouched,
            self.not_routed + other.not_routed,
        )


@dataclass(frozen=True)
class Contact:
    """Whom of a household to see first, and what routing knows of them."""

    person_id: int
    facts: RoutingFacts


@dataclass(frozen=True)
class OwnDecision:
    """
    A decision as the worker reads it: what, how much, `because` of which lines, and `aside` what did not count; `deciding`: the line to
    name first, null in a decision without lines. `later`: what deciding it anew found, oldest first.
    """

    decision_id: int
    title_zh: str
    title_en: str
    outcome: str
    tier: str
    amount: Decimal | None
    deciding: Line | None
    because: tuple[Line, ...]
    aside: tuple[Line, ...]
    later: tuple[AdjustmentCard, ...]


@dataclass(frozen=True)
class OwnMatter:
    """
    One matter on the worker's own page, in words. `reason` is the officer's, of a refusal or an exit. `can_object_until` None = as long
    as the matter goes on. `objections`: id and state. `way`: the steps of its way and the day on which each was done, null = not yet.
    `grants`: of each how its money stands, null = none set aside, and when it arrived, null = not. `why_…`: why the household is on the present
    list; `also_…`: notes beside it.
    """

    case_id: int
    number: str
    union: str
    state: CaseState
    status_zh: str
    status_en: str
    reason: str
    decisions: tuple[OwnDecision, ...]
    can_object_until: date | None
    objections: tuple[tuple[int, GrievanceState], ...]
    way: tuple[tuple[str, date | None], ...]
    grants: tuple[tuple[ReservationState | None, datetime | None], ...]
    why_zh: tuple[str, ...]
    why_en: tuple[str, ...]
    also_zh: tuple[str, ...]
    also_en: tuple[str, ...]


@dataclass(frozen=True)
class Breach:
    """A broken invariant: which one, where, and what was counted."""

    rule: str
    place: str
    detail: str


@dataclass(frozen=True)
class SpotRate:
    """
    Re-checks of one union or verifier that could be compared, how many differ, in how many of these the first finding was wrong;
    `ratio` = differing ÷ checked, null = too few for one.
    """

    id: int
    name: str
    checked_count: int
    differing_count: int
    wrong_count: int
    ratio: float | None


@dataclass(frozen=True)
class Precision:
    """Of what one trigger or grade announced: verified, of these confirmed, and the ratio; all null where there are too few."""

    code: str
    verified_count: int | None
    confirmed_count: int | None
    ratio: float | None


@dataclass(frozen=True)
class HeldMonth:
    """A month of a household on file. None = UNKNOWN. `standard` is the minimum-living standard of its area, yuan a month."""

    month: Month
    income_per_capita: Decimal | None
    standard: Decimal | None
