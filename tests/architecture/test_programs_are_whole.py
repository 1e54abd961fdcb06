"""A program is a folder that a person can read, check and try."""

import shutil

import pytest
import yaml

from niangjia.engines import policy, sensing
from niangjia.engines.policy.published import load_wording
from tests.architecture.house import PROGRAMS

FOLDERS = sorted(path for path in PROGRAMS.glob("*/*") if path.is_dir() and path.parent.name != "vocabulary")
names = pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: f"{path.parent.name}/{path.name}")


def written(folder):
    return yaml.safe_load((folder / "program.yaml").read_text(encoding="utf-8"))


def test_there_are_programs():
    assert len(FOLDERS) >= 4


@names
def test_a_program_has_its_rules_its_cases_and_its_story(folder):
    assert (folder / "README.md").exists()
    program = written(folder)
    decides = any(part in program for part in ("rules", "tiers", "measures"))  # a report or a proposal decides nothing
    if decides and program.get("entry") != "sensing":  # sensing is shown by whole towns, not by single cases
        assert (folder / "cases.yaml").exists()


@names
def test_every_parameter_says_which_clause_it_comes_from(folder):
    silent = [
        name
        for name, entry in written(folder).get("parameters", {}).items()
        if not str(entry.get("clause") or "").strip()
    ]
    assert not silent, silent


@names
def test_every_program_says_where_it_comes_from_in_both_languages(folder):
    program = written(folder)
    assert program["source"] and program["issuer"] and program["title"]["zh"] and program["title"]["en"]


@names
def test_what_workers_and_the_public_read_holds_no_remark_of_an_author_no_code_and_no_file_name(folder):
    """Such remarks stand in `note`, which officers alone are shown; the source is a paper with a title."""
    pack = policy.load_pack(folder, policy.load_vocabulary(PROGRAMS))
    assert not list(policy.asides_of(pack))
    assert "title" in written(folder)["source"]


@names
def test_every_answer_to_choose_from_has_words_in_both_languages(folder):
    said = load_wording(PROGRAMS).values
    bare = [
        f"{field['id']}: {code}"
        for field in written(folder).get("form", [])
        for code in field.get("values", [])
        if not {"zh", "en"} <= said.get(field["id"], {}).get(code, {}).keys()
    ]
    assert not bare, bare


def test_every_program_passes_its_own_checks():
    problems = [*policy.check_folder(PROGRAMS), *sensing.check_folder(PROGRAMS)]
    assert not problems, [str(problem) for problem in problems]


def test_a_feed_and_a_trigger_that_do_not_hold_are_named(tmp_path):
    shutil.copytree(PROGRAMS, tmp_path / "programs")
    feed = tmp_path / "programs" / "vocabulary" / "feeds" / "event.yaml"
    feed.write_text(feed.read_text(encoding="utf-8").replace("cadence:", "cadense:"), encoding="utf-8")
    assert any(
        problem.file == str(feed) and "cadense" in problem.en for problem in sensing.check_folder(tmp_path / "programs")
    )
