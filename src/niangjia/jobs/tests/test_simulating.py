"""Simulating from what is installed: nothing live changes, each asks about their own division, the fund's balance is the books'."""

from __future__ import annotations

import hashlib
import time
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.apps import apps

from niangjia.apps.accounts.permissions import NotAllowed
from niangjia.apps.cases.tests import desk as desks
from niangjia.apps.funds import queries as funds
from niangjia.apps.programs import actions as programs
from niangjia.apps.programs import queries
from niangjia.apps.programs.tests import town as towns
from niangjia.engines import policy
from niangjia.engines.simulation.tests.drawn import LOW_INCOME, MONTH, Drawn, a_year, pack
from niangjia.jobs import simulate
from niangjia.kernel.deployment import Deployment

NOW = towns.NOW


def everything_in_the_database() -> str:
    """Every row of every table, as one hash."""
    found = hashlib.sha256()
    for model in sorted(apps.get_models(), key=lambda model: model._meta.db_table):
        for row in model.objects.order_by("pk").values_list():
            found.update(repr((model._meta.db_table, row)).encode())
    return found.hexdigest()


def everything_in(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def drawn(tmp_path, monkeypatch):
    """A lake in a deployment's folder: two workers of low income in Xinchang, one in Zhuji."""
    town = Drawn(tmp_path)
    monkeypatch.setenv("NIANGJIA_PROGRAMS", str(town.programs))
    town.worker(base="1000", months=a_year())
    town.worker(base="2000", months=a_year())
    town.worker(base="1000", months=a_year(), area="330681001000")
    town.land(town.deliver(MONTH))
    return town


@pytest.fixture
def deployment(drawn):
    return replace(Deployment.create(drawn.folder, "330600"), memory_limit="1GB", threads=1)


@pytest.fixture
def tree(db):
    return towns.build()


def write(drawn: Drawn, text: str, name: str = "trial-aid") -> Path:
    folder = drawn.programs / "330624-xinchang" / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "program.yaml").write_text(text, encoding="utf-8")
    (folder / "cases.yaml").write_text("[]", encoding="utf-8")
    return folder


def install(drawn: Drawn, text: str) -> Path:
    folder = write(drawn, text)
    programs.install_packs([policy.load_pack(folder, policy.load_vocabulary(drawn.programs))], NOW)
    return folder


def changed(drawn: Drawn, text: str, tmp_path: Path) -> Path:
    folder = tmp_path / "changed" / "330624-xinchang" / "trial-aid"
    folder.mkdir(parents=True)
    (folder / "program.yaml").write_text(text, encoding="utf-8")
    return folder


def low_income(line: object, sum: object = 500, area: str = "330600") -> str:
    return pack(LOW_INCOME.format(line=line, sum=sum), area=area) + "fund: {purpose: special-relief}\n"


def test_a_changed_folder_is_compared_with_what_is_installed_and_nothing_live_is_touched(
    drawn, deployment, tree, tmp_path
):
    install(drawn, low_income(12000))
    folder = changed(drawn, low_income("12000.01"), tmp_path)
    rows, files = everything_in_the_database(), everything_in(deployment.folder)
    request = simulate.of_folder(deployment, folder, month=MONTH, now=NOW)
    place, result = simulate.run(deployment, request)
    (one,) = result.programs
    assert (one.whole.before_granted, one.whole.after_granted, one.whole.newly_in) == (0, 2, 2)
    assert (one.before.label, one.after.label) == ("INSTALLED", "trial-aid")
    assert everything_in_the_database() == rows
    written = everything_in(deployment.folder).keys() - files.keys()
    assert {name.split("/")[0] for name in written} == {"simulations"}
    assert all(name in files and everything_in(deployment.folder)[name] == files[name] for name in files)
    again, _ = simulate.run(deployment, simulate.of_folder(deployment, folder, month=MONTH, now=NOW))
    assert again == place  # the same question about the same lake is answered once


def test_a_programme_that_is_not_installed_is_compared_with_nothing(drawn, deployment, tree, tmp_path):
    request = simulate.of_folder(deployment, changed(drawn, low_income(24000.01), tmp_path), month=MONTH, now=NOW)
    assert request.pairs[0].before is None
    assert simulate.run(deployment, request)[1].programs[0].whole.newly_in == 3


def test_two_folders_and_a_budget_given_by_hand(drawn, deployment, tree, tmp_path):
    one, other = write(drawn, low_income(12000)), changed(drawn, low_income(24000, 600), tmp_path)
    request = simulate.of_folder(deployment, other, month=MONTH, against=str(one), budget=Decimal("1000"), now=NOW)
    (found,) = simulate.run(deployment, request)[1].programs
    assert (found.balance, found.balance_source, found.after_exhausted.is_projected) == (1000, "--budget", False)
    assert found.whole.after_yuan == 1200


def test_a_folder_without_a_pack_is_refused(deployment, tree, tmp_path):
    with pytest.raises(simulate.NothingToSimulate):
        simulate.of_folder(deployment, tmp_path / "feeds", month=MONTH, now=NOW)


def test_the_balance_is_that_of_the_budgets_the_officer_sees(drawn, deployment, tree, tmp_path):
    desks.give_budget(SimpleNamespace(town=tree, now=NOW), year=2023)
    folder = changed(drawn, low_income(24000), tmp_path)
    asked = simulate.of_folder(deployment, folder, month=MONTH, username="county", now=NOW)
    (balance,) = funds.list_balances(tree.county, year=2023, purpose="special-relief")
    assert asked.pairs[0].balance == balance.available
    other = simulate.of_folder(deployment, folder, month=MONTH, username="other.county", now=NOW)
    assert other.pairs[0].balance is None


def card(tree) -> object:
    return queries.list_packs(tree.city)[0]


def test_an_officer_tries_out_a_value_over_their_own_division(drawn, deployment, tree):
    install(drawn, low_income(12000))
    values = {"line": "12000.01", "sum": ""}
    request = simulate.of_changes(deployment, tree.county, card=card(tree), month=MONTH, values=values, now=NOW)
    (one,) = simulate.run(deployment, request)[1].programs
    assert (one.whole.rows, one.whole.newly_in, one.after.changes) == (2, 1, {"line": "12000.01"})
    assert one.counties.keys() == {"330624"}


def test_only_who_manages_programmes_simulates_and_only_what_was_changed(drawn, deployment, tree):
    install(drawn, low_income(12000))
    ask = {"card": card(tree), "month": MONTH, "now": NOW}
    for viewer in (tree.township, tree.grassroots, tree.finance, tree.auditor):
        with pytest.raises(NotAllowed):
            simulate.of_changes(deployment, viewer, values={"line": "1"}, **ask)
    with pytest.raises(simulate.NothingChanged):
        simulate.of_changes(deployment, tree.county, values={"line": ""}, **ask)
    with pytest.raises(simulate.OtherProgram):
        simulate.of_changes(deployment, tree.county, text=low_income(1).replace("trial-aid", "other"), **ask)
    with pytest.raises(policy.PackError):
        simulate.of_changes(deployment, tree.county, text="id: trial-aid\n", **ask)


def test_a_simulation_runs_beside_the_console_and_is_seen_in_its_own_part_of_the_tree(drawn, deployment, tree):
    install(drawn, low_income(12000))
    request = simulate.of_changes(deployment, tree.county, card=card(tree), month=MONTH, values={"sum": "600"}, now=NOW)
    name = simulate.start_simulation(deployment, request)
    for _ in range(600):
        if simulate.get_simulation(deployment, tree.county, name).standing.state not in ("running", "interrupted"):
            break
        time.sleep(0.1)
    found = simulate.get_simulation(deployment, tree.county, name)
    assert found.standing.state == "done" and found.result.programs[0].after.changes == {"sum": "600"}
    assert [one.id for one in simulate.list_simulations(deployment, tree.city)] == [name]
    assert simulate.list_simulations(deployment, tree.other_county) == []
    for wrong in ("", "..", "../lake", "nowhere"):
        with pytest.raises(simulate.NoSuchSimulation):
            simulate.get_simulation(deployment, tree.county, wrong)
    with pytest.raises(simulate.NoSuchSimulation):
        simulate.get_simulation(deployment, tree.other_county, name)


def test_a_division_with_a_version_of_its_own_is_left_to_it(drawn, deployment, tree, tmp_path):
    install(drawn, low_income(12000.01))
    own = pack(LOW_INCOME.format(line=1, sum=1), area="330624")
    folder = write(drawn, own, "trial-aid-here")
    programs.install_packs([policy.load_pack(folder, policy.load_vocabulary(drawn.programs))], NOW)
    request = simulate.of_folder(deployment, changed(drawn, low_income(24000), tmp_path), month=MONTH, now=NOW)
    cell = simulate.run(deployment, request)[1].programs[0]
    assert {county: one.before_granted for county, one in cell.counties.items() if one.before_granted} == {"330681": 1}


def test_the_months_that_can_be_simulated(drawn, deployment):
    assert simulate.months_with_people(deployment) == [MONTH]
