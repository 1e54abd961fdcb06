"""`programs explain`, `page` and `new` as somebody at a terminal meets them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from niangjia.cli import main
from niangjia.cli.programs_pages import in_order
from niangjia.engines import policy
from niangjia.engines.policy.published.worked import read_cases
from niangjia.kernel.deployment import programs_folder

FACTS = """verification_outcome: V1
has_check_authorisation: true
household_size: 3
income_12m: 30000
rigid_spending_12m: 0
low_income_standard: 1000
"""
ANSWERS = """area: "330624"
place: xinchang
id: training-fee
title: {zh: 培训补助, en: Training fee}
issuer: 新昌县总工会
source: 某文件，2024 年 1 月
since: 2024-01-01
rules:
  - {fact: is_union_member, clause: 第二条}
  - {fact: insured_months, at_least: 6, clause: 第三条}
  - {fact: skill_level, among: [senior, technician], clause: 第三条}
of: tuition_paid
share: 0.5
amount: 3000
times: 1
"""
TYPED = ["330600", "shaoxing", "试办", "Try out", "", "绍兴市总工会", "某文", "2024-03-01", "person", "application", "劳动合同", "第一条",
         "y", "insured_months", "at_least", "", "第二条", "n", "y", "", "第三条", "1", ""]  # fmt: skip


def run(*words: str, typed: str | None = None):
    return CliRunner().invoke(main, ["programs", *words], input=typed)


def written(folder: Path, text: str, name: str = "facts.yaml") -> str:
    (folder / name).write_text(text, encoding="utf-8")
    return str(folder / name)


@pytest.fixture
def programs(tmp_path) -> Path:
    return Path(shutil.copytree(programs_folder(), tmp_path / "programs"))


# — explain —


def test_one_programme_with_its_rules_clauses_and_the_nearest_change(tmp_path):
    done = run("explain", "special-grant", "--given", written(tmp_path, FACTS), "--month", "2023-10", "--json")
    assert done.exit_code == 0, done.output
    said = json.loads(done.output)
    assert (said["outcome"], said["amount"]) == ("granted", "500.00")
    assert said["rules"][0]["clause"] and said["rules"][0]["values"] == {"verification_outcome": "V1"}
    assert said["nearest_change"]["outcome"] == "refused" and len(said["content_hash"]) == 64
    assert "missing" in said and said["missing"] == []


def test_in_words_in_either_language(tmp_path):
    given = written(tmp_path, FACTS)
    assert "符合，500.00 元" in run("explain", "special-grant", "--given", given, "--month", "2023-10").output
    assert (
        "granted, 500.00 yuan"
        in run("explain", "special-grant", "--given", given, "--month", "2023-10", "--language", "en").output
    )


def test_the_facts_of_a_packs_own_case_are_read_and_decided_alike(tmp_path):
    folder = programs_folder()
    vocabulary = policy.load_vocabulary(folder)
    pack = policy.load_pack(folder / "330182-jiande" / "tuition-sponsorship", vocabulary)
    case = next(one for one in read_cases(pack) if one.expected == "granted" and not one.filled)
    text = "\n".join(f"{name}: {_yaml(value)}" for name, value in case.given.items())
    done = run("explain", pack.id, "--given", written(tmp_path, text), "--month", case.asof.strftime("%Y-%m"), "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.output)["outcome"] == "granted"


def _yaml(value: object) -> str:
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def test_all_programmes_that_ask_for_any_of_the_facts_those_without_numbers_named(tmp_path):
    done = run(
        "explain", "--all", "--given", written(tmp_path, FACTS), "--month", "2023-10", "--area", "330624001", "--json"
    )
    said = {one["program"]: one for one in json.loads(done.output)}
    assert said["special-grant"]["outcome"] == "granted"
    assert (
        said["graded-aid"]["outcome"] == "not_in_force"
        and "living_multiple_deep" in said["graded-aid"]["missing_parameters"]
    )
    assert not [one for one in said if one.startswith("graded-aid-p")]


def test_earlier_grants_count_where_they_are_given(tmp_path):
    given = written(tmp_path, "given: {verification_outcome: V1}\nused: {person_year: 1, household_year: 0}\n")
    said = json.loads(run("explain", "special-grant", "--given", given, "--month", "2023-10", "--json").output)
    assert said["outcome"] == "refused"


def test_what_does_not_fit_is_refused_in_words(tmp_path):
    given = written(tmp_path, FACTS)
    wrong = run("explain", "special-grat", "--given", given)
    assert wrong.exit_code == 1
    assert run("explain", "--given", given).exit_code == 2
    assert run("explain", "special-grant", "--all", "--given", given).exit_code == 2
    assert run("explain", "graded-aid", "--given", given, "--month", "2023-10").exit_code == 1
    assert run("explain", "special-grant", "--given", written(tmp_path, "houshold_size: 3\n")).exit_code == 1
    assert run("explain", "special-grant", "--given", written(tmp_path, "household_size: many\n")).exit_code == 1
    assert run("explain", "special-grant", "--given", written(tmp_path, "- a\n")).exit_code in (0, 1)


def test_programmes_come_behind_those_they_are_decided_after():
    folder = programs_folder()
    vocabulary = policy.load_vocabulary(folder)
    packs = [policy.load_pack(path.parent, vocabulary) for path in policy.list_packs(folder)]
    order = [pack.id for pack in in_order(packs)]
    assert sorted(order) == sorted(pack.id for pack in packs)
    for pack in packs:
        for before in pack.after:
            if before in order:
                assert order.index(before) < order.index(pack.id)


# — page —


def test_a_page_a_programme_in_both_languages_and_an_index(tmp_path):
    done = run("page", "special-grant", "graded-aid", "--out", str(tmp_path / "out"), "--day", "2023-11-01", "--json")
    assert done.exit_code == 0, done.output
    names = {Path(path).name for path in json.loads(done.output)}
    assert names == {
        f"{one}{language}.html"
        for one in ("index", "330624-special-grant", "330624-graded-aid")
        for language in ("", ".en")
    }
    assert "500 元" in (tmp_path / "out" / "330624-special-grant.html").read_text(encoding="utf-8")
    assert "500 yuan" in (tmp_path / "out" / "330624-special-grant.en.html").read_text(encoding="utf-8")
    assert "本地还没有生效" in (tmp_path / "out" / "330624-graded-aid.html").read_text(encoding="utf-8")
    assert run("page", "special-grat", "--out", str(tmp_path / "out")).exit_code == 1


# — new —


def test_a_folder_from_a_file_of_answers_passes_check_and_its_cases_at_once(tmp_path, programs):
    done = run("new", "--answers", written(tmp_path, ANSWERS, "answers.yaml"), "--programs", str(programs), "--json")
    assert done.exit_code == 0, done.output
    folder = Path(json.loads(done.output)["folder"])
    assert {path.name for path in folder.iterdir()} == {"program.yaml", "cases.yaml", "README.md"}
    assert not [problem for problem in policy.check_folder(programs) if folder.name in problem.file]
    pack = policy.load_pack(folder, policy.load_vocabulary(programs))
    cases = read_cases(pack)
    assert cases[0].expected == "granted" and {case.expected for case in cases} == {"granted", "refused", "cannot_tell"}
    assert all(result.passed for result in policy.run_cases(pack)) and len(cases) == 5
    assert cases[0].given["insured_months"] == 6 and cases[0].given["tuition_paid"] > Decimal(0)  # type: ignore[operator]
    again = run("new", "--answers", written(tmp_path, ANSWERS, "answers.yaml"), "--programs", str(programs))
    assert again.exit_code == 1  # nothing is written over


def test_a_folder_from_questions_with_numbers_left_open(programs):
    done = run("new", "--programs", str(programs), typed="\n".join(TYPED) + "\n")
    assert done.exit_code == 0, done.output
    pack = policy.load_pack(programs / "330600-shaoxing" / "try-out", policy.load_vocabulary(programs))
    assert [name for name, one in pack.parameters.items() if one.is_open] == list(pack.parameters) != []
    assert all(result.passed for result in policy.run_cases(pack))
    assert pack.rules[1].say["zh"].count("{") == 2 and pack.status == "confirm"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('area: "330624"', 'area: "33x"'), ("id: training-fee", "id: Training Fee"), ("place: xinchang", "place: 新昌"),
        ("fact: is_union_member", "fact: is_unoin_member"), ("at_least: 6", "among: [x]"), ("among: [senior, technician]", "among: [none_such]"),
        ("of: tuition_paid", "of: skill_level"), ("share: 0.5", "share: 40"), ("since: 2024-01-01", "since: spring"), ("rules:", "rule:"),
        ("issuer: 新昌县总工会", 'issuer: " "'),
    ],
)  # fmt: skip
def test_an_answer_that_does_not_fit_leaves_nothing_behind(tmp_path, programs, before, after):
    assert before in ANSWERS
    answers = written(tmp_path, ANSWERS.replace(before, after), "answers.yaml")
    done = run("new", "--answers", answers, "--programs", str(programs))
    assert done.exit_code == 1, done.output
    assert not list(programs.glob("*/training-fee")) and not list(programs.glob("*/Training Fee"))


def test_a_text_is_put_into_force_from_a_day_and_left_alone_the_second_time(tmp_path):
    data = str(tmp_path / "data")
    changed = tmp_path / "special-grant"
    shutil.copytree(programs_folder() / "330624-xinchang" / "special-grant", changed)
    for name in ("program.yaml", "cases.yaml"):
        text = (changed / name).read_text(encoding="utf-8")
        (changed / name).write_text(text.replace("500", "600"), encoding="utf-8")
    niangjia = [sys.executable, "-m", "niangjia"]
    assert subprocess.run([*niangjia, "init", data, "--home", "330624"], capture_output=True).returncode == 0
    told = [
        subprocess.run(
            [*niangjia, "programs", "install", str(changed), "--from", "2027-01-01", "--data", data, "--json"],
            capture_output=True, encoding="utf-8",
        ).stdout
        for _ in range(2)
    ]  # fmt: skip
    (card,) = json.loads(told[0])
    assert (card["pack"], card["area"], card["from"]) == ("special-grant", "330624", "2027-01-01") and told[0] == told[
        1
    ]
    refused = subprocess.run(
        [*niangjia, "programs", "install", str(changed), "--retroactive", "--from", "2020-01-01", "--data", data],
        capture_output=True, encoding="utf-8",
    )  # fmt: skip
    assert refused.returncode == 1 and "Give the reason." in refused.stderr
    empty = subprocess.run(
        [*niangjia, "programs", "install", data, "--data", data], capture_output=True, encoding="utf-8"
    )
    assert empty.returncode == 1 and "holds no pack" in empty.stderr
