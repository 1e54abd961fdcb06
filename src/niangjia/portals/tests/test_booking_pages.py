"""The pages of bookings: a worker's on a phone, the desk's, the door's, the trip's, the bus's; what is refused keeps what was typed."""

from __future__ import annotations

import io
import re
import time
from datetime import timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Value
from django.db.models.functions import Concat, Substr
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from niangjia.apps.accounts.types import Role
from niangjia.apps.audit.models import AuditEvent
from niangjia.apps.bookings import actions, drawing, queries
from niangjia.apps.bookings.models import Booking, Offer, Settlement, Slot, Talk, TourSite, TourStop
from niangjia.apps.bookings.queries import reach
from niangjia.apps.bookings.types import Giving, OfferFacts, Reach, SettleState, SlotFacts, TeacherFacts
from niangjia.apps.cases.tests import desk as desks
from niangjia.apps.files import queries as files
from niangjia.apps.files.tests import pictures
from niangjia.apps.files.types import Owner
from niangjia.apps.funds import actions as funds
from niangjia.apps.funds import queries as fund_queries
from niangjia.apps.funds.models import GoodsGiven
from niangjia.apps.messages import queries as inbox
from niangjia.apps.places import actions as places
from niangjia.apps.places import queries as place_queries
from niangjia.apps.places.lifecycle import Step
from niangjia.apps.places.types import PlaceFacts
from niangjia.apps.programs import published
from niangjia.apps.programs.tests import town
from niangjia.apps.registry import queries as registry
from niangjia.jobs import kept_workbooks, plan_tour, tell, tick
from niangjia.portals.design.showing import deployment
from niangjia.portals.tests import booked, placed


@pytest.fixture(scope="module")
def built(built, django_db_blocker):
    with django_db_blocker.unblock():
        booked.lay(built)
        placed.lay(built)
    return built


@pytest.fixture
def ids(house) -> booked.Booked:
    return booked.lay(house)


@pytest.fixture
def worker(house, signed_in) -> Client:
    return signed_in(house.viewers[Role.WORKER])


@pytest.fixture
def county(house, signed_in) -> Client:
    return signed_in(house.viewers[Role.COUNTY])


def said(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def go(client: Client, name: str, *parts, **sent):
    return client.post(reverse(f"bookings:{name}", args=parts), sent, follow=True)


def sound() -> bool:
    assert list(queries.verify(now=town.NOW)) == []
    return True


# --- a worker ---


def test_a_worker_reads_time_place_and_code_and_lets_the_seat_go(worker, ids):
    page = worker.get(reverse("bookings:booking", args=[ids.seated])).content.decode()
    code = Booking.objects.get(pk=ids.seated).code
    assert "<svg viewBox" in page and f"{code[:5]}-{code[5:]}" in page and "不进入本系统" in page
    assert "已取消" in said(go(worker, "cancel", ids.seated))
    assert Booking.objects.get(pk=ids.seated).state == "CANCELLED" and sound()
    assert "可以报名的" in said(worker.get(reverse("bookings:mine")))


def test_who_asks_with_too_much_family_is_told_and_finds_what_they_chose(worker, ids):
    go(worker, "cancel", ids.seated)
    slot = Offer.objects.get(pk=ids.offer).slots.order_by("begins").last()
    page = go(worker, "ask", ids.offer, key="k", slot=slot.pk, companions=5)
    assert page.status_code == 409 and "最多可以带 1 位家属" in said(page)
    assert f'value="{slot.pk}" checked' in page.content.decode()
    page = go(worker, "ask", ids.offer, key="k", slot=slot.pk, companions=1)
    assert "报上了" in said(page) or "候补" in said(page)
    go(worker, "ask", ids.offer, key="k", slot=slot.pk, companions=1)
    assert Booking.objects.filter(offer=ids.offer, state__in=["SEATED", "WAITING"], seats=2).count() == 1 and sound()


def test_a_second_booking_of_the_same_offer_is_said_before_anything_is_typed(worker, ids):
    assert "看我的报名" in said(worker.get(reverse("bookings:offer", args=[ids.offer])))
    late = worker.get(reverse("bookings:offer", args=[ids.course]))
    assert "没有还没开始的场次" in said(late) or "现在不能报名" in said(late)


def test_a_calendar_is_read_by_its_secret_and_by_nothing_else(worker, ids):
    page = worker.post(reverse("bookings:own_calendar"))
    address = re.search(r"http://testserver(/bookings/calendar/[\w-]+\.ics)", page.content.decode())[1]
    assert address not in worker.get(reverse("bookings:own_calendar")).content.decode()
    feed = Client().get(address)
    text = feed.content.decode()
    assert feed.headers["Content-Type"].startswith("text/calendar") and "SUMMARY:流动体检车进羽林" in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n")) and text.endswith("END:VCALENDAR\r\n")
    assert Booking.objects.get(pk=ids.seated).code not in text
    assert Client().get("/bookings/calendar/wrong.ics").status_code == 404
    again = worker.post(reverse("bookings:own_calendar"))
    assert again.status_code == 200 and Client().get(address).status_code == 404
    go(worker, "end_calendar")
    new = re.search(r"/bookings/calendar/[\w-]+\.ics", again.content.decode())[0]
    assert Client().get(new).status_code == 404


def test_a_certificate_is_its_owners_with_the_name_and_anybodys_by_number_masked(worker, ids):
    number = Booking.objects.get(pk=ids.attended).certificate
    own = said(worker.get(reverse("bookings:certificate", args=[ids.attended])))
    assert number in own and "王小明" in own
    open_page = said(Client().get(reverse("bookings:certificate_check"), {"number": number.lower()}))
    assert "数控车工夜校" in open_page and "王小明" not in open_page and "王" in open_page
    assert "没有这个编号的证明" in said(Client().get(reverse("bookings:certificate_check"), {"number": "ZS0"}))


def test_anybody_can_draw_again(ids):
    page = Client().get(reverse("bookings:draw_result", args=[ids.draw]))
    offer = Offer.objects.get(number=ids.draw)
    shown = re.findall(r"BM[0-9]{8}", page.content.decode())
    assert offer.seed in page.content.decode() and offer.seal == drawing.seal_of(offer.seed)
    assert shown == drawing.order(offer.seed, shown) and len(shown) == 4


# --- messages ---


def test_who_moves_up_is_told_and_reminded_the_day_before_and_told_when_it_is_called_off(house, ids, county):
    viewer = house.viewers[Role.WORKER]
    first = Booking.objects.filter(offer=ids.offer, state="SEATED").exclude(pk=ids.seated).first()
    actions.cancel(viewer=viewer, booking_id=ids.seated, now=town.NOW)
    actions.ask(viewer=viewer, offer_id=ids.offer, person_id=viewer.person_id, key="again", companions=1, now=town.NOW)
    waits = Booking.objects.get(key="again")
    assert waits.state == "WAITING"
    tell.tell(now=town.NOW)
    actions.cancel(viewer=house.viewers[Role.COUNTY], booking_id=first.pk, now=town.NOW)
    for one in Booking.objects.filter(offer=ids.offer, state="SEATED").exclude(pk=waits.pk)[:2]:
        actions.cancel(viewer=house.viewers[Role.COUNTY], booking_id=one.pk, now=town.NOW)
    waits.refresh_from_db()
    assert waits.state == "SEATED" and sound()
    day_before = waits.slot.begins - timedelta(hours=20)
    tick.tick(deployment(), now=day_before)
    tick.tick(deployment(), now=day_before + timedelta(hours=1))
    assert AuditEvent.objects.filter(action="bookings.remind", object=f"booking:{waits.pk}").count() == 1
    go(county, "act", ids.offer, "call-off", reason="车坏了")
    tell.tell(now=day_before)
    kinds = [one.kind for one in inbox.list_messages(viewer) if one.kind.startswith("booking_")]
    assert kinds.count("booking_tomorrow") == 1 and kinds.count("booking_called_off") == 1
    assert inbox.list_messages(viewer).filter(kind="booking_seated", subject=f"booking:{waits.pk}").count() == 1


# --- the desk ---


def test_an_offer_goes_from_a_draft_to_its_sessions_and_is_published(county):
    told = {
        "title": "夜校二期", "kind": "course", "giving": "FIRST_COME", "opens_at": "2023-11-06T09:00", "closes_at": "2023-11-05T09:00",
        "most_companions": "0", "key": "one", "unit_cost": "88.80",
    }  # fmt: skip
    page = county.post(reverse("bookings:new"), told)
    assert page.status_code == 422 and "截止须晚于开始" in said(page) and 'value="夜校二期"' in page.content.decode()
    county.post(reverse("bookings:new"), told | {"closes_at": "2023-11-12T09:00"})
    county.post(reverse("bookings:new"), told | {"closes_at": "2023-11-12T09:00"})
    offer = Offer.objects.get(title="夜校二期")
    assert "还没有安排时间和名额" in said(go(county, "act", offer.pk, "publish"))
    wrong = go(county, "add_sessions", offer.pk, first_day="2023-11-13", starts="20:00", ends="18:00", seats="3")
    assert wrong.status_code == 422 and "结束须晚于开始" in said(wrong)
    go(county, "add_sessions", offer.pk, first_day="2023-11-13", last_day="2023-11-14", starts="18:00", ends="20:00", minutes="60", seats="3")  # fmt: skip
    assert list(offer.slots.values_list("seats", flat=True)) == [3] * 4
    go(county, "set_quota", offer.pk, group="courier", seats="2")
    assert "已发布" in said(go(county, "act", offer.pk, "publish"))
    month = said(county.get(reverse("bookings:calendar"), {"month": "2023-11"}))
    assert "夜校二期" in month and "0/6" in month


def test_the_year_counts_persons_and_times_from_check_ins_alone(county, ids):
    page = said(county.get(reverse("bookings:report"), {"year": "2023"}))
    assert re.search(r"免费技能培训（八大群体） 1 1 1 1 0 0 85\.50", page), page


def _sheet_of(template, *rows: list[str]) -> io.BytesIO:
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(template.streaming_content)))
    for row in rows:
        sheet.active.append(row)
    file = io.BytesIO()
    sheet.save(file)
    file.seek(0)
    file.name = "名单.xlsx"
    return file


def test_a_list_with_one_bad_row_is_not_taken_at_all_and_comes_back_with_what_is_wrong(house, signed_in, county, ids):
    template = reverse("bookings:roster_template", args=[ids.offer])
    town.household(250, house.desk.town["XG"])
    number, before = town.id_number(250 % 300 * 3), Booking.objects.filter(offer=ids.offer).count()
    file = _sheet_of(county.get(template), [number, "0", ""], ["330624199001010000", "", ""], [number, "很多", ""])
    heads = [cell.value for cell in openpyxl.load_workbook(file).active[4]]
    assert heads == ["身份证号", "家属人数", "场次"]
    file.seek(0)
    answer = county.post(reverse("bookings:import_people", args=[ids.offer]), {"file": file})
    page = said(answer)
    assert "整份都没有导入" in page and "校验码" in page and "同一人" in page and "确认导入" not in page
    assert Booking.objects.filter(offer=ids.offer).count() == before and sound()
    assert "请选择要导入的工作簿" in said(go(county, "import_people", ids.offer))
    address = re.search(rf"/desk/bookings/{ids.offer}/people/marked/[0-9a-f]{{32}}/", answer.content.decode())
    assert address and signed_in(house.viewers[Role.CITY]).post(address[0]).status_code == 409, "nobody else's"
    marked = openpyxl.load_workbook(io.BytesIO(b"".join(county.post(address[0]).streaming_content))).active
    assert marked["D4"].value == "问题与建议" and marked["A5"].value and not marked["D5"].value
    assert "校验码" in marked["D6"].value and "同一人" in marked["D7"].value
    hour = town.NOW + kept_workbooks.KEPT
    kept_workbooks.sweep(deployment(), now=hour)
    assert county.post(address[0]).status_code == 409


def test_a_list_is_looked_at_before_anybody_is_asked_for_and_taken_once(house, county, ids):
    template = reverse("bookings:roster_template", args=[ids.offer])
    town.household(251, house.desk.town["XG"])
    before = Booking.objects.filter(offer=ids.offer).count()

    def looked():
        file = _sheet_of(county.get(template), [town.id_number(251 % 300 * 3), "0", ""])
        return county.post(reverse("bookings:import_people", args=[ids.offer]), {"file": file})

    page = looked()
    assert "还没有导入" in said(page) and Booking.objects.filter(offer=ids.offer).count() == before
    address = re.search(rf"/desk/bookings/{ids.offer}/people/take/[0-9a-f]{{32}}/", page.content.decode())
    for _ in range(2):  # pressed twice
        assert "已经导入" in said(county.post(address[0]))
        assert Booking.objects.filter(offer=ids.offer).count() == before + 1 and sound()
    assert "不用再导入" in said(looked())


# --- the door ---


def test_a_code_is_scanned_or_typed_and_checks_in_once(house, signed_in, county, ids, monkeypatch):
    code = ids.code
    page = county.get(reverse("bookings:check_in_code", args=[code]))
    assert "到了，签到" in said(page) and Booking.objects.get(pk=ids.seated).state == "SEATED"
    early = go(county, "check_in", code=code)
    assert early.status_code == 409 and "还没有到时间" in said(early)
    monkeypatch.setattr("django.utils.timezone.now", lambda: booked.at(3, 8, 50))
    county = signed_in(house.viewers[Role.COUNTY])  # days later: a new sitting
    done = go(county, "check_in", code=f"{code[:5].lower()}-{code[5:].lower()}")
    assert "已签到，共 2 人" in said(done) and Booking.objects.get(pk=ids.seated).state == "ATTENDED"
    go(county, "check_in", code=code)
    assert AuditEvent.objects.filter(action="bookings.check_in", object=f"booking:{ids.seated}").count() == 1
    assert "没有这个签到码" in said(county.get(reverse("bookings:check_in"), {"code": "AAAAA-AAAAA"}))


# --- a trip ---


def test_three_days_are_borne_up_to_600_a_day_and_the_rest_is_the_workers_own(county, ids):
    rows = list(Settlement.objects.filter(booking__offer=ids.trip).order_by("cost"))
    assert [row.cost for row in rows] == [Decimal(1800) + 50 * number for number in range(len(rows))] and len(rows) > 1
    assert {(row.amount, row.state) for row in rows} == {(Decimal("1800.00"), SettleState.GRANTED)}
    assert "本人 50.00" in said(county.get(reverse("bookings:trip", args=[ids.trip]))) and sound()


def costs_of(offer: int, **changed) -> dict[str, str]:
    found = {}
    for one in Booking.objects.filter(offer=offer, state="ATTENDED").order_by("pk"):
        found |= {
            f"cost-{one.pk}": "1800.00",
            f"paid-{one.pk}": "yes" if one.seats > 1 else "",
            f"group-{one.pk}": "hard_post",
        }
    return found | changed


def test_an_employer_that_pays_for_family_or_in_cash_is_refused_with_the_rule(county, ids):
    with_family = Booking.objects.filter(offer=ids.trip, state="ATTENDED", seats=2).first()
    assert with_family is not None
    go(county, "tell_costs", ids.trip, **costs_of(ids.trip, **{f"paid-{with_family.pk}": "no"}))
    page = said(go(county, "settle", ids.trip, "decide"))
    assert "费用自理" in page and Settlement.objects.get(booking=with_family).state == SettleState.REFUSED
    go(county, "tell_trip", ids.trip, **{f"f-{name}": value for name, value in (booked.TRIP | {"payment_kind": "cash"}).items()})  # fmt: skip
    assert set(Settlement.objects.values_list("state", flat=True)) == {
        "TOLD"
    }  # what was worked out before is not, any more
    page = said(go(county, "settle", ids.trip, "decide"))
    assert "没有以现金、实物、消费券、购物卡发给个人" in page
    assert not Settlement.objects.exclude(state=SettleState.REFUSED).exists() and sound()


def test_a_cost_that_cannot_be_read_changes_nothing_and_stays_in_its_form(county, ids):
    one = Booking.objects.filter(offer=ids.trip, state="ATTENDED").first()
    page = go(county, "tell_costs", ids.trip, **costs_of(ids.trip, **{f"cost-{one.pk}": "一千八"}))
    assert page.status_code == 409 and "费用读不懂" in said(page) and 'value="一千八"' in page.content.decode()
    below = go(county, "tell_costs", ids.trip, **costs_of(ids.trip, **{f"cost-{one.pk}": "-0.01"}))
    assert below.status_code == 409 and 'value="-0.01"' in below.content.decode()
    assert Settlement.objects.filter(state=SettleState.GRANTED).exists()


def test_the_carrier_is_paid_by_three_people_and_each_worker_has_used_their_cap(house, signed_in, county, ids):
    place = house.desk.town
    desks.give_budget(house.desk, "recuperation", "630000.00", year=2023)
    finance, second = signed_in(place.finance), signed_in(house.desk.second_finance)
    assert go(county, "settle", ids.trip, "pay").status_code == 403
    count = Settlement.objects.filter(state=SettleState.GRANTED).count()
    assert "还没有上传承办单位的发票" in said(go(finance, "settle", ids.trip, "pay"))
    kept = _send_invoice(county, ids.trip)
    assert f"{1800 * count:,}.00" in said(go(finance, "settle", ids.trip, "pay"))
    late = go(county, "invoices", ids.trip, **{"invoices-drop": kept.key})
    assert late.status_code == 409 and "不能再删" in said(late) and queries.get_trip(place.county, ids.trip).invoices
    assert "还没有批准" in said(go(second, "settle", ids.trip, "hand-over"))
    requests = [one for one in fund_queries.list_requests(place.county_third) if one.kind == "BUY_GOODS"]
    assert [(one.quantity, one.unit_price) for one in requests] == [(count, Decimal("1800.00"))]
    funds.approve_request(viewer=place.county_third, request_id=requests[0].pk, now=town.NOW)
    assert f"结算了 {count} 人" in said(go(second, "settle", ids.trip, "hand-over"))
    assert set(Settlement.objects.values_list("state", flat=True)) == {"GIVEN"} and sound()
    GoodsGiven.objects.filter(case_ref__startswith="booking:").update(key=Concat(Value("x:"), "key"))
    assert {one.rule for one in queries.verify(now=town.NOW)} == {"SETTLEMENT_GIVEN"}
    GoodsGiven.objects.update(key=Substr("key", 3))
    balance = next(one for one in fund_queries.list_balances(place.finance) if one.purpose == "recuperation")
    assert balance.goods_given == Decimal("1800.00") * count and balance.available == 630000 - balance.goods_given
    own = Booking.objects.filter(offer=ids.trip, state="ATTENDED", person_id=house.viewers[Role.WORKER].person_id).first()  # fmt: skip
    if own:
        assert "1,800.00" in said(signed_in(house.viewers[Role.WORKER]).get(reverse("bookings:booking", args=[own.pk])))
    _second_trip_is_refused(house, county, ids)


def test_a_purchase_that_was_withdrawn_is_worked_out_and_asked_for_anew(house, signed_in, county, ids):
    place = house.desk.town
    desks.give_budget(house.desk, "recuperation", "630000.00", year=2023)
    finance, second = signed_in(place.finance), signed_in(house.desk.second_finance)
    _send_invoice(county, ids.trip)
    for cost in ("1800.00", "1700.00"):
        page = said(go(finance, "settle", ids.trip, "pay"))
        (request,) = [one for one in fund_queries.list_requests(place.county_third) if one.kind == "BUY_GOODS"]
        assert f"{request.unit_price * request.quantity:,}" in page and f"{request.unit_price}" == cost
        if cost == "1800.00":
            told = {"viewer": place.finance, "request_id": request.pk, "reason": "单价有误", "now": town.NOW}
            funds.withdraw_request(**told)
            assert {row.state for row in queries.list_settlements(place.county, ids.trip)} == {SettleState.GRANTED}
            costs = {name: "1700.00" for name in costs_of(ids.trip) if name.startswith("cost-")}
            go(county, "tell_costs", ids.trip, **costs_of(ids.trip, **costs))
            go(county, "settle", ids.trip, "decide")
    funds.approve_request(viewer=place.county_third, request_id=request.pk, now=town.NOW)
    assert f"结算了 {request.quantity} 人" in said(go(second, "settle", ids.trip, "hand-over")) and sound()


def test_the_same_purchase_may_be_asked_for_again_after_it_was_withdrawn(house, signed_in, county, ids):
    place = house.desk.town
    desks.give_budget(house.desk, "recuperation", "630000.00", year=2023)
    finance = signed_in(place.finance)
    _send_invoice(county, ids.trip)
    for _again in range(2):
        go(finance, "settle", ids.trip, "pay")
        (request,) = [one for one in fund_queries.list_requests(place.county_third) if one.kind == "BUY_GOODS"]
        funds.withdraw_request(viewer=place.finance, request_id=request.pk, reason="再核对", now=town.NOW)
    go(finance, "settle", ids.trip, "pay")
    assert go(finance, "settle", ids.trip, "pay").status_code == 409, "it waits to be approved"


def _send_invoice(county, offer: int):
    sent = {"invoices": SimpleUploadedFile("invoice.jpg", pictures.jpeg())}
    assert go(county, "invoices", offer, **sent).status_code == 200
    (kept,) = files.list_files(Owner("trip", str(offer)))
    return kept


def _second_trip_is_refused(house, county, ids) -> None:
    """A whole trip is had once a year: the same people, another trip, nothing borne."""
    went = list(Booking.objects.filter(offer=ids.trip, state="ATTENDED").values_list("person_id", flat=True))
    place = house.desk.town
    again = booked._offer(
        house, "again", [booked.SlotFacts(booked.at(-3, 8), booked.at(-2, 17), 9)], now=town.NOW - timedelta(days=6), title="再去一次", kind="recuperation"
    )  # fmt: skip
    for person_id in went:
        actions.ask(viewer=place.county, offer_id=again, person_id=person_id, key=f"again/{person_id}", now=town.NOW - timedelta(days=6))  # fmt: skip
    for one in queries.list_bookings(place.county, offer_id=again):
        actions.check_in(viewer=place.county, code=one.code, now=booked.at(-3, 8))
    actions.tell_trip(viewer=place.county, offer_id=again, answers=booked.TRIP, now=town.NOW)
    go(county, "tell_costs", again, **costs_of(again))
    page = said(go(county, "settle", again, "decide"))
    assert "每人每年一次" in page
    assert set(Settlement.objects.filter(booking__offer=again).values_list("state", flat=True)) == {"REFUSED"}


# --- the bus ---


def test_the_bus_goes_to_a_place_of_the_register_or_to_what_is_typed(house, county, ids):
    there = placed.lay(house)
    page = county.get(reverse("bookings:tour", args=[ids.tour])).content.decode()
    assert "羽林驿站 CS" in page and "光伏屋顶01" not in page and "待建驿站" not in page, "no home, none that waits"
    go(county, "add_site", ids.tour, place=there.station_id, people="30")
    site = TourSite.objects.get(tour=ids.tour, place=there.station_id)
    assert (site.name, site.latitude, site.longitude, site.people) == ("羽林驿站", 29_500_100, 120_900_200, 30)
    assert f"/desk/places/{there.station_id}/" in county.get(reverse("bookings:tour", args=[ids.tour])).content.decode()
    alone = county.post(reverse("bookings:add_site", args=[ids.tour]), {"name": "文化广场", "people": "30"})
    assert alone.status_code == 422 and "请填写“纬度”" in said(alone) and "文化广场" in alone.content.decode()
    strange = go(county, "add_site", ids.tour, place=there.roof_id, people="30")
    assert strange.status_code == 422 and TourSite.objects.filter(tour=ids.tour, place=there.roof_id).count() == 0


def test_a_stop_moved_by_hand_says_what_is_wrong_and_is_not_published_so(county, ids):
    stop = TourStop.objects.get(tour=ids.tour)
    sent = {
        f"day-{stop.pk}": "2023-11-20",
        f"hour-{stop.pk}": "16:30",
        f"people-{stop.pk}": "40",
        f"fixed-{stop.pk}": "on",
    }
    page = said(go(county, "set_stops", ids.tour, **sent))
    assert "收车晚于 17:00" in page
    page = go(county, "publish_tour", ids.tour, opens_at="2023-11-06T09:00", closes_at="2023-11-18T09:00", is_sure="on")
    assert (
        page.status_code == 409
        and "收车晚于" in said(page)
        and not Offer.objects.filter(key=f"tour:{ids.tour}").exists()
    )
    page = go(county, "set_stops", ids.tour, **(sent | {f"hour-{stop.pk}": "早上"}))
    assert page.status_code == 409 and "读不懂" in said(page) and 'value="早上"' in page.content.decode()


def test_a_plan_is_worked_out_around_what_is_fixed_taken_over_and_booked(house, county, ids):
    fixed = TourStop.objects.get(tour=ids.tour)
    assert go(county, "tour_act", ids.tour, "plan").status_code == 200
    viewer = house.viewers[Role.COUNTY]
    for _ in range(600):
        found = plan_tour.find(deployment(), viewer, ids.tour)
        if found and found.standing.state == "done":
            break
        time.sleep(0.1)
    assert "次停靠，排上 84 人" in said(county.get(reverse("bookings:tour", args=[ids.tour])))
    early = go(county, "publish_tour", ids.tour, opens_at="2023-11-06T09:00", closes_at="2023-11-18T09:00")
    assert early.status_code == 422 and "排出的安排（84 人）还没有采用" in said(early)
    go(county, "tour_act", ids.tour, "take")
    stops = TourStop.objects.filter(tour=ids.tour)
    kept = stops.get(is_fixed=True)
    assert (kept.begins, kept.people) == (fixed.begins, fixed.people) and sum(one.people for one in stops) == 84
    assert not queries.get_tour(viewer, ids.tour).faults
    page = go(county, "publish_tour", ids.tour, opens_at="2023-11-06T09:00", closes_at="2023-11-18T09:00")
    assert "每个时段的名额都开放报名" in said(page)
    offer = Offer.objects.get(key=f"tour:{ids.tour}")
    slots = list(offer.slots.all())
    assert sum(slot.seats for slot in slots) == 84 and max(slot.seats for slot in slots) == 4
    assert {slot.ends - slot.begins for slot in slots} == {timedelta(minutes=30)}
    assert go(county, "tour_act", ids.tour, "plan").status_code == 409


# --- ten minutes before the shift ---


def test_a_talk_is_logged_once_and_counts_for_its_union(house, signed_in, county, ids):
    talks = signed_in(house.viewers[Role.GRASSROOTS])
    topic = queries.list_topics(house.viewers[Role.GRASSROOTS]).first()
    sent = {
        "team": "装配班",
        "topic": topic.pk,
        "speaker": "MODEL_WORKER",
        "held_at": "2023-11-06T08:00",
        "minutes": "10",
        "heads": "",
        "key": "one",
    }
    page = talks.post(reverse("bookings:talks"), sent)
    assert page.status_code == 422 and "请填写“多少人”" in said(page) and 'value="装配班"' in page.content.decode()
    for _ in range(2):
        talks.post(reverse("bookings:talks"), sent | {"heads": "24"})
    assert Talk.objects.count() == 2
    page = said(county.get(reverse("bookings:talks"), {"month": "2023-11"}))
    assert "装配班" in page and "1 / 2" in page and "制药厂工会" in page
    late = talks.post(reverse("bookings:talks"), sent | {"held_at": "2023-12-06T08:00", "heads": "3", "key": "two"})
    assert late.status_code == 409 and Talk.objects.count() == 2


def test_an_audience_larger_than_its_union_is_kept_and_marked(house, signed_in, county, ids):
    union = house.desk.town["XG"].id
    members = registry.count_members_at([union])[union]
    talks = signed_in(house.viewers[Role.GRASSROOTS])
    topic = queries.list_topics(house.viewers[Role.GRASSROOTS]).first()
    told = {"topic": topic.pk, "speaker": "MODEL_WORKER", "minutes": "10"}
    for team, heads in (("全体", members), ("借来的班", members + 1)):
        page = talks.post(
            reverse("bookings:talks"),
            told | {"team": team, "heads": heads, "key": team, "held_at": "2023-11-06T08:00"},
            follow=True,
        )
        assert (f"而本会只有 {members} 名会员" in said(page)) is (heads > members)
    assert Talk.objects.filter(heads=members + 1).count() == 1, "it is kept: guests may have come"
    page = said(county.get(reverse("bookings:talks"), {"month": "2023-11"}))
    assert (
        page.count(f"本会会员 {members} 人，请核对")
        == Talk.objects.filter(org_id=union, heads__gt=members).count()
        >= 1
    )


def test_a_course_is_told_as_one_seat_with_a_lesson_each_week_and_each_is_checked_in(house, signed_in, county, ids, monkeypatch):  # fmt: skip
    told = {"title": "每周一讲", "kind": "course", "giving": "FIRST_COME", "opens_at": "2023-11-06T00:00", "closes_at": "2023-11-08T00:00", "most_companions": "0", "least_percent": "75", "key": "weekly"}  # fmt: skip
    county.post(reverse("bookings:new"), told)
    offer = Offer.objects.get(title="每周一讲")
    assert offer.least_share == Decimal("0.75")
    days = {"first_day": "2023-11-09", "last_day": "2023-11-30", "starts": "18:30", "ends": "20:30", "seats": "5"}
    go(county, "add_sessions", offer.pk, **days, is_course="on", days_apart="7")
    slot = offer.slots.get()
    assert slot.lessons.count() == 4 and slot.ends - slot.begins == timedelta(days=21, hours=2)
    go(county, "act", offer.pk, "publish")
    person = town.household(255, house.desk.town["XG"])[1][0]
    viewer = house.viewers[Role.COUNTY]
    booking = actions.ask(viewer=viewer, offer_id=offer.pk, person_id=person, key="weekly", now=town.NOW)
    code = queries.get_booking(viewer, booking).code
    for day in (3, 10):
        monkeypatch.setattr("django.utils.timezone.now", lambda day=day: booked.at(day, 18))
        county = signed_in(viewer)
        assert "已签到" in said(go(county, "check_in", code=code))
    page = county.get(reverse("bookings:people", args=[offer.pk]))
    assert "到课 2 / 4 讲" in said(page) and 'name="code"' in page.content.decode(), "and there is a next lesson"
    month = county.get(reverse("bookings:calendar"), {"month": "2023-11"})
    assert [f"第 {n} / 4 讲" in said(month) for n in (1, 2, 3, 4)] == [True] * 4
    monkeypatch.setattr("django.utils.timezone.now", lambda: booked.at(40, 9))
    county = signed_in(viewer)
    actions.close_offer(viewer=viewer, offer_id=offer.pk, now=booked.at(40, 9))
    missed = town.household(256, house.desk.town["XG"])[1][0]
    Booking.objects.filter(offer=offer).update(state="MISSED", checked_in_at=None, person_id=missed)
    page = county.get(reverse("bookings:people", args=[offer.pk]))
    assert 'name="code"' not in page.content.decode() and "各讲都已上完，不能再签到" in said(page)
    assert "不能再签到" in said(county.get(reverse("bookings:check_in"), {"code": code}))


def test_coverage_counts_each_team_once_and_shows_no_share_of_fewer_than_ten(house, signed_in, county, ids):
    for number in range(260, 272):
        town.household(number, house.desk.town["XG"])
    talks = signed_in(house.viewers[Role.GRASSROOTS])
    topic = queries.list_topics(house.viewers[Role.GRASSROOTS]).first()
    told = {"team": "装配班", "topic": topic.pk, "speaker": "MODEL_WORKER", "minutes": "10"}
    for hour, heads in (("07", "9"), ("08", "11"), ("09", "8")):
        talks.post(reverse("bookings:talks"), told | {"held_at": f"2023-11-05T{hour}:00", "heads": heads, "key": hour})
    viewer = house.viewers[Role.COUNTY]
    span = {"first": booked.at(-5, 0), "until": booked.at(20, 0)}
    (row,) = queries.talk_reach(viewer, **span, now=house.desk.now).rows
    other = Talk.objects.exclude(team="装配班").get()
    assert (row.area, row.reached) == ("330624", 11 + other.heads) and row.members >= 12
    page = said(county.get(reverse("bookings:talks"), {"month": "2023-11"}))
    assert f"{100 * row.reached / row.members:.1f}%" in page and "会员数截至" in page
    few = said(county.get(reverse("bookings:report"), {"year": "2023"}))
    assert "人数少，不显示" in few, "one worker came to a course"


def test_where_one_county_alone_is_too_small_the_next_smallest_is_hidden_with_it():
    rows = [Reach("a", 40, 50), Reach("b", 12, 90), Reach("c", 3, 70)]
    assert [(one.area, one.is_hidden, one.reached) for one in reach.hide(rows)] == [("a", False, 40), ("b", True, 0), ("c", True, 0)]  # fmt: skip
    assert not any(one.is_hidden for one in reach.hide(rows[:2]))
    assert reach.hide([Reach("a", 0, 9)])[0].is_hidden and not reach.hide([Reach("a", 0, 20)])[0].is_hidden


def test_a_check_is_offered_with_a_trip_chosen_by_a_worker_and_counted_on_its_page(house, ids, county, worker):
    """E21: the health check of a recuperation trip."""
    begins = town.NOW + timedelta(days=20)
    facts = {
        "title": "一线职工疗休养",
        "kind": "recuperation",
        "org_id": house.viewers[Role.COUNTY].org_id,
        "area": "330624",
    }
    offer = actions.make_offer(
        viewer=house.viewers[Role.COUNTY], key="with a check", now=town.NOW,
        facts=OfferFacts(**facts, giving=Giving.FIRST_COME, opens_at=town.NOW, closes_at=begins, program="recuperation"),
    )  # fmt: skip
    actions.add_slots(
        viewer=house.viewers[Role.COUNTY],
        offer_id=offer,
        slots=[SlotFacts(begins, begins + timedelta(days=2), 5)],
        now=town.NOW,
    )
    refused = go(county, "set_extras", offer, extras="1", extra="health_check", **{"price-health_check": "一百八"})
    assert refused.status_code == 409 and 'value="一百八"' in refused.content.decode()
    assert "checked" in refused.content.decode()
    assert "专项健康检查" in said(
        go(county, "set_extras", offer, extras="1", extra="health_check", **{"price-health_check": "180"})
    )
    go(county, "act", offer, "publish")
    assert "每人 180.00 元" in said(worker.get(reverse("bookings:offer", args=[offer])))
    booked_page = go(worker, "ask", offer, key="with", extra="health_check")
    assert "另选 专项健康检查" in said(booked_page)
    assert re.search(r"专项健康检查 180.00 1 0", said(county.get(reverse("bookings:desk_offer", args=[offer]))))
    assert "专项健康检查" in said(county.get(reverse("bookings:people", args=[offer])))


def test_a_trip_of_three_days_says_the_day_it_ends_and_an_hour_says_only_when(house, ids, county):
    three_days = said(county.get(reverse("bookings:desk_offer", args=[ids.trip])))
    trip, check = (queries.get_offer(house.viewers[Role.COUNTY], one).slots[0] for one in (ids.trip, ids.offer))
    ends = timezone.localtime(trip.ends)
    assert f"– {ends:%Y-%m-%d %H:%M}" in three_days
    half_an_hour = said(county.get(reverse("bookings:desk_offer", args=[ids.offer])))
    assert f"– {timezone.localtime(check.ends):%H:%M}" in half_an_hour


def test_what_is_settled_to_the_last_worker_is_not_offered_to_be_worked_out_again(house, ids, county, signed_in):
    page = reverse("bookings:trip", args=[ids.trip])
    assert "按规则核算</button>" in county.get(page).content.decode()
    desks.give_budget(house.desk, "recuperation", "630000.00", year=2023)
    _send_invoice(county, ids.trip)
    go(signed_in(house.desk.town.finance), "settle", ids.trip, "pay")
    assert "按规则核算</button>" not in county.get(page).content.decode()


def test_an_invoice_is_taken_away_before_payment_and_read_by_the_own_part_of_the_tree_alone(
    house, ids, county, worker, signed_in
):
    kept = _send_invoice(county, ids.trip)
    address = reverse("bookings:invoice", args=[ids.trip, kept.key])
    assert county.get(address).status_code == 200
    assert signed_in(house.desk.town.finance).get(address).status_code == 200
    below = signed_in(house.viewers[Role.GRASSROOTS])
    assert below.get(address).status_code == 404 and "发票" in said(
        below.get(reverse("bookings:trip", args=[ids.trip]))
    )
    assert queries.get_trip(house.viewers[Role.GRASSROOTS], ids.trip).invoices == ()
    assert worker.get(address).status_code == 403
    go(county, "invoices", ids.trip, **{"invoices-drop": kept.key})
    assert files.list_files(Owner("trip", str(ids.trip))) == []
    assert go(below, "invoices", ids.trip, **{"invoices-drop": kept.key}).status_code == 404


def test_what_is_no_trip_has_no_invoice(house, ids, county):
    sent = {"invoices": SimpleUploadedFile("invoice.jpg", pictures.jpeg())}
    assert go(county, "invoices", ids.offer, **sent).status_code == 409
    assert files.list_files(Owner("trip", str(ids.offer))) == []


def test_a_teacher_is_named_as_one_of_a_studio_of_the_register(house, county, ids):
    """E31: the studio has its leader and its union; a station is none, and what is not listed cannot be chosen."""
    viewer, city = house.viewers[Role.COUNTY], house.viewers[Role.CITY]
    told = {"org_id": viewer.org_id, "area": "330624", "level": "county"}
    asked = {"leader": "例工匠", "fields": "数控车"}
    facts = PlaceFacts("studio", "例创新工作室", details=asked, **told)
    studio = places.apply_for_place(viewer=viewer, facts=facts, key="studio", now=town.NOW)
    refused = {"key": "t1", "name": "例讲师乙", "place": studio}
    assert county.post(reverse("bookings:teachers"), refused).status_code == 422, "it is not listed yet"
    for number in (studio, placed.lay(house).station_id):
        with pytest.raises(place_queries.NoSuchPlace):
            facts = TeacherFacts("例讲师乙", viewer.org_id, place_id=number)
            actions.name_teacher(viewer=viewer, facts=facts, key="t2", now=town.NOW)
    places.take_step(viewer=city, place_id=studio, step=Step.LIST, from_step=1, now=town.NOW)
    page = said(county.post(reverse("bookings:teachers"), refused, follow=True))
    assert "例创新工作室" in page and "领衔人 例工匠" in page


# --- where it is held ---


def test_a_place_is_found_by_a_part_of_its_name_and_a_roof_by_nothing(county, house):
    there = placed.lay(house)
    told = {
        "title": "驿站体检", "kind": "check_up", "giving": "FIRST_COME", "opens_at": "2023-11-10T09:00", "closes_at": "2023-11-12T09:00", "most_companions": 0,
    }  # fmt: skip
    page = county.get(reverse("bookings:new")).content.decode()
    assert f'<option value="羽林驿站 {there.number}">' in page and "光伏屋顶" not in page
    refused = county.post(reverse("bookings:new"), told | {"key": "1", "place": "光伏屋顶"})
    assert refused.status_code == 422 and "没有符合的在册公开场所" in said(refused)
    for key, typed in enumerate(("羽林", "演示路1", there.number, f"羽林驿站 {there.number}")):
        county.post(reverse("bookings:new"), told | {"key": f"found {key}", "place": typed})
        assert Offer.objects.get(key=f"found {key}").place_id == there.station_id


def test_only_programmes_that_say_something_of_seats_are_chosen_from(county, house, ids):
    page = county.get(reverse("bookings:new")).content.decode()
    listed = set(
        re.findall(r'<option value="([\w-]+)">', re.search(r'<select name="program".*?</select>', page, re.S)[0])
    )
    installed = {one.pack.id for one in published.list_in_area(area="330624", asof=town.NOW.date())}
    assert "recuperation" in listed and listed < installed, (listed, installed)


def test_who_waits_for_a_share_reads_that_it_is_the_share_that_is_full(house, signed_in, county, ids):
    worker = house.viewers[Role.WORKER]
    go(signed_in(worker), "cancel", ids.seated)
    offer = Offer.objects.create(
        number="HDQ", key="q", title="分名额", kind="activity", org_id=house.viewers[Role.COUNTY].org_id, area="330624", giving="FIRST_COME", state="OPEN",
        opens_at=town.NOW - timedelta(days=1), closes_at=booked.at(3, 9),
    )  # fmt: skip
    actions.add_slots(viewer=house.viewers[Role.COUNTY], offer_id=offer.pk, slots=[SlotFacts(booked.at(4, 9), booked.at(4, 10), 5)], now=town.NOW)  # fmt: skip
    go(county, "set_quota", offer.pk, union=house.desk.town["X"].code, seats="0")
    page = said(go(signed_in(worker), "ask", offer.pk, key="k"))
    assert "0 个名额都给出去了" in page and "名额已满，已为您排上候补" not in page


def test_the_button_to_cancel_is_there_until_the_session_begins(worker, county, ids):
    page = reverse("bookings:booking", args=[ids.seated])
    assert "取消报名" in said(worker.get(page)) and "取消" in said(
        county.get(reverse("bookings:people", args=[ids.offer]))
    )
    Slot.objects.filter(bookings=ids.seated).update(begins=town.NOW - timedelta(minutes=5))
    assert "取消报名" not in said(worker.get(page))
    refused = go(worker, "cancel", ids.seated)
    assert refused.status_code == 409 and "已经开始，不能再取消" in said(refused)


# --- a season ---


def test_a_bus_is_published_in_a_season_and_its_sites_stand_on_the_seasons_pages(county, ids):
    told = {
        "opens_at": "2023-11-06T08:00",
        "closes_at": "2023-11-20T00:00",
        "campaign": str(ids.campaign),
        "is_sure": "on",
    }
    assert "已发布" in said(go(county, "publish_tour", ids.tour, **told))
    assert Offer.objects.get(tour=ids.tour).campaign_id == ids.campaign
    for page in (
        county.get(reverse("bookings:campaign", args=[ids.campaign])),
        Client().get(reverse("bookings:season", args=[ids.campaign])),
    ):
        assert page.status_code == 200 and re.search(
            r"羽林街道活动中心 体检车秋季下乡、流动体检车进羽林 \d+|羽林街道活动中心 流动体检车进羽林、体检车秋季下乡 \d+",
            said(page),
        )


def test_anybody_reads_what_is_on_in_a_season_and_no_draft(county, worker, house, ids):
    draft = Offer.objects.get(pk=ids.course)
    Offer.objects.filter(pk=draft.pk).update(state="DRAFT", title="还没发布的课")
    address = reverse("bookings:season", args=[ids.campaign])
    page = said(Client().get(address))
    assert (
        "流动体检车进羽林" in page
        and "羽林街道活动中心" in page
        and "合作医院提供体检车" in page
        and "还没发布的课" not in page
    )
    for client, where in ((Client(), "open"), (worker, "mine")):
        assert address in client.get(reverse(f"bookings:{where}")).content.decode()
    Offer.objects.filter(campaign=ids.campaign).update(state="DRAFT")
    assert Client().get(address).status_code == 404
    assert address not in Client().get(reverse("bookings:open")).content.decode()


# --- changing what is offered ---


def test_a_published_offer_is_changed_in_its_words_and_a_later_deadline_alone(county, ids):
    address = reverse("bookings:change", args=[ids.offer])
    page = county.get(address).content.decode()
    assert 'value="流动体检车进羽林"' in page and 'name="kind"' not in page and 'name="place"' not in page
    offer = Offer.objects.get(pk=ids.offer)
    closes = f"{timezone.localtime(offer.closes_at):%Y-%m-%dT%H:%M}"
    told = {
        "title": "体检车进羽林（改）",
        "note": "",
        "teacher": "",
        "campaign": str(ids.campaign),
        "closes_at": closes,
    }
    assert "改前改后都有记录" in said(county.post(address, told, follow=True))
    assert "没有改动" in said(county.post(address, told, follow=True))
    early = county.post(address, told | {"closes_at": "2023-11-06T10:00"}, follow=True)
    assert early.status_code == 409 and "只能改名称" in said(early) and "体检车进羽林（改）" in said(early)


def test_a_draft_is_changed_in_all_its_fields_and_keeps_its_place(county, house, ids):
    there = placed.lay(house)
    told = {
        "title": "驿站课", "kind": "course", "giving": "FIRST_COME", "opens_at": "2023-11-10T09:00", "closes_at": "2023-11-12T09:00", "most_companions": 0,
        "place": there.number, "key": "draft",
    }  # fmt: skip
    county.post(reverse("bookings:new"), told)
    draft = Offer.objects.get(key="draft")
    address = reverse("bookings:change", args=[draft.pk])
    assert f'value="羽林驿站 {there.number}"' in county.get(address).content.decode()
    county.post(address, told | {"kind": "activity", "place": f"羽林驿站 {there.number}", "most_companions": 2})
    draft.refresh_from_db()
    assert (draft.kind, draft.most_companions, draft.place_id) == ("activity", 2, there.station_id)


def test_a_session_is_called_off_and_a_share_taken_away_on_the_offers_page(county, ids):
    first, _second = Slot.objects.filter(offer=ids.offer).order_by("begins")
    blank = go(county, "call_off_slot", ids.offer, first.pk)
    assert blank.status_code == 409 and "请写明取消的原因" in said(blank) and "取消这一场" in said(blank)
    assert "这一场已去掉" in said(go(county, "call_off_slot", ids.offer, first.pk, **{"slot-reason": "下雨"}))
    assert not Slot.objects.filter(pk=first.pk).exists() and Booking.objects.filter(reason="下雨").exists() and sound()
    go(county, "set_quota", ids.offer, union="X", seats="2")
    (quota,) = Offer.objects.get(pk=ids.offer).quotas.all()
    assert "不再分给他们" in said(go(county, "drop_quota", ids.offer, quota.pk))
    assert (
        "没有分配：会员都可以报名。" in said(county.get(reverse("bookings:desk_offer", args=[ids.offer]))) and sound()
    )


def test_what_somebody_came_to_has_no_button_to_call_it_off(county, ids):
    assert "取消，并告诉所有人" not in said(county.get(reverse("bookings:desk_offer", args=[ids.course])))
    assert go(county, "act", ids.course, "call-off", reason="误点").status_code == 409
    assert "取消，并告诉所有人" in said(county.get(reverse("bookings:desk_offer", args=[ids.offer])))
