"""E07: the hundred most beautiful stations are those that the province's contest named."""

from datetime import date

import pytest

from niangjia.apps.contests.models import Contest
from niangjia.apps.contests.tests import stage as stages
from niangjia.apps.organizations.models import OrgUnit
from niangjia.apps.organizations.types import Level
from niangjia.apps.targets import packs
from niangjia.jobs import rollup
from niangjia.kernel.deployment import Deployment


@pytest.fixture
def stage(db, monkeypatch):
    stages.install(monkeypatch, stages.TEXT)
    return stages.build(workers=3)


def test_the_most_beautiful_stations_are_those_that_the_provinces_contest_named_and_no_countys(stage, tmp_path):
    stage.call()
    stage.with_entries(3)
    stage.sit(1)
    stage.through([90, 80, 70], [90, 80])
    stage.announce()
    assert stage.finish() == 2
    Contest.objects.update(pack_id="beautiful-stations")
    programme = packs.get_programme("warm-action-2022")
    (beautiful,) = (one for one in programme.indicators if one.id == "beautiful")
    measure, home = packs.measure_of(programme, beautiful), Deployment.create(tmp_path / "counted", "330600")

    def counted(minute: int) -> int:
        rollup.make(home, now=stage.now.replace(minute=minute))
        run = rollup.open_newest(home)
        assert run is not None
        figure = run.figure(measure, within=stage.town["C"].id, since=date(2023, 1, 1), until=date(2024, 12, 31))
        return int(figure.value or 0)

    assert counted(1) == 0, "a county's own contest of that name is not the province's"
    OrgUnit.objects.filter(pk=stage.contest.org_id).update(level=Level.PROVINCE)
    assert counted(2) == 2
