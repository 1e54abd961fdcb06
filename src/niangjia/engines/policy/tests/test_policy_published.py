"""What a page says of a pack: complete in both languages, its numbers those of the engine, its example decided by it."""

from __future__ import annotations

import random
import re
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings

from niangjia.engines import policy
from niangjia.engines.policy.expressions import tree
from niangjia.engines.policy.finder.finding import is_for_people, is_help
from niangjia.engines.policy.published import Wording, describe, load_wording, worked_example
from niangjia.engines.policy.published.constants import VARIES, constant
from niangjia.engines.policy.published.described import Statement
from niangjia.engines.policy.published.worked import read_cases
from niangjia.engines.policy.tests import generated, samples
from niangjia.engines.policy.tests.reference import Reference
from niangjia.kernel.deployment import programs_folder

ASOF = date(2023, 10, 31)
LANGUAGES = ("zh", "en")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def _packs() -> list[policy.Pack]:
    folder = programs_folder()
    vocabulary = policy.load_vocabulary(folder)
    return [policy.load_pack(path.parent, vocabulary) for path in policy.list_packs(folder)]


PACKS = _packs()
WORDING = load_wording(programs_folder())
packs = pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.file.removesuffix("/program.yaml"))


def overrides_of(pack: policy.Pack) -> dict:
    demo = policy.load_parameters(Path(__file__).resolve().parents[5] / "demo" / "town" / "parameters.yaml")
    return demo.get(pack.id, {})


def statements(said) -> list[Statement]:
    tiers = [one for tier in said.tiers for one in (tier.statement, *(paid.statement for paid in tier.benefits))]
    signs = [one for _cause, group in said.signs for one in group]
    return [*said.who, *tiers, *(paid.statement for paid in said.benefits), *said.caps, *said.approvals, *signs]


@packs
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("is_filled", [False, True])
def test_every_sentence_is_there_and_nothing_in_it_is_left_unfilled(pack, language, is_filled):
    overrides = overrides_of(pack) if is_filled else {}
    said = describe(pack, area=pack.area, asof=ASOF, language=language, wording=WORDING, overrides=overrides)
    assert said.title and said.entry and said.unit
    for one in statements(said):
        assert one.text.strip(), one.id
        assert not re.search(r"[{}]", one.text), one.text
        for piece in one.pieces:
            assert piece.text and piece.kind in ("words", "number", "blank", "open")
            if language == "en" and piece.kind in ("words", "blank"):
                assert not CHINESE.search(piece.text), (one.id, piece.text)
    shown = (
        [step.title for step in said.steps] + [tier.title for tier in said.tiers] + [one.title for one in said.measures]
    )
    assert all(shown)
    if language == "en":
        told = [word for step in said.steps for way in step.ways for word in way.outcomes]
        told += [one.paper for one in said.bring] + [proves for one in said.bring for proves in one.proves]
        told += [*said.told, *said.notice_shows, said.fund, *(one.title for one in said.open)]
        assert not [text for text in [*shown, *told] if CHINESE.search(text)]


@packs
def test_a_number_without_a_value_is_named_as_open_and_never_becomes_a_zero(pack):
    said = describe(pack, area=pack.area, asof=ASOF, language="zh", wording=WORDING)
    without = {name for name, one in pack.parameters.items() if one.at(ASOF, pack.area) is None}
    assert {one.name for one in said.open} == without
    for line in said.benefits:
        parameters = set(tree.parameters_in(next(one.amount.node for one in pack.benefit if one.id == line.line)))
        if parameters & without and parameters <= without:
            assert line.amount is None


@packs
def test_a_worked_example_is_what_the_engine_decides(pack):
    for overrides in ({}, overrides_of(pack)):
        found = worked_example(pack, overrides)
        if found is None:
            assert not any(case.expected == "granted" for case in read_cases(pack)) or overrides
            continue
        case, given = found.case, {name: value for name, value in overrides.items() if name in pack.parameters}
        program = policy.compile_program(pack, asof=case.asof, area=case.area, overrides={**case.filled, **given})
        assert found.decision == program.decide(case.given, case.used)
        assert found.decision.outcome == "granted"


@packs
def test_an_amount_that_is_the_same_for_everybody_is_what_everybody_gets(pack):
    """Wherever the page states a fixed amount, every granted case of the pack that gets this line gets this amount, ceilings included."""
    for case in read_cases(pack):
        try:
            program = policy.compile_program(pack, asof=case.asof, area=case.area, overrides=case.filled)
            decision = program.decide(case.given, case.used)
        except (policy.MissingParameter, policy.OutsideArea):
            continue
        if decision.outcome != "granted":
            continue
        said = describe(pack, area=case.area, asof=case.asof, language="zh", wording=WORDING, overrides=case.filled)
        rows = said.benefits
        if decision.tier:
            rows = next(tier.benefits for tier in said.tiers if tier.id == decision.tier)
        paid = dict(decision.lines)
        for line, amount in paid.items():
            mine = [row for row in rows if row.line == line]
            if amount and mine and all(row.amount is not None for row in mine):
                assert amount in {row.amount for row in mine}
            ceilings = [row.ceiling if row.ceiling is not None else row.amount for row in mine]
            if amount and ceilings and all(top is not None for top in ceilings):
                assert amount <= max(top for top in ceilings if top is not None)


@packs
def test_every_version_of_a_number_is_told_with_its_day(pack):
    said = describe(pack, area=pack.area, asof=ASOF, language="zh", wording=WORDING)
    for one in said.numbers:
        parameter = pack.parameters[one.name]
        here = [
            dated for dated in parameter.values if dated.area.startswith(said.area) or said.area.startswith(dated.area)
        ]
        assert sorted(version.since for version in one.versions) == sorted(dated.since for dated in here)
        assert sum(version.is_current for version in one.versions) == (1 if one.current is not None else 0)


@packs
def test_the_days_of_the_steps_add_up(pack):
    said = describe(pack, area=pack.area, asof=ASOF, language="zh", wording=WORDING, overrides=overrides_of(pack))
    assert [step.number for step in said.steps] == list(range(1, len(pack.stages) + 1))
    assert said.days <= sum(step.about or 0 for step in said.steps) + (said.notice_days or 0)
    for step, stage in zip(said.steps, pack.stages, strict=True):
        assert {way.target for way in step.ways} == {
            next((place for place, other in enumerate(pack.stages, 1) if other.id == target), 0)
            for target in stage.outcomes.values()
        }


def shipped(name: str, language: str = "zh"):
    pack = next(one for one in PACKS if one.id == name)
    return describe(pack, area=pack.area, asof=ASOF, language=language, wording=WORDING)


def test_days_of_the_calendar_are_a_limit_and_count_as_about_so_many_working_days():
    said = shipped("member-proposal")
    answer = next(step for step in said.steps if step.id == "answer")
    assert (answer.working_days, answer.days, answer.about) == (None, 60, 43)
    assert said.days == 5 + 5 + 43 and answer.title not in said.untimed
    bargaining = shipped("skill-pay-bargaining")
    reply, file = (step for step in bargaining.steps if step.id in ("reply", "file"))
    assert bargaining.days == 15 + 60 + 8, "nobody has to be urged where all goes well"
    assert (reply.days, reply.due, file.days, file.due) == (20, "要约送达日", 10, "协议签订日")
    mended = next(step for step in shipped("hazard-report").steps if step.id == "rectify")
    assert (mended.days, mended.due) == (None, "整改期限") and mended.title not in shipped("hazard-report").untimed


def test_what_officers_find_out_themselves_is_asked_of_nobody_who_reads():
    told = shipped("member-proposal").told
    assert "提案案由" in told and "对答复满意吗" in told
    assert not {"答复", "核对过代表资格", "交给哪个工会答复"} & set(told)
    assert shipped("skill-pay-bargaining").told == () and "整改期限" not in shipped("hazard-report").told
    assert shipped("holiday-gift").told, "where no stage is a worker's, what their union asks them"


# — words —


def test_whatever_a_worker_may_be_asked_is_worded_in_both_languages():
    wrong = []
    for pack in PACKS:
        if not (is_help(pack) and is_for_people(pack)) or pack.status == "example":
            continue
        for name in pack.facts:
            fact, question = pack.vocabulary.facts[name], WORDING.questions.get(name)
            if question is None:
                wrong.append(f"{pack.id}: no question for {name} (or `asked: false`)")
                continue
            if not WORDING.is_asked(name):
                continue
            if not all(question.ask.get(language) for language in LANGUAGES):
                wrong.append(f"{name}: no question in both languages")
            wrong += [
                f"{name}: no words for {code}" for code in fact.values if code not in WORDING.values.get(name, {})
            ]
    assert not wrong, wrong


def test_every_code_that_a_page_shows_has_words():
    wrong = set()
    for pack in PACKS:
        used = {
            "outcomes": [code for stage in pack.stages for code in stage.outcomes],
            "evidence": [code for one in pack.form for code in one.evidence],
            "purposes": [pack.fund["purpose"]] if "purpose" in pack.fund else [],
            "levels": [one.level for one in pack.approvals],
            "shows": [str(code) for code in pack.notice.get("shows", ())],  # type: ignore[attr-defined]
            "causes": [trigger.cause for trigger in pack.triggers],
        }
        wrong |= {
            f"{kind}: {code} ({pack.id})"
            for kind, codes in used.items()
            for code in codes
            if code not in WORDING.codes[kind]
        }
        example = worked_example(pack)
        for name, value in (example.case.given if example else {}).items():
            is_code = name in pack.facts and bool(pack.vocabulary.facts[name].values)
            if is_code and str(value) not in WORDING.values.get(name, {}):
                wrong.add(f"values of {name}: {value} ({pack.id})")
    assert not wrong, sorted(wrong)


def test_the_wording_names_only_facts_and_codes_that_exist():
    """A fact of the vocabulary, or a field of a shipped form."""
    facts = PACKS[0].vocabulary.facts
    codes_of = {field.id: field.values for pack in PACKS for field in pack.form}
    codes_of |= {name: fact.values for name, fact in facts.items()}
    assert not set(WORDING.questions) - set(codes_of)
    assert not [(name, code) for name, codes in WORDING.values.items() for code in codes if code not in codes_of[name]]
    assert not [name for name, question in WORDING.questions.items() if question.none and facts[name].kind != "text"]
    assert not [name for name in WORDING.of_today if facts[name].kind != "date"]


def test_english_words_are_english():
    says = [
        *(
            say
            for question in WORDING.questions.values()
            for say in (question.ask, question.help, question.unit, question.none)
        ),
        *(say for codes in (*WORDING.values.values(), *WORDING.codes.values()) for say in codes.values()),
        *(topic.title for topic in WORDING.topics),
    ]
    assert not [say for say in says if say and (CHINESE.search(say["en"]) or not say["zh"])]


def test_every_programme_that_gives_something_stands_under_a_topic():
    lost = [pack.id for pack in PACKS if is_help(pack) and pack.status != "example" and not WORDING.topic(pack)]
    assert not lost, lost


def test_without_a_wording_a_fact_is_asked_by_its_title():
    fact = PACKS[0].vocabulary.facts["household_size"]
    bare = Wording()
    assert "核实的家庭人数" in bare.question(fact).ask["zh"] and bare.is_asked("household_size")
    assert bare.shown(fact, 3, "zh") == "3" and WORDING.shown(fact, 3, "zh") == "3 人"
    assert WORDING.shown(PACKS[0].vocabulary.facts["income_12m"], Decimal("36000.00"), "en") == "36,000 yuan"


# — what is the same for everybody —


@settings(max_examples=60, deadline=None)
@given(text=generated.pack_yaml())
def test_with_everything_known_it_is_the_reference(tmp_path_factory, text):
    folder = tmp_path_factory.mktemp("constants")
    try:
        pack = samples.pack(folder, generated.with_every_value(text), head="")
    except policy.PackError:
        return  # drawn too large, or a bare literal where money belongs
    program = policy.compile_program(pack, asof=ASOF, area="330624")
    for row in generated.rows_of(6, seed=len(text)):
        facts = {name: row[name] for name in generated.COLUMNS}
        reference = Reference(facts, program.parameters, ASOF)
        tier = reference.value(pack.tier) if pack.tier is not None else ""
        reference.tier = tier
        some = {name: value for name, value in facts.items() if random.Random(f"{text}{name}").random() < 0.5}
        for node in (*(rule.when.node for rule in pack.rules), *pack.line_values.values()):
            if tier is None and any(isinstance(part, tree.Tier) for part in tree.walk(node)):
                continue  # behind a tier that cannot be told nothing can be
            wanted = reference.value(node)
            assert constant(node, program.parameters, ASOF, known=facts, tier=tier or "") == wanted
            found = constant(node, program.parameters, ASOF, known=some, tier=tier or "")
            assert found is VARIES or found == wanted


def test_a_page_says_a_rule_without_figures_and_its_clause_without_the_authors_notes(tmp_path):
    body = """parameters:
  flat: {unit: yuan, values: {2020-01-01: 500}, clause: c, note: 待填}
rules:
  - {id: r, when: cost > flat, say: {zh: "花了 {cost} 元", en: "{cost}"}, public: {zh: "花费超过 {flat} 元", en: "Cost above {flat}"}, clause: 原文, note: 报道未写}
benefit:
  - {id: a, amount: flat, say: {zh: "{flat}（V1）", en: "{flat}"}, clause: 数额待市总工会确认}
"""
    pack = samples.pack(tmp_path, body)
    said = describe(pack, area="3306", asof=ASOF, language="zh", wording=Wording())
    assert [(one.text, one.clause) for one in said.who] == [("花费超过 500 元", "原文")]
    assert pack.notes == {"flat": "待填", "r": "报道未写"}
    assert [name for name, _text in policy.asides_of(pack)] == ["a", "a"]
    assert any("note" in problem.en for problem in policy.notes_of(pack))


def test_a_part_of_a_whole_is_read_in_hundredths_and_a_multiple_as_it_is(tmp_path):
    body = """parameters:
  part: {unit: ratio, values: {2020-01-01: 0.15}, clause: c}
  whole: {unit: ratio, values: {2020-01-01: 1}, clause: c}
  times: {unit: ratio, values: {2020-01-01: 1.5}, clause: c}
rules:
  - {id: r, when: cost * part > cost * whole * times, say: {zh: "{part}、{whole}、{times} 倍", en: "{part}"}, clause: c}
benefit:
  - {id: a, amount: cost, say: {zh: 甲, en: a}, clause: c}
"""
    said = describe(samples.pack(tmp_path, body), area="3306", asof=ASOF, language="zh", wording=Wording())
    assert [one.text for one in said.who] == ["15%、1、1.5 倍"]


def test_what_hangs_on_nobody_is_told_and_what_hangs_on_somebody_is_not(tmp_path):
    body = """parameters:
  flat: {unit: yuan, values: {2020-01-01: 500}, clause: c}
  later: {unit: yuan, values: {}, open: true, clause: c}
rules:
  - {id: r, when: flag, say: {zh: 甲, en: a}, clause: c}
tiers:
  - {id: T1, title: {zh: 一, en: one}, when: size > 3, say: {zh: "{size} 人", en: "{size}"}, clause: c}
  - {id: T2, title: {zh: 二, en: two}, when: flag, say: {zh: 乙, en: b}, clause: c}
benefit:
  - {id: a, when: tier = 'T1', amount: flat * 2, say: {zh: "{flat}", en: "{flat}"}, clause: c}
  - {id: a, otherwise: true, amount: flat, say: {zh: "{flat}", en: "{flat}"}, clause: c}
  - {id: b, amount: cost, ceiling: later, say: {zh: "{cost} {later}", en: "{cost} {later}"}, clause: c}
"""
    pack = samples.pack(tmp_path, body)
    said = describe(pack, area="3306", asof=ASOF, language="zh", wording=Wording())
    first, second = said.tiers
    assert [paid.amount for paid in first.benefits] == [Decimal("1000.00"), None]
    assert [paid.amount for paid in second.benefits] == [Decimal("500.00"), None]
    assert first.statement.text == "____ 人"
    assert [piece.kind for piece in said.benefits[2].statement.pieces] == ["blank", "words", "open"]
    assert not said.is_in_force and said.exact is None and said.most is None
    filled = {"later": {"": {date(2020, 1, 1): Decimal(800)}}}
    said = describe(
        pack, area="3306", asof=ASOF, language="zh", wording=Wording(), overrides=filled, known={"cost": Decimal(100)}
    )
    assert said.most == Decimal("1100.00")  # 1,000 in the first tier, and everybody's cost is 100
    assert said.numbers[1].versions[0].is_local
    assert constant(pack.benefit[0].amount.node, {"flat": Decimal(500)}, ASOF) == Fraction(1000)
