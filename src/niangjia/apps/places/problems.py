"""The refusals of places, named; each says the fact and what to do next."""

from __future__ import annotations

from collections.abc import Sequence

from niangjia.kernel.problems import Refusal


class NoSuchKind(Refusal):
    def __init__(self, kind: str, known: Sequence[str]) -> None:
        super().__init__(
            f"没有“{kind}”这种场所。现有：{'、'.join(known)}。",
            f"There is no kind of place {kind!r}. There are: {', '.join(known)}.",
        )


class NoSuchPlace(Refusal):
    """The same for what does not exist and for what is not the viewer's to see."""

    def __init__(self, number: object) -> None:
        super().__init__(
            f"没有场所 {number}，或不在您的管辖范围内。请核对编号。",
            f"There is no place {number}, or it is outside your part of the tree. Check the number.",
        )


class NotPossibleNow(Refusal):
    def __init__(self, name: str, state: str, step: str) -> None:
        super().__init__(
            f"“{name}”目前{state}，不能{step}。请刷新后再看。", f"{name} is {state} now: {step} is not possible. Refresh the page."
        )  # fmt: skip


class NeedsReason(Refusal):
    def __init__(self, step: str) -> None:
        super().__init__(f"{step}须写明理由。", "Say why.")


class OwnPlace(Refusal):
    def __init__(self, step: str) -> None:
        super().__init__(
            f"{step}由上级工会办理，不能由管理该场所的工会自己办。", "This is for a union above the one that keeps the place."
        )  # fmt: skip


class WrongPlace(Refusal):
    """What was told of a place does not fit its kind; says which part."""


class NotPartOfKind(WrongPlace):
    def __init__(self, what: str, part: str, known: Sequence[str]) -> None:
        super().__init__(
            f"这种场所没有“{part}”（{what}）。可填：{'、'.join(known) or '无'}。",
            f"This kind of place has no {part!r} ({what}). There are: {', '.join(known) or 'none'}.",
        )


class Outside(WrongPlace):
    def __init__(self) -> None:
        super().__init__(
            "位置不在浙江一带。请核对经纬度（WGS-84，纬度 26–32，经度 117–124）。",
            "The position is nowhere near Zhejiang. Check it (WGS-84, latitude 26–32, longitude 117–124).",
        )


class WrongHours(WrongPlace):
    def __init__(self, line: object) -> None:
        super().__init__(
            f"开放时间“{line}”读不懂。请写星期和起止时间，例如 周一至周五 8:00–20:00。",
            f"The opening hours {line!r} cannot be read. Give days and times, such as Monday to Friday 8:00–20:00.",
        )


class LevelUnknown(WrongPlace):
    def __init__(self, level: str, known: Sequence[str]) -> None:
        super().__init__(
            f"没有“{level}”这一级。可选：{'、'.join(known)}。",
            f"There is no level {level!r}. There are: {', '.join(known)}.",
        )


class NotHigher(WrongPlace):
    def __init__(self, level: str) -> None:
        super().__init__(
            f"目前已是“{level}”，没有变化。请选别的级别。", f"It is {level} already. Choose another level."
        )


class NegativeMeasure(WrongPlace):
    def __init__(self, title: str) -> None:
        super().__init__(f"“{title}”不能小于 0。", f"{title} cannot be below 0.")


class MonthToCome(WrongPlace):
    def __init__(self, month: str) -> None:
        super().__init__(
            f"{month} 还没有开始，不能登记用量。", f"{month} has not begun: nothing can be recorded for it."
        )


class NotOneself(WrongPlace):
    def __init__(self) -> None:
        super().__init__("不能与自己互认或结对。请选另一家工会。", "A union does not pair with itself. Choose another.")


class HouseholdOrNot(WrongPlace):
    def __init__(self, title: str, wanted: bool) -> None:
        zh = "须写明属于哪一户" if wanted else "不属于家庭"
        en = "Say which household this belongs to." if wanted else "A place of this kind belongs to no household."
        super().__init__(f"{title}{zh}。", en)
