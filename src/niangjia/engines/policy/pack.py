"""What a programme pack is once it has been read and checked. Built by `packs.load_pack` only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from niangjia.engines.policy.expressions import tree
from niangjia.engines.policy.expressions.tree import Node
from niangjia.engines.policy.parameters import Parameter
from niangjia.engines.policy.problems import Problem
from niangjia.engines.policy.vocabulary import Vocabulary

Say = Mapping[str, str]  # "zh" and "en"; {name} stands for a fact's or parameter's value


@dataclass(frozen=True)
class Expression:
    """An author's text and the typed tree it became; only the tree is ever run."""

    text: str
    node: Node


@dataclass(frozen=True)
class Source:
    """The paper that a programme rests on. Only the title is always known; nothing here is a path of somebody's machine."""

    title: str
    issuer: str = ""
    date: str = ""
    url: str = ""


@dataclass(frozen=True)
class Rule:
    """All rules must be true; one that is false refuses. `public`: the sentence for whoever has no figures yet, empty = `say`."""

    id: str
    when: Expression
    say: Say
    clause: str
    public: Say = field(default_factory=dict)


@dataclass(frozen=True)
class Tier:
    """Tiers are tried in order; the first true one is the answer. No true one: refused."""

    id: str
    title: Say
    when: Expression
    say: Say
    clause: str
    public: Say = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """
    One line of the benefit. Lines of one id are alternatives: the first whose `when` is true counts, `otherwise` the last.

    Amount → not above `ceiling` → not above own `cost` → minus `less` (earlier aid for the same cost) → not below zero → cent.

    `kind`, one for all alternatives: money is paid, goods are handed over; a due to the union is waived (need not be paid), deferred (is
    to be paid by `due_on`) or owed (is to be paid). Only money is ever paid.
    """

    id: str
    kind: str
    title: Say
    when: Expression | None
    is_otherwise: bool
    amount: Expression
    ceiling: Expression | None
    cost: Expression | None
    less: Expression | None
    due_on: Expression | None
    say: Say
    clause: str
    value: Node = field(repr=False)
    public: Say = field(default_factory=dict)


@dataclass(frozen=True)
class Cap:
    """
    At most `count` grants, or `amount` yuan, for one `per` in a window. The caller counts what was used.

    Caps with the same `group` share their use, across programmes too (a shared count of one: one programme or the other);
    without one the pack's id and the cap's id are the group. `lines`: an amount over these benefit lines alone, a sub-budget;
    used up, it pays no more, but refuses nothing. Empty: over the whole benefit.
    """

    id: str
    per: str  # the pack's unit, or one it belongs to
    window: str  # year event lifetime rolling_12_months
    count: Expression | None
    amount: Expression | None
    group: str
    lines: tuple[str, ...]
    say: Say
    clause: str
    test: Node = field(repr=False)


@dataclass(frozen=True)
class Approval:
    """Somebody else must agree as well when `when` is true, or cannot be told."""

    id: str
    level: str
    when: Expression
    say: Say
    clause: str


@dataclass(frozen=True)
class Trigger:
    """
    A warning sign of sensing. `needs`: feeds without which it is unknown; `unsure_without`: feeds without which it is unknown for
    some households; `also`: feeds that only lower confidence. `instead`: label of a row → what is said of it instead of `say`
    ("no-income": of whom no income was found).
    """

    id: str
    cause: str
    when: Expression
    needs: tuple[str, ...]
    unsure_without: tuple[str, ...]
    also: tuple[str, ...]
    say: Say
    clause: str
    public: Say = field(default_factory=dict)
    instead: Mapping[str, Say] = field(default_factory=dict)

    @property
    def feeds(self) -> tuple[str, ...]:
        return (*self.needs, *self.unsure_without, *self.also)

    @property
    def name(self) -> str:
        """How grades refer to it: T-ILL-1 is t_ill_1."""
        return self.id.lower().replace("-", "_")


@dataclass(frozen=True)
class Grade:
    """Grades are tried in order; `when` of None is what remains."""

    id: str
    when: Expression | None


@dataclass(frozen=True)
class Register:
    """
    The matters of a programme that were done, as a list that others rely on. `columns`: fields that are shown; `starts`, `ends`: date
    fields of the first and the last day of an entry, empty = it stands from its end on, and for good.
    """

    columns: tuple[str, ...]
    starts: str
    ends: str


@dataclass(frozen=True)
class FormField:
    """
    `register`: a programme; the answer is whether the applicant stands in its register, and nobody types it. `union_level`: of a union that
    is named, the level at which it has to stand; empty = any. `required_for`: the outcomes of its stage that are not chosen without it.
    """

    id: str
    title: Say
    type: str
    stage: str
    values: tuple[str, ...]
    is_required: bool
    evidence: tuple[str, ...]
    register: str = ""
    union_level: str = ""
    required_for: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stage:
    """
    Who acts, by when, and what may come of it (outcome → next stage, empty = the end). `kind`: work, or notice: it is shown in public.

    `days`: calendar days instead of working days; `due`: the date field that names the last day, or the day from which `days` count. `desk`: the field that names the union
    from which the level is counted, empty = the matter's own. `effects`: outcome → what it does in the registers (`words.EFFECTS`).
    `needs`: outcome → field → the answers with which it may be chosen ("yes", "no", or codes of the field).
    """

    id: str
    title: Say
    role: str
    level: str
    working_days: int | None
    outcomes: Mapping[str, str]
    needs_second_person: bool
    kind: str = "work"
    days: int | None = None
    due: str = ""
    desk: str = ""
    effects: Mapping[str, str] = field(default_factory=dict)
    needs: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)

    @property
    def about_working_days(self) -> int | None:
        """Working days; of a stage that counts calendar days about as many as lie in them; null = the text sets no number of days."""
        return self.working_days if self.days is None else -(-self.days * 5 // 7)


@dataclass(frozen=True)
class Measure:
    """One measure of a container: the programmes that carry it out; none = the source does not say what it is."""

    id: str
    title: Say
    programs: tuple[str, ...]
    clause: str


@dataclass(frozen=True, eq=False)
class Pack:
    """
    One programme. `area` is the prefix of division codes where it holds. `unit`: what it decides about (``units.yaml``).
    `status`: active; confirm = its defaults need the local union's word; example = never to be paid by.

    `after`: ids of programmes that are decided before this one where several are (their grants count in shared caps).
    `monotone`: fact → ``up`` or ``down``, the only way the amount may go as the fact grows. `measures`: of a container.

    `notes`: what its authors told officers of a clause, by the id or name it belongs to; never for workers or the public.

    `content_hash`: SHA-256 over what the file says: comments, quotes, line breaks and the order of keys do not change it;
    any word, number, date, sentence or the order of rules does.
    """

    id: str
    title: Say
    issuer: str
    area: str
    unit: str
    source: Source
    entry: str
    status: str
    parameters: Mapping[str, Parameter]
    rules: tuple[Rule, ...]
    tiers: tuple[Tier, ...]
    benefit: tuple[Line, ...]
    caps: tuple[Cap, ...]
    approvals: tuple[Approval, ...]
    triggers: tuple[Trigger, ...]
    grades: tuple[Grade, ...]
    property: Expression | None
    form: tuple[FormField, ...]
    stages: tuple[Stage, ...]
    notice: Mapping[str, object]
    fund: Mapping[str, str]
    counts: tuple[Mapping[str, str], ...]
    after: tuple[str, ...]
    monotone: Mapping[str, str]
    measures: tuple[Measure, ...]
    content_hash: str
    folder: Path
    file: str
    notes: Mapping[str, str]
    vocabulary: Vocabulary = field(repr=False)
    tier: Node | None = field(repr=False)
    line_values: Mapping[str, Node] = field(repr=False)  # one value a line id, alternatives joined
    line_dues: Mapping[str, Node] = field(repr=False)  # the day by which a deferred line is to be paid
    line_choices: Mapping[str, Node] = field(repr=False)  # which alternative of a line counts, from 0; -1 = none
    total: Node | None = field(repr=False)  # all lines, before caps
    capped: Node | None = field(repr=False)  # not above what the amount caps leave
    register: Register | None = None
    # Indicator → when a closed case counts for it; none of its own = always, None = it cannot be told.
    count_tests: Mapping[str, Node | None] = field(default_factory=dict, repr=False)
    # Of these tests, told by `check`: a text that was kept before they were read stays readable.
    count_faults: tuple[Problem, ...] = field(default=(), repr=False)

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """Everything that deciding evaluates, in the order of the file."""
        tests = (
            [rule.when.node for rule in self.rules]
            + [tier.when.node for tier in self.tiers]
            + [cap.test for cap in self.caps]
            + [cap.amount.node for cap in self.caps if cap.amount is not None]
        )
        return (*tests, *self.line_values.values(), *(approval.when.node for approval in self.approvals))

    @cached_property
    def facts(self) -> tuple[str, ...]:
        """The facts that deciding asks for."""
        return tree.facts_in(*self.nodes)
