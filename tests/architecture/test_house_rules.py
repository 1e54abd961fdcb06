"""Rules of style that a machine can read."""

import ast
from collections import Counter

import pytest
import yaml
from django.apps import apps
from django.db import models

from tests.architecture.house import CHECKOUT, PROGRAMS, ROOMS_BELOW_THE_CLOCK, SOURCE, calls, modules, place, tree_of

CLOCKS = {
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "timezone.now", "timezone.localdate", "timezone.localtime",
    "now", "localdate", "localtime", "time.time",
}  # fmt: skip
FLOATS_ALLOWED = {"engines/sensing/landing/excel.py": "a cell's number as Excel shows it; money is read from its text"}
DECLARED = [
    path for folder in (PROGRAMS, SOURCE) for path in sorted(folder.rglob("*.yaml")) if "tests" not in path.parts
]
PACKAGES = sorted(
    path for path in [SOURCE, *SOURCE.rglob("*")]
    if path.is_dir() and (path / "__init__.py").exists() and not {"migrations", "tests"} & set(path.parts)
)  # fmt: skip


@pytest.mark.parametrize("room", ROOMS_BELOW_THE_CLOCK)
def test_no_clock_is_read_below_the_jobs(room):
    found = [
        place(path, call)
        for path in modules(room)
        for name, call in calls(path)
        if (name in CLOCKS or name.endswith(("datetime.now", "date.today", "timezone.now")))
        and not call.args
        and not call.keywords
    ]
    assert not found, found


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: str(path.relative_to(SOURCE.parent)))
def test_a_package_has_a_door_plate(package):
    words = ast.get_docstring(tree_of(package / "__init__.py"))
    assert words and len(words) > 20, f"{package}: say in a docstring what this room is for"


def test_no_table_keeps_a_float():
    found = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.FloatField)
    ]
    assert not found, found


def test_nothing_that_computes_turns_a_value_into_a_float():
    found = [
        place(path, call)
        for path in modules("kernel", "engines", "adapters", "apps")
        for name, call in calls(path)
        if name == "float" and str(path.relative_to(SOURCE)) not in FLOATS_ALLOWED
    ]
    assert not found, found


def test_the_exceptions_are_still_needed():
    for name in FLOATS_ALLOWED:
        assert any(called == "float" for called, _ in calls(SOURCE / name)), name


@pytest.mark.parametrize("file", DECLARED, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_no_file_of_rules_says_the_same_key_twice(file):
    """Readers take the later one without a word, and what stood first is gone."""
    found, waiting = [], [yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, yaml.MappingNode):
            keys = Counter(key.value for key, _ in node.value)
            found += [(node.start_mark.line + 1, key) for key, times in keys.items() if times > 1]
            waiting += [value for _, value in node.value]
        elif isinstance(node, yaml.SequenceNode):
            waiting += node.value
    assert not found, found
