"""Every no to an objection, each with what to do next."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from niangjia.kernel.problems import Refusal


class NothingToObjectTo(Refusal):
    def __init__(self) -> None:
        super().__init__("目前没有可以提出异议的决定。", "There is no decision to object to at present.")


class ObjectionTooLate(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "提出异议的期限已过。如情况有变化，可以重新申请。",
            "The time to object is over. If things have changed, you may apply again.",
        )


class NoticeIsDown(Refusal):
    def __init__(self) -> None:
        super().__init__("这条公示已经结束。", "This notice is no longer up.")


class ObjectionWaits(Refusal):
    def __init__(self, raised_at: datetime) -> None:
        day = f"{timezone.localdate(raised_at):%Y-%m-%d}"
        super().__init__(
            f"您 {day} 对这一项提过异议，正在核查，不用再提。在“我的娘家”里点“我的异议”可以看。",
            f"Your objection to this of {day} is being looked into; there is no need for another. It stands under “My union home”.",
        )


class AlreadyAnswered(Refusal):
    def __init__(self) -> None:
        super().__init__("这件异议已经由另一位同事答复。", "A colleague has already answered this objection.")


class NoSuchReceipt(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "没有查到这个回执号。请核对十二位数字和字母；其中没有字母 I、L、O、U。",
            "There is no such receipt number. Check its twelve digits and letters; I, L, O and U do not occur.",
        )


class OfficerOfTheCase(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "异议须由没有办理过此案的同事答复。", "An objection is answered by a colleague who had no hand in the case."
        )


class GrievanceOpen(Refusal):
    def __init__(self, count: int) -> None:
        super().__init__(
            f"还有 {count} 件异议没有答复，请先由另一位同事答复。",
            f"{count} objections are not answered yet; another colleague answers them first.",
        )


class GrievanceUpheld(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "有异议成立，请撤下公示、更正档案后重新公示。",
            "An objection was upheld: withdraw the notice, correct the file, announce again.",
        )
