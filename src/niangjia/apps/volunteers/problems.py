"""The refusals of volunteers, named; each says the fact and what to do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from niangjia.kernel.problems import Refusal


class NoSuchKind(Refusal):
    def __init__(self, kind: str, known: Sequence[str]) -> None:
        super().__init__(
            f"没有“{kind}”这一类。现有：{'、'.join(known)}。", f"There is no kind {kind!r}. There are: {', '.join(known)}."
        )  # fmt: skip


class NoSuchNeed(Refusal):
    """The same for what does not exist and for what is not the viewer's to see."""

    def __init__(self, number: object) -> None:
        super().__init__(
            f"没有需求 {number}，或不在您的范围内。请从列表进入。",
            f"There is no need {number}, or it is not yours to see. Start from the list.",
        )


class NoSuchHelper(Refusal):
    def __init__(self, number: object) -> None:
        super().__init__(
            f"没有登记 {number}，或不在您的范围内。请从名册进入。",
            f"There is no helper {number}, or they are not yours to see. Start from the register.",
        )


class NoSuchPair(Refusal):
    def __init__(self, number: object) -> None:
        super().__init__(
            f"没有配对 {number}，或不在您的范围内。请从列表进入。",
            f"There is no pair {number}, or it is not yours to see. Start from the list.",
        )


class WrongAnswers(Refusal):
    """`fields`: by name, what is wrong with it in Chinese and English."""

    def __init__(self, fields: Mapping[str, tuple[str, str]]) -> None:
        self.fields = fields
        super().__init__("".join(zh for zh, _ in fields.values()), " ".join(en for _, en in fields.values()))


class PersonalInPublic(WrongAnswers):
    def __init__(self, name: str) -> None:
        super().__init__(
            {name: ("这一栏会公开，不能有身份证号、手机号或银行卡号。请删去，联系方式写在“联系人”一栏。",
                    "This is shown in public: no ID, phone or bank card number. Take it out; contacts have a field of their own.")}
        )  # fmt: skip


class Changed(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "这件事在您打开之后变了，您的这一步没有生效。请看过现在的样子再办。",
            "This has changed since you opened it, so your step changed nothing. Look at how it stands now, then go on.",
        )


class NotOpen(Refusal):
    def __init__(self, state: str) -> None:
        super().__init__(f"这项需求{state}，不能再办。", "This need is closed; nothing more can be done with it.")


class NotThisStage(Refusal):
    def __init__(self, zh: str, en: str) -> None:
        super().__init__(
            f"现在是“{zh}”这一步，这一步不能这样办。请按步骤来。",
            f"The need is at “{en}”; this cannot be done there. Follow the stages.",
        )


class NotYet(Refusal):
    """What the stage still waits for."""


class NeedsAPair(NotYet):
    def __init__(self) -> None:
        super().__init__(
            "还没有一对得到双方同意，不能进入下一步。请先配对，并请双方确认。",
            "No pair has the yes of both sides yet. Match first, and let both sides confirm.",
        )


class NeedsAVisit(NotYet):
    def __init__(self) -> None:
        super().__init__(
            "还没有一次记录，不能进入下一步。请先记下做过的事。",
            "Nothing has been logged yet. Log what was done first.",
        )


class NeedsRatings(NotYet):
    def __init__(self, numbers: Sequence[str]) -> None:
        super().__init__(
            f"请给每一位评分（1 至 5）：{'、'.join(numbers)}。没有评估不能办结。",
            f"Rate each of them from 1 to 5: {', '.join(numbers)}. Without an evaluation nothing is closed.",
        )


class NeedsReason(WrongAnswers):
    def __init__(self) -> None:
        super().__init__({"reason": ("请写明理由。", "Say why.")})


class AtDesk(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "这一步由负责匹配的工会（乡镇以上）办理。请等上级工会，或与之联系。",
            "This step is for a union that matches (town or above). Wait for it, or get in touch.",
        )


class NotYourSide(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "这一方的意见由本人或其工会来说。请用自己的岗位登录办理。",
            "That side speaks for itself or through its own union. Sign in on a post of that union.",
        )


class SamePerson(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "双方的意见要由两个人来说，不能都由一个人代。请另一方自己确认。",
            "The two sides must be two people. Let the other side confirm for itself.",
        )


class OverLoad(Refusal):
    def __init__(self, number: str, capacity: int) -> None:
        super().__init__(
            f"{number} 最多同时 {capacity} 项，已经满了。请换一位，或等手上的办结。",
            f"{number} takes on at most {capacity} at once, and has them. Choose somebody else, or wait until one is closed.",
        )


class NeedFull(Refusal):
    def __init__(self, seats: int) -> None:
        super().__init__(
            f"这项需求要 {seats} 人，已经够了。", f"This need asks for {seats}, and has them."
        )  # fmt: skip


class PairedAlready(Refusal):
    def __init__(self) -> None:
        super().__init__("这一对已经在办了。请到需求页面查看。", "This pair stands already. See the page of the need.")


class NotListed(Refusal):
    def __init__(self, state: str) -> None:
        super().__init__(
            f"这位能人现在{state}，不能配对。请先恢复登记。", "This helper is not active now. Reactivate them first."
        )  # fmt: skip


class NotPossibleNow(Refusal):
    def __init__(self, state: str) -> None:
        super().__init__(
            f"现在“{state}”，不能这样办。请刷新后再看。", "Not possible as it stands now. Refresh the page."
        )


class StillBusy(Refusal):
    def __init__(self, load: int) -> None:
        super().__init__(
            f"手上还有 {load} 项在办，不能退出或减少到更少。请先解除或等办结。",
            f"There are {load} needs in hand. Release them, or wait until they are closed.",
        )


class NoBids(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "这项需求现在不接受揭榜：没有公开，或期限已过。请看其他公开的需求。",
            "This need takes no bids now: it is not open, or its time is over. Look at the other open needs.",
        )


class JoinFirst(Refusal):
    def __init__(self, kind: str) -> None:
        super().__init__(
            f"请先登记为{kind}，工会确认后再来。", "Sign up as a helper first; once your union has confirmed you, come back."
        )  # fmt: skip


class NoUnion(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "没有查到您（他）所在的工会。请先联系单位或乡镇工会登记入会。",
            "No union membership was found. Ask the union of the firm or the town to enter it first.",
        )


class WrongDay(WrongAnswers):
    def __init__(self, first: date, last: date) -> None:
        super().__init__(
            {"on": (f"日期要在 {first} 至 {last} 之间。请改正。", f"The day must lie between {first} and {last}.")}
        )


class TooLong(WrongAnswers):
    def __init__(self, hours: int) -> None:
        super().__init__(
            {"minutes": (f"一人一天合计最多 {hours} 小时。请核对。", f"At most {hours} hours a person and day. Check it.")}
        )  # fmt: skip


class NotConfirmed(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "这一对还没有得到双方同意，或已经解除。双方确认之后才能办理。",
            "This pair has not the yes of both sides, or was released. It is possible once both have confirmed.",
        )
