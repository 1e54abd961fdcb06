"""A new programme's folder from a few answers: rules, sentences, cases that pass at once. A beginning for an author, not an end."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from niangjia.engines.policy import words
from niangjia.engines.policy.cases import run_cases
from niangjia.engines.policy.decision import Decision
from niangjia.engines.policy.expressions.scan import RESERVED
from niangjia.engines.policy.finder import Mind
from niangjia.engines.policy.finder.mattering import Subject
from niangjia.engines.policy.packs import load_pack
from niangjia.engines.policy.parameters import is_area
from niangjia.engines.policy.problems import nearest_word
from niangjia.engines.policy.program import Program, compile_program
from niangjia.engines.policy.published.wording import Wording
from niangjia.engines.policy.vocabulary import Fact, Vocabulary
from niangjia.kernel.problems import Refusal

# From a pack's folder in a checkout: what editors complete and underline by.
SCHEMA = "../../../docs/reference/program.schema.json"

TESTS = ("is", "at_least", "at_most", "among")
SLUG = r"[a-z][a-z0-9-]{1,38}"


class CannotStart(Refusal):
    """An answer that makes no programme; says which and what would do."""


@dataclass(frozen=True)
class Must:
    """One rule. `test`: is (a truth), at_least, at_most (a number or sum), among (codes). `value` None: the paper leaves it open."""

    fact: str
    test: str
    value: Decimal | tuple[str, ...] | None = None
    clause: str = ""


@dataclass(frozen=True)
class Start:
    """
    The answers. `amount` None: the paper leaves it open. `of` and `share`: the amount is that share of a fact's yuan, `amount` then its
    ceiling. `times` a year; 0 = no cap.
    """

    area: str
    place: str
    id: str
    title_zh: str
    title_en: str
    issuer: str
    source: str
    since: date
    unit: str = "person"
    entry: str = "application"
    musts: tuple[Must, ...] = ()
    amount: Decimal | None = None
    amount_clause: str = ""
    of: str = ""
    share: Decimal | None = None
    times: int = 1
    purpose: str = ""
    notes: tuple[str, ...] = field(default=())


def start_pack(programs: Path, start: Start, vocabulary: Vocabulary, wording: Wording) -> Path:
    """
    Write the folder ``<area>-<place>/<id>`` with ``program.yaml``, ``cases.yaml`` and ``README.md``; return it.

    Its cases pass: they are decided by the engine before they are written. Nothing is written over.

    Raises:
        CannotStart: an answer does not fit, or the folder is there already.
    """
    _check(start, vocabulary)
    folder = programs / f"{start.area}-{start.place}" / start.id
    if folder.exists():
        raise CannotStart(
            f"文件夹 {folder} 已经有了，请换一个编号。", f"The folder {folder} is there already; choose another id."
        )
    folder.mkdir(parents=True)
    try:
        _write(folder, start, vocabulary, wording)
    except BaseException:
        shutil.rmtree(folder)  # ours: half a programme is worse than none
        raise
    return folder


def _write(folder: Path, start: Start, vocabulary: Vocabulary, wording: Wording) -> None:
    (folder / "program.yaml").write_text(_Writer(start, vocabulary, wording).program(), encoding="utf-8")
    pack = load_pack(folder, vocabulary)
    open_values = {name: _any_value(one.kind) for name, one in pack.parameters.items() if one.is_open}
    filled = {name: {"": {date(2000, 1, 1): value}} for name, value in open_values.items()}
    program = compile_program(pack, asof=start.since, area=start.area, overrides=filled)  # type: ignore[arg-type]
    (folder / "cases.yaml").write_text(_cases(program, start, open_values), encoding="utf-8")
    (folder / "README.md").write_text(_readme(start), encoding="utf-8")
    failed = [result for result in run_cases(pack) if not result.passed]
    assert not failed, failed  # the engine said so a moment ago


def find_facts(vocabulary: Vocabulary, unit: str, typed: str) -> list[Fact]:
    """Facts that a programme about `unit` may ask for and that fit what was typed: a name, or words of a title in either language."""
    wanted = typed.strip().lower()
    reach = vocabulary.reach(unit)
    facts = [fact for fact in vocabulary.facts.values() if fact.grain in reach]
    exact = [fact for fact in facts if fact.name == wanted]
    return exact or [
        fact for fact in facts if wanted in fact.name or any(wanted in half.lower() for half in fact.title.values())
    ]  # fmt: skip


def _check(start: Start, vocabulary: Vocabulary) -> None:
    def need(fits: bool, zh: str, en: str) -> None:
        if not fits:
            raise CannotStart(zh, en)

    need(is_area(start.area) and len(start.area) == 6, f"{start.area} 不是六位区划代码。", f"{start.area} is not a division code of six digits.")  # fmt: skip
    need(
        bool(re.fullmatch(SLUG, start.place)),
        f"地名 {start.place} 请用小写拼音。",
        f"Write the place {start.place} in small letters.",
    )
    need(
        bool(re.fullmatch(SLUG, start.id)),
        f"编号 {start.id} 请用小写英文和连字符。",
        f"Write the id {start.id} in small letters and hyphens.",
    )
    for text in (start.title_zh, start.title_en, start.issuer, start.source):
        need(
            bool(text.strip()),
            "名称（中、英）、发布单位、出处都要填。",
            "Titles (Chinese and English), issuer and source are all needed.",
        )
    need(start.unit in vocabulary.units, f"没有叫 {start.unit} 的单位。", f"There is no unit called {start.unit}.")
    need(start.entry in words.ENTRIES and start.entry not in ("sensing", "container"), f"不能这样开始：{start.entry}。", f"It cannot start like this: {start.entry}.")  # fmt: skip
    need(bool(start.musts), "至少要有一条规则。", "At least one rule is needed.")
    reach = vocabulary.reach(start.unit)
    for must in start.musts:
        fact = vocabulary.facts.get(must.fact)
        near = nearest_word(must.fact, vocabulary.facts)
        need(fact is not None and fact.grain in reach, f"不能问 {must.fact}。" + (f"是不是 {near}？" if near else ""),
             f"{must.fact} cannot be asked for." + (f" Did you mean {near}?" if near else ""))  # fmt: skip
        assert fact is not None
        need(must.test in _tests_of(fact), f"{must.fact} 只能这样判断：{'、'.join(_tests_of(fact))}。", f"{must.fact} can be tested by: {', '.join(_tests_of(fact))}.")  # fmt: skip
        if must.test == "among":
            codes = must.value if isinstance(must.value, tuple) else ()
            wrong = [code for code in codes if code not in fact.values]
            need(bool(codes) and not wrong, f"{must.fact} 的取值：{'、'.join(fact.values)}。", f"Values of {must.fact}: {', '.join(fact.values)}.")  # fmt: skip
    if start.of:
        base = vocabulary.facts.get(start.of)
        need(base is not None and base.kind == "money" and base.grain in reach, f"{start.of} 不是可以问的金额。", f"{start.of} is no sum that can be asked for.")  # fmt: skip
        need(
            start.share is None or 0 < start.share <= 1,
            "比例应在 0 和 1 之间，40% 写 0.4。",
            "The share lies between 0 and 1; 40 % is 0.4.",
        )


def _tests_of(fact: Fact) -> tuple[str, ...]:
    return {"boolean": ("is",), "text": ("among",)}.get(fact.kind, ("at_least", "at_most"))


class _Writer:
    def __init__(self, start: Start, vocabulary: Vocabulary, wording: Wording) -> None:
        self.start = start
        self.facts = vocabulary.facts
        self.wording = wording
        self.parameters: list[str] = []

    def program(self) -> str:
        start = self.start
        rules = [line for place, must in enumerate(start.musts) for line in self.rule(must, place)]
        benefit = self.benefit()
        caps = self.caps()
        lines = [
            f"# yaml-language-server: $schema={SCHEMA}",
            f"# {start.title_zh}：由问答生成的开头，请对照文件逐条改好。",
            f"# {start.title_en}: started from answers; go through it line by line with the paper.",
            f"id: {start.id}",
            f"title: {_pair(start.title_zh, start.title_en)}",
            f"issuer: {_text(start.issuer)}",
            f'area: "{start.area}"',
            f"unit: {start.unit}",
            "status: confirm",
            f"source: {_text(start.source)}",
            f"entry: {start.entry}",
            "",
            *(["parameters:", *self.parameters, ""] if self.parameters else []),
            "rules:", *rules, "",
            "benefit:", *benefit, "",
            *(["caps:", *caps, ""] if caps else []),
            *self.form(), "",
            *_STAGES,
            "",
            f"fund: {{purpose: {start.purpose or start.id}}}",
        ]  # fmt: skip
        return "\n".join(lines) + "\n"

    def parameter(self, name: str, unit: str, value: Decimal | None, clause: str, zh: str, en: str) -> str:
        if name in self.facts or name in RESERVED:
            name = f"{name}_given"
        values = f"{{{self.start.since.isoformat()}: {value}}}" if value is not None else "{}"
        openly = "" if value is not None else " open: true,"
        clause = clause or ("文件没有写，待填" if value is None else "（请写出处：第几条、原文怎么说）")
        self.parameters.append(
            f"  {name}: {{unit: {unit}, values: {values},{openly} clause: {_text(clause)}, say: {_pair(zh, en)}}}"
        )
        return name

    def rule(self, must: Must, place: int) -> list[str]:
        fact = self.facts[must.fact]
        zh, en = fact.title["zh"], fact.title["en"]
        when, say_zh, say_en = must.fact, zh, f"{en[:1].upper()}{en[1:]}"
        if must.test == "among" and isinstance(must.value, tuple):
            when = f"{must.fact} in ({', '.join(repr(code) for code in must.value)})"
            said = {one: [self.wording.value(must.fact, code, one) for code in must.value] for one in ("zh", "en")}
            say_zh = f"{zh}：{'、'.join(said['zh'])}"
            say_en = f"{say_en}: {', '.join(said['en'])}"
        elif must.test != "is":
            number = must.value if isinstance(must.value, Decimal) else None
            unit = self.wording.unit(fact)
            word = "least" if must.test == "at_least" else "most"
            limit = self.parameter(
                f"{must.fact}_{word}"[:60], fact.unit, number, must.clause, f"{zh}的界限", f"limit of {en}"
            )
            when = f"{must.fact} {'>=' if word == 'least' else '<='} {limit}"
            say_zh = f"{zh} {{{must.fact}}} {unit['zh']}，{'不低于' if word == 'least' else '不超过'} {{{limit}}} {unit['zh']}".rstrip()
            say_en = f"{say_en} {{{must.fact}}}, at {word} {{{limit}}} {unit['en']}".rstrip()
        clause = must.clause or "（请写出处：第几条、原文怎么说）"
        return [
            f"  - id: {_id(must.fact, place)}",
            f"    when: {_text(when)}",
            f"    say: {_pair(say_zh, say_en)}",
            f"    clause: {_text(clause)}",
        ]

    def benefit(self) -> list[str]:
        start, clause = self.start, self.start.amount_clause
        title = "    title: {zh: 补助, en: benefit}"
        if not start.of:
            name = self.parameter("amount", "yuan", start.amount, clause, "每次金额", "amount")
            say = _pair(f"每次 {{{name}}} 元", f"{{{name}}} yuan")
            return [
                "  - id: aid",
                title,
                f"    amount: {name}",
                f"    say: {say}",
                f"    clause: {_text(clause or '（请写出处）')}",
            ]
        base = self.facts[start.of].title
        share = self.parameter("share", "ratio", start.share, clause, "比例", "share")
        lines = ["  - id: aid", title, f"    amount: {start.of} * {share}"]
        zh, en = f"{base['zh']} {{{start.of}}} 元 × {{{share}}}", f"{base['en']} of {{{start.of}}} yuan × {{{share}}}"
        if start.amount is not None:
            ceiling = self.parameter("ceiling", "yuan", start.amount, clause, "最高", "ceiling")
            lines.append(f"    ceiling: {ceiling}")
            zh, en = f"{zh}，不超过 {{{ceiling}}} 元", f"{en}, at most {{{ceiling}}} yuan"
        en = f"{en[:1].upper()}{en[1:]}"
        return [
            *lines,
            f"    cost: {start.of}",
            f"    say: {_pair(zh, en)}",
            f"    clause: {_text(clause or '（请写出处）')}",
        ]

    def caps(self) -> list[str]:
        if not self.start.times:
            return []
        times = self.start.times
        return [
            f"  - id: {self.start.unit}_year",
            f"    per: {self.start.unit}",
            "    window: year",
            f"    count: {times}",
            f"    say: {_pair(f'每年最多 {times} 次', f'at most {times} a year')}",
            f"    clause: {_text('（请写出处；文件没有写的，注明是默认值）')}",
        ]

    def form(self) -> list[str]:
        """One field a fact; the author adds which papers prove it."""
        asked = list(
            dict.fromkeys([*(must.fact for must in self.start.musts), *([self.start.of] if self.start.of else [])])
        )
        lines = ["form:"]
        for name in asked:
            fact = self.facts[name]
            kind = {"boolean": "boolean", "text": "choice"}.get(fact.kind, fact.kind)
            values = f", values: [{', '.join(fact.values)}]" if kind == "choice" and fact.values else ""
            lines.append(
                f"  - {{id: {name}, title: {_pair(fact.title['zh'], fact.title['en'])}, type: {kind}, stage: check{values}, required: true}}"
            )
        return lines


_STAGES = [
    "stages:",
    "  - {id: check, title: {zh: 基层工会核实, en: check by the grassroots union}, role: grassroots, level: grassroots, working_days: 10, outcomes: {done: review}}",
    '  - {id: review, title: {zh: 审核, en: review}, role: county, level: county, working_days: 5, outcomes: {approved: payment, returned: check, refused: ""}, second_person: true}',
    "  - {id: payment, title: {zh: 发放, en: payment}, role: finance, level: county, second_person: true}",
]


def _cases(program: Program, start: Start, open_values: Mapping[str, object]) -> str:
    """A granted case, one refusal a rule, and one where nothing is known: each as the engine decides it."""
    mind = Mind(program)
    granted = _plainer(program, mind, mind.pool[0])
    lines = []
    if open_values:
        lines.append(
            "parameters: {"
            + ", ".join(f"{name}: {_value(value)}" for name, value in open_values.items())
            + "}  # 仅供试算 · for trying only"
        )
        lines.append("cases:")
    lines += _case(start, "Everything holds", granted, program.decide(granted))
    for rule, must in zip(program.pack.rules, start.musts, strict=True):
        other = next((one for one in _others(granted, must.fact, mind) if program.trace(one).rules == _only_failing(program, rule.id)), None)  # fmt: skip
        if other is not None:
            lines += _case(start, f"Only {rule.id} does not hold", other, program.decide(other))
    lines += _case(start, "Nothing is known yet", {}, program.decide({}))
    return "\n".join(lines) + "\n"


def _plainer(program: Program, mind: Mind, granted: Subject) -> Subject:
    """The same answer from the values that stand in the rules themselves, where those do."""
    found = dict(granted)
    for name, values in mind.values.items():
        answer = program.decide(found)[:3]
        for value in values:
            if program.decide({**found, name: value})[:3] == answer:
                found[name] = value
                break
    return found


def _only_failing(program: Program, rule_id: str) -> tuple[bool, ...]:
    return tuple(rule.id != rule_id for rule in program.pack.rules)


def _others(subject: Subject, fact: str, mind: Mind) -> list[Subject]:
    return [{**subject, fact: value} for value in mind.values[fact]]


def _case(start: Start, name: str, given: Mapping[str, object], decision: Decision) -> list[str]:
    expect = f"outcome: {decision.outcome}"
    if decision.outcome == "granted":
        expect += f", amount: {decision.amount}"
    elif ids := decision.refused_by + decision.unknown:
        expect += f", because: [{', '.join(ids)}]"
    facts = ", ".join(f"{fact}: {_value(value)}" for fact, value in given.items())
    return [
        f"- name: {name}",
        f"  day: {start.since.isoformat()}",
        f"  given: {{{facts}}}",
        f"  expect: {{{expect}}}",
    ]


def _readme(start: Start) -> str:
    notes = "".join(f"- {note}\n" for note in start.notes)
    return (
        f"# {start.title_zh} · {start.title_en}\n\n"
        f"**文件怎么说**：{start.source}。（用自己的话写：给谁、多少、哪一条。）\n\n"
        "**怎么读的**：（每一条规则对应原文哪一句；拿不准的地方。）\n\n"
        "**空着的**：（文件没有给出的数，由谁定。）\n\n---\n\n"
        f"**What the paper says**: {start.source}. (In your own words: who, how much, which paragraph.)\n\n"
        "**How it was read**: (which sentence each rule comes from; where you are not sure.)\n\n"
        f"**Left open**: (numbers the paper does not give, and who sets them.)\n{notes}"
    )


def _any_value(kind: str) -> object:
    return {"boolean": True, "text": "x", "date": date(2000, 1, 1), "number": Decimal("0.5"), "integer": 1}.get(
        kind, Decimal(100)
    )


def _id(fact: str, place: int) -> str:
    return f"{fact[:34]}" if place == 0 else f"{fact[:34]}_{place + 1}"


def _text(text: str) -> str:
    """A YAML text that stays one whatever is in it."""
    return json.dumps(text.strip(), ensure_ascii=False)


def _pair(zh: str, en: str) -> str:
    return f"{{zh: {_text(zh)}, en: {_text(en)}}}"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    return _text(value) if isinstance(value, str) else f"{value:f}" if isinstance(value, Decimal) else str(value)
