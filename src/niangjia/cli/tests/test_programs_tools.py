"""`programs prove` and `programs test --mutate`: words, exit codes, and cases that can be pasted as they are."""

import json
import shutil
import subprocess
import sys

import pytest
import yaml
from click.testing import CliRunner

from niangjia.cli.commands import main
from niangjia.kernel.deployment import programs_folder


@pytest.fixture
def programs(tmp_path):
    """The shipped vocabulary and two of its packs, to be spoilt."""
    folder = tmp_path / "programs"
    shutil.copytree(programs_folder() / "vocabulary", folder / "vocabulary")
    for name in ("330624-xinchang/special-grant", "330000-zhejiang/file-exit"):
        shutil.copytree(programs_folder() / name, folder / name)
    return folder


def run(*arguments):
    return CliRunner().invoke(main, ["programs", *map(str, arguments)])


def spoil(programs, name, old, new):
    path = programs / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_shipped_packs_are_proved_and_the_code_is_zero(programs):
    done = run("prove", "--programs", programs)
    assert done.exit_code == 0, done.output
    assert "已证明 proved" in done.output and "special-grant" in done.output and "file-exit" in done.output


def test_a_rule_that_nobody_fails_is_named_with_its_line_and_the_code_is_one(programs):
    spoil(programs, "330000-zhejiang/file-exit/program.yaml", "when: are_causes_gone", "when: are_causes_gone or true")
    done = run("prove", programs / "330000-zhejiang" / "file-exit")
    assert done.exit_code == 1
    assert "规则 causes 对任何人都成立" in done.output and "Rule causes holds for everybody" in done.output
    assert "program.yaml:31" in done.output
    assert "special-grant" not in done.output


def test_what_is_printed_as_a_case_can_be_pasted(programs):
    place = "330000-zhejiang/file-exit"
    spoil(programs, f"{place}/program.yaml", "rules:", "monotone: {months_above_standard: up}\nbenefit:\n"
          "  - {id: aid, when: months_above_standard < 8, amount: 100, say: {zh: 甲, en: a}, clause: c}\nrules:")  # fmt: skip
    done = run("prove", "file-exit", "--programs", programs, "--json")
    assert done.exit_code == 1
    (proof,) = json.loads(done.output)
    (finding,) = (one for one in proof["findings"] if one["status"] == "refuted")
    assert finding["id"] == "amount-rises" and len(yaml.safe_load(finding["example"])) == 2
    cases = programs / place / "cases.yaml"
    before = run("test", "file-exit", "--programs", programs)
    cases.write_text(
        cases.read_text(encoding="utf-8") + "".join(f"  {line}\n" for line in finding["example"].splitlines()),
        encoding="utf-8",
    )
    after = run("test", "file-exit", "--programs", programs)
    assert (before.exit_code, after.exit_code) == (0, 0), after.output
    assert before.output.startswith("7 例") and after.output.startswith("9 例")


def test_an_unknown_pack_is_wrong_use_and_the_nearest_is_named(programs):
    for command in (("prove",), ("test", "--mutate")):
        done = run(*command, "special-grnat", "--programs", programs)
        assert done.exit_code == 2 and "是不是 special-grant？" in done.output


def test_a_deployments_file_is_what_is_proved(programs, tmp_path):
    parameters = tmp_path / "parameters.yaml"
    parameters.write_text("special-grant: {grant_amount: {values: {2024-01-01: 0}}}\n", encoding="utf-8")
    done = run("prove", "special-grant", "--programs", programs, "--parameters", parameters)
    assert done.exit_code == 0 and "2024-01-01 … (330624)" in done.output


def test_cases_that_notice_everything_pass_and_fewer_do_not(programs):
    done = run("test", "--mutate", "special-grant", "--programs", programs)
    assert done.exit_code == 0 and "13 / 13" in done.output, done.output
    path = programs / "330000-zhejiang" / "file-exit" / "cases.yaml"
    lines = [line for line in path.read_text(encoding="utf-8").splitlines(keepends=True) if "Five do not" not in line]
    path.write_text("".join(lines), encoding="utf-8")
    done = run("test", "--mutate", "--programs", programs)
    assert done.exit_code == 1
    assert "exit_months 从" not in done.output and "6 改为 5" in done.output and "- name:" in done.output
    assert run("test", "--mutate", "--programs", programs, "--least", "50").exit_code == 0
    told = json.loads(run("test", "--mutate", "file-exit", "--programs", programs, "--json").output)
    assert told[0]["survivors"][0]["place"].startswith("330000-zhejiang/file-exit/program.yaml:")


def test_without_mutation_the_cases_run_as_before(programs):
    assert run("test", programs).output.startswith("22 例通过")
    assert run("test", "--programs", programs).output.startswith("22 例通过")


def test_a_process_of_its_own_knows_the_options_of_test():
    """Commands that are imported late are not hidden by others of their name."""
    done = subprocess.run([sys.executable, "-m", "niangjia", "programs", "test", "--mutate", "enterprise-size"], capture_output=True, text=True)  # fmt: skip
    assert done.returncode == 0 and "enterprise-size" in done.stdout
