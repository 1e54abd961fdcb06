"""The refusals of tasks, named; each says the fact and what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from niangjia.kernel.problems import Refusal


class NotFound(Refusal):
    def __init__(self) -> None:
        super().__init__("没有找到这项任务，或不在您的范围内。请从任务清单进入。", "The task is not there, or not for you. Start from the list of tasks.")  # fmt: skip


class NotYourSubtree(Refusal):
    def __init__(self) -> None:
        super().__init__("只能给本级和下级工会交办任务。请换一个工会。", "Tasks are set for one's own union and those below it. Choose another union.")  # fmt: skip


class NotTheOwner(Refusal):
    def __init__(self) -> None:
        super().__init__("这一步由任务的责任工会办理。请转告责任工会。", "This step is for the union that owns the task. Tell its staff.")  # fmt: skip


class NotTheSetter(Refusal):
    def __init__(self) -> None:
        super().__init__("这一步由交办任务的工会办理。请转告交办工会。", "This step is for the union that set the task. Tell its staff.")  # fmt: skip


class NotPossibleNow(Refusal):
    def __init__(self, state: str, state_en: str) -> None:
        super().__init__(f"任务现在是“{state}”，不能走这一步。请刷新页面再看。", f"The task is now “{state_en}”; this step is not possible. Reload the page.")  # fmt: skip


class ReasonMissing(Refusal):
    def __init__(self) -> None:
        super().__init__("请写明理由，至少四个字。", "Give a reason, in at least four characters.")


class EvidenceMissing(Refusal):
    def __init__(self) -> None:
        super().__init__("请先附上佐证（照片或 PDF；退回过的，须是退回之后的），或写明为什么没有佐证。", "Attach evidence first (photo or PDF; of a task given back, from after that), or say why there is none.")  # fmt: skip


class SameHand(Refusal):
    def __init__(self) -> None:
        super().__init__("报完成的人不能自己验收。请由另一位同志验收。", "Whoever reported it done does not accept it. Ask a colleague to accept it.")  # fmt: skip


class BoardClosed(Refusal):
    def __init__(self, until: date) -> None:
        super().__init__(f"揭榜已于 {until:%Y-%m-%d} 截止，不能再揭榜或撤回。请联系交办工会。", f"Bidding ended on {until:%Y-%m-%d}: no bid can be made or taken back. Ask the union that set the task.")  # fmt: skip


class BoardOpen(Refusal):
    def __init__(self, until: date) -> None:
        super().__init__(f"揭榜到 {until:%Y-%m-%d} 为止，截止后才能选定。请到时再选。", f"Bids are taken until {until:%Y-%m-%d}; the choice is made after that. Come back then.")  # fmt: skip


class NoSuchBid(Refusal):
    def __init__(self) -> None:
        super().__init__("没有这份揭榜，或已经撤回。请从仍有效的揭榜中选。", "There is no such bid, or it was taken back. Choose among those that stand.")  # fmt: skip


class BidsStand(Refusal):
    def __init__(self) -> None:
        super().__init__("有工会揭榜，不能另行指定。请从揭榜中选一份并写明理由。", "Unions have bid: the task cannot be assigned past them. Choose one bid and say why.")  # fmt: skip


class FieldsRefused(Refusal):
    """`fields`: sentence (zh, en) by field."""

    def __init__(self, fields: Mapping[str, tuple[str, str]]) -> None:
        self.fields = dict(fields)
        super().__init__(f"有 {len(fields)} 处填写有误，没有保存。请在标出的地方改正。", f"Nothing was saved: {len(fields)} entries are wrong. Correct them where they are marked.")  # fmt: skip
