"""The sensing pack: triggers, grades and limits as data, their conditions checked and compiled by `engines.policy`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Trigger:
    """`needs`: feeds without which the trigger cannot be judged; `also`: feeds whose absence only lowers confidence."""

    id: str
    cause: str
    when: str
    needs: tuple[str, ...]
    also: tuple[str, ...]
    say_zh: str
    say_en: str

    @property
    def column(self) -> str:
        """``T-ILL-1`` is ``t_ill_1`` in conditions."""
        return self.id.lower().replace("-", "_")


@dataclass(frozen=True)
class Grade:
    """`when` is None for the last grade: everybody else."""

    id: str
    when: str | None


@dataclass(frozen=True)
class SensingPack:
    id: str
    content_hash: str
    triggers: tuple[Trigger, ...]
    grades: tuple[Grade, ...]
    property_when: str
    compile: Callable[[str, date], str]
    """(condition, day) → SQL over the fact columns and `area`; parameters are those in force on that day."""
    numbers: Callable[[str], str]
    """Parameter name → its value as an SQL literal, for parameters that the plan itself uses."""

    def number(self, name: str) -> str:
        return self.numbers(name)
