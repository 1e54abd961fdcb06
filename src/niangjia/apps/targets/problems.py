"""The refusals of targets, named; each says the fact and what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from niangjia.kernel.problems import Refusal


def _number(value: Decimal) -> str:
    return f"{value.normalize():,f}"


class NoSuchProgramme(Refusal):
    def __init__(self, what: str) -> None:
        super().__init__(
            f"没有目标 {what}。请从目标列表进入。", f"There is no programme or indicator {what}. Start from the list of targets."
        )  # fmt: skip


class NotFound(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "没有找到，或不在您的范围内。请从列表进入。", "It is not there, or not for you. Start from the list."
        )


class NotYourPart(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "只能给本级的直接下级分解目标；没有上级的工会可以登记自己的目标。请换一个工会。",
            "Shares are set for the unions right below one's own; only a union with none above enters its own target. Choose another union.",
        )


class ReasonMissing(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "请写明理由或文号，至少四个字，例如“温暖行动任务分解，2022年3月”。",
            "Give the reason or the number of the paper in at least four characters, such as “allotted in March 2022”.",
        )


class OutsideThePeriod(Refusal):
    def __init__(self, first: int, last: int) -> None:
        super().__init__(
            f"日期须在这个目标的期间内：{first} 年初至 {last} 年底。请改正日期。",
            f"The day must lie within the period of the target, from the beginning of {first} to the end of {last}. Correct the day.",
        )


class YearRefused(Refusal):
    def __init__(self) -> None:
        super().__init__("年度写四位数字，2000 至 2100。请改正。", "Write the year in four digits, 2000 to 2100.")


class NumbersRefused(Refusal):
    """`fields`: sentence (zh, en) by field."""

    def __init__(self, fields: Mapping[str, tuple[str, str]]) -> None:
        self.fields = dict(fields)
        super().__init__(
            f"有 {len(fields)} 处填写有误，没有保存。请在标出的地方改正。", f"Nothing was saved: {len(fields)} entries are wrong. Correct them where they are marked."
        )  # fmt: skip


class SumDiffers(Refusal):
    def __init__(self, parts: Decimal, total: Decimal) -> None:
        super().__init__(
            f"各部分之和是 {_number(parts)}，合计写的是 {_number(total)}，相差 {_number(abs(parts - total))}。请对照原件改正。",
            f"The parts add up to {_number(parts)}, the total says {_number(total)}: they differ by {_number(abs(parts - total))}. Compare with the paper.",
        )


class SourceMissing(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "请写明数字的出处：哪个部门、哪份文件、何时。", "Say where the figure comes from: which office, which paper, when."
        )  # fmt: skip


class PaperMissing(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "请附上原件（照片或 PDF）。没有原件的数字不能引用。", "Attach the paper (photo or PDF). A figure without its paper cannot be stated."
        )  # fmt: skip
