"""The refusals of bookings, named; each says the fact and what to do next."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from niangjia.kernel.problems import Refusal


def _time(at: datetime) -> str:
    local = timezone.localtime(at)
    return f"{local.year}-{local.month:02}-{local.day:02} {local.hour:02}:{local.minute:02}"


class NoSuchOffer(Refusal):
    def __init__(self, number: object) -> None:
        super().__init__(
            f"没有活动 {number}，或不在您的范围内。请从活动列表进入。", f"There is no offer {number}, or it is not for you. Start from the list."
        )  # fmt: skip


class NoSuchBooking(Refusal):
    def __init__(self, number: object) -> None:
        super().__init__(
            f"没有报名 {number}，或不在您的范围内。请核对编号。", f"There is no booking {number}, or it is not yours to see. Check the number."
        )  # fmt: skip


class NotOpen(Refusal):
    def __init__(self, opens_at: datetime, closes_at: datetime) -> None:
        super().__init__(
            f"现在不能报名。报名时间是 {_time(opens_at)} 至 {_time(closes_at)}。",
            f"Booking is not open now. It is open from {_time(opens_at)} to {_time(closes_at)}.",
        )


class TooManyCompanions(Refusal):
    def __init__(self, most: int) -> None:
        super().__init__(f"最多可以带 {most} 位家属。请减少人数。", f"At most {most} companions may come. Take fewer.")


class AlreadyBooked(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "已经报过名了。要改时间，请先取消原来的。",
            "This is booked already. To change the time, cancel the first booking.",
        )


class HadOneLately(Refusal):
    def __init__(self, years: int, last: datetime) -> None:
        super().__init__(
            f"{years} 年内只安排一次，上一次是 {_time(last)[:10]}。满 {years} 年后可以再报。",
            f"This is given once in {years} years; the last was on {_time(last)[:10]}. Ask again when they are over.",
        )


class NotForYou(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "您所在工会或群体没有这次活动的名额。请向本单位工会询问。",
            "Your union or group has no seats here. Ask your own union.",
        )


class NotPossibleNow(Refusal):
    def __init__(self, state: str) -> None:
        super().__init__(f"目前是“{state}”，不能这样做。请刷新后再看。", "This is not possible now. Refresh the page.")


class FewerThanTaken(Refusal):
    def __init__(self, taken: int) -> None:
        super().__init__(
            f"已有 {taken} 个名额给了人，不能改得更少。", f"{taken} seats are given; there cannot be fewer."
        )


class TooEarly(Refusal):
    def __init__(self, begins: datetime) -> None:
        super().__init__(
            f"还没有到时间，{_time(begins)} 起可以签到。", f"It is too early: check-in begins at {_time(begins)}."
        )


class NoSlots(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "还没有安排时间和名额，不能发布。请先添加场次。", "There are no times and seats yet. Add sessions first."
        )


class WrongTimes(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "结束须晚于开始，名额至少 1 个。请改正。",
            "The end is after the beginning, and there is one seat at least. Correct it.",
        )


class NotADraw(Refusal):
    def __init__(self) -> None:
        super().__init__("这次活动先到先得，不摇号。", "This is given to who comes first; there is no draw.")


class DrawTooEarly(Refusal):
    def __init__(self, closes_at: datetime) -> None:
        super().__init__(
            f"报名到 {_time(closes_at)} 才结束，那以后才能摇号。",
            f"Booking ends at {_time(closes_at)}; draw after that.",
        )
