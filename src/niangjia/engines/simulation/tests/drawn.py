"""A small lake that was drawn, with answers that can be worked out by hand, and packs to simulate over it."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

from niangjia.engines.sensing.own import OwnHistory
from niangjia.engines.sensing.tests.town_on_paper import Town, pseudonym
from niangjia.engines.simulation import Lake, Pair, Request, Result, Side, simulate
from niangjia.engines.simulation.asked import PROGRAM, files_of
from niangjia.kernel.deployment import programs_folder
from niangjia.kernel.months import Month

MONTH = Month("2023-10")
LAKE_FACTS = """
tells:
  household_size: size
  income_12m: household_income
  rigid_spending_12m: oop_net + school_cost
  low_income_standard: dibao_monthly
  medical_own_cost_12m: oop_net
supposes:
  verification_outcome: case when has_warning_sign then 'V1' else 'V4' end
  has_check_authorisation: "true"
"""

HEAD = """
id: {id}
title: {{zh: 试行补助, en: trial aid}}
issuer: 某县总工会
area: "{area}"
unit: {unit}
source: drawn
entry: application
"""


def pack(body: str, *, id: str = "trial-aid", area: str = "330624", unit: str = "household") -> str:
    return HEAD.format(id=id, area=area, unit=unit) + body


LOW_INCOME = """
parameters:
  line: {{unit: yuan/year, values: {{2020-01-01: {line}}}, clause: drawn}}
  sum: {{unit: yuan, values: {{2020-01-01: {sum}}}, clause: drawn}}
rules:
  - {{id: low, when: "income_12m < line", say: {{zh: 低, en: low}}, clause: drawn}}
benefit:
  - {{id: aid, amount: sum, say: {{zh: 补助, en: aid}}, clause: drawn}}
"""


def programs(folder: Path) -> Path:
    """A programs folder with the shipped feeds, sensing's pack and the facts that the tests use."""
    shipped, made = programs_folder(), folder / "programs"
    if made.exists():
        return made
    shutil.copytree(shipped / "vocabulary" / "feeds", made / "vocabulary" / "feeds")
    (made / "vocabulary" / "facts").mkdir()
    for name in ("casework.yaml", "sensing.yaml"):
        shutil.copy(shipped / "vocabulary" / "facts" / name, made / "vocabulary" / "facts" / name)
    (made / "vocabulary" / "facts" / "people.yaml").write_text(
        """
is_union_member: {zh: 会员, en: member, type: boolean, unit: flag, grain: person}
birth_date: {zh: 生日, en: birth, type: date, unit: date, grain: person}
has_asked: {zh: 已申请, en: has asked, type: boolean, unit: flag, grain: person}
trip_days: {zh: 天数, en: days, type: integer, unit: days, grain: trip}
staff: {zh: 人数, en: staff, type: integer, unit: persons, grain: enterprise}
"""
    )
    shutil.copy(shipped / "vocabulary" / "units.yaml", made / "vocabulary" / "units.yaml")
    (made / "vocabulary" / "lake.yaml").write_text(
        LAKE_FACTS.replace("supposes:", "  birth_date: born_on\n  staff: insured_workers\nsupposes:"), encoding="utf-8"
    )
    shutil.copytree(shipped / "330000-zhejiang" / "hardship-sensing", made / "330000-zhejiang" / "hardship-sensing")
    return made


class Drawn(Town):
    """A town on paper that can be simulated over."""

    @property
    def programs(self) -> Path:
        return programs(self.folder)

    def side(self, text: str, **more: object) -> Side:
        folder = self.folder / "pack"
        folder.mkdir(exist_ok=True)
        (folder / PROGRAM).write_text(text, encoding="utf-8")
        return Side(files_of(folder, self.programs), **more)  # type: ignore[arg-type]

    def question(
        self, before: str | Side | None, after: str | Side | None, *, months: int = 1, area: str = "", balance: str = "",
        opted_out: tuple[str, ...] = (), **more: object,
    ) -> Request:  # fmt: skip
        sides = [self.side(one) if isinstance(one, str) else one for one in (before, after)]
        pair = Pair(*sides, balance=Decimal(balance) if balance else None)
        own = OwnHistory(opted_out=tuple(pseudonym(person) for person in opted_out))
        return Request(tuple(MONTH.window(months)), area, "330600", (pair,), own, **more)  # type: ignore[arg-type]

    @property
    def lake(self) -> Lake:
        return Lake(self.folder / "lake", self.programs, memory_limit="1GB", threads=1)

    def simulate(self, before: str | Side | None, after: str | Side | None, **more: object) -> Result:
        return self.ask(self.question(before, after, **more))  # type: ignore[arg-type]

    def ask(self, request: Request) -> Result:
        folder = self.folder / "simulation"
        folder.mkdir(exist_ok=True)
        found = simulate(request, self.lake, folder)
        assert list(folder.iterdir()) == []  # nothing of it stays
        return found


def a_year(until: Month = MONTH) -> list[Month]:
    return until.window(12)
