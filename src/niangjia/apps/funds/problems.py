"""The refusals of money, named; each says the fact and what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from niangjia.apps.funds.types import AccountKind, Cap, SubjectKind, Window
from niangjia.kernel.money import show_yuan
from niangjia.kernel.problems import Refusal


class NoBudget(Refusal):
    def __init__(self, purpose: str, year: int) -> None:
        super().__init__(
            f"{year} 年没有用途为“{purpose}”的预算。请先由财务开设预算并经另一人审批。",
            f"No budget for {purpose!r} in {year}. Let finance open one and another person approve it.",
        )


class BudgetExists(Refusal):
    def __init__(self, purpose: str, year: int) -> None:
        super().__init__(
            f"{year} 年“{purpose}”预算已开设。请用“追加预算”。",
            f"The {year} budget for {purpose!r} is already open. Add to it instead.",
        )


class AccountShort(Refusal):
    def __init__(self, kind: AccountKind, balance: Decimal, needed: Decimal) -> None:
        self.kind = kind
        super().__init__(
            f"“{kind.label}”账户余额 {show_yuan(balance)} 元，少于本次 {show_yuan(needed)} 元。可先申请追加预算，或减少名单。",
            f"The account {kind.value} holds {show_yuan(balance)} yuan, less than the {show_yuan(needed)} needed. "
            "Ask for more budget, or shorten the list.",
        )


class BadAmount(Refusal):
    def __init__(self, amount: object) -> None:
        super().__init__(
            f"金额 {amount} 无效：须大于 0，最多两位小数。",
            f"Amount {amount} is not valid: above 0, two decimals at most.",
        )


class NotFound(Refusal):
    """The same for what does not exist and for what is not the viewer's to see."""

    def __init__(self, what_zh: str, what_en: str, key: object) -> None:
        super().__init__(
            f"没有{what_zh} {key}，或不在您的管辖范围内。请核对编号，或联系上级工会。",
            f"There is no {what_en} {key}, or it is outside your part of the tree. Check the number, or ask the union above.",
        )


class KeyReused(Refusal):
    def __init__(self, key: str) -> None:
        super().__init__(
            f"编号 {key} 已用于另一笔内容不同的业务。重复提交须内容一致；新的业务请用新的编号。",
            f"Key {key} was used for something else. A repeat must be identical; new business needs a new key.",
        )


class SamePerson(Refusal):
    """Separation of duties."""

    def __init__(self, did_zh: str, did_en: str, wants_zh: str, wants_en: str, *, is_colleague: bool = False) -> None:
        """`is_colleague`: it was done by one with whom the viewer is joined by standing in."""
        if is_colleague:
            super().__init__(
                f"与您互相代岗的同事已{did_zh}，视同您本人，不能再{wants_zh}。请由另一位同事办理。",
                f"A colleague who stands in for you, or you for them, has {did_en}: you count as one and cannot {wants_en}. "
                "Ask another colleague.",
            )
            return
        super().__init__(
            f"您已{did_zh}，不能再{wants_zh}。请由另一位同事办理。",
            f"You have {did_en}, so you cannot {wants_en}. Ask another colleague.",
        )


class OwnBenefit(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "这笔款项的受助人是您本人或您的家人，请由另一位同事办理。",
            "The beneficiary is you or somebody you live with. Ask another colleague.",
        )


_PER = {SubjectKind.PERSON: ("每人", "person"), SubjectKind.HOUSEHOLD: ("每户", "household")}


def worded_window(cap: Cap) -> tuple[str, str]:
    """When a cap counts, in both languages: 2023 年, in 2023."""
    match cap.window:
        case Window.YEAR:
            return f"{cap.day.year} 年", f"in {cap.day.year}"
        case Window.ROLLING_12_MONTHS:
            return f"截至 {cap.day} 的十二个月内", f"in the twelve months up to {cap.day}"
        case Window.EVENT:
            return f"同一事件（{cap.event}）", f"for one event ({cap.event})"
    return "累计", "ever"


class CapExceeded(Refusal):
    def __init__(self, cap: Cap, used_count: int, used_amount: Decimal) -> None:
        self.cap = cap
        kind = SubjectKind(cap.per)
        who_zh, who_en = _PER.get(kind, (f"每个{kind.label}", kind.value.lower().replace("_", " ")))
        when_zh, when_en = worded_window(cap)
        limit_zh, limit_en, used_zh, used_en = [], [], [], []
        if cap.count is not None:
            limit_zh.append(f"{cap.count} 次")
            limit_en.append(f"{cap.count} times")
            used_zh.append(f"{used_count} 次")
            used_en.append(f"{used_count} times")
        if cap.amount is not None:
            limit_zh.append(f"{show_yuan(cap.amount)} 元")
            limit_en.append(f"{show_yuan(cap.amount)} yuan")
            used_zh.append(f"{show_yuan(used_amount)} 元")
            used_en.append(f"{show_yuan(used_amount)} yuan")
        if not limit_zh:  # another programme's limit, that its later use was held to
            limit_zh, limit_en = ["其他项目已定的限额"], ["what another programme was held to"]
            used_zh, used_en = [f"{show_yuan(used_amount)} 元"], [f"{show_yuan(used_amount)} yuan"]
        super().__init__(
            f"超过限额：{when_zh}{who_zh}最多 {'、'.join(limit_zh)}（{cap.group}），已用 {'、'.join(used_zh)}。",
            f"Over the cap: per {who_en} {when_en} at most {', '.join(limit_en)} ({cap.group}); used {', '.join(used_en)}.",
        )


class EventMissing(Refusal):
    def __init__(self, group: str) -> None:
        super().__init__(
            f"限额 {group} 按事件计，请写明是哪一次事件。", f"The cap {group} counts by event: say which event it is."
        )


class BookMoved(Refusal):
    def __init__(self, group: str) -> None:
        super().__init__(
            f"限额 {group} 刚被他人使用，请再试一次。",
            f"The cap {group} was used by somebody else just now. Try again.",
        )


class WrongState(Refusal):
    def __init__(self, what_zh: str, what_en: str, state_label: str, state: str, wants_zh: str, wants_en: str) -> None:
        super().__init__(
            f"{what_zh}目前是“{state_label}”，不能{wants_zh}。请刷新后再看。",
            f"{what_en} is {state}: cannot {wants_en}. Refresh the page.",
        )


class NothingToPay(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "没有可发放的款项：所选预算下没有已审批且未入批次的预留。",
            "Nothing to pay: no approved reservation of this budget is waiting for a batch.",
        )


class ContentChanged(Refusal):
    def __init__(self, number: str) -> None:
        super().__init__(
            f"批次 {number} 的明细与编制时不一致，已停止。请作废该批次并通知系统管理员。",
            f"The lines of batch {number} differ from those prepared; stopped. Cancel the batch and tell your administrator.",
        )


class AccountMissing(Refusal):
    def __init__(self, references: list[str]) -> None:
        shown = "、".join(references[:10])
        super().__init__(
            f"{len(references)} 笔没有银行账号，不能封存：{shown}。请补录账号，或在审批前移出这些人。",
            f"{len(references)} payments have no bank account: {shown}. Enter the accounts, or cancel the batch and leave these out.",
        )


class AccountChanged(Refusal):
    def __init__(self, references: Sequence[str]) -> None:
        listed = ", ".join(references[:5])
        super().__init__(
            f"审批之后有 {len(references)} 笔的收款账号被改动（{listed}），没有付款。请核实账号；确需更改的，作废批次后重新编制、审批。",
            f"The bank account of {len(references)} payments was changed after the approval ({listed}); nothing was paid. "
            "Check the accounts; if the change is right, cancel the batch, prepare and approve it anew.",
        )


class AccountUnchanged(Refusal):
    def __init__(self, reference: str) -> None:
        super().__init__(
            f"{reference} 上次被银行退回，账号或户名还没有更正。请先更正再重发。",
            f"{reference} was returned by the bank and the account has not been corrected. Correct it, then pay again.",
        )


class AlreadyRepaid(Refusal):
    def __init__(self, reference: str) -> None:
        super().__init__(
            f"{reference} 已经重发过一次，不能再次重发。", f"{reference} has already been paid again; not twice."
        )


class FileDiffers(Refusal):
    def __init__(self, number: str) -> None:
        super().__init__(
            f"批次 {number} 的银行文件与封存时不一致（账号或户名已变更，或文件被改动）。请使用原文件；变更的账号等银行退回后重发。",
            f"The bank file of batch {number} differs from the sealed one (an account changed, or the file was altered). "
            "Use the original file; pay a changed account again after the bank returns it.",
        )


class StockShort(Refusal):
    def __init__(self, name: str, stock: int, quantity: int) -> None:
        super().__init__(
            f"“{name}”库存 {stock}，少于本次发放 {quantity}。请先购置，或减少数量。",
            f"{name!r}: {stock} in stock, fewer than the {quantity} wanted. Buy more, or give fewer.",
        )


class ReasonMissing(Refusal):
    def __init__(self) -> None:
        super().__init__("请填写原因。", "Give a reason.")


class TooMuchBack(Refusal):
    def __init__(self, most: Decimal) -> None:
        super().__init__(
            f"追回金额不能超过已付且尚未追回的 {show_yuan(most)} 元。",
            f"No more can come back than was paid and has not come back yet: {show_yuan(most)} yuan.",
        )


class BatchUnderWay(Refusal):
    def __init__(self, purpose: str, year: int, numbers: Iterable[str]) -> None:
        shown = "、".join(numbers)
        super().__init__(
            f"{year} 年预算（{purpose}）有发放批次没有结清：{shown}。请先结清或作废。",
            f"Batches of the {year} budget ({purpose}) are under way: {shown}. Settle or cancel them first.",
        )


class BudgetsCollide(Refusal):
    def __init__(self, purpose: str, year: int) -> None:
        super().__init__(
            f"两个工会都有 {year} 年同一用途（{purpose}）的预算，不能合成一本。请先由财务办完并清空其中一本。",
            f"Both unions have a {year} budget for {purpose}; two books cannot become one. Finance finishes and empties one of them first.",
        )
