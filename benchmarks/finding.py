"""The finder for one worker and every programme of the folder: choosing a question, telling all the answers. Median CPU milliseconds.

Run: ``python benchmarks/finding.py``. Every pack in force that helps people, whatever its area, with the values that the demo town fills in; each
worker has other amounts, so that no remembered conversion flatters the figure.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

from niangjia.engines import policy
from niangjia.engines.policy.finder import Finder
from niangjia.engines.policy.published import load_wording
from niangjia.kernel.deployment import programs_folder

ASOF = date(2023, 10, 31)
TARGET = 5.0
WORKERS = 40


def main() -> None:
    folder = programs_folder()
    vocabulary, wording = policy.load_vocabulary(folder), load_wording(folder)
    overrides = policy.load_parameters(Path(__file__).resolve().parents[1] / "demo" / "town" / "parameters.yaml")
    programs = []
    for path in policy.list_packs(folder):
        pack = policy.load_pack(path.parent, vocabulary)
        if pack.status == "example":
            continue
        try:
            programs.append(policy.compile_program(pack, asof=ASOF, area=pack.area, overrides=overrides.get(pack.id)))
        except (policy.MissingParameter, policy.NothingToDecide):
            continue
    finder = Finder(programs, wording)
    warming = _cpu(finder.warm)
    told = [_worker(finder, number) for number in range(WORKERS)]
    half = [dict(list(known.items())[::2]) for known in told]
    facts = len({name for mind in finder.minds for name in mind.facts})
    print(f"{len(finder.minds)} programmes, {facts} facts, {len(finder.facts)} of them asked")
    print(f"thinking them through, once a day:       {warming:8.1f} ms")
    print(
        f"all answers, everything known:           {_median(lambda one: finder.findings(one), told):8.2f} ms  (target {TARGET:.0f})"
    )
    print(f"all answers, half of it known:           {_median(lambda one: finder.findings(one), half):8.2f} ms")
    print(f"the next question, nothing known:        {_median(lambda one: finder.next({}), told):8.2f} ms")
    print(f"the next question, half of it known:     {_median(lambda one: finder.next(one), half):8.2f} ms")
    print(f"questions to somebody who gets everything: {_questions(finder, told[0]):6d}    (of {len(finder.facts)})")
    print(f"questions to somebody who gets little:     {_questions(finder, told[0], is_little=True):6d}")


def _worker(finder: Finder, number: int) -> dict[str, object]:
    """Somebody whom the programmes' own examples describe, each with other amounts."""
    known: dict[str, object] = {}
    for mind in finder.minds:
        subject = mind.pool[number % len(mind.pool)]
        for name, value in subject.items():
            known.setdefault(name, value + Decimal(number) if isinstance(value, Decimal) and value < 10**6 else value)
    return known


def _questions(finder: Finder, whole: dict[str, object], *, is_little: bool = False) -> int:
    """`is_little`: none of these wherever that is a choice, no to every yes or no."""
    known: dict[str, object] = {}
    none: list[str] = []
    count = 0
    while (asked := finder.next(known, none=none)) is not None:
        name = asked.fact.name
        if is_little and finder.wording.question(asked.fact).none:
            none.append(name)
        else:
            known[name] = False if is_little and asked.fact.kind == "boolean" else whole[name]
        count += 1
    return count


def _median(call: Callable[[dict[str, object]], object], workers: list[dict[str, object]]) -> float:
    return statistics.median(_cpu(lambda one=one: call(one)) for one in workers)  # type: ignore[misc]


def _cpu(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return (time.process_time() - started) * 1000


if __name__ == "__main__":
    main()
