"""The refusals of work orders, named; each says the fact and what to do next."""

from __future__ import annotations

from niangjia.apps.workorders.lifecycle import IN_CHINESE, MAX_RETURNS, MIN_CONTACT_TRIES, OrderState
from niangjia.kernel.problems import Refusal


class NoUnionCovers(Refusal):
    def __init__(self, area: str) -> None:
        where = area or "—"
        super().__init__(
            f"没有在用的工会可承接（区划 {where}）。请先导入工会组织表（union），或补全该户的区划。",
            f"No active union can take this (division {where}). Land the union feed, or complete the household's division.",
        )


class NoSuchOrder(Refusal):
    """The same for what does not exist and for what is not the viewer's to see."""

    def __init__(self, key: object) -> None:
        super().__init__(
            f"没有工单 {key}，或不在您的管辖范围内。请核对编号，或联系上级工会。",
            f"There is no work order {key}, or it is outside your part of the tree. Check the number, or ask the union above.",
        )


class NotHolder(Refusal):
    def __init__(self, number: str, holder: str) -> None:
        super().__init__(
            f"工单 {number} 现由{holder}办理，您不能代办。",
            f"Order {number} is now with {holder}; you cannot act on it.",
        )


_INSTEAD = {
    OrderState.SUBMITTED: (
        "它等上级复核；要改由别家办，请复核的工会先退回，再转派",
        "it waits for the review above; to give it to another union, let the reviewing union return it first",
    ),
    OrderState.CLOSED: (
        "它已办结，不再变动；要再办，请另派一张工单",
        "it is closed for good; send out a new order instead",
    ),
}
_OPEN_IT = (
    "请打开这张工单，按“现在要做的”办理",
    "open the order and take the step that it offers now",
)


class IllegalMove(Refusal):
    """Says what is possible from where the order stands: reading the page again would change nothing."""

    def __init__(self, number: str, state: OrderState, action: str) -> None:
        zh, en = _INSTEAD.get(state, _OPEN_IT)
        super().__init__(
            f"工单 {number} 目前是“{state.label}”，不能{IN_CHINESE.get(action, action)}：{zh}。",
            f"Order {number} is {state.value}: {action} is not possible now; {en}.",
        )


class OrderMovedOn(Refusal):
    def __init__(self, number: str) -> None:
        super().__init__(
            f"工单 {number} 刚刚已被他人处理。请刷新后再看。",
            f"Order {number} has just been moved by somebody else. Refresh the page.",
        )


class ReasonMissing(Refusal):
    def __init__(self) -> None:
        super().__init__("请填写原因。", "Give a reason.")


class ReturnedTooOften(Refusal):
    def __init__(self, number: str) -> None:
        super().__init__(
            f"工单 {number} 已退回 {MAX_RETURNS} 次，不能再退。请与对方联系后复核，或由上级撤销、移交。",
            f"Order {number} has been returned {MAX_RETURNS} times; no more. Talk to each other and review it, or let the union "
            "above cancel or transfer it.",
        )


class NobodyAbove(Refusal):
    def __init__(self, number: str) -> None:
        super().__init__(
            f"工单 {number} 由本级首先承接，没有上级可退。可转派下级、移交外地或撤销。",
            f"Order {number} came to you first: there is nobody to hand it back to. Forward, transfer or cancel it.",
        )


class NobodyBelow(Refusal):
    def __init__(self, number: str, holder: str) -> None:
        super().__init__(
            f"工单 {number} 在{holder}，下面没有在用的工会可转。请在本级指派。",
            f"Order {number} is with {holder}, which has no active union below. Assign it here.",
        )


class AlreadyThere(Refusal):
    """Only said before forwarding many: one by one it can still be sent elsewhere."""

    def __init__(self, number: str, holder: str) -> None:
        super().__init__(
            f"工单 {number} 已到核实工会{holder}。请指派走访人；确要另派，请打开工单单独转派。",
            f"Order {number} has reached {holder}, which is to verify it. Assign a visitor, or open it to send it elsewhere.",
        )


class NobodyHere(Refusal):
    def __init__(self, number: str, holder: str) -> None:
        super().__init__(
            f"工单 {number} 在{holder}，那里没有可走访的在岗人员。请先转派下级，或请管理员设岗。",
            f"Order {number} is with {holder}, where nobody holds a post that visits. Forward it, or ask for a post to be filled.",
        )


class CannotForward(Refusal):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"不能转派给“{name}”：须是本级之下在用的工会。",
            f"Cannot forward to {name!r}: it must be an active union below the holder.",
        )


class ConflictOfInterest(Refusal):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name}与该户有亲属关系、同住，已申明回避，或参加过首次核实，不能核实。请另派他人。",
            f"{name} is kin to, lives with, or has stood aside from this household, or had a hand in its first finding, and cannot verify it. "
            "Assign somebody else.",
        )


class NotSeparate(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "核实人、上报人不能复核同一工单。请由另一位同事复核。",
            "Whoever verified or submitted an order cannot review it. Ask another colleague.",
        )


class TooFewVerifiers(Refusal):
    def __init__(self) -> None:
        super().__init__("走访须两人，或一人并有照片佐证。", "A visit takes two people, or one with a photograph.")


class TooFewTries(Refusal):
    def __init__(self, tries: int) -> None:
        super().__init__(
            f"已联系 {tries} 次；联系满 {MIN_CONTACT_TRIES} 次仍未联系上，才能按“联系不上”上报。",
            f"{tries} tries so far; at least {MIN_CONTACT_TRIES} before an order is submitted as unreached.",
        )


class AreaMissing(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "请填写移交到哪里（区划代码，6 到 12 位）。", "Say where to: a division code of 6 to 12 digits."
        )


class NotOfThisUnion(Refusal):
    def __init__(self, union: str) -> None:
        super().__init__(
            f"所选账户在“{union}”没有办理业务的岗位，不能指派。请从本工会的干部中选择，或先转派给其所在工会。",
            f"That account holds no casework post at {union}. Choose an officer of this union, or forward the order to theirs.",
        )


class AccountInactive(Refusal):
    def __init__(self) -> None:
        super().__init__("该账户已停用，不能指派。请另派他人。", "That account is disabled. Assign somebody else.")


class AlreadyUrged(Refusal):
    def __init__(self, number: str) -> None:
        super().__init__(
            f"工单 {number} 今天已经催办过，明天仍未办可以再催。",
            f"Order {number} was asked for today already. If nothing has moved, ask again tomorrow.",
        )
