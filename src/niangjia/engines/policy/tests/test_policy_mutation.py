"""Which small changes of a pack its own cases notice, and the case that would notice the others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from niangjia.engines import policy
from niangjia.engines.policy.mutation import Report, mutate_pack
from niangjia.engines.policy.mutation.judging import Cases, read_file
from niangjia.engines.policy.mutation.mutants import get, mutants
from niangjia.engines.policy.mutation.telling import Teller
from niangjia.engines.policy.mutation.texts import edits
from niangjia.engines.policy.tests import samples

SAY = "say: {zh: 甲, en: a}, clause: c"
PARAMETERS = """parameters:
  line: {unit: yuan, values: {2020-01-01: 1000}, clause: c}
"""
RULE = f"rules:\n  - {{id: poor, when: standard < line, {SAY}}}\n"
BENEFIT = f"benefit:\n  - {{id: aid, amount: cost * 0.5, ceiling: 400, {SAY}}}\n"
CASES = """given: {standard: 999.99, cost: 700}
cases:
  - {name: One cent below, day: 2020-01-01, given: {}, expect: {outcome: granted, amount: 350.00}}
  - {name: On the line, day: 2020-01-01, given: {standard: 1000}, expect: {outcome: refused}}
  - {name: Cut, day: 2020-01-01, given: {cost: 900}, expect: {outcome: granted, amount: 400.00}}
  - {name: Before, day: 2019-12-31, given: {}, expect: {outcome: missing_parameter, because: [line]}}
"""


def made(folder: Path, body: str = PARAMETERS + RULE + BENEFIT, cases: str = CASES) -> policy.Pack:
    pack = samples.pack(folder, body)
    (pack.folder / "cases.yaml").write_text(cases, encoding="utf-8")
    return pack


def without(cases: str, name: str) -> str:
    return "".join(line for line in cases.splitlines(keepends=True) if name not in line)


def told(report: Report) -> list[str]:
    return [survivor.en for survivor in report.survivors]


def changed(text: str, *, money: bool = False) -> list[str]:
    return [edit.text for edit in edits(text, lambda _: money)]


def test_operators_and_words_are_turned_one_at_a_time():
    assert changed("a < b and c != d or e") == [
        "a <= b and c != d or e",
        "a < b or c != d or e",
        "a < b and c = d or e",
        "a < b and c != d and e",
    ]


def test_the_and_of_a_between_and_words_in_quotes_are_left_alone():
    assert changed("a between b and c and d") == ["a between b and c or d"]
    assert changed("a between (b and c) and d")[0] == "a between (b or c) and d"
    assert changed("a = 'x < 1 and y'") == ["a != 'x < 1 and y'"]


def test_numbers_move_by_their_least_step_and_are_doubled():
    assert changed("a * 0.80") == ["a * 0.81", "a * 0.79", "a * 1.60"]
    assert changed("a + 500", money=True) == ["a + 500.01", "a + 499.99", "a + 1000"]
    assert changed("a > 0") == ["a >= 0", "a > 1", "a > -1"]


def test_days_move_by_one_both_ways():
    assert changed("a > date '2024-03-01'")[1:] == ["a > date '2024-02-29'", "a > date '2024-03-02'"]


def test_cases_on_both_sides_of_every_line_notice_everything(tmp_path):
    report = mutate_pack(made(tmp_path))
    assert not report.survivors, told(report)
    assert report.noticed == report.counted >= 15 and report.cases == 4


def test_a_line_that_no_case_stands_on_is_named_with_its_place_and_the_case_that_would(tmp_path):
    report = mutate_pack(made(tmp_path, cases=without(CASES, "On the line")))
    assert "when of rule poor: “standard < line” becomes “standard <= line”" in told(report)
    survivor = next(one for one in report.survivors if "<=" in one.en)
    assert survivor.place == "330600-demo/sample/program.yaml:11:31" and "改为" in survivor.zh
    assert "standard: 1000" in survivor.example and "refused" in survivor.example


def test_the_cases_that_are_suggested_make_the_set_whole(tmp_path):
    """Add what is suggested and ask again: in the end nothing survives, and every suggestion passed as it stood."""
    cases = without(without(CASES, "Cut"), "Before")
    for _ in range(6):
        report = mutate_pack(made(tmp_path, cases=cases))
        if not report.survivors:
            break
        assert all(survivor.example for survivor in report.survivors), told(report)
        cases += "".join(f"  {line}\n" for line in report.survivors[0].example.splitlines())
    assert not report.survivors, told(report)


def test_a_change_that_changes_no_answer_is_left_out_and_counted(tmp_path):
    rule = f"rules:\n  - {{id: poor, when: cost >= 0 and standard < line, {SAY}}}\n"
    report = mutate_pack(made(tmp_path, PARAMETERS + rule + BENEFIT))
    assert report.equivalent >= 1, "no cost is below nothing"
    assert not any("cost >= -0.01" in one for one in told(report))


def test_a_number_that_no_decision_uses_is_left_out_with_its_days(tmp_path):
    parameters = PARAMETERS + "  notice: {unit: days, values: {2020-01-01: 5}, clause: c}\n"
    report = mutate_pack(made(tmp_path, parameters + RULE + BENEFIT))
    assert (report.unused, told(report)) == (5, [])


def test_a_day_on_which_a_number_begins_is_told_by_a_case_that_needs_it(tmp_path):
    """Somebody refused by another rule needs no number that has not begun: that case does not tell, and one that does is written."""
    cases = CASES.replace(
        "given: {}, expect: {outcome: missing_parameter", "given: {cost: null}, expect: {outcome: missing_parameter"
    )
    cases = (
        without(cases, "Before")
        + "  - {name: Not a member, day: 2019-12-31, given: {flag: false}, expect: {outcome: refused}}\n"
    )
    rules = RULE + f"  - {{id: member, when: flag or standard > 0, {SAY}}}\n".replace("flag or standard > 0", "flag")
    cases = cases.replace("{standard: 999.99, cost: 700}", "{standard: 999.99, cost: 700, flag: true}")
    report = mutate_pack(made(tmp_path, PARAMETERS + rules + BENEFIT, cases))
    [survivor] = [one for one in report.survivors if "2019-12-31" in one.en]
    assert survivor.en == "parameter line: from 2020-01-01 becomes from 2019-12-31"
    assert "day: 2019-12-31" in survivor.example and "because: [line]" in survivor.example


def test_what_the_reader_refuses_is_no_mutant(tmp_path):
    bounded = PARAMETERS.replace("clause: c", "clause: c, maximum: 1500")
    assert mutate_pack(made(tmp_path, bounded + RULE + BENEFIT)).refused == 1


def test_tiers_lines_caps_and_approvals_are_left_out_in_turn(tmp_path):
    body = RULE.replace("standard < line", "flag")
    body += f"tiers:\n  - {{id: T1, title: {{zh: 甲, en: a}}, when: standard < 500, {SAY}}}\n  - {{id: T2, title: {{zh: 甲, en: a}}, when: standard < 900, {SAY}}}\n"
    body += f"benefit:\n  - {{id: aid, when: tier = 'T1', amount: 100, {SAY}}}\n  - {{id: aid, otherwise: true, amount: 50, less: income, {SAY}}}\n"
    body += f"caps:\n  - {{id: once, per: person, window: year, count: 1, {SAY}}}\n  - {{id: most, per: person, window: year, amount: 80, {SAY}}}\n"
    body += f"approvals:\n  - {{id: upper, level: city, when: standard < 100, {SAY}}}\n"
    pack = made(tmp_path, body, "- {name: n, day: 2020-01-01, given: {flag: true}, expect: {outcome: cannot_tell}}\n")
    report = mutate_pack(pack)
    missing = {one for one in told(report) if one.endswith("left out")}
    assert missing == {
        "rule poor left out", "tier T1 left out", "tier T2 left out", "benefit aid left out", "less of benefit aid left out", "cap once left out", "cap most left out",
        "approval upper left out",
    }  # fmt: skip
    assert all(survivor.example for survivor in report.survivors), told(report)


def test_the_word_inside_a_folded_text_is_found_on_its_line(tmp_path):
    rule = f"rules:\n  - id: poor\n    when: >-\n      standard < line\n      and cost > 0\n    {SAY.replace(', clause', chr(10) + '    clause')}\n"
    pack = made(tmp_path, PARAMETERS + rule + BENEFIT)
    root = read_file(pack, "program.yaml")
    lines = (pack.folder / "program.yaml").read_text(encoding="utf-8").splitlines()
    places = {mutant.en: mutant.place for mutant in mutants(pack, root, lines)}
    place = places["when of rule poor: “and cost > 0” becomes “and cost >= 0”"]
    _, line, column = place.rsplit(":", 2)
    assert lines[int(line) - 1][int(column) - 1 :].startswith("> 0")


def test_a_limit_of_money_moves_by_a_cent_and_a_count_by_one(tmp_path):
    body = PARAMETERS + RULE + BENEFIT + f"caps:\n  - {{id: once, per: person, window: year, count: 2, {SAY}}}\n"
    pack = made(tmp_path, body)
    found = [mutant.en for mutant in mutants(pack, read_file(pack, "program.yaml"), [])]
    assert "ceiling of benefit aid: “400” becomes “400.01”" in found
    assert "count of cap once: “2” becomes “3”" in found
    assert "parameter line from 2020-01-01: 1000 becomes 999.99" in found
    assert "amount of benefit aid: “cost * 0.5” becomes “cost * 0.6”" in found


def test_nothing_is_written_to_the_packs_folder(tmp_path):
    pack = made(tmp_path)
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in pack.folder.iterdir()}
    mutate_pack(pack)
    assert before == {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in pack.folder.iterdir()}


def test_cases_that_fail_as_they_are_are_refused(tmp_path):
    with pytest.raises(policy.PackError):
        mutate_pack(made(tmp_path, cases=CASES.replace("amount: 350.00", "amount: 351.00")))


def test_a_value_put_into_the_compiled_pack_decides_as_a_pack_read_with_it(tmp_path):
    """What is compiled once for all values of a parameter, and what is compiled for one of them."""
    pack = made(tmp_path)
    cases = Cases(pack)
    for mutant in mutants(pack, read_file(pack, "program.yaml"), []):
        if mutant.parameter:
            text = get(mutant.root, ("parameters", "line", "values"))
            read = samples.pack(
                tmp_path,
                PARAMETERS.replace(
                    "2020-01-01: 1000", ", ".join(f"{day}: {one.text}" for day, one in text.table.items())
                )
                + RULE
                + BENEFIT,
            )
            only = replace(pack, parameters=read.parameters)
            assert cases.notice(only, is_parameter=True) == cases.notice(read, is_parameter=False), mutant.en


def test_a_pack_tells_itself_from_itself_by_nothing(tmp_path):
    pack = made(tmp_path)
    assert Teller(pack).case_that_tells(replace(pack), "itself") is None
