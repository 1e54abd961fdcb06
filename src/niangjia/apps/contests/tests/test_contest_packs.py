import os
from dataclasses import replace
from decimal import Decimal

import pytest
import yaml

from niangjia.apps.contests import packs
from niangjia.apps.contests.problems import NoSuchPack, NotYourPack, PackRefused, StillAsked
from niangjia.apps.contests.tests.stage import TEXT
from niangjia.apps.organizations.types import Level, Union, UnionState
from niangjia.engines.policy import load_vocabulary
from niangjia.kernel.deployment import programs_folder

SHIPPED = [packs.read(path.read_text(encoding="utf-8")) for path in (programs_folder() / "contests").glob("*.yaml")]
BY_ID = {one.id: one for one in SHIPPED}


def union(level: Level, area: str) -> Union:
    return Union(1, area, "某总工会", level, UnionState.ACTIVE, "/1/", area.ljust(12, "0"), "", None)


def changed(**parts) -> str:
    given = yaml.safe_load(TEXT)
    for path, value in parts.items():
        *way, last = path.split("__")
        place = given
        for step in way:
            place = place[int(step) if step.isdigit() else step]
        place[last] = value
    return yaml.safe_dump(given, allow_unicode=True)


def test_every_contest_of_the_papers_has_a_pack_with_its_source_and_both_languages():
    assert {one.id for one in SHIPPED} >= {"good-voice", "weaving-skills", "beautiful-stations", "hazard-cases", "ip-award", "bookhouses", "recuperation-bases"}  # fmt: skip
    for one in SHIPPED:
        assert one.given["source"]["title"] and one.given["source"]["note"]
        assert set(one.given["title"]) == set(one.given["about"]) == {"zh", "en"}


def test_an_award_that_leads_to_a_level_names_one_of_the_vocabulary():
    levels = load_vocabulary(programs_folder()).facts["skill_level"].values
    named = {award.get("skill_level") for one in SHIPPED for award in one.given["awards"]} - {None}
    assert named and named <= set(levels)


def test_what_the_paper_does_not_give_is_asked_for_and_nothing_runs_without_it():
    sheet = BY_ID["good-voice"]
    assert {"rounds.0.quota", "rounds.1.quota", "awards.0.amount"} <= {one.path for one in sheet.asks}
    assert "rounds.2.quota" not in {one.path for one in sheet.asks}, "the twenty of the final stand in the paper"
    with pytest.raises(StillAsked) as refusal:
        packs.fill(sheet, {one.path: "3" for one in sheet.asks if one.path != "rounds.0.quota"})
    assert refusal.value.paths == ("rounds.0.quota",)
    for wrong in ("", "viel", "-1", "2.5", "NaN", "1e9"):
        with pytest.raises(StillAsked):
            packs.fill(sheet, {one.path: "3" for one in sheet.asks} | {"rounds.0.quota": wrong})
    pack = packs.parse(packs.fill(sheet, {one.path: "60" for one in sheet.asks}))
    assert [one.rule.quota for one in pack.rounds] == [60, 60, 20, None]
    assert BY_ID["good-voice"].asks, "filling one in leaves the pack as it is"


def test_a_hundred_stations_are_named_as_the_paper_says():
    sheet = BY_ID["beautiful-stations"]
    pack = packs.parse(packs.fill(sheet, {one.path: "7" for one in sheet.asks}))
    assert pack.rounds[0].rule.quota == 100 and pack.place_kind == "station"


def test_of_the_192_who_pass_at_lanxi_three_become_technicians_and_189_senior_workers():
    sheet = BY_ID["weaving-skills"]
    pack = packs.parse(packs.fill(sheet, {one.path: "60" for one in sheet.asks}))
    given = [packs.award_of(pack, place).skill_level for place in range(1, 193)]
    assert given.count("technician") == 3 and given.count("senior") == 189


def test_who_is_level_is_given_the_same():
    pack = packs.parse(yaml.safe_load(changed(awards__0__places=2)))
    assert [packs.award_of(pack, place).id for place in (1, 1, 1, 4)] == ["gold", "gold", "gold", "silver"]
    pack = packs.parse(yaml.safe_load(changed(awards=[{"id": "a", "title": {"zh": "甲", "en": "a"}, "places": 1}])))
    assert packs.award_of(pack, 2) is None


@pytest.mark.parametrize(
    ("parts", "where"),
    [
        ({"rounds__0__jury": 0.6}, "one together"),
        ({"rounds__0__cut_tie": "dice"}, "dice"),
        ({"rounds__0__vote": None}, "rounds.votes"),
        ({"rounds__1__id": "first"}, "rounds.id"),
        ({"rounds__1__criteria": [{"id": "a", "title": {"zh": "甲", "en": "a"}, "points": 99}]}, "criteria"),
        ({"entry__who": "choir"}, "entry.who"),
        ({"entry__by": []}, "entry.by"),
        ({"entry__who": "place"}, "entry.place_kind"),
        ({"entry__files": [{"id": "a", "title": {}, "kind": "exe"}]}, "exe"),
        ({"awards__0__places": None}, "awards.places"),
        ({"awards__1__id": "gold"}, "awards.id"),
        ({"awards__1__program": "skill-allowance"}, "awards.program"),
        ({"fund": ""}, "fund"),
        ({"rounds": []}, "rounds"),
    ],
)
def test_a_pack_that_cannot_be_is_refused_with_the_place(parts, where):
    with pytest.raises(PackRefused) as refusal:
        packs.read(changed(**parts))
    assert where in refusal.value.where


def test_a_pack_that_is_not_there_is_said_so():
    with pytest.raises(NoSuchPack):
        packs.get_pack("nothing", union(Level.PROVINCE, "33"))


@pytest.mark.parametrize(
    ("level", "area", "sets_up"),
    [
        (Level.PROVINCE, "33", {"beautiful-stations", "bookhouses", "ip-award", "recuperation-bases"}),
        (Level.CITY, "330800", {"good-voice"}),
        (Level.COUNTY, "330781", {"weaving-skills"}),
        (Level.CITY, "330600", set()),
        (Level.FEDERATION, "330781", set()),
        (Level.GRASSROOTS, "33", set()),
        (Level.TOWN, "330624001000", set()),
    ],
)
def test_a_contest_is_set_up_by_the_union_of_its_area_and_no_other(level, area, sets_up):
    asking = union(level, area)
    assert {one.id for one in packs.list_packs(asking)} == sets_up
    for one in sets_up:
        assert packs.get_pack(one, asking).id == one
    for one in BY_ID.keys() - sets_up:
        with pytest.raises(NotYourPack) as refusal:
            packs.get_pack(one, asking)
        assert str(BY_ID[one].given["issuer"]) in refusal.value.zh


def test_a_unions_own_version_of_a_contest_is_a_file_of_the_deployment_and_read_again_when_it_changes(
    settings, tmp_path
):
    settings.DEPLOYMENT = replace(settings.DEPLOYMENT, folder=tmp_path)
    xinchang = union(Level.COUNTY, "330624")
    assert packs.list_packs(xinchang) == []
    settings.DEPLOYMENT.contests.mkdir()
    file = settings.DEPLOYMENT.contests / "song.yaml"
    file.write_text(changed(id="good-voice"), encoding="utf-8")
    assert packs.get_pack("good-voice", xinchang).given["issuer"] == "新昌县总工会"
    assert packs.get_pack("good-voice", union(Level.CITY, "330800")).given["issuer"] == "衢州市总工会"
    file.write_text(changed(id="good-voice", title__zh="新名称"), encoding="utf-8")
    os.utime(file, ns=(1, 1))
    assert packs.get_pack("good-voice", xinchang).title["zh"] == "新名称"


def test_money_is_exact():
    pack = packs.parse(yaml.safe_load(changed(awards__0__amount="500.10")))
    assert pack.awards[0].amount == Decimal("500.10")
