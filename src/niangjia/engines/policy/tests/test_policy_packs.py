"""A pack's faults are named with file, line, word and the nearest right word; nothing in YAML is ever executed."""

from __future__ import annotations

from datetime import date

import pytest

from niangjia.engines import policy
from niangjia.engines.policy.packs import content_hash
from niangjia.engines.policy.tests import samples
from niangjia.engines.policy.yamltext import parse_yaml

GOOD = """parameters:
  upper: {unit: yuan, values: {2020-01-01: 500}, areas: {"330624": {2024-01-01: 600}}, clause: c}
rules:
  - {id: first, when: flag, say: {zh: 甲, en: a}, clause: c}
  - id: second
    when: income < upper
    say: {zh: "收入 {income} 元", en: "income {income}"}
    clause: c
benefit:
  - {id: grant, amount: upper, say: {zh: 甲, en: a}, clause: c}
"""
START = samples.HEAD.count("\n")  # the body's line 1 is line START + 1 of the file


def problems(tmp_path, body: str, head: str = samples.HEAD) -> tuple[policy.Problem, ...]:
    with pytest.raises(policy.PackError) as caught:
        samples.pack(tmp_path, body, head)
    return caught.value.problems


def test_a_good_pack_is_read(tmp_path):
    pack = samples.pack(tmp_path, GOOD)
    assert [rule.id for rule in pack.rules] == ["first", "second"] and pack.area == "3306" and pack.status == "active"


@pytest.mark.parametrize(
    ("old", "new", "line", "word", "nearest", "reason"),
    [
        ("when: flag,", "wen: flag,", 4, "wen", "when", "no key called wen"),
        ("clause: c}\n  - id: second", "}\n  - id: second", 4, "clause", "", "clause is missing"),
        ("when: flag", "when: flagg", 4, "flagg", "flag", "no fact or parameter called flagg"),
        ("income < upper", "income < uper", 6, "uper", "upper", "no fact or parameter called uper"),
        ("income < upper", "size < upper", 6, "", "", "differ in unit"),
        ("unit: yuan,", "unit: yaun,", 2, "yaun", "yuan", "no unit called yaun"),
        ("unit: yuan,", "unit: yuan, type: money2,", 2, "money2", "money", "cannot be used"),
        ("2020-01-01: 500", "2020-01-01: 500.005", 2, "500.005", "", "more than 2 places"),
        ("2020-01-01: 500", "2020-01-01: many", 2, "many", "", "not of type money"),
        ("2020-01-01: 500", "2020-13-01: 500", 2, "2020-13-01", "", "not a date"),
        ('2020-01-01: 500}, areas: {"330624": {2024-01-01: 600}}', "}", 2, "upper", "", "open: true"),
        ("2020-01-01: 500", "2020-01-01: 1000000000000", 2, "1000000000000", "", "outside its bounds"),
        ('"330624"', '"33062"', 2, "33062", "", "not a division code"),
        ("upper: {", "income: {", 2, "income", "", "fact of the vocabulary"),
        ("upper: {", "select: {", 2, "select", "", "word of the rule language"),
        ("upper: {", "Upper: {", 2, "Upper", "", "not written as it should be"),
        ("id: second", "id: first", 5, "first", "", "used twice"),
        ("收入 {income} 元", "收入 {incom} 元", 7, "incom", "income", "no fact or parameter"),
        ("en: a}, clause: c}\n  - id", "}, clause: c}\n  - id", 4, "en", "", "en is missing"),
        ("amount: upper", "amount: flag", 10, "", "", "takes a number"),
        ("amount: upper", "amount: size", 10, "grant", "", "not money"),
        ("amount: upper", "amount: income + income", 10, "", "", "exceed DECIMAL"),
        ("benefit:", "benefits:", 9, "benefits", "benefit", "no key called benefits"),
        ("  - {id: first", "  - {id: first, id: again", 4, "id", "", "written twice"),
        (
            "say: {zh: 甲, en: a}, clause: c}\n  - id",
            "say: &x {zh: 甲, en: a}, clause: c}\n  - id",
            4,
            "",
            "",
            "Anchors",
        ),
        ("when: flag", "when: *x", 4, "", "", "Anchors"),
        ("when: flag", "when: !!python/object/apply:os.system ['true']", 4, "", "", "Tags"),
        ("when: flag", "when: !env HOME", 4, "", "", "Tags"),
        ("when: flag", "when: [flag", 4, "", "", "not YAML"),
        ("when: flag", "when: size in (1, 2)", 4, "2)", "", "no key called 2)"),
        ("when: flag", "when: {a: b}", 4, "", "", "expression belongs here"),
    ],
)
def test_a_fault_is_named_with_line_word_and_nearest_right_word(tmp_path, old, new, line, word, nearest, reason):
    assert old in GOOD
    found = problems(tmp_path, GOOD.replace(old, new, 1))
    matching = [one for one in found if reason in one.en]
    assert matching, [one.en for one in found]
    fault = matching[0]
    assert fault.file == "330600-demo/sample/program.yaml" and fault.column >= 1
    assert (fault.line, fault.word, fault.nearest) == (START + line, word or fault.word, nearest)
    assert str(fault).startswith(f"{fault.file}:{fault.line}:{fault.column}")


def test_the_column_points_into_the_expression(tmp_path):
    fault = problems(tmp_path, GOOD.replace("income < upper", "income < uper"))[0]
    text = (samples.HEAD + GOOD.replace("income < upper", "income < uper")).splitlines()[fault.line - 1]
    assert text[fault.column - 1 :].startswith("uper")


def test_every_fault_is_told_at_once(tmp_path):
    found = problems(tmp_path, GOOD.replace("when: flag", "when: flagg").replace("unit: yuan,", "unit: yaun,"))
    assert {one.word for one in found} >= {"flagg", "yaun"}


@pytest.mark.parametrize("missing", ["id", "title", "issuer", "area", "unit", "source", "entry"])
def test_a_pack_without_its_head_is_refused(tmp_path, missing):
    head = "".join(line + "\n" for line in samples.HEAD.splitlines() if not line.startswith(missing + ":"))
    assert any(one.word == missing and "is missing" in one.en for one in problems(tmp_path, GOOD, head))


def test_a_pack_without_rules_is_refused(tmp_path):
    assert any("no rules" in one.en for one in problems(tmp_path, "note: nothing\n"))


@pytest.mark.parametrize(
    ("raw", "reason"),
    [(b"\xb9\xa4\xbb\xe1: 1", "not UTF-8"), (b"", "empty"), (b"a: 1\n---\nb: 2", "one document"), (b"[" * 5000, "deeper"), (b"a: " + b"x" * 1_000_001, "larger than 1 MB"),
     (b"a: &a [x]\nb: [*a, *a]", "Anchors"), (b"{a: 1}: 2", "must be one word"), (b"a: 1\na: 2", "written twice"), (b"a:\tb: c", "not YAML")],
)  # fmt: skip
def test_a_file_that_is_no_plain_yaml_is_refused(raw, reason):
    from niangjia.engines.policy.yamltext import BadFile

    with pytest.raises(BadFile) as caught:
        parse_yaml(raw, "x.yaml")
    assert reason in caught.value.problem.en and caught.value.problem.zh


def test_numbers_of_a_pack_are_never_floats():
    from decimal import Decimal

    root = parse_yaml(b"a: 0.1\nb: 5\nc: 2023-05-01\nd: '5'\ne: true\nf: 1e5\ng: yes", "x.yaml").table
    assert [root[key].value for key in "abcdefg"] == [Decimal("0.1"), 5, date(2023, 5, 1), "5", True, "1e5", "yes"]


def hash_of(text: str) -> str:
    return content_hash(parse_yaml(text.encode(), "x.yaml"))


def test_the_content_hash_knows_what_is_said_and_not_how_it_is_written():
    written = hash_of("id: a\nrules:\n  - {id: x, when: flag}\n  - {id: y, when: flag}\namount: 1.50\n")
    assert written == hash_of(
        "# why\namount: 1.5   # yuan\nrules:\n- id: x\n  when: 'flag'\n- when: flag\n  id: \"y\"\nid: a\n"
    )
    assert written != hash_of("id: a\nrules:\n  - {id: y, when: flag}\n  - {id: x, when: flag}\namount: 1.50\n")
    assert written != hash_of("id: a\nrules:\n  - {id: x, when: flag}\n  - {id: y, when: not flag}\namount: 1.50\n")
    assert written != hash_of("id: a\nrules:\n  - {id: x, when: flag}\n  - {id: y, when: flag}\namount: '1.50'\n")


def test_a_decision_carries_its_packs_hash(tmp_path):
    pack = samples.pack(tmp_path, GOOD)
    program = policy.compile_program(pack, asof=date(2023, 10, 31), area="330624")
    assert program.decide({}).content_hash == pack.content_hash and len(pack.content_hash) == 64


@pytest.mark.parametrize(
    ("line", "reason", "nearest"),
    [
        ("size: {zh: 甲, en: a, type: integer, unit: persons}", "grain is missing", ""),
        ("size: {zh: 甲, en: a, type: integr, unit: persons, grain: person}", "integr cannot be used", "integer"),
        ("size: {zh: 甲, en: a, type: money, unit: persons, grain: person}", "unit of money is yuan", "yuan"),
        ("size: {zh: 甲, en: a, type: integer, unit: person5, grain: person}", "no unit called person5", "person"),
        ("Size: {zh: 甲, en: a, type: integer, unit: persons, grain: person}", "not written as it should be", ""),
        ("tier: {zh: 甲, en: a, type: integer, unit: persons, grain: person}", "word of the rule language", ""),
        ("size: {zh: 甲, en: a, type: boolean, unit: flag, grain: person, maximum: 3}", "Only a number", ""),
        ("size: {zh: 甲, en: a, type: integer, unit: persons, grain: person, values: [A]}", "Only a text", ""),
        (
            "size: {zh: 甲, en: a, type: integer, unit: persons, grain: person, maximun: 3}",
            "no key called maximun",
            "maximum",
        ),
    ],
)
def test_a_faulty_fact_is_refused(tmp_path, line, reason, nearest):
    with pytest.raises(policy.PackError) as caught:
        samples.vocabulary(tmp_path, line + "\n")
    assert any(reason in one.en and one.nearest == nearest and one.line == 1 for one in caught.value.problems), (
        caught.value.problems
    )


def test_a_fact_declared_in_two_files_is_refused(tmp_path):
    samples.vocabulary(tmp_path)
    (tmp_path / "vocabulary" / "facts" / "more.yaml").write_text(
        "size: {zh: 甲, en: a, type: integer, unit: persons, grain: person}\n", encoding="utf-8"
    )
    with pytest.raises(policy.PackError, match="another file"):
        policy.load_vocabulary(tmp_path)


def test_checking_a_folder_finds_everything_and_raises_nothing(tmp_path):
    samples.pack(tmp_path, GOOD)
    place = tmp_path / "330600-demo" / "sample"
    assert [one.en for one in policy.check_folder(tmp_path)] == ["cases.yaml is missing."]
    (place / "cases.yaml").write_text(
        "- name: n\n  month: 2023-10\n  given: {flag: false, incme: 3}\n  expect: {outcome: refused}\n",
        encoding="utf-8",
    )
    assert [(one.line, one.word, one.nearest) for one in policy.check_folder(tmp_path)] == [(3, "incme", "income")]
    (place / "cases.yaml").write_text(
        "- name: n\n  month: 2023-10\n  given: {flag: false}\n  expect: {outcome: granted}\n", encoding="utf-8"
    )
    assert "expected outcome granted, found outcome refused" in policy.check_folder(tmp_path)[0].en
    (place / "program.yaml").write_text(samples.HEAD + GOOD.replace("when: flag", "when: flagg"), encoding="utf-8")
    assert [one.nearest for one in policy.check_folder(tmp_path)] == ["flag"]


def test_the_shipped_packs_and_their_cases_are_in_order():
    from niangjia.kernel.deployment import programs_folder

    folder = programs_folder() / "330624-xinchang"
    vocabulary = policy.load_vocabulary(programs_folder())
    results = [
        result
        for name in ("special-grant", "graded-aid")
        for result in policy.run_cases(policy.load_pack(folder / name, vocabulary))
    ]
    assert len(results) >= 50 and [str(one) for one in results if not one.passed] == []


@pytest.mark.parametrize(
    ("condition", "left", "right"),
    [
        ("monthly < income", "yuan/month", "yuan/year"),
        ("monthly + income > 0", "yuan/month", "yuan/year"),
        ("least(monthly, income) > 0", "yuan/month", "yuan/year"),
        ("coalesce(monthly, income) > 0", "yuan/month", "yuan/year"),
        ("case when flag then monthly else income end > 0", "yuan/month", "yuan/year"),
        ("standard < monthly", "yuan/month/person", "yuan/month"),
        ("standard * heads < income", "yuan/month", "yuan/year"),
        ("income / monthly < heads", "month/year", "person"),
        ("upper < monthly and not (monthly < income)", "yuan/month", "yuan/year"),
    ],
)
def test_a_month_is_not_compared_with_a_year_nor_a_head_with_a_household(tmp_path, condition, left, right):
    (found,) = _problems_of_units(tmp_path, condition)
    assert found.en.startswith(f"{left} and {right} are not added or compared") and found.line == START + 4


@pytest.mark.parametrize(
    "condition",
    [
        "monthly * 12 < income",  # a bare number may convert
        "standard * heads < monthly",
        "standard * heads * months < upper",  # an amount without a period goes with any
        "income < upper and upper < 5000",
        "share * income < income",
    ],
)
def test_amounts_in_one_unit_are_compared(tmp_path, condition):
    assert _problems_of_units(tmp_path, condition) == ()


UNIT_FACTS = """income: {zh: 年收入, en: income, type: money, unit: yuan/year, grain: person, minimum: 0, maximum: 1000000}
monthly: {zh: 月收入, en: monthly, type: money, unit: yuan/month, grain: person, minimum: 0, maximum: 1000000}
standard: {zh: 标准, en: standard, type: money, unit: yuan/person/month, grain: household, minimum: 0, maximum: 10000}
heads: {zh: 人数, en: heads, type: integer, unit: persons, grain: household, minimum: 1, maximum: 20}
months: {zh: 月数, en: months, type: integer, unit: months, grain: person, minimum: 0, maximum: 12}
share: {zh: 份额, en: share, type: number, unit: ratio, grain: person, minimum: 0, maximum: 1}
flag: {zh: 甲, en: flag, type: boolean, unit: flag, grain: person}
"""


def _problems_of_units(tmp_path, condition: str) -> tuple[policy.Problem, ...]:
    (tmp_path / "vocabulary" / "facts").mkdir(parents=True)
    (tmp_path / "vocabulary" / "facts" / "all.yaml").write_text(UNIT_FACTS, encoding="utf-8")
    body = f"""parameters:
  upper: {{unit: yuan, values: {{2020-01-01: 500}}, clause: c}}
rules:
  - {{id: first, when: "{condition}", say: {{zh: 甲, en: a}}, clause: c}}
"""
    folder = tmp_path / "330600-demo" / "sample"
    folder.mkdir(parents=True)
    (folder / "program.yaml").write_text(samples.HEAD + body, encoding="utf-8")
    try:
        policy.load_pack(folder, policy.load_vocabulary(tmp_path))
    except policy.PackError as error:
        return error.problems
    return ()


def test_a_stage_that_nothing_leads_to_is_named(tmp_path):
    stages = """stages:
  - {id: visit, title: {zh: 甲, en: a}, role: county, outcomes: {done: payment}}
  - {id: notice, title: {zh: 乙, en: b}, role: county, outcomes: {quiet: payment}}
  - {id: payment, title: {zh: 丙, en: c}, role: finance}
"""
    (found,) = problems(tmp_path, GOOD + stages)
    assert (found.word, found.line) == ("notice", START + 13) and "cannot be reached" in found.en


@pytest.mark.parametrize(
    ("needs", "word", "reason"),
    [
        ("{done: {is_gone: true}}", "done", "no key called done"),
        ("{closed: {is_gon: true}}", "is_gon", "no yes-or-no question"),
        ("{closed: {words: true}}", "words", "no yes-or-no question"),
        ("{closed: {is_late: true}}", "is_late", "no yes-or-no question"),
        ("{closed: {is_gone: maybe}}", "maybe", "never answered with maybe"),
        ("{closed: {grade: [low, hihg]}}", "hihg", "never answered with hihg"),
    ],
)
def test_what_an_outcome_needs_is_an_answer_that_can_be_given_by_then(tmp_path, needs, word, reason):
    stages = f"""form:
  - {{id: is_gone, title: {{zh: 甲, en: a}}, type: boolean, stage: look}}
  - {{id: grade, title: {{zh: 乙, en: b}}, type: choice, stage: find, values: [low, high]}}
  - {{id: words, title: {{zh: 丙, en: c}}, type: text, stage: look}}
  - {{id: is_late, title: {{zh: 丁, en: d}}, type: boolean, stage: after}}
stages:
  - {{id: find, title: {{zh: 甲, en: a}}, role: county, outcomes: {{found: look}}}}
  - {{id: look, title: {{zh: 乙, en: b}}, role: county, outcomes: {{closed: after, back: find}}, needs: {needs}}}
  - {{id: after, title: {{zh: 丙, en: c}}, role: county, outcomes: {{told: ""}}}}
"""
    (found,) = problems(tmp_path, GOOD + stages)
    assert (found.word, found.line) == (word, START + 18) and reason in found.en
    good = samples.pack(tmp_path, GOOD + stages.replace(needs, "{closed: {is_gone: true}, back: {grade: [low, high]}}"))
    assert good.stages[1].needs == {"closed": {"is_gone": ("yes",)}, "back": {"grade": ("low", "high")}}


@pytest.mark.parametrize(
    ("field", "word"),
    [
        ("stage: look, required_for: [closd]", "closd"),
        ("stage: look, required: true, required_for: [closed]", "closed"),
        ("stage: find, required_for: [found]", "found"),
        ("stage: told, required_for: [sent]", "sent"),
    ],
)
def test_a_field_is_required_for_outcomes_of_the_stage_at_which_a_union_fills_it_in(tmp_path, field, word):
    casework = f"""form:
  - {{id: words, title: {{zh: 甲, en: a}}, type: text, {field}}}
stages:
  - {{id: find, title: {{zh: 甲, en: a}}, role: county, outcomes: {{found: look}}}}
  - {{id: look, title: {{zh: 乙, en: b}}, role: county, outcomes: {{closed: told, left: ""}}}}
  - {{id: told, title: {{zh: 丙, en: c}}, role: worker, outcomes: {{sent: ""}}}}
"""
    (found,) = problems(tmp_path, GOOD + casework)
    assert (found.word, found.line) == (word, START + 12) and "no outcome of this field's stage" in found.en
    good = samples.pack(tmp_path, GOOD + casework.replace(field, "stage: look, required_for: [closed]"))
    assert good.form[0].required_for == ("closed",) and not good.form[0].is_required


def test_when_a_closed_case_counts_is_said_with_facts_alone_and_a_text_kept_before_stays_readable(tmp_path):
    counts = "counts:\n  - {indicator: cases, in: pieces, when: income > upper}\n"
    read = samples.pack(tmp_path, GOOD + counts)
    found = next(one for one in policy.check_packs([read], is_whole=False) if one.word == "upper")
    assert found.line == START + 12
    assert not policy.counts_for(read, "cases", {}, asof=date(2023, 1, 1)), "it cannot be told"
    assert policy.counts_for(read, "other", {}, asof=date(2023, 1, 1))


def test_what_nothing_asks_for_is_worth_a_note(tmp_path):
    idle = GOOD.replace("rules:", "  idle: {unit: yuan, values: {2020-01-01: 1}, clause: c}\nrules:", 1)
    samples.pack(tmp_path, idle)
    said = [note.en for note in policy.notes(policy.read_folder(tmp_path)[0])]
    assert "No rule, sentence or notice uses the parameter idle." in said
    assert any("No programme asks for the fact" in one for one in said)
    assert not any("upper" in one for one in said)
