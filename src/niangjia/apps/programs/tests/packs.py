"""Small packs written for a test: a vocabulary of their own, installed like any other."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from niangjia.apps.programs import actions as programs
from niangjia.apps.programs.tests import town
from niangjia.apps.programs.types import PackCard
from niangjia.engines import policy

UNITS = """person: {zh: 职工, en: worker, within: [household]}
household: {zh: 家庭, en: household}
enterprise: {zh: 企业, en: enterprise}
union: {zh: 工会, en: union}
union_year: {zh: 工会年度, en: union's year, within: [union]}
site: {zh: 阵地, en: site, within: [union]}
project: {zh: 项目, en: project, within: [union]}
nomination: {zh: 提名, en: nomination}
enrolment: {zh: 参保, en: enrolment, within: [person]}
trip: {zh: 行程, en: trip, within: [person]}
loan: {zh: 贷款, en: loan, within: [person]}
"""
FACTS = """cost: {zh: 自付, en: own cost, type: money, unit: yuan, grain: household, minimum: 0, maximum: 1000000}
household_size: {zh: 人数, en: size, type: integer, unit: persons, grain: household, minimum: 1, maximum: 20}
low_income_standard: {zh: 低保标准, en: minimum-living standard, type: money, unit: yuan/month, grain: household, minimum: 0, maximum: 10000}
is_member: {zh: 会员, en: member, type: boolean, unit: flag, grain: person}
was_visited: {zh: 已走访, en: visited, type: boolean, unit: flag, grain: household}
"""
GRAINS = ("enterprise", "union", "union_year", "site", "project", "nomination", "enrolment", "trip", "loan")
SAY = "say: {zh: 甲, en: a}, clause: 某文件第一条"


def write(root: Path, text: str) -> policy.Pack:
    """The pack of a text, beside its vocabulary and an empty list of cases."""
    (root / "vocabulary" / "facts").mkdir(parents=True, exist_ok=True)
    (root / "vocabulary" / "units.yaml").write_text(UNITS, encoding="utf-8")
    of_units = "".join(
        f"{grain}_cost: {{zh: {grain} 费用, en: {grain} cost, type: money, unit: yuan, grain: {grain}, minimum: 0, maximum: 1000000}}\n"
        for grain in GRAINS
    )
    (root / "vocabulary" / "facts" / "all.yaml").write_text(FACTS + of_units, encoding="utf-8")
    slug = text.split("id: ", 1)[1].split("\n", 1)[0]
    area = text.split('area: "', 1)[1].split('"', 1)[0]
    folder = root / f"{area or 'all'}-place" / slug
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "program.yaml").write_text(text, encoding="utf-8")
    (folder / "cases.yaml").write_text("[]", encoding="utf-8")
    return policy.load_pack(folder, policy.load_vocabulary(root))


def pack(body: str, *, id: str = "aid", area: str = "3306", unit: str = "household", more: str = "") -> str:
    return f"""id: {id}
title: {{zh: 试行帮扶, en: Trial aid}}
issuer: 某市总工会
area: "{area}"
unit: {unit}
source: 某文件
entry: application
{more}{body}"""


AID = f"""parameters:
  share: {{unit: ratio, values: {{2020-01-01: 0.5}}, clause: 第二条}}
rules:
  - {{id: visited, when: was_visited, {SAY}}}
benefit:
  - {{id: aid, amount: cost * share, {SAY}}}
"""


def install(
    root: Path, *texts: str, viewer=None, now=town.NOW, active_from: date | None = None, **more
) -> list[PackCard]:
    return programs.install_packs(
        [write(root, text) for text in texts], now, viewer=viewer, active_from=active_from, **more
    )
