"""The refusals of bookings, named; each says the fact and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.utils import timezone

from niangjia.kernel.problems import Refusal


def _time(at: datetime) -> str:
    local = timezone.localtime(at)
    return f"{local.year}-{local.month:02}-{local.day:02} {local.hour:02}:{local.minute:02}"


class NotFound(Refusal):
    """Also for what is not the viewer's to see: a refusal must not tell that it exists."""


class NoSuchOffer(NotFound):
    def __init__(self, number: object) -> None:
        super().__init__(
            f"没有活动 {number}，或不在您的范围内。请从活动列表进入。", f"There is no offer {number}, or it is not for you. Start from the list."
        )  # fmt: skip


class NoSuchBooking(NotFound):
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


class HasBegun(Refusal):
    def __init__(self, begins: datetime) -> None:
        super().__init__(
            f"这一场 {_time(begins)} 已经开始，不能再取消；没有来的记为未到场。有特殊情况，请向组织的工会说明。",
            f"This session began at {_time(begins)}, so it cannot be cancelled; whoever did not come is counted as missing. Tell the organising union if there is a reason.",
        )


class ShareIsGiven(Refusal):
    """Why somebody waits though the page shows free seats. `seats` null: they come in no share."""

    def __init__(self, whose_zh: str, whose_en: str, seats: int) -> None:
        super().__init__(
            f"还有空位，但分给{whose_zh}的 {seats} 个名额都给出去了，所以排候补：有人取消，或组织的工会加了名额，就按次序递补。也可以请本单位工会向组织的工会要名额。",
            f"Seats are free, but the {seats} kept for {whose_en} are all given, so this waits in line: it moves up when somebody cancels or the organising union adds seats. Your own union may ask it for more.",
        )


class NotPossibleNow(Refusal):
    def __init__(self, state: str) -> None:
        super().__init__(f"目前是“{state}”，不能这样做。请刷新后再看。", "This is not possible now. Refresh the page.")


class IsBookedByThat(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "已经发布，报名的人是按原来的种类、时间、地点和条件报的，只能改名称、说明、讲师、服务季，或推迟报名截止。要改别的，请取消后重新发布。",
            "It is published and people booked by its kind, times, place and conditions: only its title, text, teacher and season change, or a later end of booking. For anything else call it off and publish anew.",
        )


class NoSuchExtra(Refusal):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"这次活动没有“{name}”可选。请从列出的项目中选。",
            f"{name!r} cannot be chosen here. Choose of what is listed.",
        )


class LessThanExtras(Refusal):
    def __init__(self, number: str, extras: str, cost: str) -> None:
        super().__init__(
            f"{number} 另选的项目就要 {extras} 元，费用不能只有 {cost} 元。请填含另选项目的全部费用。",
            f"What {number} chose beside the seat costs {extras} yuan alone; {cost} yuan cannot be all. Tell the cost with it.",
        )


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


class NoLessonNow(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "这门课已经上完，今天没有课，不能签到。",
            "This course is over and has no lesson today, so nobody can be checked in.",
        )


class NoSlots(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "还没有安排时间和名额，不能发布。请先添加场次。", "There are no times and seats yet. Add sessions first."
        )


class SlotIsPast(Refusal):
    def __init__(self, begins: datetime) -> None:
        super().__init__(
            f"场次 {_time(begins)} 已经过了，没有人能报。请核对年份和日期，删去这一场再排。",
            f"The session at {_time(begins)} is over already, so nobody could book it. Check its year and day, take it out and add it anew.",
        )


class SlotBeforeDraw(Refusal):
    def __init__(self, begins: datetime, closes_at: datetime) -> None:
        super().__init__(
            f"场次 {_time(begins)} 早于报名截止 {_time(closes_at)}：摇号在截止以后，这一场不会有人。请提前截止，或改场次的日期。",
            f"The session at {_time(begins)} is before booking closes at {_time(closes_at)}: the draw comes after that and would give nobody a seat in it. Close earlier, or hold it later.",
        )


class SlotWasHeld(Refusal):
    def __init__(self, begins: datetime) -> None:
        super().__init__(
            f"这一场 {_time(begins)} 已经开始，名单留作记录，不能取消。没有来的请记未到场。",
            f"This session began at {_time(begins)} and its list stays on record. Count whoever did not come as missing.",
        )


class LastSlot(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "这是已发布活动的最后一场。请先添加别的场次，或取消整个活动。",
            "This is the last session of a published offer. Add another first, or call the offer off.",
        )


class WasHeld(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "已有人到场，或各场都已结束，整个活动不能取消。还没有开始的场次可以单独取消；都办完了请点“结束活动”。",
            "Somebody came, or every session is over, so the offer cannot be called off. Call off single sessions that have not begun; close the offer when all is done.",
        )


class NoReason(Refusal):
    def __init__(self) -> None:
        super().__init__("请写明取消的原因，报名的人会看到。", "Say why it is called off: whoever booked reads it.")


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


class NoSuchCode(NoSuchBooking):
    def __init__(self) -> None:
        Refusal.__init__(
            self,
            "没有这个签到码，或不是您辖区的活动。请核对十位字母和数字，或在名单里按姓名签到。",
            "There is no such code at your offers. Check its ten letters and digits, or check in by the name on the list.",
        )


class NoCertificates(Refusal):
    def __init__(self) -> None:
        super().__init__("这类活动不发证明。", "This kind gives no certificates.")


class NoSuchCertificate(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "没有这个编号的证明。请核对：ZS 开头，后面十位。",
            "There is no certificate with this number. Check it: ZS and ten letters and digits.",
        )


class NotGranted(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "这是阶段性优惠的场地，只给批准了优惠的单位和个人；单位的由所在工会代为报名。请先申请优惠。",
            "This is a concession, for units and workers to whom it was granted; a unit's union books for it. Apply for the concession first.",
        )


class OutsideGrant(Refusal):
    def __init__(self, first: date, last: date, *, is_unchosen: bool = False) -> None:
        zh, en = ("请选其中一场", "Choose one session in that time") if is_unchosen else ("请选这段时间里的场次，或申请新的优惠", "Choose a session in that time, or apply for a new concession")  # fmt: skip
        super().__init__(f"优惠自 {first} 至 {last}。{zh}。", f"The concession lasts from {first} to {last}. {en}.")


class NotAPlaceForOffers(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "这个地点不能办活动：只能选在册、向公众公开的场所，由本工会的上下级管理，或由与本工会互认的工会管理。请另选一处，或留空，在场次里写明地方。",
            "Nothing can be offered at this place. Choose a listed public place that your union, one above or below it, or one that recognises yours keeps; or none, and say where at the sessions.",
        )


class PlaceNotInUse(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "举办的场所已撤销、暂停开放或过了有效期，现在不能报名。已报名的名额还在；请向组织的工会问清在哪里办。",
            "The place where this is held was closed or suspended, or its validity is over, so it cannot be booked now. Seats that were given stand; ask the organising union where it will be held.",
        )


class NotATrip(Refusal):
    def __init__(self) -> None:
        super().__init__("这类活动不按疗休养结算。", "This kind is not settled as a recuperation trip.")


class TripNotTold(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "还没有填写行程的情况，不能核算。请先填写行程。", "The trip has not been described yet. Fill that in first."
        )  # fmt: skip


class NothingGranted(Refusal):
    def __init__(self) -> None:
        super().__init__("没有可以列支的人。请先录入费用并核算。", "There is nobody to be paid for. Enter the costs and work them out first.")  # fmt: skip


class DaysOutgrown(Refusal):
    """The days of a worker's year were decided one trip beside the other, so that no decision saw them together."""

    def __init__(self, numbers: Sequence[str]) -> None:
        several = "、".join(numbers)
        super().__init__(
            f"{several} 核算以后，同一职工今年另有疗休养也核算了，合计天数没有一起算过。请组织的工会重新“按规则核算”，再报付。",
            f"After {', '.join(numbers)} was worked out, another trip of the same worker and year was too, and their days were never counted together. Let the organising union work it out again, then pay.",
        )


class DaysOverGiven(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "今年另一次疗休养已经结算，加上这次的天数没有一起核算过，不能结算。请在“专项资金”里撤回这笔付款，由组织的工会重新核算。",
            "Another trip of this year is settled, and its days were never counted together with these, so this part is not. Withdraw the payment under Funds and let the organising union work it out again.",
        )


class NoInvoice(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "还没有上传承办单位的发票，不能报付。请由组织的工会先上传。",
            "No invoice of the carrier is on file, so it cannot be paid. Let the organising union add it first.",
        )


class InvoiceIsPaid(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "已按这些发票报付，不能再删。有误的请补传更正的发票。",
            "Payment was asked for on these invoices; none is taken away. Add the corrected one.",
        )


class NotBoughtYet(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "向承办单位付款的申请还没有批准。请由另一人在“专项资金”中批准后再结算。",
            "Paying the carrier has not been approved. Let another person approve it under Funds, then settle.",
        )


class NoSuchTour(NotFound):
    def __init__(self, number: object) -> None:
        super().__init__(f"没有这份排班 {number}，或不在您的范围内。", f"There is no such plan {number}, or it is not yours to see.")  # fmt: skip


class TourIsPublished(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "已经发布给职工报名，不能再改安排。请在活动里增减名额，或取消后重排。",
            "It is published and people book it. Change seats at the offer, or call it off and plan anew.",
        )


class TourHasFaults(Refusal):
    def __init__(self, zh: str, en: str) -> None:
        super().__init__(
            f"安排有冲突：{zh}。请改正后再发布。", f"The plan cannot be carried out: {en}. Correct it, then publish."
        )


class NoStops(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "还没有停靠安排。请先排班，或手工添加。", "There are no stops yet. Plan them, or add them by hand."
        )


class SiteHasStops(Refusal):
    def __init__(self) -> None:
        super().__init__("这一站还有停靠安排。请先删去。", "This site still has stops. Take them out first.")


class NoSuchTopic(Refusal):
    def __init__(self) -> None:
        super().__init__("没有这个主题，或已停用。请从主题库中选。", "There is no such topic, or it is no longer used. Choose one of the library.")  # fmt: skip
