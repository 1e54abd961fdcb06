"""The sensing pack: triggers, grades and limits as data, checked and compiled by `engines.policy`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from niangjia.engines import policy
from niangjia.engines.policy.pack import Grade, Pack, Trigger
from niangjia.engines.sensing.landing.feeds import read_feed
from niangjia.engines.sensing.plan.sources import COLUMNS
from niangjia.kernel.problems import Refusal


class SensingPackMissing(Refusal):
    def __init__(self, count: int) -> None:
        super().__init__(
            f"programs 文件夹中应有且只有一个 entry: sensing 的规则包，现有 {count} 个。请保留一个。",
            f"The programs folder must hold exactly one pack with entry: sensing, found {count}. Keep one.",
        )


class UnknownFeedInTrigger(Refusal):
    def __init__(self, trigger: str, feed: str) -> None:
        super().__init__(
            f"触发 {trigger} 的 needs/also 中没有名为 {feed} 的数据。可用：{'、'.join(COLUMNS)}",
            f"Trigger {trigger} names the unknown feed {feed}. Known: {', '.join(COLUMNS)}",
        )


@dataclass(frozen=True)
class SensingPack:
    pack: Pack

    @property
    def id(self) -> str:
        return self.pack.id

    @property
    def content_hash(self) -> str:
        return self.pack.content_hash

    @property
    def triggers(self) -> tuple[Trigger, ...]:
        return self.pack.triggers

    @property
    def grades(self) -> tuple[Grade, ...]:
        return self.pack.grades

    @property
    def says(self) -> dict[str, Mapping[str, str]]:
        """
        Trigger id → its sentence by language; {fact} stands for a value. ``zh:bereaved``: what is said of a row with that label;
        ``zh:unknown``: where one of the figures is not known.
        """
        return {
            trigger.id: dict(trigger.say)
            | {f"{language}:unknown": text for language, text in trigger.public.items()}
            | {f"{language}:{label}": text for label, say in trigger.instead.items() for language, text in say.items()}
            for trigger in self.pack.triggers
        }

    def condition(self, text: str, asof: date) -> str:
        """SQL of a condition over the fact columns and `area`; TRUE, FALSE or NULL."""
        return policy.rule_sql(self.pack, text, asof=asof)

    def limits(self, asof: date, home: str) -> Limits:
        return Limits(self.pack, asof, home)


@dataclass(frozen=True)
class Limits:
    """The parameters that the plan itself uses, on one day at home, as SQL literals."""

    pack: Pack
    asof: date
    home: str

    def number(self, name: str) -> str:
        value = self._value(name)
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise TypeError(f"{name} is not a number")
        return _plain(value)

    def whole(self, name: str) -> int:
        return int(Decimal(self.number(name)))

    def codes(self, name: str) -> str:
        value = self._value(name)
        if not isinstance(value, tuple):
            raise TypeError(f"{name} is not a list")
        return ", ".join("'" + code.replace("'", "''") + "'" for code in value) or "NULL"

    def lowest(self, name: str) -> str:
        """The smallest value that the parameter takes in any area: nothing below it can matter anywhere."""
        values = [
            value for _, value in self.pack.parameters[name].in_force(self.asof) if isinstance(value, int | Decimal)
        ]
        return _plain(min(values))

    def _value(self, name: str) -> object:
        value = self.pack.parameters[name].at(self.asof, self.home)
        if value is None:
            raise policy.MissingParameter(pack=self.pack.id, names=[name], area=self.home, asof=self.asof)
        return value


def _plain(value: int | Decimal) -> str:
    return (
        format(Decimal(value), "f").rstrip("0").rstrip(".")
        if "." in format(Decimal(value), "f")
        else format(Decimal(value), "f")
    )


def load_sensing_pack(programs: Path) -> SensingPack:
    """
    The one pack with ``entry: sensing`` under the programs folder.

    Raises:
        PackError, UnknownFeedInTrigger: the pack does not hold.
        SensingPackMissing: none, or several.
    """
    vocabulary = policy.load_vocabulary(programs)
    packs = [
        policy.load_pack(path.parent, vocabulary)
        for path in sorted(programs.glob("*/*/program.yaml"))
        if _is_sensing(path)
    ]
    if len(packs) != 1:
        raise SensingPackMissing(len(packs))
    for trigger in packs[0].triggers:
        for feed in trigger.feeds:
            if feed not in COLUMNS:
                raise UnknownFeedInTrigger(trigger.id, feed)
    return SensingPack(packs[0])


def check_folder(programs: Path) -> list[policy.Problem]:
    """What `policy.check_folder` cannot see: every feed's declaration, and that one sensing pack reads feeds that exist."""
    problems = []
    for file in sorted((programs / "vocabulary" / "feeds").glob("*.yaml")):
        try:
            read_feed(file)
        except Refusal as refusal:
            problems.append(policy.Problem(str(file), 0, 0, refusal.zh, refusal.en))
    try:
        load_sensing_pack(programs)
    except policy.PackError:
        pass  # policy.check_folder tells it with line and word
    except Refusal as refusal:
        problems.append(policy.Problem(str(programs), 0, 0, refusal.zh, refusal.en))
    return problems


def _is_sensing(path: Path) -> bool:
    return any(line.split("#")[0].strip() == "entry: sensing" for line in path.read_text(encoding="utf-8").splitlines())
