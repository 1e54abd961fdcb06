"""What is shipped fits the schema that editors are given, the schema is the reader's own, and each pack names it."""

import json
import re
from pathlib import Path

import pytest
import yaml

from niangjia.apps.assessments import sheets
from niangjia.apps.assessments import words as sheet_words
from niangjia.apps.bulletins import kinds
from niangjia.apps.bulletins import words as bulletin_words
from niangjia.apps.contests import checking as contests
from niangjia.apps.contests import words as contest_words
from niangjia.apps.places import declared
from niangjia.apps.places import words as place_words
from niangjia.apps.targets import packs, words
from niangjia.engines import policy
from niangjia.portals.cockpit.figures import checking as cockpit
from niangjia.portals.cockpit.figures import words as cockpit_words
from tests.architecture.house import PROGRAMS

jsonschema = pytest.importorskip("jsonschema", reason="not installed: scripts/setup test")

SCHEMA = PROGRAMS.parent / "docs" / "reference" / "program.schema.json"
PACKS = policy.list_packs(PROGRAMS)
MARK = "# yaml-language-server: $schema="


class AsEditorsRead(yaml.SafeLoader):
    """YAML 1.2, as editors read it: a day is a text, and only `true` and `false` are truths."""


AsEditorsRead.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in rules if not tag.endswith((":timestamp", ":bool"))]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
AsEditorsRead.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


@pytest.fixture(scope="module")
def validator():
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def faults(validator, text: str) -> list[str]:
    found = validator.iter_errors(yaml.load(text, Loader=AsEditorsRead))
    return [f"{'/'.join(map(str, one.absolute_path))}: {one.message}" for one in found]


@pytest.mark.parametrize("path", PACKS, ids=lambda path: "/".join(path.parts[-3:-1]))
def test_a_shipped_program_fits_the_published_schema(path: Path, validator):
    assert faults(validator, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", PACKS, ids=lambda path: "/".join(path.parts[-3:-1]))
def test_a_shipped_program_tells_editors_where_the_schema_is(path: Path):
    first = path.read_text(encoding="utf-8").split("\n", 1)[0]
    assert first.startswith(MARK)
    assert (path.parent / first.removeprefix(MARK)).resolve() == SCHEMA.resolve()


def test_the_published_schema_is_what_the_reader_knows():
    """`niangjia programs schema > docs/reference/program.schema.json` writes it anew."""
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == policy.program_schema(policy.load_vocabulary(PROGRAMS))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("kind: waived", "kind: waivd"),
        ("amount: monthly_rent", "amout: monthly_rent"),
        ('area: "330800"', 'area: "Quzhou"'),
        ("unit: enterprise", "unit: enterprize"),
        ("window: year", "window: yearly"),
    ],
)
def test_a_slip_in_a_pack_is_underlined(validator, old, new):
    text = (PROGRAMS / "330800-quzhou" / "rent-relief" / "program.yaml").read_text(encoding="utf-8")
    assert old in text and faults(validator, text.replace(old, new, 1))


# --- targets ---

TARGETS_SCHEMA = SCHEMA.with_name("targets.schema.json")
TARGETS = sorted((PROGRAMS / packs.FOLDER).glob("*.yaml"))


@pytest.fixture(scope="module")
def targets_validator():
    schema = json.loads(TARGETS_SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("path", TARGETS, ids=lambda path: path.stem)
def test_a_shipped_file_of_targets_fits_its_schema_and_names_it(path: Path, targets_validator):
    text = path.read_text(encoding="utf-8")
    assert faults(targets_validator, text) == []
    assert (path.parent / text.split("\n", 1)[0].removeprefix(MARK)).resolve() == TARGETS_SCHEMA.resolve()


def test_the_published_schema_of_targets_is_what_the_reader_knows():
    """`niangjia programs schema --targets > docs/reference/targets.schema.json` writes it anew."""
    assert json.loads(TARGETS_SCHEMA.read_text(encoding="utf-8")) == words.targets_schema()
    assert packs.check_folder(PROGRAMS) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [("unit: persons", "unit: person"), ("is: over", "is: above"), ("goal:", "gaol:"), ("year: 2022", "year: soon")],
)
def test_a_slip_in_a_file_of_targets_is_underlined(targets_validator, old, new):
    text = (PROGRAMS / "targets" / "330000-warm-action-2022.yaml").read_text(encoding="utf-8")
    assert old in text and faults(targets_validator, text.replace(old, new, 1))


# --- assessments ---

ASSESSMENTS_SCHEMA = SCHEMA.with_name("assessments.schema.json")
SHEETS = sorted((PROGRAMS / sheets.FOLDER).glob("*.yaml"))


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.stem)
def test_a_shipped_sheet_fits_its_schema_and_names_it(path: Path):
    text = path.read_text(encoding="utf-8")
    validator = jsonschema.Draft202012Validator(json.loads(ASSESSMENTS_SCHEMA.read_text(encoding="utf-8")))
    assert faults(validator, text) == []
    assert faults(validator, text.replace("kind: rate", "kind: rat", 1))
    assert (path.parent / text.split("\n", 1)[0].removeprefix(MARK)).resolve() == ASSESSMENTS_SCHEMA.resolve()


def test_the_published_schema_of_assessments_is_what_the_reader_knows():
    """`niangjia programs schema --assessments > docs/reference/assessments.schema.json` writes it anew."""
    assert json.loads(ASSESSMENTS_SCHEMA.read_text(encoding="utf-8")) == sheet_words.assessments_schema()


# --- bulletins ---

BULLETINS_SCHEMA = SCHEMA.with_name("bulletins.schema.json")
KINDS = sorted((PROGRAMS / kinds.FOLDER).glob("*.yaml"))


@pytest.fixture(scope="module")
def bulletins_validator():
    schema = json.loads(BULLETINS_SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("path", KINDS, ids=lambda path: path.stem)
def test_a_shipped_kind_of_bulletin_fits_its_schema_and_names_it(path: Path, bulletins_validator):
    text = path.read_text(encoding="utf-8")
    assert faults(bulletins_validator, text) == []
    assert (path.parent / text.split("\n", 1)[0].removeprefix(MARK)).resolve() == BULLETINS_SCHEMA.resolve()


def test_the_published_schema_of_bulletins_is_what_the_reader_knows():
    """`niangjia programs schema --bulletins > docs/reference/bulletins.schema.json` writes it anew."""
    assert json.loads(BULLETINS_SCHEMA.read_text(encoding="utf-8")) == bulletin_words.bulletins_schema()
    assert kinds.check_folder(PROGRAMS) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [("rhythm: month", "rhythm: monthly"), ("- text:", "- txt:"), ("比上期增加{step}", "比上期增加"), ("heading: 关于", "haeding: 关于")],
)  # fmt: skip
def test_a_slip_in_a_kind_of_bulletin_is_underlined(bulletins_validator, old, new):
    text = (PROGRAMS / "bulletins" / "hardship-monthly.yaml").read_text(encoding="utf-8")
    assert old in text and faults(bulletins_validator, text.replace(old, new, 1))


# --- contests ---

CONTESTS_SCHEMA = SCHEMA.with_name("contests.schema.json")
CONTESTS = sorted((PROGRAMS / contests.FOLDER).glob("*.yaml"))


@pytest.mark.parametrize("path", CONTESTS, ids=lambda path: path.stem)
def test_a_shipped_contest_fits_its_schema_and_names_it(path: Path):
    text = path.read_text(encoding="utf-8")
    validator = jsonschema.Draft202012Validator(json.loads(CONTESTS_SCHEMA.read_text(encoding="utf-8")))
    assert faults(validator, text) == []
    assert faults(validator, text.replace("rounds:", "round:", 1))
    assert (path.parent / text.split("\n", 1)[0].removeprefix(MARK)).resolve() == CONTESTS_SCHEMA.resolve()


def test_the_published_schema_of_contests_is_what_the_reader_knows():
    """`niangjia programs schema --contests > docs/reference/contests.schema.json` writes it anew."""
    assert json.loads(CONTESTS_SCHEMA.read_text(encoding="utf-8")) == contest_words.contests_schema()
    assert contests.check_folder(PROGRAMS) == []


# --- kinds and steps of places ---

OF_PLACES = {"places": place_words.places_schema, "place_steps": place_words.steps_schema}


def of_places(name: str, text: str) -> list[str]:
    schema = json.loads(SCHEMA.with_name(f"{name}.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return faults(jsonschema.Draft202012Validator(schema), text)


@pytest.mark.parametrize("name", OF_PLACES)
def test_the_shipped_places_fit_their_schema_and_name_it(name: str):
    path = PROGRAMS / "vocabulary" / f"{name}.yaml"
    text = path.read_text(encoding="utf-8")
    assert of_places(name, text) == []
    named = path.parent / text.split("\n", 1)[0].removeprefix(MARK)
    assert named.resolve() == SCHEMA.with_name(f"{name}.schema.json").resolve()


@pytest.mark.parametrize("name", OF_PLACES)
def test_the_published_schema_of_places_is_what_the_reader_knows(name: str):
    """`niangjia programs schema --places > docs/reference/places.schema.json` writes it anew; --place-steps the other."""
    published = SCHEMA.with_name(f"{name}.schema.json").read_text(encoding="utf-8")
    assert json.loads(published) == json.loads(json.dumps(OF_PLACES[name]()))
    assert declared.check_folder(PROGRAMS) == []


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("place_steps", "names_level: true", "name_level: true"),
        ("place_steps", "from: [applied]", "from: [aplied]"),
        ("place_steps", "to: suspended", "to: sleeping"),
        ("place_steps", "reopen:", "re_open:"),
        ("places", "is_public: true", "is_publik: true"),
        ("places", "levels: [county, city, province]", "levels: [county, town]"),
        ("places", "type: number}", "type: numbr}"),
        ("places", "notice_days: 5", "notice_days: five"),
        ("places", "is: passed", "is: past"),
        ("places", "within: 2}", "within: -2}"),
    ],
)
def test_a_slip_in_the_places_is_underlined_and_found_at_its_line(tmp_path, name: str, old: str, new: str):
    (tmp_path / "vocabulary").mkdir()
    for one in OF_PLACES:
        lines = (PROGRAMS / "vocabulary" / f"{one}.yaml").read_text(encoding="utf-8").split("\n")
        if one == name:
            at = next(place for place, said in enumerate(lines) if old in said and not said.startswith("#"))
            lines[at] = lines[at].replace(old, new, 1)
            assert of_places(name, "\n".join(lines))
        (tmp_path / "vocabulary" / f"{one}.yaml").write_text("\n".join(lines), encoding="utf-8")
    assert (name, at + 1) in [(Path(problem.file).stem, problem.line) for problem in declared.check_folder(tmp_path)]


def test_what_does_not_fit_together_is_told_too(tmp_path):
    (tmp_path / "vocabulary").mkdir()
    for one in OF_PLACES:
        text = (PROGRAMS / "vocabulary" / f"{one}.yaml").read_text(encoding="utf-8")
        (tmp_path / "vocabulary" / f"{one}.yaml").write_text(
            text.replace("self_used + exported", "used + sold"), encoding="utf-8"
        )
    assert ["roof is not measured by sold, used" in problem.en for problem in declared.check_folder(tmp_path)] == [True]


# --- the cockpit ---

COCKPIT_SCHEMA = SCHEMA.with_name("cockpit.schema.json")
COCKPIT = PROGRAMS / "vocabulary" / "cockpit.yaml"


@pytest.fixture(scope="module")
def cockpit_validator():
    schema = json.loads(COCKPIT_SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_the_cockpit_fits_its_schema_and_names_it_and_the_schema_is_the_readers_own(cockpit_validator):
    """`niangjia programs schema --cockpit > docs/reference/cockpit.schema.json` writes it anew."""
    text = COCKPIT.read_text(encoding="utf-8")
    assert faults(cockpit_validator, text) == [] and cockpit.check_folder(PROGRAMS) == []
    assert (COCKPIT.parent / text.split("\n", 1)[0].removeprefix(MARK)).resolve() == COCKPIT_SCHEMA.resolve()
    assert json.loads(COCKPIT_SCHEMA.read_text(encoding="utf-8")) == cockpit_words.cockpit_schema()


@pytest.mark.parametrize(
    ("old", "new", "is_underlined"),
    [
        ("unit: percent", "unit: percents", True),
        ("chart: stacked", "chart: pie", True),
        ("chart: stacked, below", "chart: lines, below", False),
        ("below: [exited]", "below: [listed]", False),
        ("good: up", "goood: up", True),
        ("least: 0.8", "least: -0.8", True),
        ("tiles: [listed,", "tiles: [lsted,", False),
        ("source: listing", "source: lisitng", False),
        ("state = 'NEW'", "sate = 'NEW'", False),
        ("of: verified,", "of: verifed,", False),
        ("tag: grade", "tag: grad", False),
        ("kind: by, tag: grade", "kind: by", False),
        ("figures: [precision_year]", "figures: [verified_year]", False),
        ("- id: speed", "- id: list", False),
        ("{id: entered,", "{id: listed,", False),
    ],
)
def test_a_slip_in_the_cockpit_is_told_with_its_line(cockpit_validator, tmp_path, old, new, is_underlined):
    text = COCKPIT.read_text(encoding="utf-8")
    assert old in text
    slipped = text.replace(old, new, 1)
    assert bool(faults(cockpit_validator, slipped)) == is_underlined
    (tmp_path / "vocabulary").mkdir()
    for path in (PROGRAMS / "vocabulary").glob("*.yaml"):
        (tmp_path / "vocabulary" / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "vocabulary" / COCKPIT.name).write_text(slipped, encoding="utf-8")
    line = text[: text.index(old)].count("\n") + 1
    found = cockpit.check_folder(tmp_path)
    assert found and abs(found[0].line - line) <= 1, [str(one) for one in found]
