"""The finder asks only what can still change an answer, and stops only when nothing can: held against every subject there is."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from niangjia.engines import policy
from niangjia.engines.policy.finder import Finder, Mind
from niangjia.engines.policy.finder.finding import is_for_people, is_help
from niangjia.engines.policy.finder.mattering import answer_of
from niangjia.engines.policy.published import Question, Wording, load_wording
from niangjia.engines.policy.tests import samples
from niangjia.kernel.deployment import programs_folder

ASOF, AREA = date(2023, 10, 31), "330624"

# Few enough values that every subject can be tried.
FACTS = """
a: {zh: 甲, en: a, type: boolean, unit: flag, grain: person}
b: {zh: 乙, en: b, type: boolean, unit: flag, grain: person}
c: {zh: 丙, en: c, type: boolean, unit: flag, grain: household}
kind: {zh: 类, en: kind, type: text, unit: code, grain: person, values: [one, two, three]}
n: {zh: 数, en: n, type: integer, unit: count, grain: person, minimum: 0, maximum: 3}
m: {zh: 另数, en: m, type: integer, unit: count, grain: person, minimum: 0, maximum: 3}
"""
DOMAINS: dict[str, tuple[object, ...]] = {
    "a": (True, False), "b": (True, False), "c": (True, False), "kind": ("one", "two", "three"), "n": (0, 1, 2, 3), "m": (0, 1, 2, 3),
}  # fmt: skip
ATOMS = [
    "a",
    "b",
    "c",
    "not a",
    "kind = 'one'",
    "kind in ('one', 'two')",
    "n > 1",
    "n >= m",
    "m = 2",
    "n + m < 4",
    "n >= 0",
]


def drawn_test(chance: random.Random, depth: int = 2) -> str:
    if depth == 0 or chance.random() < 0.35:
        return chance.choice(ATOMS)
    word = chance.choice([" and ", " or "])
    return "(" + word.join(drawn_test(chance, depth - 1) for _ in range(chance.choice([2, 2, 3]))) + ")"


def drawn_pack(folder: Path, seed: int) -> policy.Pack:
    chance = random.Random(seed)
    says = "say: {zh: 甲, en: a}, clause: c"
    lines = ["parameters: {rate: {unit: yuan, values: {2020-01-01: 10}, clause: c}}", "rules:"] + [
        f'  - {{id: r{place}, when: "{drawn_test(chance)}", {says}}}' for place in range(chance.choice([1, 2, 3]))
    ]
    amounts = ["100", "n * rate", "case when b then 5 else m * rate end"]
    if chance.random() < 0.5:
        lines.append("tiers:")
        lines += [
            f'  - {{id: T{place}, title: {{zh: 档, en: t}}, when: "{drawn_test(chance, 1)}", {says}}}'
            for place in range(2)
        ]
        amounts.append("case when tier = 'T0' then n * rate else 7 end")
    lines.append("benefit:")
    lines.append(f'  - {{id: x, when: "{drawn_test(chance, 1)}", amount: "{chance.choice(amounts)}", {says}}}')
    lines.append(f'  - {{id: x, otherwise: true, amount: "{chance.choice(amounts)}", {says}}}')
    text = "\n".join(lines) + "\n"
    place = folder / f"pack-{seed}"
    place.mkdir()
    (place / "program.yaml").write_text(samples.HEAD + text, encoding="utf-8")
    return policy.load_pack(place, samples.vocabulary(folder, FACTS))


def everybody(program: policy.Program, known: Mapping[str, object]) -> Iterator[dict[str, object]]:
    names = [name for name in program.pack.facts if known.get(name) is None]
    for values in itertools.product(*(DOMAINS[name] for name in names)):
        yield {
            **{name: value for name, value in known.items() if value is not None},
            **dict(zip(names, values, strict=True)),
        }


def matters(program: policy.Program, known: Mapping[str, object], fact: str) -> bool:
    """Tried with every subject there is."""
    for subject in everybody(program, known):
        answers = {answer_of(program.decide({**subject, fact: value})) for value in DOMAINS[fact]}
        if len(answers) > 1:
            return True
    return False


SEEDS = range(120)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_fact_is_asked_only_while_it_can_change_an_answer_and_no_other_is_left_out(tmp_path, seed):
    program = policy.compile_program(drawn_pack(tmp_path, seed), asof=ASOF, area="3306")
    finder, chance = Finder([program], Wording()), random.Random(seed)
    known: dict[str, object] = {}
    skipped: set[str] = set()
    for _ in range(len(DOMAINS) + 1):
        asked = finder.next(known, skipped)
        waiting = [name for name in program.pack.facts if name not in known and name not in skipped]
        # Whoever left something open is asked on as if it could be anything.
        undecided = program.decide(known).outcome == "cannot_tell"
        needed = {name for name in waiting if undecided and matters(program, known, name)}
        assert (asked is not None) == bool(needed), (asked and asked.fact.name, needed, known)
        if asked is None:
            break
        assert asked.fact.name in needed
        assert 1 <= asked.left <= len(needed)
        if chance.random() < 0.2:
            skipped.add(asked.fact.name)
        else:
            known[asked.fact.name] = chance.choice(DOMAINS[asked.fact.name])
    else:
        pytest.fail("asked more often than there are facts")


@pytest.mark.parametrize("seed", SEEDS[:40])
def test_every_example_is_one(tmp_path, seed):
    program = policy.compile_program(drawn_pack(tmp_path, seed), asof=ASOF, area="3306")
    chance, mind = random.Random(-seed), Mind(program)
    known = {name: chance.choice(values) for name, values in DOMAINS.items() if chance.random() < 0.3}
    for name, witness in mind.matter(known).items():
        assert name not in known
        assert {key: witness.subject[key] for key in known if key in witness.subject} == {
            key: value for key, value in known.items() if key in program.pack.facts
        }
        changed = {**witness.subject, name: witness.other}
        assert answer_of(program.decide(changed)) != answer_of(program.decide(witness.subject))


def test_what_the_union_finds_out_itself_is_never_asked(tmp_path):
    body = """rules:
  - {id: r, when: "a and b", say: {zh: 甲, en: a}, clause: c}
benefit:
  - {id: x, amount: 100, say: {zh: 甲, en: a}, clause: c}
"""
    place = tmp_path / "330600-demo" / "sample"
    place.mkdir(parents=True)
    (place / "program.yaml").write_text(samples.HEAD + body, encoding="utf-8")
    pack = policy.load_pack(place, samples.vocabulary(tmp_path, FACTS))
    program = policy.compile_program(pack, asof=ASOF, area="3306")
    finder = Finder([program], Wording(questions={"a": Question(is_asked=False)}))
    assert finder.next({}).fact.name == "b"  # type: ignore[union-attr]
    assert finder.next({"b": True}) is None
    [found] = finder.findings({"b": True})
    assert (found.verdict, found.amount, [fact.name for fact in found.waits]) == ("maybe", Decimal("100.00"), ["a"])
    [found] = finder.findings({})
    assert (found.verdict, [fact.name for fact in found.missing]) == ("unsure", ["b"])
    [found] = finder.findings({"b": False}, "en")
    assert (found.verdict, [step.clause for step in found.because]) == ("no", ["c"])


def test_what_bears_on_the_trouble_is_asked_first_and_the_rest_all_the_same():
    """Somebody ill is asked about illness before roofs and trips; none of the other questions is lost."""
    packs = [pack for pack in policy.read_folder(programs_folder())[0] if pack.id in ("rooftop-pv", "recuperation")]
    finder = Finder(
        [policy.compile_program(pack, asof=ASOF, area=AREA) for pack in packs], load_wording(programs_folder())
    )
    plain = finder.next({})
    assert plain is not None and finder.next({}, first=["no-such-program"]) == plain
    for program in finder.programs:
        ahead = finder.next({}, first=[program.pack.id])
        assert ahead is not None and ahead.fact.name in program.pack.facts and ahead.left == plain.left


def test_nothing_known_of_a_reader_is_kept(tmp_path):
    program = policy.compile_program(drawn_pack(tmp_path, 3), asof=ASOF, area="3306")
    finder = Finder([program], Wording())
    finder.next({})
    before = repr([(mind.pool, mind.ever) for mind in finder.minds])
    finder.next({"a": True, "kind": "two"})
    finder.findings({"a": True, "kind": "two"})
    assert repr([(mind.pool, mind.ever) for mind in finder.minds]) == before


# — the packs of the house —


def real_programs() -> list[policy.Program]:
    folder = programs_folder()
    vocabulary = policy.load_vocabulary(folder)
    overrides = policy.load_parameters(Path(__file__).resolve().parents[5] / "demo" / "town" / "parameters.yaml")
    found = []
    for path in policy.list_packs(folder):
        try:
            pack = policy.load_pack(path.parent, vocabulary)
            program = policy.compile_program(pack, asof=ASOF, area=pack.area, overrides=overrides.get(pack.id))
            found += [program] if not program.absent else []
        except (policy.PackError, policy.NothingToDecide):
            continue  # whole packs are another test's matter; what nobody has filled in yet is not asked about
    return found


def test_every_programme_that_helps_people_can_be_reached_by_questions():
    programs = [program for program in real_programs() if is_help(program.pack) and is_for_people(program.pack)]
    assert len(programs) >= 2
    for program in programs:
        mind = Mind(program)
        assert program.decide(mind.pool[0]).outcome == "granted", program.pack.id


@pytest.mark.parametrize("seed", range(6))
def test_what_is_asked_about_the_programmes_of_the_house_can_change_an_answer(seed):
    chance = random.Random(seed)
    finder = Finder(real_programs(), Wording())
    minds = {mind.program.pack.id: mind for mind in finder.minds}
    known: dict[str, object] = {}
    skipped: set[str] = set()
    while (asked := finder.next(known, skipped)) is not None:
        name = asked.fact.name
        assert name not in known and name not in skipped
        mind = minds[asked.programs[0]]
        assert name in mind.program.pack.vocabulary.facts
        witness = mind.matter(known, [name])[name]
        changed = {**witness.subject, name: witness.other}
        assert answer_of(mind.program.decide(changed)) != answer_of(mind.program.decide(witness.subject))
        if chance.random() < 0.3:
            skipped.add(name)
        else:
            known[name] = chance.choice(mind.values[name])


@pytest.mark.parametrize("seed", SEEDS)
def test_an_amount_told_before_everything_is_known_is_everybodys(tmp_path, seed):
    """Whoever agrees with what is known and is granted gets that amount, or at least the part that was told as sure."""
    program = policy.compile_program(drawn_pack(tmp_path, seed), asof=ASOF, area="3306")
    chance = random.Random(seed * 7)
    known = {name: chance.choice(values) for name, values in DOMAINS.items() if chance.random() < 0.5}
    [found] = Finder([program], Wording()).findings(known)
    granted = [
        decision for subject in everybody(program, known) if (decision := program.decide(subject)).outcome == "granted"
    ]
    if found.amount is not None:
        assert {decision.amount for decision in granted} <= {found.amount}
    assert all(decision.amount >= found.at_least for decision in granted if decision.amount is not None)
    if found.verdict == "no":
        assert granted == []
    if found.verdict == "yes":
        assert len(granted) == len(list(everybody(program, known)))
