"""What whoever operates the machine asks of persons: with a reason, on record, and no wider than the post they name."""

from __future__ import annotations

import os
import pwd

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.conf import settings

from niangjia.apps.accounts.permissions import NotAllowed
from niangjia.apps.accounts.types import Role
from niangjia.apps.audit import queries as audit
from niangjia.apps.programs.tests import town as towns
from niangjia.apps.registry import queries as registry
from niangjia.engines import sensing
from niangjia.engines.sensing import Identity
from niangjia.jobs import explain, export_list, operating
from niangjia.kernel.months import Month

OCTOBER = Month("2023-10")
REASON = "职工来电询问"
OPERATOR = pwd.getpwuid(os.getuid()).pw_name
PACK = "hardship-sensing"


@pytest.fixture(autouse=True)
def nobody_logged_in(monkeypatch, tmp_path):
    monkeypatch.setattr(operating, "LOGIN_UID", tmp_path / "loginuid")


@pytest.fixture
def town(db):
    return towns.build()


@pytest.fixture
def listed(town, tmp_path, monkeypatch):
    """A list of two households, one in each county; person ids by household key."""
    persons = {}
    for number, union in ((1, "XG"), (2, "YG")):
        persons[f"H{number}"] = towns.household(number, town[union])[1][0]
    row = {name: None for name in explain._FIGURES} | {
        "state": "NEW", "grade": "RED", "triggers": "", "labels": "", "reasons": "", "suppress_code": "", "area": "330624",
    }  # fmt: skip
    signals = [row | {"household_key": key} for key in persons]
    members = [{"household_key": f"H{number}", "person": towns.pseudonym(number * 10)} for number in (1, 2)]
    pq.write_table(pa.Table.from_pylist(signals), tmp_path / "signals.parquet")
    pq.write_table(pa.Table.from_pylist(members), tmp_path / "members.parquet")
    monkeypatch.setattr(sensing, "official_run", lambda runs, month: tmp_path if month == OCTOBER else None)
    identities = {
        towns.pseudonym(number * 10): Identity(towns.id_number(number * 3), "王小明", "") for number in (1, 2)
    }
    monkeypatch.setattr(sensing, "find_identities", lambda lake, keys, wanted: identities)
    return persons


def ask(person=towns.pseudonym(10), reason=REASON):
    return explain.explain(settings.DEPLOYMENT, person, PACK, OCTOBER, reason=reason, now=towns.NOW)


def rows(**more):
    asked = {"members": False, "reason": REASON} | more
    return export_list.rows(settings.DEPLOYMENT, OCTOBER, now=towns.NOW, **asked)


@pytest.mark.parametrize("reason", ["", "   ", "看看"])
def test_nothing_is_explained_of_a_person_without_a_reason(listed, reason):
    with pytest.raises(operating.ReasonMissing):
        ask(reason=reason)


def test_who_was_explained_is_on_record_with_the_reason_and_the_operator(listed):
    assert ask().outcome == "NEW RED"
    (event,) = audit.list_about(f"person:{listed['H1']}", actions=("programs.explain",))
    assert event.reason == REASON and event.account_id is None
    assert event.detail == {"what": PACK, "month": "2023-10", "household": "H1", "operator": OPERATOR}


def test_the_worker_sees_that_somebody_asked_by_command(listed, town):
    ask()
    worker = towns.appoint("worker", town["XG"], Role.WORKER, person_id=listed["H1"])
    (view,) = registry.list_views_of_person(worker, listed["H1"])
    assert (view.account_id, view.what, view.reason) == (None, PACK, REASON)


def test_asking_for_somebody_who_is_not_on_the_list_is_on_record_too(listed):
    stranger = towns.pseudonym(99)
    with pytest.raises(explain.NotOnThatList):
        ask(stranger)
    (event,) = audit.list_about(f"pseudonym:{stranger}")
    assert (event.action, event.detail["household"]) == ("programs.explain", "")


def test_a_list_with_members_says_who_took_how_many_and_why(listed):
    table = rows(members=True)
    assert [row[0] for row in table[1:]] == [towns.id_number(3), towns.id_number(6)]
    (event,) = audit.list_about("list:2023-10")
    assert event.detail == {"households": 2, "persons": 2, "operator": OPERATOR}


def test_the_operators_name_is_the_machines_and_no_variable_changes_it(listed, monkeypatch):
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "somebody-else")
    rows()
    assert audit.list_about("list:2023-10")[0].detail["operator"] == OPERATOR


def test_who_became_another_account_of_the_machine_is_named_beside_it(listed):
    operating.LOGIN_UID.write_text("4294967290\n")
    rows()
    assert audit.list_about("list:2023-10")[0].detail["operator"] == f"{OPERATOR} (uid 4294967290)"


def test_a_list_for_a_post_holds_that_part_of_the_tree_and_is_recorded_as_the_operators(listed, town):
    table = rows(members=True, username="county")
    assert [row[0] for row in table[1:]] == [towns.id_number(3)]
    (event,) = audit.list_about("list:2023-10")
    assert event.account_id is None
    assert event.detail == {"households": 1, "persons": 1, "operator": OPERATOR, "for_post": town.county.post_id}


@pytest.mark.parametrize("username", ["nobody-at-all", "finance", "administrator", "auditor"])
def test_a_post_that_sees_no_list_or_no_numbers_gets_none_by_command_either(listed, town, username):
    towns.appoint("administrator", town["C"], Role.ADMINISTRATOR)
    with pytest.raises(NotAllowed):
        rows(members=True, username=username)
    assert audit.list_about("list:2023-10") == []
