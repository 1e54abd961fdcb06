"""Workbooks of places: many are put forward at once, and a month's use of all of them comes in one."""

from __future__ import annotations

from decimal import Decimal

import pytest

from niangjia.apps.audit.models import AuditEvent
from niangjia.apps.organizations import queries as unions
from niangjia.apps.places import queries
from niangjia.apps.places.models import Measure, Place
from niangjia.apps.programs.tests import town
from niangjia.engines import sensing
from niangjia.jobs import import_house
from niangjia.jobs import import_kinds as kinds
from niangjia.jobs import import_workbook as imports
from niangjia.kernel.deployment import Deployment

NOW = town.NOW
PLACE = "种类,名称,工会代码,申报级别,地址,纬度,经度,开放时间,设备,日常管理单位,床位"
MEASURE = "场所编号,月份,服务人次,发电量"
STATION = "驿站,城东驿站,XT,,城东路1号,29.51,120.91,周一至周五 8:00-20:00；周六、周日 9:00-16:00,饮水、微波炉,社区,"


@pytest.fixture
def place(db):
    return town.build()


@pytest.fixture
def here(tmp_path):
    return Deployment.create(tmp_path / "here", "330624")


def look(here, viewer, kind: str, *lines: str):
    """The number of the upload and what its check found."""
    content = "\n".join(lines).encode()
    number = imports.receive(here, viewer, kind=kind, name="a.csv", content=content, now=NOW)
    imports.begin_check(here, viewer, number, now=NOW)
    found = imports.find(here, viewer, number, now=NOW)
    assert found.check.failure is None, found.check.failure
    return number, found.seen


def test_many_places_are_put_forward_by_a_workbook_and_again_changes_nothing(here, place):
    base = "疗休养基地,云上基地,X,省级,,,,每天 24小时,,,60"
    number, seen = look(here, place.county, "place", PLACE, STATION, base)
    assert (seen.new, seen.same, seen.wrong) == (2, 0, ()), [one.zh for one in seen.wrong]
    assert not Place.objects.exists(), "looking takes nothing in"
    imports.confirm(here, place.county, number, now=NOW)
    imports.confirm(here, place.county, number, now=NOW)
    station, made = Place.objects.order_by("pk")
    assert (station.state, station.org_id, station.area) == (
        "APPLIED",
        place["XT"].id,
        unions.get_union(place["XT"].id).area,
    )
    assert station.equipment == ["microwave", "water"] and [one["days"] for one in station.hours] == [
        [1, 2, 3, 4, 5],
        [6, 7],
    ]
    assert (made.level, made.details, made.hours[0]["closes"]) == ("province", {"beds": "60"}, "00:00")
    assert AuditEvent.objects.filter(action="imports.land").count() == 1
    assert sensing.batch_names(here.lake) == [], "nothing of it is in the lake"
    _number, again = look(here, place.county, "place", PLACE, STATION, base)
    assert (again.new, again.changed, again.same) == (0, 0, 2)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (STATION.replace("XT", "YG"), "不在您的辖区"),
        (STATION.replace("社区", ""), "请填写“日常管理单位”"),
        (STATION.replace("29.51", "39.51"), "位置不在浙江"),
        (STATION.replace("29.51", ""), "纬度和经度要一起填"),
        (STATION.replace("8:00-20:00", "八点"), "读不懂"),
        (STATION.replace("饮水", "桑拿"), "桑拿"),
        (STATION.replace(",XT,,", ",XT,国家级,"), "这种场所没有“国家级”"),
    ],
)
def test_what_is_wrong_with_a_row_is_said_before_anything_is_taken_in(here, place, row, words):
    number, seen = look(here, place.county, "place", PLACE, row)
    assert [words in one.zh for one in seen.wrong] == [True], [one.zh for one in seen.wrong]
    with pytest.raises(kinds.RowsWrong):
        imports.confirm(here, place.county, number, now=NOW)
    assert not Place.objects.exists()


def test_a_months_use_comes_in_by_number_and_a_blank_cell_says_nothing(here, place):
    number, _seen = look(here, place.county, "place", PLACE, STATION)
    imports.confirm(here, place.county, number, now=NOW)
    station = Place.objects.get()
    number, seen = look(
        here,
        place.township,
        "place_measure",
        MEASURE,
        f"{station.number},2023-09,450,",
        f"{station.number},2023-10,410,",
    )
    assert (seen.new, seen.wrong) == (2, ()), [one.zh for one in seen.wrong]
    imports.confirm(here, place.township, number, now=NOW)
    _number, seen = look(
        here,
        place.township,
        "place_measure",
        MEASURE,
        f"{station.number},2023-09,450,",
        f"{station.number},2023-10,420,",
    )
    assert (seen.new, seen.changed, seen.same) == (0, 1, 1)
    assert [row.value for row in queries.list_measures(place.county, station.pk)] == [Decimal(410), Decimal(450)]
    for row, words in (
        ("CS9999999,2023-10,3,", "没有这个编号"), (f"{station.number},2023-10,,3", "不登记“generated”"), (f"{station.number},2023-10,3.125,", "最多 2 位小数"), (f"{station.number},2023-12,3,", "还没有开始"),
        (f"{station.number},2023-10,,", "没有填数"),
    ):  # fmt: skip
        _number, seen = look(here, place.township, "place_measure", MEASURE, row)
        assert [words in one.zh for one in seen.wrong] == [True], [one.zh for one in seen.wrong]
    assert Measure.objects.count() == 2


def test_a_roofs_month_that_does_not_add_up_is_marked_in_the_workbook_with_what_stands_there_already(here, place):
    roof = Place.objects.create(number="CS0000009", key="r", kind="roof", name="屋顶", org_id=place.county.org_id, area="330624", level="county", state="LISTED", listed_on=NOW.date())  # fmt: skip
    heads = "场所编号,月份,发电量,自用电量,上网电量,上网电价,上网收益"
    _number, seen = look(here, place.county, "place_measure", heads, f"{roof.number},2023-10,400,100,290,0.4153,120.44")
    assert [("390" in one.zh, "400" in one.zh) for one in seen.wrong] == [(True, True)], [one.zh for one in seen.wrong]
    number, seen = look(here, place.county, "place_measure", heads, f"{roof.number},2023-10,400,100,300,0.4153,124.59")
    assert (seen.new, seen.wrong) == (1, ()), [one.zh for one in seen.wrong]
    imports.confirm(here, place.county, number, now=NOW)
    assert Measure.objects.get(measure="tariff").value == Decimal("0.4153")
    _number, seen = look(here, place.county, "place_measure", heads, f"{roof.number},2023-10,500,,,,")
    assert ["500" in one.zh and "400" in one.zh for one in seen.wrong] == [True], "the rest of the month is known"


def test_the_workbooks_know_every_measure_and_every_needed_question_of_the_kinds():
    measures = set(kinds.feed_of("place_measure").columns) - {"number", "month"}
    assert measures == {name for one in queries.kinds().values() for name in one.told}
    columns = kinds.feed_of("place").columns
    public = [one for one in queries.kinds().values() if not one.is_of_household]
    assert {name for one in public for name, asked in one.details.items() if asked.is_needed} <= set(columns)
    assert set(columns["kind"].values) == {one.id for one in public}
    assert {name for name in import_house.ROOMS} <= set(kinds.KINDS)
