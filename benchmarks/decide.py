"""One person, ten programmes: median CPU microseconds to decide, to explain in words, and to find the nearest change.

Run: ``python benchmarks/decide.py``. The two real packs and eight invented ones with four conditions each (about 40 in all),
every fact known, values given as Decimal; nothing is kept from one call to the next but the compiled functions.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

from niangjia.engines import policy
from niangjia.kernel.deployment import programs_folder

ASOF, AREA = date(2023, 10, 31), "330624001000"
TARGET_DECIDE, TARGET_EXPLAIN = 20.0, 1000.0

INVENTED = """
id: invented-{number}
title: {{zh: 虚构项目{number}, en: Invented programme {number}}}
issuer: 演示
area: "330624"
unit: person
status: example
source: invented for the benchmark
entry: application
parameters:
  upper: {{unit: yuan/year, values: {{2020-01-01: {limit}}}, clause: invented}}
  share: {{unit: ratio, values: {{2020-01-01: 0.{number}5}}, clause: invented}}
rules:
  - {{id: verified, when: "verification_outcome in ('V1', 'V2')", say: {{zh: 已核实, en: verified}}, clause: invented}}
  - {{id: authorised, when: has_check_authorisation, say: {{zh: 已授权, en: authorised}}, clause: invented}}
  - {{id: income, when: income_12m / 12 / household_size < 3 * low_income_standard, say: {{zh: "收入 {{income_12m}} 元", en: "income {{income_12m}}"}}, clause: invented}}
  - {{id: cost, when: "medical_own_cost_12m > upper or study_own_cost_12m > 0 or not has_confirmed_trigger", say: {{zh: "自付 {{medical_own_cost_12m}} 元", en: "cost"}}, clause: invented}}
benefit:
  - {{id: aid, amount: medical_own_cost_12m * share, ceiling: upper, less: medical_aid_received_12m, say: {{zh: "救助 {{medical_own_cost_12m}} × {{share}}", en: aid}}, clause: invented}}
"""

PERSON: dict[str, object] = {
    "verification_outcome": "V1", "has_check_authorisation": True, "has_confirmed_trigger": False, "household_size": 3,
    "low_income_standard": Decimal("1000.00"), "rigid_spending_12m": Decimal("10000.00"), "accident_loss_12m": Decimal("0.00"),
    "medical_own_cost_12m": Decimal("21000.00"), "study_own_cost_12m": Decimal("0.00"), "living_aid_received_12m": Decimal("0.00"),
    "medical_aid_received_12m": Decimal("0.00"), "study_aid_received_12m": Decimal("0.00"), "accident_aid_received_12m": Decimal("0.00"),
    "chosen_item": "medical", "goods_value": Decimal("0.00"), "income_12m": Decimal("60000.00"),
}  # fmt: skip


def main() -> None:
    folder = programs_folder()
    vocabulary = policy.load_vocabulary(folder)
    overrides = policy.load_parameters(Path(__file__).resolve().parents[1] / "demo" / "town" / "parameters.yaml")
    packs = [
        policy.load_pack(folder / "330624-xinchang" / name, vocabulary) for name in ("special-grant", "graded-aid")
    ]
    with tempfile.TemporaryDirectory() as temporary:
        for number in range(1, 9):
            place = Path(temporary) / f"invented-{number}"
            place.mkdir()
            (place / "program.yaml").write_text(INVENTED.format(number=number, limit=1000 * number), encoding="utf-8")
            packs.append(policy.load_pack(place, vocabulary))
    started = time.process_time()
    programs = [policy.compile_program(pack, asof=ASOF, area=AREA, overrides=overrides.get(pack.id)) for pack in packs]
    compiled = (time.process_time() - started) * 1000

    # Every call sees another income, so that no remembered conversion flatters the figure.
    people = [{**PERSON, "income_12m": Decimal(60_000_00 + step).scaleb(-2)} for step in range(2_000)]
    decide = per_person(lambda person: [program.decide(person) for program in programs], people)
    decide_read = per_person(lambda person: _decide_read(vocabulary, programs, person), people)
    explain = per_person(lambda person: [program.explain(person) for program in programs], people[:500])
    nearest = per_person(lambda person: programs[1].explain(person).nearest_change, people[:40])
    conditions = sum(len(pack.rules) + len(pack.tiers) + len(pack.line_values) for pack in packs)
    print(f"{len(packs)} programmes, {conditions} conditions and lines; compiled in {compiled:.1f} ms")
    print(f"decide, ten programmes:        {decide:8.1f} µs  (target {TARGET_DECIDE:.0f})")
    print(f"  facts read once for all ten: {decide_read:8.1f} µs  (target {TARGET_DECIDE:.0f})")
    print(f"explain in words, ten:         {explain:8.1f} µs  (target {TARGET_EXPLAIN:.0f})")
    print(f"nearest change, one programme: {nearest:8.1f} µs  (worked out only when asked for)")


def _decide_read(
    vocabulary: policy.Vocabulary, programs: list[policy.Program], person: dict[str, object]
) -> list[policy.Decision]:
    facts = policy.read_facts(vocabulary, person)
    return [program.decide_read(facts) for program in programs]


def per_person(call: Callable[[dict[str, object]], object], people: list[dict[str, object]]) -> float:
    """Median over seven rounds of the mean CPU microseconds a person."""
    rounds = []
    for _ in range(7):
        started = time.process_time()
        for person in people:
            call(person)
        rounds.append((time.process_time() - started) / len(people) * 1e6)
    return statistics.median(rounds)


if __name__ == "__main__":
    main()
