"""One pack over one month's rows: each row's answer, under the pack's caps as earlier rows and months of the simulation used them.

The answer is the pack's own batch SQL. Where several rows share a cap (two workers of one household and a cap a household), they are
decided one after the other, smallest key first, in as many rounds as the largest household has rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from niangjia.engines import policy
from niangjia.engines.policy.expressions import tree
from niangjia.engines.policy.pack import Cap, Pack
from niangjia.engines.policy.parameters import Overrides
from niangjia.engines.sensing.plan.steps import Workbench, text
from niangjia.engines.simulation.columns import KEY, listed_unit
from niangjia.engines.simulation.given import LakeFacts
from niangjia.kernel.months import Month

MOST_FACTS = 62
"""Facts that one whole number can mark as missing."""


@dataclass(frozen=True)
class Program:
    """
    A pack with the deployment's values. `name` names its tables. `rows`: the unit whose rows answer for it.

    `told`: the facts that the lake (or a supposition) can give at all.
    """

    name: str
    pack: Pack
    overrides: Overrides
    rows: str
    facts: LakeFacts
    elsewhere: tuple[str, ...] = ()

    @property
    def asked(self) -> tuple[str, ...]:
        return self.pack.facts

    @property
    def told(self) -> tuple[str, ...]:
        return tuple(name for name in self.asked if name in self.facts.told or name in self.facts.supposed)

    @property
    def area(self) -> str:
        """SQL of which rows the pack holds for: those of its area, but for divisions that have a version of their own."""
        others = "".join(f" AND NOT starts_with(r.area, {text(prefix)})" for prefix in self.elsewhere)
        return f"starts_with(r.area, {text(self.pack.area)}){others}"

    def has_rows(self, bench: Workbench) -> bool:
        """Whether anybody is there to decide about: a programme of another city costs nothing."""
        return bool(bench.value(f"SELECT EXISTS (SELECT 1 FROM rows_{self.rows} r WHERE {self.area})"))

    def relation(self, asof: date, where: str = "TRUE", more: str = "", join: str = "") -> str:
        """The rows inside the pack's area with every fact the pack asks for; SQL of our own."""
        facts = self.pack.vocabulary.facts
        listed = ", ".join(f'{self.facts.fact_sql(facts[name], asof, _column)} AS "{name}"' for name in self.asked)
        return (
            f"(SELECT r.number, r.key, r.area, r.county, r.household{', ' + listed if listed else ''}{more} "
            f"FROM rows_{self.rows} r {join} WHERE {self.area} AND {where})"
        )


def _column(name: str) -> str:
    return f'r."{name}"'


def rows_of(pack: Pack) -> str | None:
    """The unit whose rows answer for the pack; None: it decides about something that the lake does not list."""
    return listed_unit(pack.vocabulary, pack.unit)


@dataclass
class Course:
    """A program over the months of a simulation: what its caps have used so far."""

    program: Program
    months: list[Month] = field(default_factory=list)

    @property
    def answers(self) -> str:
        return f"answers_{self.program.name}"

    @property
    def _taken(self) -> str:
        return f"taken_{self.program.name}"

    def decide(self, bench: Workbench, month: Month, *, is_last: bool = True, with_caps: bool = True) -> None:
        """
        Table ``answers_<name>``: one row per row inside the pack's area: number, key, household, county, outcome, tier, amount, `if_granted`
        (yuan of the benefit before caps, where it can be told), `lacks` (bits of the facts that hold an answer back) and
        ``use_<cap>`` for each cap. Without caps: the entitlement before them.

        Raises:
            MissingParameter: a parameter has no value on that day in any area.
        """
        pack, asof = self.program.pack, month.last_day
        caps = pack.caps if with_caps else ()
        shared_caps = [cap for cap in caps if self._scope(cap) == "household" and self.program.rows == "person"]
        rounds, place_of = 1, ""
        if shared_caps:
            bench.make(
                "placed_rows",
                "one row per row inside the pack's area: which of its household's it is",
                f"""SELECT number, row_number() OVER (PARTITION BY household ORDER BY key)::INT AS place FROM rows_person r
                    WHERE {self.program.area}""",
            )
            rounds = int(bench.value("SELECT coalesce(max(place), 1) FROM placed_rows"))
            place_of = "JOIN placed_rows ON placed_rows.number = r.number" if rounds > 1 else ""
        bench.drop(self.answers)
        for place in range(1, rounds + 1):
            where = f"placed_rows.place = {place}" if rounds > 1 else "TRUE"
            select = self._select(month, asof, where, place_of, caps, shared_caps, is_first=place == 1)
            if place == 1:
                bench.make(self.answers, f"one row per {self.program.rows}: what {pack.id} says", select)
            else:
                bench.connection.execute(f"INSERT INTO {self.answers} {select}")
        if caps and not is_last:
            self._remember(bench, month)
        self.months.append(month)

    def _scope(self, cap: Cap) -> str:
        """`row`: each row has its own share of the cap; `household`: those of one household share it."""
        if self.program.rows in ("person", "household") and cap.per == "household":
            return "household"
        return "row"

    def _select(
        self,
        month: Month,
        asof: date,
        where: str,
        join: str,
        caps: Sequence[Cap],
        shared: Sequence[Cap],
        *,
        is_first: bool,
    ) -> str:
        pack = self.program.pack
        used, joins = [], [join]
        for number, cap in enumerate(caps):
            parts = []
            earlier = self._used_before(cap, month)
            if earlier:
                on = "household" if self._scope(cap) == "household" else "key"
                joins.append(f"LEFT JOIN ({earlier}) e{number} ON e{number}.{on} = r.{on}")
                parts.append(f"coalesce(e{number}.used, 0)")
            if cap in shared and not is_first:
                now = f"SELECT household, sum(\"use_{cap.id}\") AS used FROM {self.answers} WHERE outcome = 'granted' GROUP BY household"
                joins.append(f"LEFT JOIN ({now}) n{number} ON n{number}.household = r.household")
                parts.append(f"coalesce(n{number}.used, 0)")
            kind = "INTEGER" if cap.count is not None else "DECIMAL(16,2)"
            used.append(f', CAST({" + ".join(parts) or "0"} AS {kind}) AS "used_{cap.id}"')
        relation = self.program.relation(asof, where, "".join(used), " ".join(joins))
        sql = policy.batch_sql(
            pack, asof=asof, relation=relation, overrides=self.program.overrides, with_caps=bool(caps)
        )
        uses = "".join(f', {self._use(cap)} AS "use_{cap.id}"' for cap in caps)
        lines = " + ".join(f'"line_{name}"' for name in pack.line_values) or "NULL"
        return (
            f"SELECT number, key, household, county, outcome, tier, amount, missing_parameter, "
            f"CAST({lines} AS DECIMAL(18,2)) AS if_granted, {self._lacks(caps)} AS lacks, {self._speaks_for()} AS has_support{uses} FROM ({sql})"
        )

    def _use(self, cap: Cap) -> str:
        if cap.count is not None:
            return "1"
        if not cap.lines:
            return "coalesce(amount, 0)"
        # Past the sub-budget this counts more than was paid of it; what is left is nothing either way.
        return "(" + " + ".join(f'coalesce("line_{line}", 0)' for line in cap.lines) + ")"

    def _tests(self, caps: Sequence[Cap]) -> list[tuple[str, tree.Node]]:
        pack = self.program.pack
        return [
            *((f'"rule_{rule.id}"', rule.when.node) for rule in pack.rules),
            *((f'"tier_{tier.id}"', tier.when.node) for tier in pack.tiers),
            *((f'"cap_{cap.id}"', cap.test) for cap in caps),
            *((f'"line_{name}"', node) for name, node in pack.line_values.items()),
        ]

    def _lacks(self, caps: Sequence[Cap]) -> str:
        """Bits of the facts that are unknown and stand in a test that cannot be told, where the answer cannot be told."""
        parts = []
        for bit, name in enumerate(self.program.asked[:MOST_FACTS]):
            tests = [f"{column} IS NULL" for column, node in self._tests(caps) if name in tree.facts_in(node)]
            if tests:
                parts.append(f'CASE WHEN "{name}" IS NULL AND ({" OR ".join(tests)}) THEN {1 << bit} ELSE 0 END')
        if not parts:
            return "0::BIGINT"
        return f"CASE WHEN outcome = 'cannot_tell' THEN ({' + '.join(parts)})::BIGINT ELSE 0 END"

    def _speaks_for(self) -> str:
        """Whether a rule or tier that the lake can tell is true: something speaks for the row already."""
        pack = self.program.pack
        tests = [f'"rule_{rule.id}" IS TRUE' for rule in pack.rules if tree.facts_in(rule.when.node)]
        tests += [f'"tier_{tier.id}" IS TRUE' for tier in pack.tiers if tree.facts_in(tier.when.node)]
        return f"({' OR '.join(tests)})" if tests else "FALSE"

    # — across months —

    def _used_before(self, cap: Cap, month: Month) -> str:
        """What earlier months of the simulation took of the cap, by row key or by the household as it is now; empty = nothing can have."""
        first = {
            "year": month.year * 12,
            "rolling_12_months": month.index - 11,
            "lifetime": 0,
        }.get(cap.window)  # an event cap: each month's claim is an event of its own
        if first is None or not any(first <= earlier.index for earlier in self.months) or self._is_new_each_month(cap):
            return ""
        within = f"month >= {first}"
        if self._scope(cap) == "row":
            return f'SELECT key, sum("use_{cap.id}") AS used FROM {self._taken} WHERE {within} GROUP BY key'
        return f"""SELECT household, sum("use_{cap.id}") AS used FROM (
            SELECT DISTINCT m.household, t.month, t.number, t."use_{cap.id}" FROM {self._taken} t
            JOIN {self._taken}_person p ON p.month = t.month AND p.number = t.number JOIN member m ON m.person = p.person
            WHERE t.{within}) GROUP BY household"""

    def _is_new_each_month(self, cap: Cap) -> bool:
        """A cap per trip or loan, of rows that only stand for them: each month is another one."""
        return self.program.rows != self.program.pack.unit and cap.per == self.program.pack.unit

    def _remember(self, bench: Workbench, month: Month) -> None:
        uses = "".join(f', "use_{cap.id}"' for cap in self.program.pack.caps)
        granted = f"SELECT {month.index} AS month, number, key{uses} FROM {self.answers} WHERE outcome = 'granted'"
        persons = f"""SELECT {month.index} AS month, a.number, m.person FROM {self.answers} a JOIN member m ON m.household = a.household
            WHERE a.outcome = 'granted'"""
        tables = [(self._taken, granted)]
        if any(self._scope(cap) == "household" for cap in self.program.pack.caps):
            tables.append((f"{self._taken}_person", persons))
        for table, select in tables:
            bench.connection.execute(f"CREATE TEMP TABLE IF NOT EXISTS {table} AS SELECT * FROM ({select}) WHERE FALSE")
            bench.connection.execute(f"INSERT INTO {table} {select}")


def key_type(unit: str) -> str:
    return KEY[unit]


def missing_facts(program: Program, lacks: Mapping[int, int]) -> dict[str, tuple[int, int]]:
    """Fact → (rows it holds back, rows that it alone holds back), from the bits and how many rows have them."""
    found: dict[str, tuple[int, int]] = {}
    for bit, name in enumerate(program.asked[:MOST_FACTS]):
        rows = sum(count for bits, count in lacks.items() if bits >> bit & 1)
        alone = sum(count for bits, count in lacks.items() if bits == 1 << bit)
        if rows:
            found[name] = (rows, alone)
    return found
