"""Places on the web: for everybody, and at the officers' desk."""

from __future__ import annotations

import io
import re
import uuid

import pytest
from django.test import Client
from django.urls import reverse
from python_calamine import load_workbook

from niangjia.apps.accounts.types import Role
from niangjia.apps.audit.models import AuditEvent
from niangjia.apps.bookings import queries as bookings
from niangjia.apps.contests import actions as contests
from niangjia.apps.contests.tests.stage import DAY, Stage
from niangjia.apps.contests.types import Subject
from niangjia.apps.files.tests import pictures
from niangjia.apps.places import actions as places
from niangjia.apps.places import queries
from niangjia.apps.places.lifecycle import Step
from niangjia.apps.places.types import PlaceFacts
from niangjia.apps.programs import actions as programs
from niangjia.apps.programs.tests import town
from niangjia.engines import policy
from niangjia.jobs import tell
from niangjia.kernel.deployment import programs_folder
from niangjia.portals.tests import placed


@pytest.fixture(scope="module")
def built(built, django_db_blocker):
    with django_db_blocker.unblock():
        placed.lay(built)
    return built


@pytest.fixture
def there(house) -> placed.Placed:
    return placed.lay(house)


@pytest.fixture
def desk(house, signed_in):
    return lambda role: signed_in(house.viewers[role])


def text(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


# --- for everybody ---


def test_everybody_finds_listed_places_by_area_name_and_whether_they_are_open(there):
    def found(query: str) -> bool:
        return "羽林驿站" in Client().get(f"/places/?{query}").content.decode()

    assert found("") and found("kind=station&area=330624&q=羽林&open=1")
    assert not found("kind=bookhouse") and not found("area=330681") and not found("q=杭州")
    page = Client().get("/places/").content.decode()
    assert "待建驿站" not in page, "what nobody accepted is not shown"
    assert "光伏屋顶01" not in page, "a household's roof is nobody's to see"
    assert "云上基地" in page and "公示到 2023-11-13" in page


def test_the_nearest_is_told_with_its_way_and_a_position_that_cannot_be_used_with_what_to_do(there):
    near = Client().post("/places/near/", {"latitude": "29.49", "longitude": "120.90", "kind": "station"})
    assert near.status_code == 200 and "北 1.1 公里" in text(near) and "羽林驿站" in text(near)
    for said, words in (
        ({"latitude": "39.9", "longitude": "116.4"}, "不在浙江"),
        ({"latitude": "", "longitude": ""}, "没有收到位置"),
        ({"latitude": "nan", "longitude": "120"}, "没有收到位置"),
        ({}, "没有收到位置"),
    ):
        refused = Client().post("/places/near/", said)
        assert refused.status_code == 409 and words in text(refused) and "按地区、名称查找" in text(refused)
    assert "羽林驿站" not in text(Client().get("/places/near/?latitude=29.49&longitude=120.9")), (
        "no position in an address"
    )


def test_a_place_has_a_page_of_its_own_with_hours_equipment_photos_and_who_keeps_it(there):
    page = Client().get(f"/places/{there.number}/")
    for words in ("周一至周五 08:00–20:00", "微波炉", "轴承厂工会", "演示石油", "geo:29.500100,120.900200", "现在开放"):
        assert words in page.content.decode()
    assert "药箱过期" not in page.content.decode(), "what a visit found is between the unions"
    seen = AuditEvent.objects.count()
    photo = Client().get(f"/places/{there.number}/photos/{there.photo_key}/")
    assert (
        photo.status_code == 200
        and photo.headers["Content-Type"] == "image/jpeg"
        and AuditEvent.objects.count() == seen
    )


def test_nothing_else_has_a_public_page(house, there):
    numbers = [
        queries.get_place(house.viewers[Role.COUNTY], one, now=town.NOW).number
        for one in (there.waiting_id, there.roof_id)
    ]
    for number in (*numbers, "CS9999999"):
        assert Client().get(f"/places/{number}/").status_code == 404
        assert Client().get(f"/places/{number}/photos/{there.photo_key}/").status_code == 404


# --- the desk ---

FORM = {
    "kind": "station", "key": "0" * 32, "name": "城东驿站", "recommended_by": "", "level": "county", "batch": "", "area": "330624001",
    "address": "城东路2号", "latitude": "29.51", "longitude": "120.91", "service_phone": "", "partner": "", "days1": ["1", "2"], "opens1": "08:00",
    "closes1": "18:00", "equipment": ["water"], "d-manager": "社区",
}  # fmt: skip


def test_a_place_is_put_forward_once_however_often_the_form_is_sent(house, there, desk):
    client, form = desk(Role.TOWNSHIP), FORM | {"org": str(house.viewers[Role.TOWNSHIP].org_id)}
    first, second = client.post("/desk/places/new/", form), client.post("/desk/places/new/", form)
    assert first.status_code == second.status_code == 302 and first.url == second.url
    page = client.get(first.url)
    assert "城东驿站" in text(page) and "周一、周二 08:00–18:00" in text(page) and "待验收" in text(page)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": ""}, "请填写“名称”。"),
        ({"d-manager": ""}, "请填写“日常管理单位”。"),
        ({"longitude": ""}, "纬度和经度要一起填。"),
        ({"closes1": ""}, "请把日子、开门、关门填全"),
        ({"latitude": "39.9"}, "位置不在浙江一带"),
        ({"closes1": "08:00"}, "读不懂"),
    ],
)
def test_what_is_wrong_in_the_form_is_said_and_what_was_typed_stays(house, there, desk, change, words):
    form = FORM | {"org": str(house.viewers[Role.TOWNSHIP].org_id), "key": "1" * 32} | change
    refused = desk(Role.TOWNSHIP).post("/desk/places/new/", form)
    assert refused.status_code == 422 and words in text(refused) and "城东路2号" in refused.content.decode()


def test_the_county_accepts_visits_and_hears_when_it_is_mended(house, there, desk):
    county, township = desk(Role.COUNTY), desk(Role.TOWNSHIP)
    address = f"/desk/places/{there.waiting_id}/"
    assert "验收入册" not in text(township.get(address)), "nobody lists their own"
    assert county.post(f"{address}steps/list/", {"from_step": "1"}).status_code == 302
    visit = {"from_step": "2", "looked": "1", "found": ["sign", "water"], "reason": "", "mend_by": "2023-12-01"}
    refused = county.post(f"{address}steps/visit/", visit)
    assert refused.status_code == 409 and "监督走访须写明理由" in text(refused)
    assert re.search(r'value="water"[^>]*checked', refused.content.decode()), "what was ticked stays ticked"
    assert county.post(f"{address}steps/visit/", visit | {"reason": "没有药箱"}).status_code == 302
    assert "待整改，期限 2023-12-01" in text(township.get(address)) and "没有找到：" in text(township.get(address))
    assert township.post(f"{address}steps/mend/", {"from_step": "3", "reason": "补了"}).status_code == 302
    tell.tell(now=town.NOW)
    assert "有要整改的地方" in text(township.get("/inbox/")) and "申报的场所" in text(township.get("/inbox/"))
    assert "报告整改完成" in text(county.get("/inbox/"))


def test_a_step_from_a_page_that_a_colleague_made_stale_is_refused_with_what_changed(house, there, desk):
    address = f"/desk/places/{there.station_id}/"
    county = desk(Role.COUNTY)
    page = county.get(address).content.decode()
    seen = re.search(r'name="seen" value="([^"]+)"', page).group(1)
    placed.take(house, Role.TOWNSHIP, there.station_id, Step.SUSPEND, reason="停电")
    refused = county.post(
        f"{address}steps/inspect/", {"from_step": "3", "seen": seen, "looked": "1", "reason": "写了很久"}
    )
    assert refused.status_code == 409 and "暂停了场所" in text(refused) and "写了很久" in refused.content.decode()


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"month": "2023-13", "m-visits": "3"}, "读不懂"),
        ({"month": "2023-10", "m-visits": "三百"}, "不是数字"),
        ({"month": "2023-10", "m-visits": ""}, "请至少填一个数"),
        ({"month": "2024-01", "m-visits": "3"}, "还没有开始"),
    ],
)
def test_a_figure_that_cannot_be_is_refused(there, desk, form, words):
    refused = desk(Role.TOWNSHIP).post(f"/desk/places/{there.station_id}/measures/", form | {"source": "表"})
    assert refused.status_code == 409 and words in text(refused)


def test_a_corrected_figure_shows_what_it_was(there, desk):
    client = desk(Role.TOWNSHIP)
    address = f"/desk/places/{there.station_id}/"
    sent = {"month": "2023-10", "m-visits": "1,250", "source": "表"}
    assert client.post(f"{address}measures/", sent).status_code == 302
    assert "1,250 更正前 300" in text(client.get(address))


def test_a_roof_is_for_who_may_see_the_household_and_whoever_looks_is_on_record(house, there, desk):
    address = f"/desk/places/{there.roof_id}/"
    assert desk(Role.FINANCE).get(address).status_code == 404
    page = desk(Role.COUNTY).get(address)
    assert "128.53" in text(page) and 'data-unit="yuan"' in page.content.decode()
    assert AuditEvent.objects.filter(action="registry.view", detail_text__contains='"place"').exists()


def test_both_unions_of_an_agreement_see_what_the_other_counted(house, there, desk, signed_in):
    ours, theirs = desk(Role.COUNTY), signed_in(house.desk.town.other_county)
    assert "两边不一致" in text(ours.get("/desk/places/exchanges/")) and "两边不一致" in text(
        theirs.get("/desk/places/exchanges/")
    )
    address = f"/desk/places/exchanges/{there.pairing_id}/"
    assert theirs.post(f"{address}count/", {"year": "2023", "persons": "120", "way": "received"}).status_code == 302
    assert "两边不一致" not in text(ours.get("/desk/places/exchanges/"))
    assert desk(Role.TOWNSHIP).post(f"{address}count/", {"year": "2023", "persons": "1"}).status_code == 404
    for wrong in ({"year": "2023", "persons": "-1"}, {"year": "x", "persons": "3"}):
        assert ours.post(f"{address}count/", wrong).status_code == 409


def test_an_agreement_is_proposed_on_one_sides_page_and_confirmed_on_the_others(house, there, desk, signed_in):
    ours, theirs = desk(Role.COUNTY), signed_in(house.desk.town.other_county)
    page, since = "/desk/places/exchanges/", {"kind": "venue", "since": "2023-11-01"}
    assert ours.post(f"{page}new/", since | {"with": house.desk.town["Y"].id}).status_code == 302
    assert "等对方确认" in text(ours.get(page)) and "等贵会答复" in text(theirs.get(page))
    pairing = AuditEvent.objects.filter(action="places.propose_pairing").latest("seq").object.partition(":")[2]
    assert ours.post(f"{page}{pairing}/confirm/").status_code == 409
    assert desk(Role.TOWNSHIP).post(f"{page}{pairing}/confirm/").status_code == 403
    assert theirs.post(f"{page}{pairing}/decline/", {"reason": ""}).status_code == 409
    assert theirs.post(f"{page}{pairing}/confirm/").status_code == 302
    assert "等对方确认" not in text(ours.get(page))
    outside = {"partner": "某市总工会", "confirmed_by": "某主席", "paper": "", "kind": "base", "since": "2023-11-01"}
    assert ours.post(f"{page}outside/", outside).status_code == 409
    assert ours.post(f"{page}outside/", outside | {"paper": "长三角1号"}).status_code == 302
    assert "对方由 某主席 确认" in text(ours.get(page))


def test_the_agreements_page_opens_in_english_with_a_partner_outside_and_an_end(house, there, signed_in):
    client = signed_in(house.viewers[Role.COUNTY], "en")
    outside = {"partner": "某市总工会", "confirmed_by": "某主席", "paper": "长三角1号", "kind": "base", "since": "2023-11-01", "until": "2023-12-01"}  # fmt: skip
    page = text(client.post("/desk/places/exchanges/outside/", outside, follow=True))
    assert "长三角1号, confirmed there by 某主席" in page


def test_a_venues_projects_are_told_on_its_page_and_checked_by_the_union_above(house, there, desk):
    ours, above = desk(Role.TOWNSHIP), desk(Role.COUNTY)
    viewer = house.viewers[Role.TOWNSHIP]
    facts = PlaceFacts("venue", "镇文化宫", viewer.org_id, "330624001", "county")
    place_id = places.apply_for_place(viewer=viewer, facts=facts, key="venue", now=town.NOW)
    page = f"/desk/places/{place_id}/"
    above.post(f"{page}steps/list/", {"from_step": "1"})
    told = {"name": "球馆合作", "partner": "某公司", "contract": "HT-9", "since": "2023-01-01", "d-minutes": "纪要1号", "d-opinion": "意见1号"}  # fmt: skip
    assert ours.post(f"{page}projects/", told | {"since": ""}).status_code == 409
    assert ours.post(f"{page}projects/", told | {"key": "a"}).status_code == 302
    assert "待核对" in text(ours.get(page)) and "核对各项机制" not in text(ours.get(page))
    project = queries.list_projects(viewer, place_id, today=town.NOW.date())[0].id
    assert ours.post(f"{page}projects/{project}/check/", {"found": ["decision"]}).status_code == 409
    gates = ["decision", "review", "control", "evaluation"]
    assert above.post(f"{page}projects/{project}/check/", {"found": gates[:3]}).status_code == 302
    assert "没有全过关" in text(ours.get(page))
    above.post(f"{page}projects/{project}/check/", {"found": gates})
    assert "规范" in text(ours.get(page)) and "没有全过关" not in text(ours.get(page))
    assert ours.post(f"{page}projects/{project}/", told | {"contract": "HT-10"}).status_code == 302
    assert "HT-10" in text(ours.get(page)) and "待核对" in text(ours.get(page))


def test_the_kinds_page_tells_the_aims_of_the_papers(there, desk):
    page = text(desk(Role.CITY).get("/desk/places/kinds/station/"))
    assert "全省2022年新建站点" in page and "≥ 500" in page and "未达到" in page
    roofs = text(desk(Role.CITY).get("/desk/places/kinds/roof/"))
    assert "还不能判断" in roofs, "no roof has told a whole year"
    assert desk(Role.CITY).get("/desk/places/kinds/castle/").status_code == 404


def test_a_bookhouse_in_a_mountain_county_says_that_it_is_favoured(house, there, desk):
    """E25, by the list of the day: Qingtian is on it, Xinchang is not."""
    root, vocabulary = programs_folder(), policy.load_vocabulary(programs_folder())
    programs.install_packs([policy.load_pack(root / "330000-zhejiang" / "county-tilt", vocabulary)], town.NOW)
    for area, is_said in (("331121", True), ("330624", False)):
        facts = PlaceFacts(
            "bookhouse", "山里书屋", house.viewers[Role.COUNTY].org_id, area, "county", details={"volumes": "2000"}
        )
        place_id = places.apply_for_place(viewer=house.viewers[Role.COUNTY], facts=facts, key=area, now=town.NOW)
        assert ("山区（山区海岛）县" in text(desk(Role.COUNTY).get(f"/desk/places/{place_id}/"))) is is_said


def test_photos_are_kept_one_by_one_and_removed(there, desk):
    client, address = desk(Role.TOWNSHIP), f"/desk/places/{there.station_id}/photos/"
    photo = io.BytesIO(pictures.jpeg(300, 200))
    photo.name = "a.jpg"
    kept = client.post(address, {"file": photo, "key": "a" * 32}).json()
    assert client.get(f"{address}{kept['key']}/").status_code == 200
    assert client.post(address, {"drop": kept["key"]}).json() == {"key": kept["key"]}
    wrong = io.BytesIO(b"no picture")
    wrong.name = "b.jpg"
    refused = client.post(address, {"photos": wrong})
    assert refused.status_code == 409 and "b.jpg" in text(refused)


def test_the_register_leaves_as_a_workbook_without_the_roofs_of_others(there, desk):
    def names(role: Role) -> set[str]:
        taken = desk(role).post("/desk/places/export/", {"purpose": "核对各乡镇台账"})
        rows = load_workbook(io.BytesIO(b"".join(taken.streaming_content))).get_sheet_by_index(0).to_python()
        return {str(cell) for row in rows for cell in row}

    assert {"羽林驿站", "云上基地", "光伏屋顶01"} <= names(Role.COUNTY)
    assert "羽林驿站" in names(Role.FINANCE) and "光伏屋顶01" not in names(Role.FINANCE)


# --- what a contest gave ---


def test_a_station_that_a_contest_named_shows_its_honour_to_everybody(house, there, desk):
    office = house.desk.town
    jurors = [town.appoint(f"station-juror{number}", office["C"], Role.CITY) for number in range(5)]
    stage = Stage(office, [], jurors, now=town.NOW - 60 * DAY)
    stage.call("beautiful-stations", {"rounds.0.vote.days": "7", "rounds.0.vote.choices": "3"}, days=20)
    of_station = Subject(office["XG"].id, place_id=there.station_id)
    told = {"viewer": stage.county, "now": stage.now}
    entry = contests.start_entry(contest_id=stage.contest_id, subject=of_station, key=uuid.uuid4(), **told)
    contests.save_entry(entry_id=entry, title="羽林驿站", intro="", contact="", has_consent=True, **told)
    contests.keep_file(entry_id=entry, part="photos", content=pictures.jpeg(), **told)
    contests.hand_in(entry_id=entry, **told)
    stage.admit(entry)
    stage.sit(5)
    stage.open()
    for juror in stage.jurors:
        stage.declare(juror)
        marks = {entry: {"equipment": "38", "service": "36", "reach": "18"}}
        contests.score(viewer=juror, round_id=stage.round.pk, marks=marks, now=stage.now)
    stage.close()
    stage.announce()
    honour = "省级最美工会户外劳动者服务站点"
    assert honour not in Client().get(f"/places/{there.number}/").content.decode(), "not before the notice is over"
    stage.finish()
    assert honour in Client().get(f"/places/{there.number}/").content.decode()
    assert honour in desk(Role.TOWNSHIP).get(f"/desk/places/{there.station_id}/").content.decode()


def test_an_officer_sees_how_many_beds_of_a_base_are_taken_each_night_and_a_station_has_none(house, signed_in):
    client = signed_in(house.viewers[Role.COUNTY])
    base = client.get(f"/desk/places/{placed.lay(house).base_id}/").content.decode()
    assert "入住日历" in base and base.count('class="night-none') == 35
    assert "入住日历" not in client.get(f"/desk/places/{placed.lay(house).station_id}/").content.decode()


def test_what_check_ins_say_stands_beside_what_was_typed_of_an_exchange(house, signed_in, monkeypatch):
    placed.lay(house)
    county = house.viewers[Role.COUNTY]
    (row, *_) = queries.list_pairings(county)
    counted = {
        (row.with_id, row.kind, 2021): bookings.Exchanged(sent=7, received=0),
        (row.with_id, "venue", 2021): bookings.Exchanged(9, 9),
    }
    monkeypatch.setattr("niangjia.portals.services.places.exchanging.bookings.count_exchanged", lambda *given: counted)
    page = re.sub(
        r"\s+", " ", re.sub(r"<[^>]+>", " ", signed_in(county).get(reverse("places:exchanges")).content.decode())
    )
    assert "2021 — 签到 7" in page and "签到 9" not in page and "2021" in page
