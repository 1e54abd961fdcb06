"""What a proof says, in words for who wrote the rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Status = Literal["proved", "refuted", "not_proved", "information", "disagreement"]
"""
proved: for every input, or by one input that was found. refuted: the example shows it. not_proved: no answer within the time
limit, which is never taken for a proof. information: true and worth knowing, neither good nor bad. disagreement: the engine
decides the example otherwise than the translation into Z3, so the prover is wrong; nothing it says of the pack counts.
"""


@dataclass(frozen=True)
class Finding:
    """
    `id`: what was asked (`line-under-ceiling`), `subject`: of what (`medical`). `place`: file:line. `days`, `area`: where the
    numbers are these, all of them if empty. `example`: a case for ``cases.yaml``, or nothing. `values`: what was put into
    parameters that the paper leaves open: any, cases (those of ``cases.yaml``), or nothing if there are none.
    """

    id: str
    subject: str
    status: Status
    zh: str
    en: str
    place: str
    area: str
    days: str
    example: str
    values: str
    seconds: float


@dataclass(frozen=True)
class Proof:
    """`stretches`: how many spans of days and areas with numbers of their own it is about."""

    pack: str
    file: str
    findings: tuple[Finding, ...]
    stretches: int
    seconds: float

    @property
    def counts(self) -> Mapping[str, int]:
        return Counter(finding.status for finding in self.findings)

    @property
    def obligations(self) -> int:
        return sum(finding.status != "information" for finding in self.findings)

    @property
    def holds(self) -> bool:
        """Everything that was to be proved was."""
        return all(finding.status in ("proved", "information") for finding in self.findings)


# id → what is true where it is proved, what is true where it is refuted; each in Chinese and English. {x}: the subject.
WORDS: Mapping[str, tuple[str, str, str, str]] = {
    "grant-possible": (
        "有人能得到本项目。",
        "Somebody can be granted the programme.",
        "谁也得不到本项目：规则和档次不能同时满足。",
        "Nobody can be granted the programme: its rules and tiers cannot be met together.",
    ),
    "rule-can-hold": (
        "规则 {x} 可以满足。",
        "Rule {x} can be met.",
        "规则 {x} 谁也不能满足，因此没有人能得到本项目。",
        "Nobody can meet rule {x}, so nobody can be granted the programme.",
    ),
    "rule-can-fail": (
        "规则 {x} 可以不满足。",
        "Rule {x} can fail.",
        "规则 {x} 对任何人都成立，等于没有写。",
        "Rule {x} holds for everybody: it might as well not stand there.",
    ),
    "tier-reachable": (
        "档次 {x} 有人能进入。",
        "Tier {x} is somebody's answer.",
        "档次 {x} 永远轮不到：符合它的人都先符合了前面的档次，或没有人能符合它。",
        "Tier {x} is nobody's answer: whoever meets it meets an earlier tier first, or nobody can meet it.",
    ),
    "line-reachable": (
        "待遇 {x} 有人能得到。",
        "Benefit {x} is paid to somebody.",
        "待遇 {x} 谁也得不到：它的条件不能成立，或前面的写法总是先成立。",
        "Nobody is paid benefit {x}: its condition cannot be met, or an alternative before it always is.",
    ),
    "cap-can-bind": (
        "上限 {x} 会起作用。",
        "Cap {x} can be used up.",
        "上限 {x} 永远不会起作用。",
        "Cap {x} never cuts or refuses anything.",
    ),
    "approval-reachable": (
        "审批 {x} 会用到。",
        "Approval {x} is needed by somebody.",
        "审批 {x} 永远用不到。",
        "Approval {x} is never needed.",
    ),
    "amount-not-negative": (
        "金额不会小于零。",
        "The amount is never below zero.",
        "金额可能小于零。",
        "The amount can be below zero.",
    ),
    "line-under-ceiling": (
        "待遇 {x} 不超过它的上限（ceiling）。",
        "Benefit {x} never exceeds its ceiling.",
        "待遇 {x} 可能超过它的上限（ceiling）。",
        "Benefit {x} can exceed its ceiling.",
    ),
    "line-under-cost": (
        "待遇 {x} 不超过本人自付（cost）。",
        "Benefit {x} never exceeds the worker's own cost.",
        "待遇 {x} 可能超过本人自付（cost）。",
        "Benefit {x} can exceed the worker's own cost.",
    ),
    "total-under-cap": (
        "合计不超过上限 {x} 的余额。",
        "The total never exceeds what cap {x} leaves.",
        "合计可能超过上限 {x} 的余额。",
        "The total can exceed what cap {x} leaves.",
    ),
    "amount-rises": (
        "{x} 增大，金额不会减少。",
        "The amount never falls as {x} grows.",
        "{x} 增大时金额反而可能减少：两例只有 {x} 不同。",
        "The amount can fall as {x} grows: the two cases differ in {x} alone.",
    ),
    "amount-falls": (
        "{x} 增大，金额不会增加。",
        "The amount never rises as {x} grows.",
        "{x} 增大时金额反而可能增加：两例只有 {x} 不同。",
        "The amount can rise as {x} grows: the two cases differ in {x} alone.",
    ),
    "stage-reachable": (
        "环节 {x} 可以到达。",
        "Stage {x} can be reached.",
        "从第一个环节出发，永远到不了环节 {x}。",
        "Stage {x} can never be reached from the first one.",
    ),
    "stage-ends": (
        "从环节 {x} 可以走到结束。",
        "From stage {x} the end can be reached.",
        "从环节 {x} 出发永远走不到结束。",
        "From stage {x} the end can never be reached.",
    ),
    "trigger-can-fire": (
        "触发 {x} 可以成立。",
        "Trigger {x} can fire.",
        "触发 {x} 永远不会成立。",
        "Trigger {x} can never fire.",
    ),
    "trigger-can-rest": (
        "触发 {x} 可以不成立。",
        "Trigger {x} can rest.",
        "触发 {x} 对任何家庭都成立，名单上会有所有人。",
        "Trigger {x} fires for every household: everybody would be on the list.",
    ),
    "grade-reachable": (
        "分级 {x} 有家庭能进入。",
        "Grade {x} is some household's grade.",
        "没有家庭会被分为 {x}：符合它的都先符合了前面的分级，或没有家庭能符合它。",
        "No household is graded {x}: whoever meets it meets an earlier grade first, or nobody can meet it.",
    ),
    "property-can-hold": (
        "财产说明的条件可以成立。",
        "The test for property can be met.",
        "财产说明的条件永远不成立。",
        "The test for property can never be met.",
    ),
    "property-can-fail": (
        "财产说明的条件可以不成立。",
        "The test for property can fail.",
        "财产说明的条件对任何家庭都成立。",
        "The test for property is met by every household.",
    ),
}


def worded(words: tuple[str, str], subject: str) -> tuple[str, str]:
    zh, en = words
    return zh.replace("{x}", subject), en.replace("{x}", subject)
