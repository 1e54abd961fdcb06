"""A list that had nowhere to go is not lost: it is taken in, in its turn, once there are unions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from niangjia.apps.alerts import queries as alerts
from niangjia.apps.programs import actions as programs
from niangjia.apps.programs.tests.town import NOW
from niangjia.engines import policy
from niangjia.engines.sensing.tests.landing_samples import KEYS
from niangjia.engines.sensing.tests.town_on_paper import Town
from niangjia.jobs import sense_month
from niangjia.kernel.deployment import Deployment, programs_folder
from niangjia.kernel.months import Month

pytestmark = pytest.mark.django_db
JANUARY, FEBRUARY, MARCH = Month("2022-01"), Month("2022-02"), Month("2022-03")
UNIONS = [
    {"code": "C", "name": "绍兴市总工会", "level": "city", "area": "330600000000", "state": "active"},
    {"code": "X", "name": "新昌县总工会", "parent": "C", "level": "county", "area": "330624000000", "state": "active"},
]


class OnPaper(Deployment):
    """Its lake was landed with the keys of the tests."""

    def keys(self):
        return KEYS


@pytest.fixture
def town(tmp_path):
    town = Town(tmp_path)
    town.mourned, town.ill = town.worker(), town.worker()
    for person in (town.mourned, town.ill):
        town.settle(person, "24000", "2021-12-10")
    return town


@pytest.fixture
def deployment(town, db):
    folder = programs_folder()
    exit_rules = policy.load_pack(folder / "330000-zhejiang" / "file-exit", policy.load_vocabulary(folder))
    programs.install_packs([exit_rules], NOW)
    made = Deployment.create(town.folder, "330600")
    return OnPaper(**vars(replace(made, memory_limit="1GB", threads=1)))


def sense(deployment, town, month, **more):
    town.land(town.deliver(month, **more))
    return sense_month.sense_as_far_as_possible(deployment, month, now=NOW)


def die(town, person: str, on: str) -> None:
    next(row for row in town.paper["household"] if row["id"] == person).update(death_date=on)


def test_lists_of_months_without_unions_are_taken_in_before_the_first_that_has_them(town, deployment):
    _, refusal = sense(deployment, town, JANUARY, without=["union"])
    assert isinstance(refusal, sense_month.NoUnionTree) and alerts.runs_taken_in() == set()
    die(town, town.mourned, "2022-01-20")
    sense(deployment, town, FEBRUARY, without=["union"])
    town.paper["union"] += UNIONS
    run, refusal = sense(deployment, town, MARCH)
    assert refusal is None
    taken = list(alerts.list_taken_in())
    assert [one.month for one in taken] == [JANUARY, FEBRUARY, MARCH]
    states = [sorted(shape[0] for shape in one.rows.elements()) for one in taken]
    assert states == [["NEW", "NEW"], ["CONTINUING", "EXITED"], ["CONTINUING"]]
    sense_month.sense(deployment, MARCH, now=NOW)
    assert len(alerts.runs_taken_in()) == 3
