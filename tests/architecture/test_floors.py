"""Who may lean on whom."""

import subprocess
import sys
from pathlib import Path

from django.apps import apps

from tests.architecture.house import CHECKOUT, calls, modules, place

# Django has a `messages` of its own: ours is labelled `house_messages`.
LOWEST_FIRST = (
    "organizations",
    "accounts",
    "audit",
    "messages",
    "files",
    "registry",
    "funds",
    "workorders",
    "places",
    "programs",
    "matters",
    "alerts",
    "cases",
    "bookings",
    "volunteers",
    "contests",
    "targets",
    "tasks",
    "assessments",
    "bulletins",
)


def test_every_import_contract_is_kept():
    done = subprocess.run([Path(sys.executable).parent / "lint-imports"], cwd=CHECKOUT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_every_app_of_the_house_has_its_floor():
    ours = {
        config.label.removeprefix("house_")
        for config in apps.get_app_configs()
        if config.name.startswith("niangjia.apps.")
    }
    assert ours == set(LOWEST_FIRST)


def test_a_foreign_key_to_another_app_points_down_and_leaves_no_name_there():
    wrong = []
    for model in apps.get_models():
        label = model._meta.app_label.removeprefix("house_")
        for field in model._meta.get_fields():
            if label not in LOWEST_FIRST or field.auto_created or not field.is_relation:
                continue
            target = field.related_model._meta.app_label.removeprefix("house_")
            if target == label or target not in LOWEST_FIRST:
                continue
            if LOWEST_FIRST.index(target) > LOWEST_FIRST.index(label) or {label, target} == {"funds", "workorders"}:
                wrong.append(f"{model.__name__}.{field.name} points up to {target}")
            if not field.remote_field.hidden:
                wrong.append(f"{model.__name__}.{field.name} needs related_name='+'")
    assert not wrong, wrong


def test_nobody_looks_a_model_up_by_name():
    found = [
        place(path, call)
        for path in modules("kernel", "engines", "adapters", "apps", "jobs", "portals", "cli")
        for name, call in calls(path)
        if name.split(".")[-1] in ("get_model", "get_models", "import_string")
    ]
    assert not found, found
