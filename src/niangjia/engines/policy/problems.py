"""What can be wrong with a pack or with a fact, said so that its author can put it right."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from niangjia.kernel.problems import DataProblem, Refusal


@dataclass(frozen=True)
class Problem:
    """
    One fault: where it stands, what it is, and the nearest right word if there is one.

    `line` and `column` count from 1; 0 = the fault belongs to the whole file. `word` and `nearest` may be empty.
    """

    file: str
    line: int
    column: int
    zh: str
    en: str
    word: str = ""
    nearest: str = ""

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file

    def worded(self, language: str = "zh") -> str:
        return f"{self.place}  {self.zh if language == 'zh' else self.en}"

    def __str__(self) -> str:
        return f"{self.place}  {self.zh} {self.en}"


class PackError(Refusal):
    """A pack, a vocabulary or an expression breaks the rules of the language; `problems` has every fault found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            "\n".join(problem.worded("zh") for problem in self.problems),
            "\n".join(problem.worded("en") for problem in self.problems),
        )


class MissingParameter(Refusal):
    """A number that the paper leaves open, or that has not begun yet, was not given for this area and day."""

    def __init__(self, *, pack: str, names: Iterable[str], area: str, asof: date) -> None:
        self.names = tuple(names)
        self.area = area
        self.asof = asof
        listed = ", ".join(self.names)
        super().__init__(
            f"项目 {pack} 缺少参数 {listed}：区划 {area} 在 {asof.isoformat()} 没有值。请在部署的参数文件中填写后再办理。",
            f"Programme {pack} lacks the parameter {listed}: there is no value for area {area} on {asof.isoformat()}. "
            "Fill it in the deployment's parameter file, then decide.",
        )


class NothingToDecide(Refusal):
    """A container names measures; it is not asked who gets what."""

    def __init__(self, *, pack: str) -> None:
        super().__init__(
            f"{pack} 只列出各项措施，本身不作决定。请选用其中一项措施的项目。",
            f"{pack} lists measures and decides nothing itself. Choose the programme of one of its measures.",
        )


class OutsideArea(Refusal):
    """The programme does not hold in this division."""

    def __init__(self, *, pack: str, holds_in: str, area: str) -> None:
        super().__init__(
            f"项目 {pack} 只在区划 {holds_in} 内有效，{area} 不在其中。请选用当地的项目。",
            f"Programme {pack} holds in area {holds_in} only; {area} is outside. Use the local programme.",
        )


class FactError(DataProblem):
    """A fact came with a wrong type: a float for money, a word for a number."""

    def __init__(self, name: str, value: object, wanted: str) -> None:
        self.name = name
        super().__init__(
            f"事实 {name} 应为{_WANTED[wanted]}，收到 {type(value).__name__}。请改正来源数据。",
            f"The fact {name} must be {_WANTED_EN[wanted]}, not {type(value).__name__}. Correct the source.",
        )


_WANTED = {
    "money": "金额（Decimal，不可为浮点数）",
    "number": "数（Decimal，不可为浮点数）",
    "integer": "整数",
    "boolean": "是/否",
    "date": "日期",
    "text": "文字",
}
_WANTED_EN = {
    "money": "money (a Decimal, never a float)",
    "number": "a number (a Decimal, never a float)",
    "integer": "a whole number",
    "boolean": "true or false",
    "date": "a date",
    "text": "text",
}


def nearest_word(word: str, words: Iterable[str]) -> str:
    """
    The right word most like a wrong one, or nothing.

    >>> nearest_word("houshold_size", ["household_size", "area"])
    'household_size'
    """
    found = difflib.get_close_matches(word.lower(), sorted(set(words)), n=1, cutoff=0.6)
    return found[0] if found else ""
