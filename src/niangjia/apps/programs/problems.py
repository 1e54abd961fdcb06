"""The refusals of programmes, named; each says the fact and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from niangjia.kernel.problems import Refusal


class NoPackHere(Refusal):
    def __init__(self, program: str, area: str, asof: date) -> None:
        super().__init__(
            f"区划 {area} 在 {asof} 没有启用项目 {program}。请先安装该地的项目包。",
            f"No programme {program} is installed for area {area} on {asof}. Install that area's pack first.",
        )


class StoredTextChanged(Refusal):
    def __init__(self, program: str) -> None:
        super().__init__(
            f"项目 {program} 的存档文本与其指纹不符，已停止办理。请从备份恢复。",
            f"The stored text of {program} no longer gives its hash; nothing is decided with it. Restore it from a backup.",
        )


class ExampleOnly(Refusal):
    def __init__(self, program: str) -> None:
        super().__init__(
            f"项目 {program} 是样例（status: example），不能启用。请复制后按本地文件改写，去掉样例标记再安装。",
            f"The programme {program} is an example and is never activated. Copy it, write what your paper says, and take the mark off.",
        )


class WouldRewrite(Refusal):
    def __init__(self, program: str, active_from: date, decided: date) -> None:
        super().__init__(
            f"项目 {program} 已就 {decided} 的情况作出决定，新文本不能悄悄从 {active_from} 起生效。请改用之后的日期；"
            "确属追溯变更的，写明原因和出处，系统将逐一复议。",
            f"The programme {program} has decided about days up to {decided}; a new text does not quietly hold from {active_from}. Take a "
            "later day; if the change is retroactive, give its reason and source: decisions are then made anew, one by one.",
        )


class AfterInCircle(Refusal):
    def __init__(self, programs: Sequence[str]) -> None:
        listed = " → ".join(programs)
        super().__init__(
            f"项目的先后次序成环：{listed}。请改正其中一个的 after。",
            f"The order of programmes runs in a circle: {listed}. Correct the `after` of one of them.",
        )


class NeverDecides(Refusal):
    def __init__(self, program: str) -> None:
        super().__init__(
            f"项目 {program} 只汇总措施，不作决定。请选用其中的具体项目。",
            f"The programme {program} holds measures and decides nothing itself. Take the programme that carries out the measure.",
        )


class WrongUnit(Refusal):
    def __init__(self, program: str, wants_zh: str, wants_en: str) -> None:
        super().__init__(
            f"项目 {program} 按“{wants_zh}”作决定，请指明这一个。",
            f"The programme {program} decides about the {wants_en}: name that one.",
        )


class NoSuchParameter(Refusal):
    def __init__(self, program: str, name: str) -> None:
        super().__init__(
            f"项目 {program} 没有参数 {name}，或该项目尚未安装。",
            f"The programme {program} has no parameter {name}, or is not installed.",
        )


class ParameterTaken(Refusal):
    def __init__(self, name: str, area: str, starts_on: date) -> None:
        super().__init__(
            f"参数 {name} 在区划 {area} 自 {starts_on} 已有一个待审批的值。请先审批或撤回。",
            f"The parameter {name} has a value for {area} from {starts_on} that waits for approval. Approve or withdraw that one first.",
        )


class CorrectedToday(Refusal):
    def __init__(self, name: str, starts_on: date) -> None:
        super().__init__(
            f"参数 {name} 自 {starts_on} 的值今天已审批过一次，同一天不能再改。请明天再审批。",
            f"A value of {name} from {starts_on} was approved today already; another becomes known tomorrow at the earliest.",
        )


class NoEffect(Refusal):
    def __init__(self, name: str, starts_on: date) -> None:
        super().__init__(
            f"参数 {name} 自 {starts_on} 的值不会生效：规则包自己就有同一天的值。请改用之后的起始日期。",
            f"The value of {name} from {starts_on} would not count: the pack has one of that day itself. Take a later first day.",
        )


class FourEyes(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "录入人（及与其互相代岗的同事）不能审批这个参数。请由另一位同事审批。",
            "Who entered a value, or stands in for who did, does not approve it. Ask another colleague.",
        )


class SourceMissing(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "请写明参数的出处（文号或网址）。", "Say where the value comes from (document number or address)."
        )


class ReasonMissing(Refusal):
    def __init__(self) -> None:
        super().__init__("请写明原因。", "Give the reason.")


class UnfitValue(Refusal):
    pass


class WasUsed(Refusal):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"参数 {name} 已审批生效，不能撤回。请另录一个值：新的起始日期，或同一日期的更正（自审批之日起知悉）。",
            f"The parameter {name} is approved and in force. Enter another value: from a later day, or a correction of the same day, "
            "known from its approval on.",
        )


class NoSuchDecision(Refusal):
    def __init__(self, decision_id: int) -> None:
        super().__init__(f"没有编号为 {decision_id} 的决定。", f"There is no decision {decision_id}.")


class MissingStandard(Refusal):
    def __init__(self, area: str, asof: date) -> None:
        super().__init__(
            f"区划 {area} 在 {asof} 没有低保标准，不能核定。请导入该地的标准（standard）后再办理。",
            f"There is no minimum-living standard for area {area} on {asof}, so nothing can be decided. Land that area's standard first.",
        )


class UnknownFact(Refusal):
    def __init__(self, names: Sequence[str]) -> None:
        listed = ", ".join(names)
        super().__init__(
            f"词汇表里没有事实 {listed}，不能更正。", f"The vocabulary has no fact {listed}; it cannot be corrected."
        )


class OutsideYourArea(Refusal):
    def __init__(self, area: str) -> None:
        super().__init__(
            f"区划 {area or '（全部）'} 不在您的管辖范围内。",
            f"The area {area or '(everywhere)'} is outside your part of the tree.",
        )


class NoSuchAdjustment(Refusal):
    """The same for what does not exist and for what is not the viewer's to see."""

    def __init__(self, adjustment_id: int) -> None:
        super().__init__(
            f"没有编号为 {adjustment_id} 的复议调整，或不在您的管辖范围内。",
            f"There is no adjustment {adjustment_id}, or it is outside your part of the tree.",
        )


class HadAHand(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "您（或与您互相代岗的同事）作过原决定、录入过参数或更正过事实，不能处理这项调整。请由另一位同事办理。",
            "You, or a colleague you stand in for, decided, entered the value or corrected the facts, so you do not settle this. Ask another colleague.",
        )


class AlreadySettled(Refusal):
    def __init__(self, state: str) -> None:
        super().__init__(f"这项调整已是“{state}”，不能再处理。", "This adjustment is settled already.")


class ChangedMeanwhile(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "您打开页面之后，同事又登记了一笔收回。请核对最新的数再登记，免得同一笔记两次。",
            "A colleague has booked another sum since you opened the page. Look at the figures as they are now, so that nothing is "
            "booked twice.",
        )


class WrongDirection(Refusal):
    def __init__(self, is_payment: bool) -> None:
        super().__init__(
            "没有应补发的金额。" if is_payment else "没有多发的金额，无须追回。",
            "Nothing is to be paid on top."
            if is_payment
            else "Nothing was paid too much: there is nothing to have back.",
        )


class StillUnknown(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "新的结论还不能判定，请先补齐事实再复议。",
            "The new answer cannot be told yet: find out the missing facts and decide anew first.",
        )


class PayeeMissing(Refusal):
    def __init__(self) -> None:
        super().__init__("请写明收款人。", "Say who is to be paid.")


class NotPaidYet(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "多算的款项还没有付出，无须追回：请取消原预留，再复议一次，系统会按应付额补发。",
            "What was too much has not been paid yet: cancel the reservation and decide anew once more; the right amount is then to be paid.",
        )


class NoSuchDraft(Refusal):
    """The same for what does not exist and for what is not the viewer's to see."""

    def __init__(self, draft_id: int) -> None:
        super().__init__(
            f"没有编号为 {draft_id} 的草稿，或不在您的管辖范围内。",
            f"There is no draft {draft_id}, or it is outside your part of the tree.",
        )


class DraftClosed(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "这份草稿已发布或已放弃，不能再改。请从现行文本另起一份。",
            "This draft is published or dropped and no longer changes. Start another from the text in force.",
        )


class DraftChanged(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "您打开页面之后，同事改过这份草稿。您写的还在下面：请对照现在的文本，再保存一次。",
            "A colleague has changed this draft since you opened it. What you typed stands below: compare it and save again.",
        )


class DraftFaulty(Refusal):
    def __init__(self, count: int) -> None:
        super().__init__(
            f"文本还有 {count} 处问题，不能发布。请按检查结果改好、保存，再发布。",
            f"The text still has {count} faults and cannot be published. Put right what the check names, save, then publish.",
        )


class TextTooLong(Refusal):
    def __init__(self, most: int) -> None:
        super().__init__(
            f"一个文件最多 {most} 个字。请确认选的是 program.yaml 和 cases.yaml。",
            f"A file has at most {most} characters. Make sure that these are program.yaml and cases.yaml.",
        )


class TypedIt(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "您（或与您互相代岗的同事）写过这份文本，不能由您发布。请由另一位同事核对后发布。",
            "You, or a colleague you stand in for, wrote some of this text, so you do not publish it. Ask another colleague to read it and publish.",
        )
