"""What the roll-up holds is what the rooms' own lists hold, for every union of the tree that somebody leads."""

from __future__ import annotations

import re
from datetime import date

import pytest
from pyarrow import parquet

from niangjia.apps.accounts.types import Role
from niangjia.apps.alerts import queries as alerts
from niangjia.apps.alerts.types import ACTIVE_STATES
from niangjia.apps.cases import queries as cases
from niangjia.apps.cases.types import CaseFilter
from niangjia.apps.funds import queries as funds
from niangjia.apps.places import queries as places
from niangjia.apps.programs.tests import town
from niangjia.apps.workorders import queries as workorders
from niangjia.engines.counting import POINTER, Measure, Row
from niangjia.jobs import rollup as rolling
from niangjia.kernel.deployment import Deployment
from niangjia.portals.cockpit.figures.declared import declared
from niangjia.portals.cockpit.rooms import address_of
from niangjia.portals.tests import placed

LEADS = [Role.PROVINCE, Role.CITY, Role.COUNTY]
SINCE, UNTIL = date(1949, 1, 1), date(2099, 12, 31)


@pytest.fixture(scope="module")
def built(built, django_db_blocker):
    with django_db_blocker.unblock():
        placed.lay(built)
    return built


@pytest.fixture
def deployment(tmp_path):
    return Deployment(tmp_path, "330624")


def measure(source: str, where: str = "", unit: str = "pieces") -> Measure:
    return Measure(source, {}, source, unit, where)


def test_every_lead_s_numbers_are_as_many_as_the_rooms_list(house, deployment):
    rolling.make(deployment, now=town.NOW)
    rollup = rolling.open_newest(deployment)
    for viewer in (house.viewers[role] for role in LEADS if role in house.viewers):

        def count(asked: Measure, since: date = SINCE, until: date = UNTIL, viewer=viewer):
            figure = rollup.figure(asked, within=viewer.org_id, since=since, until=until)
            listed = rollup.rows(asked, within=viewer.org_id, since=since, until=until, limit=1000)
            assert len(listed) == figure.rows
            return figure.value

        for month in house.months:
            tally = alerts.tally(viewer, month).diff
            for state, number in tally.by_state.items():
                assert count(measure("listing", f"state = '{state}'"), month.first_day, month.last_day) == number
            active = ", ".join(f"'{state}'" for state in ACTIVE_STATES)
            assert count(measure("listing", f"state in ({active})"), month.first_day, month.last_day) == tally.active
            listed = declared().figures["listed"].measure.where
            assert count(measure("listing", listed), month.first_day, month.last_day) == tally.active
        paid = funds.totals(viewer, year=town.NOW.year)
        assert count(measure("payment", unit="yuan")) == paid.total
        assert count(measure("payment", "form = 'MONEY'")) == paid.payment_count
        assert count(measure("case")) == cases.list_cases(viewer, CaseFilter()).count()
        assert count(measure("place")) == sum(one.listed + one.suspended for one in places.count_by_kind(viewer, today=town.NOW.date()))  # fmt: skip
        late = sum(row.count for row in workorders.list_late(viewer, now=town.NOW))
        assert count(measure("order", "is_late and is_open")) == late


def test_it_is_made_again_once_an_hour(house, deployment):
    rolling.make_when_old(deployment, now=town.NOW)
    made = rolling.open_newest(deployment).as_of
    rolling.make_when_old(deployment, now=town.NOW + rolling.GROWS_OLD / 2)
    assert rolling.open_newest(deployment).as_of == made
    rolling.make_when_old(deployment, now=town.NOW + rolling.GROWS_OLD)
    assert rolling.open_newest(deployment).as_of > made


def test_it_is_read_once_it_was_asked_what_its_readers_will_ask(house, deployment):
    rolling.make(deployment, now=town.NOW)
    before = rolling.open_newest(deployment).run
    asked = []
    rolling.make(
        deployment, now=town.NOW, answer=lambda run: asked.append((run.run, rolling.open_newest(deployment).run))
    )
    assert asked == [(rolling.open_newest(deployment).run, before)] and asked[0][0] != before
    rolling.make(deployment, now=town.NOW, answer=lambda run: 1 / 0)
    assert rolling.open_newest(deployment).run not in (before, asked[0][0]), "what fails there keeps no roll-up back"


def _cut(path):
    path.write_bytes(path.read_bytes()[:-40])


def _turn_a_bit(path):
    told = bytearray(path.read_bytes())
    told[len(told) // 3] ^= 1
    path.write_bytes(told)


DAMAGES = [
    ("manifest.json", lambda path: path.write_text("{")), ("manifest.json", lambda path: path.unlink()), ("case.parquet", _cut),
    ("case.parquet", _turn_a_bit), ("case.parquet", lambda path: path.unlink()), ("unions.parquet", _cut), ("../newest", lambda path: path.write_text("gone")),
]  # fmt: skip


@pytest.mark.parametrize("is_open", [True, False], ids=["kept open", "not open"])
@pytest.mark.parametrize(
    ("name", "damage"), DAMAGES, ids=[f"{name} {place}" for place, (name, _) in enumerate(DAMAGES)]
)
def test_one_that_is_damaged_is_made_anew_by_itself(house, deployment, name, damage, is_open):
    """At the next tick, also where this very process has it open and would answer from it."""
    rolling.make(deployment, now=town.NOW)
    told = rolling.open_newest(deployment)
    damage(told.run / name.replace("../newest", f"../{POINTER}"))
    if not is_open:
        rolling._opened.cache_clear()
    rolling.make_when_old(deployment, now=town.NOW)
    anew = rolling.open_newest(deployment)
    assert anew.run != told.run and anew.rows_by_source == told.rows_by_source
    rolling.make_when_old(deployment, now=town.NOW)
    assert rolling.open_newest(deployment).run == anew.run


def test_no_name_and_no_number_of_an_id_is_in_a_roll_up(house, deployment):
    rolling.make(deployment, now=town.NOW)
    rollup = rolling.open_newest(deployment)
    rows = [row for path in rollup.run.glob("*.parquet") for row in parquet.read_table(path).to_pylist()]
    said = {
        str(value) for row in rows for name, value in row.items() if name != "cause"
    }  # causes are words by themselves
    assert said and not [text for text in said if re.search(r"[\u4e00-\u9fff]|\d{17}[\dXx]|^1[3-9]\d{9}$", text)]


def test_a_row_leads_to_the_page_where_it_is_at_home(house):
    """An attendance to the people of its offer; what has no page to that of its household; nothing to who may not look there."""
    rest = {"day": town.NOW.date(), "union_id": 1, "person": None, "amount": None, "count": 1, "days": None}
    county, administrator = house.viewers[Role.COUNTY], house.viewers[Role.ADMINISTRATOR]
    came = Row("offer:7:12", household=None, **rest)
    assert address_of(county, came) == "/desk/bookings/7/people/" and address_of(administrator, came) == ""
    assert address_of(county, Row("rating:3", household=5, **rest)) == "/desk/households/5/"
    assert address_of(county, Row("rating:3", household=None, **rest)) == ""
