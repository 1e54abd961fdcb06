"""After a rotation of the keys every sealed value of every room opens with the new key alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.apps import apps
from django.conf import settings as house_settings
from django.db import models

from niangjia.apps.audit import queries as audit
from niangjia.apps.programs.tests.town import NOW
from niangjia.jobs import reseal
from niangjia.kernel.sealing import Keys, keys_in
from niangjia.portals.design.showing import deployment
from niangjia.portals.tests import applied, begun, booked, contested, helped

NOT_SEALED = {"accounts_passkey.credential_id", "accounts_passkey.credential"}  # public keys: nothing secret


@pytest.fixture(scope="module")
def built(built, django_db_blocker):
    with django_db_blocker.unblock():
        for stage in (applied, begun, booked, helped, contested):
            stage.lay(built)
    return built


@pytest.fixture
def rotated(house, settings, tmp_path):
    """The house, with a newer key beside the one that everything was sealed with."""
    folder = tmp_path / "keys"
    folder.mkdir()
    for path in house_settings.KEYS_FOLDER.glob("*.key"):
        (folder / path.name).write_bytes(path.read_bytes())
    settings.KEYS_FOLDER = folder
    found = replace(deployment(), keys_folder=folder)
    assert found.add_sealing_key() == "2"
    keys_in.cache_clear()
    yield found
    keys_in.cache_clear()


def opened(keys: Keys) -> dict[tuple[str, int], bytes]:
    """Every sealed value of the database, in plain."""
    found = {}
    for column in reseal.sealed_columns():
        for row in column.rows.exclude(**{f"{column.name}__isnull": True}):
            held = getattr(row, column.name)
            found[column.label, row.pk] = keys.open(bytes(getattr(held, "token", held)), column.place(row))
    return found


def test_every_column_that_holds_bytes_is_named_by_its_room_or_is_no_secret():
    columns = {
        f"{model._meta.db_table}.{field.column}"
        for model in apps.get_models()
        if model.__module__.startswith("niangjia.")
        for field in model._meta.local_concrete_fields
        if isinstance(field, models.BinaryField)
    }
    assert columns - NOT_SEALED == {column.label for column in reseal.sealed_columns()}


def test_a_run_that_was_killed_goes_on_and_then_everything_opens_without_the_old_key(rotated):
    before = opened(rotated.keys())
    filled = {label for label, _row in before}
    assert len(filled) > 12 and len(before) > 100

    def killed(label: str, share: float) -> None:
        if share > 0.4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reseal.reseal(rotated, now=NOW, progress=killed, size=3)
    midway = reseal.list_keys(rotated)
    assert midway[0].to_reseal > 0 and 0 < sum(midway[1].columns.values()) < len(before)
    assert opened(rotated.keys()) == before, "at any point everything opens"

    left = sum(midway[0].columns.values())
    again = reseal.reseal(rotated, now=NOW, size=3)
    assert again.done >= left and again.unopened == {}
    assert reseal.reseal(rotated, now=NOW).done == 0
    old, new = reseal.list_keys(rotated)
    assert old.to_reseal == 0 and sum(new.columns.values()) == len(before)
    told = audit.list_about("keys", actions=("keys.reseal",))
    assert len(told) == 1 and sum(told[0].detail["rows"].values()) == left

    (house_settings.KEYS_FOLDER / "sealing-1.key").unlink()
    keys_in.cache_clear()
    assert opened(rotated.keys()) == before


def test_a_key_may_go_when_nothing_hangs_on_it_and_not_before(rotated):
    assert [one.may_go for one in reseal.list_keys(rotated)] == [False, False]
    reseal.reseal(rotated, now=NOW)
    old, new = reseal.list_keys(rotated)
    assert old.may_go == (not old.batches and not old.passing) and not new.may_go
    batch = rotated.lake / "vault" / "batch.sealed"
    batch.parent.mkdir(parents=True, exist_ok=True)
    batch.write_bytes(b"v1:aes-gcm:1:and so on")
    try:
        assert reseal.list_keys(rotated)[0].batches == old.batches + 1 and not reseal.list_keys(rotated)[0].may_go
    finally:
        batch.unlink()


def test_a_row_that_no_key_opens_is_counted_and_left_as_it_was(rotated):
    column = next(one for one in reseal.sealed_columns() if one.label == "cases_visit.secret")
    row = column.rows.first()
    wrong = bytes(row.secret)[:-1] + bytes([bytes(row.secret)[-1] ^ 1])
    column.rows.filter(pk=row.pk).update(secret=wrong)
    assert reseal.reseal(rotated, now=NOW).unopened == {"cases_visit.secret": 1}
    assert bytes(column.rows.get(pk=row.pk).secret) == wrong
