"""Plain words for what packs call by code: how a fact is asked, what a code means. ``programs/vocabulary/wording.yaml``.

Nothing here decides: another word never changes an answer. What the file does not word falls back on the vocabulary's own title.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from niangjia.engines.policy.pack import Pack, Say
from niangjia.engines.policy.problems import PackError
from niangjia.engines.policy.vocabulary import NAME, Fact
from niangjia.engines.policy.yamltext import BadFile, Item, Reader, read_yaml
from niangjia.kernel.money import show_yuan

CODES = ("outcomes", "evidence", "purposes", "levels", "shows", "causes", "units", "indicators", "clauses")


@dataclass(frozen=True)
class Question:
    """
    How a worker is asked for a fact. `is_asked` False: the union finds it out itself. `unit`: the word behind the number.

    `is_gate`: asked before a programme's other questions. `none`: the choice "none of these", empty where there is no such choice.
    `is_today`: nobody is asked, it is the day of asking itself. `is_past`: a day on which something happened, so none to come.
    """

    ask: Say = field(default_factory=dict)
    help: Say = field(default_factory=dict)
    unit: Say = field(default_factory=dict)
    is_asked: bool = True
    is_gate: bool = False
    none: Say = field(default_factory=dict)
    is_today: bool = False
    is_past: bool = False


@dataclass(frozen=True)
class Topic:
    """A heading of the index. A programme stands under the first topic one of whose words its title, fund or purpose has."""

    id: str
    title: Say
    words: tuple[str, ...]


@dataclass(frozen=True)
class Trouble:
    """What may have happened to somebody, in their words; the questions of `programs` come first then."""

    id: str
    title: Say
    programs: tuple[str, ...]


@dataclass(frozen=True)
class Wording:
    """`values`: fact → code → words; `codes`: kind (outcomes, evidence, purposes, levels, shows, units, indicators, clauses) → code → words."""

    questions: Mapping[str, Question] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, Say]] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, Say]] = field(default_factory=dict)
    topics: tuple[Topic, ...] = ()
    troubles: tuple[Trouble, ...] = ()

    def value(self, fact: str, code: str, language: str) -> str:
        """A code of a fact in words; a code without words as it stands."""
        said = self.values.get(fact, {}).get(code)
        return said[language] if said else _spaced(code)

    def code(self, kind: str, code: str, language: str) -> str:
        said = self.codes.get(kind, {}).get(code)
        return said[language] if said else _spaced(code)

    def is_asked(self, fact: str) -> bool:
        question = self.questions.get(fact)
        return question is None or (question.is_asked and not question.is_today)

    def is_gate(self, fact: str) -> bool:
        question = self.questions.get(fact)
        return question is not None and question.is_gate

    @property
    def of_today(self) -> tuple[str, ...]:
        """Facts that are the day of asking itself."""
        return tuple(name for name, question in self.questions.items() if question.is_today)

    def question(self, fact: Fact) -> Question:
        """The file's question, or one made from the fact's title."""
        found = self.questions.get(fact.name, Question())
        unit = self.unit(fact)
        if found.ask:
            return replace(found, unit=unit)
        zh, en = fact.title.get("zh", fact.name), fact.title.get("en", fact.name)
        if fact.kind == "boolean":
            ask = {"zh": f"是否属实：{zh}？", "en": f"Is this so: {en}?"}
        else:
            ask = {"zh": f"请填写：{zh}", "en": f"{en[:1].upper()}{en[1:]}?"}
        return replace(found, ask=ask, unit=unit)

    def unit(self, fact: Fact) -> Say:
        """The word behind a number: 元, months, m²; empty for codes, truths, days and ratios."""
        asked = self.questions.get(fact.name)
        if asked and asked.unit:
            return asked.unit
        base = fact.unit.split("/")[0]
        return self.codes.get("units", {}).get(base, {"zh": "", "en": ""})

    def shown(self, fact: Fact, value: object, language: str) -> str:
        """A fact's value as a reader says it: with its unit, codes in words, yuan without idle cents."""
        if value is None:
            return "（不知道）" if language == "zh" else "(not known)"
        if isinstance(value, bool):
            return ("是" if value else "否") if language == "zh" else ("yes" if value else "no")
        if fact.kind == "text":
            return self.value(fact.name, str(value), language)
        unit = self.unit(fact).get(language, "")
        return f"{plain(value, fact.kind)} {unit}".strip()

    def topic(self, pack: Pack) -> str:
        """The id of the topic a programme stands under; empty = none fits."""
        text = " ".join([pack.id, *pack.title.values(), pack.fund.get("purpose", "")]).lower()
        return next((topic.id for topic in self.topics if any(word.lower() in text for word in topic.words)), "")


def plain(value: object, kind: str) -> str:
    """
    A number or day without units; money without idle cents.

    >>> plain(Decimal("1800.00"), "money"), plain(Decimal("0.50"), "money"), plain(Decimal("0.80"), "number"), plain(12000, "integer")
    ('1,800', '0.50', '0.8', '12,000')
    """
    if kind == "money" and isinstance(value, int | Decimal) and not isinstance(value, bool):
        return show_yuan(Decimal(value)).removesuffix(".00")
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _spaced(code: str) -> str:
    return code.replace("-", " ").replace("_", " ")


@lru_cache(maxsize=4)
def load_wording(programs: Path) -> Wording:
    """
    ``vocabulary/wording.yaml`` under the programs folder; without the file nothing is worded.

    Raises:
        PackError: with every fault found.
    """
    path = Path(programs) / "vocabulary" / "wording.yaml"
    if not path.exists():
        return Wording()
    try:
        root = read_yaml(path, "vocabulary/wording.yaml")
    except BadFile as bad:
        raise PackError([bad.problem]) from None
    reader = _WordingReader()
    found = reader.wording(root)
    if reader.problems:
        raise PackError(reader.problems)
    return found


class _WordingReader(Reader):
    def wording(self, root: Item) -> Wording:
        table = self.table(root, optional=("questions", "values", "topics", "troubles", *CODES))
        return Wording(
            {name: self.question(part) for name, part in self.open_table(table.get("questions")).items()},
            {name: self.says(part) for name, part in self.open_table(table.get("values")).items()},
            {kind: self.says(table.get(kind)) for kind in CODES},
            tuple(self.topic(part) for part in self.list(table.get("topics"))),
            tuple(self.trouble(part) for part in self.list(table.get("troubles"))),
        )

    def open_table(self, item: Item | None) -> dict[str, Item]:
        found = self.table(item, optional=tuple(item.table)) if item is not None else {}
        for name in found:
            self.word(item.keys[name], pattern=NAME)  # type: ignore[union-attr]
        return found

    def says(self, item: Item | None) -> dict[str, Say]:
        found = self.table(item, optional=tuple(item.table)) if item is not None else {}
        return {code: self.bilingual(part) for code, part in found.items()}

    def question(self, item: Item) -> Question:
        table = self.table(item, optional=("ask", "help", "unit", "none", "asked", "gate", "today", "past"))
        said = {key: self.bilingual(table[key]) if key in table else {} for key in ("ask", "help", "unit", "none")}
        return Question(
            **said,
            is_asked=self.flag(table.get("asked"), default=True),
            is_gate=self.flag(table.get("gate")),
            is_today=self.flag(table.get("today")),
            is_past=self.flag(table.get("past")),
        )

    def trouble(self, item: Item) -> Trouble:
        table = self.table(item, required=("id", "zh", "en", "programs"))
        title = {language: self.word(table.get(language)) for language in ("zh", "en")}
        programs = tuple(self.word(part) for part in self.list(table.get("programs")))
        return Trouble(self.word(table.get("id")), title, programs)

    def topic(self, item: Item) -> Topic:
        table = self.table(item, required=("id", "zh", "en", "words"))
        title = {language: self.word(table.get(language)) for language in ("zh", "en")}
        return Topic(
            self.word(table.get("id")), title, tuple(self.word(part) for part in self.list(table.get("words")))
        )
