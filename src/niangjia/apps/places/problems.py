"""The refusals of places, named; each says the fact and what to do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from niangjia.kernel.problems import Refusal

LEVELS: Mapping[str, tuple[str, str]] = {
    "county": ("县级", "county level"), "city": ("市级", "city level"), "province": ("省级", "provincial level"),
    "national": ("国家级", "national level"),
}  # fmt: skip


def _level(level: str) -> tuple[str, str]:
    return LEVELS.get(level, (level, level))


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


class ValidityIsPast(Refusal):
    def __init__(self, valid_until: date) -> None:
        super().__init__(
            f"有效期 {valid_until} 已经过了。请填今天或以后的日期；不再用的，请办“撤销”。",
            f"The validity {valid_until} is over already. Give today or a day to come; a place that is used no more is closed.",
        )


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
            f"这种场所没有“{_level(level)[0]}”。可选：{'、'.join(_level(one)[0] for one in known)}。",
            f"A place of this kind has no {_level(level)[1]}. There are: {', '.join(_level(one)[1] for one in known)}.",
        )


class NotHigher(WrongPlace):
    def __init__(self, level: str) -> None:
        super().__init__(
            f"目前已是“{_level(level)[0]}”，这一步不改变级别或方向不对。请选别的级别。",
            f"It is of {_level(level)[1]} already, or the step leads the other way. Choose another level.",
        )


class NotYourLevel(Refusal):
    """Who names a place of a level is a union of that level or above."""

    def __init__(self, level: str) -> None:
        super().__init__(
            f"{_level(level)[0]}场所由{_level(level)[0]}或以上工会认定和撤名。请先报上级工会。",
            f"A union of {_level(level)[1]} or above names such a place, and takes the name away. Ask the union above yours.",
        )


class NoticeFirst(Refusal):
    def __init__(self, days: int) -> None:
        super().__init__(
            f"这种场所先公示 {days} 个工作日再命名。请先办“公示”。",
            f"Such a place is announced for {days} working days before it is named. Announce it first.",
        )


class StillAnnounced(Refusal):
    def __init__(self, until: date) -> None:
        super().__init__(
            f"公示到 {until} 止，期满后才能入册。", f"It is announced until {until}; it can be listed after that day."
        )


class NotAllFound(Refusal):
    """`missing`: the checks, by name."""

    def __init__(self, missing: Sequence[str], zh: Sequence[str], en: Sequence[str]) -> None:
        self.missing = tuple(missing)
        super().__init__(
            f"还有没过关的：{'、'.join(zh)}。补齐后再办，或不予验收并写明理由。",
            f"Not found yet: {', '.join(en)}. Have it made good first, or refuse the place and say why.",
        )


class NeedsMendBy(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "有不合格的项目，请写明整改期限（今天或以后）。", "Something is missing: say until when it has to be mended, today or later."
        )  # fmt: skip


class NothingToMend(Refusal):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"“{name}”没有待整改的项目。请刷新后再看。", f"Nothing has to be mended at {name}. Refresh the page."
        )


class NegativeMeasure(WrongPlace):
    def __init__(self, title: str) -> None:
        super().__init__(f"“{title}”不能小于 0。", f"{title} cannot be below 0.")


class DoesNotBalance(WrongPlace):
    """`summed` is what the parts come to, `said` what stands there. Each title in Chinese and English."""

    def __init__(
        self, month: str, parts: tuple[str, str], summed: object, whole: tuple[str, str], said: object, within: object
    ) -> None:
        super().__init__(
            f"{month}：{parts[0]} = {summed}，而{whole[0]}填的是 {said}，相差超过 {within}。请对照结算单核对这几个数，一起改正。",
            f"{month}: {parts[1]} = {summed}, but {whole[1]} says {said}: they differ by more than {within}. Check these figures against the settlement and correct them together.",
        )


class TooManyDecimals(WrongPlace):
    def __init__(self, title: str, most: int) -> None:
        super().__init__(f"“{title}”最多 {most} 位小数。", f"{title} has at most {most} decimals.")


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


class DetailMissing(WrongPlace):
    def __init__(self, title: Mapping[str, str]) -> None:
        super().__init__(f"请填写“{title['zh']}”。", f"Fill in: {title['en']}.")


class DetailUnread(WrongPlace):
    def __init__(self, title: Mapping[str, str], said: str) -> None:
        super().__init__(
            f"“{title['zh']}”的“{said}”读不懂。数字写阿拉伯数字，日期写作 2022-11-03。",
            f"{title['en']}: {said!r} cannot be read. Write numbers in digits and dates as 2022-11-03.",
        )


class NoName(WrongPlace):
    def __init__(self) -> None:
        super().__init__("请写场所名称。", "Give the place a name.")


class EndsBefore(WrongPlace):
    def __init__(self) -> None:
        super().__init__("结束日期不能早于开始日期。", "It cannot end before it begins.")


class NoSuchProject(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "没有这个合作项目，或不在您的管辖范围内。请刷新后再看。",
            "There is no such project, or it is outside your part of the tree. Refresh the page.",
        )


class NoProjects(WrongPlace):
    def __init__(self, title: str) -> None:
        super().__init__(
            f"{title}不登记合作项目。请在服务阵地的页面登记。", "A place of this kind has no projects with partners. Enter it at a venue."
        )  # fmt: skip


class ProjectUnnamed(WrongPlace):
    def __init__(self) -> None:
        super().__init__(
            "请写项目名称、合作单位、合同编号和开始日期。", "Give the project's name, the partner, the contract's number and the first day."
        )  # fmt: skip


class WorkedOut(WrongPlace):
    def __init__(self, title: str, parts: Sequence[str]) -> None:
        super().__init__(
            f"“{title}”由各项相加得出，不用填。请填：{'、'.join(parts)}。",
            f"This figure is worked out. Fill in its parts: {', '.join(parts)}.",
        )


class OverMost(WrongPlace):
    def __init__(self, title: Mapping[str, str], most: object) -> None:
        super().__init__(f"“{title['zh']}”最多 {most} 分。", f"{title['en']} has at most {most} points.")


class NoPartner(WrongPlace):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"互认互送协议由县级以上工会签订，“{name}”不能签。请选它的县级以上工会。",
            f"Agreements are made by unions of county level and above; {name} is none. Choose the one above it.",
        )


class PaperMissing(WrongPlace):
    def __init__(self) -> None:
        super().__init__(
            "对方不在本系统：请写明对方工会、对方由谁确认、协议文号。",
            "The other union is not in this system: give its name, who confirmed there, and the document's number.",
        )


class AnswerIsTheOthers(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "这份协议是贵会提出的，要由对方工会确认。请等对方答复，或撤回。",
            "Your union proposed this agreement: the other one confirms it. Wait for the answer, or take it back.",
        )


class NotAgreed(Refusal):
    def __init__(self, state: str) -> None:
        super().__init__(
            f"这份协议目前“{state}”，这一步不能办。请刷新后再看。", "The agreement does not stand so that this is possible. Refresh the page."
        )  # fmt: skip


class NoSuchPairing(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "没有这份互认互送协议，或不是贵会签的。", "There is no such agreement, or your union is no part of it."
        )
