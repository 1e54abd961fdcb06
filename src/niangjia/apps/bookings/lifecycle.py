"""States of an offer and of a booking, and which moves there are, as tables."""

from __future__ import annotations

from enum import StrEnum

from django.db.models import TextChoices


class OfferState(TextChoices):
    DRAFT = "DRAFT", "未发布"
    OPEN = "OPEN", "报名中"
    CLOSED = "CLOSED", "报名结束"
    CANCELLED = "CANCELLED", "已取消"


class Giving(TextChoices):
    """How seats are given: to who comes first, or by a draw among all who asked in time."""

    FIRST_COME = "FIRST_COME", "先到先得"
    DRAW = "DRAW", "公开摇号"


class BookingState(TextChoices):
    ASKED = "ASKED", "已报名，待摇号"
    SEATED = "SEATED", "已有名额"
    WAITING = "WAITING", "候补"
    ATTENDED = "ATTENDED", "已到场"
    MISSED = "MISSED", "未到场"
    CANCELLED = "CANCELLED", "已取消"
    UNPLACED = "UNPLACED", "没有名额"


B = BookingState
HOLDS_SEATS = (B.SEATED, B.ATTENDED, B.MISSED)
OPEN = (B.ASKED, B.SEATED, B.WAITING)


class Step(StrEnum):
    SEAT = "SEAT"
    PUT_IN_LINE = "PUT_IN_LINE"
    CANCEL = "CANCEL"
    ATTEND = "ATTEND"
    MISS = "MISS"
    LEAVE_OUT = "LEAVE_OUT"


STEPS: dict[Step, dict[BookingState, BookingState]] = {
    Step.SEAT: {B.ASKED: B.SEATED, B.WAITING: B.SEATED},
    Step.PUT_IN_LINE: {B.ASKED: B.WAITING},
    Step.CANCEL: dict.fromkeys(OPEN, B.CANCELLED),
    Step.ATTEND: {B.SEATED: B.ATTENDED, B.MISSED: B.ATTENDED},
    Step.MISS: {B.SEATED: B.MISSED},
    Step.LEAVE_OUT: {B.WAITING: B.UNPLACED, B.ASKED: B.UNPLACED},
}


class SettleState(TextChoices):
    """Of one worker's part in a trip: told, decided by the rules, the carrier's payment asked for, taken off the worker's caps."""

    TOLD = "TOLD", "已录入，待核算"
    GRANTED = "GRANTED", "可列支"
    REFUSED = "REFUSED", "不能列支"
    UNKNOWN = "UNKNOWN", "还不能判断"
    ORDERED = "ORDERED", "已报付款"
    GIVEN = "GIVEN", "已结算"


BORNE = (SettleState.GRANTED, SettleState.ORDERED, SettleState.GIVEN)
"""States in which an amount stands."""
UNSETTLED = (SettleState.TOLD, SettleState.GRANTED, SettleState.UNKNOWN, SettleState.ORDERED)


class Speaker(TextChoices):
    """Who speaks before the shift: the part, never the name."""

    TEAM_LEADER = "TEAM_LEADER", "班组长"
    MODEL_WORKER = "MODEL_WORKER", "劳模工匠"
    RED_HEART = "RED_HEART", "红心宣讲队"
    OTHER = "OTHER", "其他职工"


class TopicField(TextChoices):
    POLICY = "POLICY", "政策理论"
    SAFETY = "SAFETY", "安全生产"
    CRAFT = "CRAFT", "业务技能"
    STORY = "STORY", "工匠故事"
