"""What to do about a row that was set aside, by reason and kind of column."""

from __future__ import annotations

from dataclasses import dataclass

from niangjia.engines.sensing.landing.feeds import Column, Feed
from niangjia.engines.sensing.landing.reports import REASONS
from niangjia.kernel.months import Month

_LOST = (
    "数字过长，Excel 已丢失末几位，不能补回。将证件号列设为文本，从源系统重新导出。",
    "Excel has lost the last digits of this long number. Format the column as text and export from the source again.",
)
_BROKEN = (
    "该行的格数与表头不符。检查多余或缺少的分隔符、引号后重报该行。",
    "The row has more or fewer cells than the header. Look for stray separators or quotes and send the row again.",
)
_TOTAL = (
    "合计行不是数据，已略去。",
    "A total under the data is not data; it was left out.",
)
_BY_REASON = {
    "BAD_ID": (
        "不是有效的居民身份号码（18 位或 15 位，校验码与出生日期须正确）。请向源系统核对后重报。",
        "Not a valid resident ID number (18 or 15 digits, check digit and birth date). Check with the source and send again.",
    ),
    "BAD_DATE": (
        "日期无法识别。请写作 2023-10-08、2023/10/8、20231008 或 2023年10月8日。",
        "Not a readable date. Write 2023-10-08, 2023/10/8, 20231008 or 2023年10月8日.",
    ),
    "BAD_NUMBER": (
        "不是有效的数值。金额以元为单位，最多两位小数，不写“万”。",
        "Not a readable number. Amounts are in yuan with at most two decimals, without 万.",
    ),
    "BAD_REFUND_SIGN": (
        "退费标志与金额正负号不一致：退费（1）的个人负担须为负、各项金额不为正，其余不为负。",
        "Refund flag and signs disagree: a refund (1) has a negative psn_part_amt and no positive amount, others none negative.",
    ),
    "CONFLICT": (
        "两列内容互相矛盾。请向源系统核对后重报。",
        "Two columns contradict each other. Check with the source and send again.",
    ),
}


_BY_HAND = (
    (("请向源系统核对后重报。", "Check with the source and send again."), ("请对照证件或原件改正。", "Correct it from the card or the paper.")),
    (
        ("将证件号列设为文本，从源系统重新导出。", "Format the column as text and export from the source again."),
        ("将这一列设为文本格式，对照证件重新填写。", "Format the column as text and type it again from the card."),
    ),
    (("请补齐后重报该行。", "Fill it in and send the row again."), ("请补填。", "Fill it in.")),
    (("请核对后重报。", "Check and send again."), ("请改正。", "Correct it.")),
    (("后重报该行。", " and send the row again."), ("，再改正该行。", " and correct the row.")),
)  # fmt: skip


@dataclass(frozen=True)
class Problems:
    """Numbers the feed's (column, reason) pairs, so that a row carries two bytes and not a sentence."""

    feed: Feed
    month: Month
    is_typed: bool = False
    """Whether a person typed the rows, and puts them right there; else they came out of a source system."""

    BLANK_ROW = -1
    BROKEN_ROW = 0
    TOTAL_ROW = -2

    def number(self, column: str, reason: str) -> int:
        return 1 + list(self.feed.columns).index(column) * len(REASONS) + REASONS.index(reason)

    def pairs(self) -> list[tuple[int, bool, str, str, str, str]]:
        """
        (number, whether it is the second advice, column, reason, advice zh, advice en) of everything that can be wrong. The second: the digits are
        lost, or of a day that can be read that it lies out of bounds.
        """
        rows: list[tuple[int, bool, str, str, str, str]] = []
        for column in self.feed.columns.values():
            second = self._out_of_bounds(column) if column.type in ("date", "month") else _LOST
            for reason in REASONS:
                number = self.number(column.code, reason)
                for is_second in (False, True):
                    zh, en = self._to_do(second if is_second else self._advice(column, reason))
                    rows.append((number, is_second, column.code, reason, f"{column.zh}：{zh}", f"{column.code}: {en}"))
        rows.append((self.BROKEN_ROW, False, "", "BAD_VALUE", *self._to_do(_BROKEN)))
        rows.append((self.TOTAL_ROW, False, "", "BAD_VALUE", *_TOTAL))
        return rows

    def _to_do(self, said: tuple[str, str]) -> tuple[str, str]:
        """What to do, said to whom it concerns."""
        zh, en = said
        for at_source, by_hand in _BY_HAND if self.is_typed else ():
            zh, en = zh.replace(at_source[0], by_hand[0]), en.replace(at_source[1], by_hand[1])
        return zh, en

    def _out_of_bounds(self, column: Column) -> tuple[str, str]:
        first, last = self.feed.days_of(column, self.month)
        return (
            f"日期太早，或在将来：最早 {first}，最晚 {last}。请核对后重报。",
            f"Too long ago, or in the future: from {first} to {last} at most. Check and send again.",
        )

    def _advice(self, column: Column, reason: str) -> tuple[str, str]:
        if reason == "MISSING_REQUIRED":
            return "必填而为空。请补齐后重报该行。", "Required, but empty. Fill it in and send the row again."
        if reason == "BAD_DATE" and any(column.code == end for _, end in self.feed.ranges):
            return (
                "日期无法识别，或早于开始日期。请核对后重报。",
                "Not a readable date, or before the start of its range. Check and send again.",
            )
        if reason == "BAD_VALUE" and column.values:
            allowed = "、".join(f"{value}({others[0]})" if others else value for value, others in column.values.items())
            return f"只能是：{allowed}。", f"One of: {', '.join(column.values)}."
        if reason == "BAD_VALUE" and column.type == "phone":
            return (
                "不像电话号码。手机写 11 位数字；座机写区号和号码，中间可用“-”；两个号码用顿号分开。请核对后重报。",
                "Not a phone number. A mobile has 11 digits; a landline its area code and number; two numbers are parted by “、”. Check and send again.",
            )
        if reason == "BAD_VALUE" and column.type == "flag":
            return "只能是 0/1、true/false、是/否。", "One of 0/1, true/false, 是/否."
        if reason == "BAD_VALUE":
            form = f"（格式 {column.pattern}）" if column.pattern else ""
            return (
                f"内容无法使用{form}：可能有乱码、错误值或换行。请核对后重报。",
                f"Unusable{f' (form {column.pattern})' if column.pattern else ''}: garbled text, an error cell or a line break. "
                "Check and send again.",
            )
        return _BY_REASON[reason]
