"""What people do on the pages, step by step, through the web alone."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import uuid
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from niangjia.apps.accounts import actions as accounts
from niangjia.apps.accounts.types import Role
from niangjia.apps.alerts import queries as alerts
from niangjia.apps.audit import queries as audit
from niangjia.apps.audit.models import AuditEvent
from niangjia.apps.cases import queries as cases
from niangjia.apps.cases.actions import filing, grievances
from niangjia.apps.cases.models import Grievance
from niangjia.apps.cases.tests import desk as desks
from niangjia.apps.funds import queries as funds
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.programs.tests import town
from niangjia.apps.registry import queries as registry
from niangjia.apps.workorders.models import WorkOrder
from niangjia.jobs import check_chain
from niangjia.kernel import working
from niangjia.kernel.months import Month
from niangjia.portals.design.showing import deployment
from niangjia.portals.officer import monthly
from niangjia.portals.tests import house as houses

VISIT = {
    "visited_on": "2023-11-06", "way": "HOME", "outsider_name": "李梅", "outsider_post": "社区网格员", "has_consent": "yes", "authorisation_no": "SQ-9", "people": "3",
    "members-0-name": "王小明", "members-0-relation": "户主", "main_cause": "因病", "income_items-0-item": "工资",
    "income_items-0-amount": "48000", "rigid_items-0-item": "医疗", "rigid_items-0-amount": "23500.50", "is_signed": "yes",
    "worker_objects": "no", "verifier_opinion": "情况属实",
}  # fmt: skip


@pytest.fixture
def at(house, signed_in):
    """`at(role)` is a browser of that role."""
    return lambda role: signed_in(house.viewers[role])


def text(response) -> str:
    return response.content.decode()


# --- signing in ---


def test_a_wrong_password_is_refused_kindly_and_the_same_as_an_unknown_name(house):
    replies = [
        text(Client().post("/login/", {"username": name, "password": "wrong"})) for name in ("county", "nobody-at-all")
    ]
    assert all("用户名或密码不正确" in reply for reply in replies)


def test_a_failed_log_in_is_on_record_with_its_address(house):
    Client(REMOTE_ADDR="203.0.113.7").post("/login/", {"username": "county", "password": "wrong"})
    (event,) = audit.list_about(f"account:{house.viewers[Role.COUNTY].account_id}", actions=("accounts.login_failed",))
    assert event.detail["address"] == "203.0.113.7"


def test_an_address_that_failed_too_often_gets_the_same_reply_even_with_the_right_password(house):
    accounts.reset_password(
        viewer=None, account_id=house.viewers[Role.COUNTY].account_id, new_password="a-long-word-2023", now=town.NOW
    )
    guesser = Client(REMOTE_ADDR="203.0.113.7")
    for number in range(accounts.LOGIN_BY_ADDRESS.most):
        guesser.post("/login/", {"username": f"name{number}", "password": "wrong"})
    right = {"username": "county", "password": "a-long-word-2023"}
    refused = guesser.post("/login/", right)
    assert refused.status_code == 403 and "用户名或密码不正确，或尝试过多" in text(refused)
    assert Client(REMOTE_ADDR="203.0.113.8").post("/login/", right).status_code == 302


def test_signing_in_leads_to_the_page_that_was_asked_for_and_never_off_the_host(house):
    accounts.reset_password(
        viewer=None, account_id=house.viewers[Role.COUNTY].account_id, new_password="a-long-word-2023", now=town.NOW
    )
    for asked, led in (
        ("/desk/list/", "/desk/list/"),
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example/", "/"),
    ):
        response = Client().post("/login/", {"username": "county", "password": "a-long-word-2023", "next": asked})
        assert response.status_code == 302 and response.url == led


def test_demo_logins_stand_only_on_a_demo(house, monkeypatch, tmp_path):
    from dataclasses import replace

    logins = [{"username": "county", "password": "shown-on-purpose", "role": "COUNTY", "title": "县总工会"}]
    (tmp_path / "demo-logins.json").write_text(json.dumps(logins))
    monkeypatch.setattr(settings, "DEPLOYMENT", replace(settings.DEPLOYMENT, folder=tmp_path))
    assert "shown-on-purpose" not in text(Client().get("/login/"))
    monkeypatch.setattr(settings, "DEPLOYMENT", replace(settings.DEPLOYMENT, is_demo=True))
    page = text(Client().get("/login/"))
    assert "shown-on-purpose" in page and "人物均为虚构" in page


def test_an_officer_with_two_posts_switches_between_them(house, signed_in):
    county = house.viewers[Role.COUNTY]
    union = house.desk.town["Y"]
    second = accounts.appoint(
        viewer=None,
        account_id=county.account_id,
        org_id=union.id,
        role=Role.TOWNSHIP,
        starts_on=date(2020, 1, 2),
        now=town.NOW,
    )
    client = signed_in(county)
    assert "切换岗位" in text(client.get("/desk/"))
    client.post("/post/", {"post": second})
    page = text(client.get("/desk/"))
    assert union.name in page and "发放批次" not in page
    assert client.post("/post/", {"post": house.viewers[Role.CITY].post_id}).status_code == 409


# --- the monthly list ---


def test_filters_live_in_the_address_and_narrow_the_list(house, at):
    county = at(Role.COUNTY)
    everyone = text(county.get("/desk/list/"))
    held = text(county.get("/desk/list/?state=HELD"))
    assert "平衡" in everyone and everyone.count('class="lead-cell"') == 25
    assert "已在民政救助名单中" in held and "王**" in held
    assert "没有符合条件的家庭" in text(county.get("/desk/list/?cause=因灾"))


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("/desk/orders/?month=abc", "没有“abc”这个月份。"),
        ("/desk/orders/?scope=all&state=NOWHERE", "没有“NOWHERE”这个条件。"),
        ("/desk/review/?month=2023-13", "没有“2023-13”这个月份。"),
        ("/desk/cases/?month=13", "没有“13”这个月份。"),
        ("/desk/money/register/?year=99999", "没有“99999”这个年度。"),
    ],
)
def test_a_filter_that_nobody_knows_is_said_and_the_months_there_are_can_be_chosen(house, at, address, told):
    page = text(at(Role.COUNTY).get(address))
    assert told in page and "请从上面重新选" in page
    assert "2023年" in page or "year" in address


def test_the_desk_says_what_waits_and_never_that_all_is_done_while_something_is_late(house, at, monkeypatch):
    order_id = house.orders["assigned"]
    before = WorkOrder.objects.filter(pk=order_id).values("due_at", "step_due_at").get()
    WorkOrder.objects.filter(pk=order_id).update(
        due_at=town.NOW - timedelta(days=15), step_due_at=town.NOW + timedelta(days=3650)
    )
    try:
        chair, city = text(at(Role.GRASSROOTS).get("/desk/")), text(at(Role.CITY).get("/desk/"))
        page = text(at(Role.GRASSROOTS).get(f"/desk/orders/{order_id}/"))
    finally:
        WorkOrder.objects.filter(pk=order_id).update(**before)
    assert "件工单在我处超期" in chair and "都办好了" not in chair
    assert "件工单在下级超期" in city and "/desk/orders/late/" in city and "都办好了" not in city
    assert "全程已超期" in page and "下班前" in page, "though the step has time left"
    assert "我处现在没有在办工单" not in text(at(Role.FINANCE).get("/desk/"))


def test_a_person_is_found_by_number_without_the_number_entering_an_address(house, at):
    number = town.id_number(3)
    response = at(Role.COUNTY).post("/desk/people/", {"text": number})
    assert response.status_code == 302 and number not in response.url
    assert "没有找到" in text(at(Role.COUNTY).post("/desk/people/", {"text": "11010519491231002X"}))


def test_people_of_one_name_are_listed_masked_and_the_name_stays_out_of_the_record(house, at):
    found = text(at(Role.COUNTY).post("/desk/people/", {"text": "lixiaohong"}))
    assert found.count('class="lead-cell"') > 1 and "李**" in found and "李小红" not in found
    assert "没有找到" in text(at(Role.COUNTY).post("/desk/people/", {"text": "李"}))  # a surname alone finds everybody
    told = audit.list_about("registry", actions=("registry.search",))
    assert len(told) == 2 and all(event.detail.keys() == {"found"} for event in told)


def test_the_city_looks_at_the_sample_releases_and_orders_go_out(house, at):
    month = Month("2023-11")
    place = house.desk.town
    found = town.households([201, 202], place["XG"], size=2)
    rows = [
        houses.SignalRow(home, place["XG"].id, place["XG"].area, "NEW", "RED", ("因病",), ("T-ILL-2",))
        for home, _persons in found.values()
    ]
    houses.receive(month, rows, town.NOW)
    city = at(Role.CITY)
    assert "抽样" in text(city.get("/desk/list/2023-11/release/"))
    refused = city.post("/desk/list/2023-11/release/now/")
    assert refused.status_code == 409 and "这一步没有办成" in text(refused)
    city.post("/desk/list/2023-11/sample/")
    marks = {f"mark-{row.alert_id}": "right" for row in alerts.list_sample(place.city, month)}
    city.post("/desk/list/2023-11/marks/", marks)
    sent = city.post("/desk/list/2023-11/release/now/", follow=True)
    assert "新派 2 户" in text(sent)
    again = city.post("/desk/list/2023-11/dispatch/", follow=True)
    assert "新派 0 户" in text(again)


def test_a_long_sample_is_looked_at_page_by_page_and_released_when_all_of_it_was(house, at, monkeypatch):
    monkeypatch.setattr(monthly, "ROWS", 2)
    month, place = Month("2023-11"), house.desk.town
    found = town.households([211, 212, 213], place["XG"], size=2)
    rows = [
        houses.SignalRow(home, place["XG"].id, place["XG"].area, "NEW", "RED", ("因病",), ("T-ILL-2",))
        for home, _persons in found.values()
    ]
    houses.receive(month, rows, town.NOW)
    city = at(Role.CITY)
    city.post("/desk/list/2023-11/sample/")
    first = text(city.get("/desk/list/2023-11/release/"))
    ids = [row.alert_id for row in alerts.list_sample(place.city, month)]
    assert re.findall(r'name="mark-(\d+)" value="right"', first) == [str(one) for one in ids[:2]]
    assert "还有 3 户没看过" in first
    back = city.post("/desk/list/2023-11/marks/", {f"mark-{ids[2]}": "wrong", "page": "2"})
    assert back.url == "/desk/list/2023-11/release/?page=2"
    open_ones = text(city.get("/desk/list/2023-11/release/?left=1"))
    assert "还有 2 户没看过" in open_ones and f"mark-{ids[2]}" not in open_ones
    assert city.post("/desk/list/2023-11/release/now/", {"reason": "一户有误，已核对"}).status_code == 409
    city.post("/desk/list/2023-11/marks/", {f"mark-{one}": "right" for one in ids[:2]})
    page = text(city.get("/desk/list/2023-11/release/"))
    assert "全部看过" in page and "3 / 3" in page and re.search(r"抽查有误</dt><dd>1 <", page)
    assert city.post("/desk/list/2023-11/release/now/", {"reason": "一户有误，已核对"}).status_code == 302


# --- a household ---


def test_opening_a_number_asks_a_reason_shows_it_once_and_is_on_record(house, at):
    household_id = house.households["confirmed"]
    person_id = registry.members_of([household_id])[household_id][0]
    address = reverse("officer:reveal", args=[household_id])
    county = at(Role.COUNTY)
    refused = county.post(address, {"person": person_id, "field": "id_number", "reason": " "})
    assert refused.status_code == 409 and "理由" in text(refused)
    opened = text(county.post(address, {"person": person_id, "field": "id_number", "reason": "电话核对身份"}))
    assert re.search(r"330624[0-9]{11}[0-9X]", opened)
    assert not re.search(r"330624[0-9]{11}[0-9X]", text(county.get(reverse("officer:household", args=[household_id]))))
    event = audit.list_about(f"person:{person_id}", actions=("registry.reveal",))[0]
    assert event.reason == "电话核对身份"


def test_a_household_of_another_county_is_not_there(house, signed_in):
    client = signed_in(house.desk.town.other_county)
    assert client.get(reverse("officer:household", args=[house.households["created"]])).status_code == 404
    assert client.get(reverse("officer:order", args=[house.orders["created"]])).status_code == 404
    assert client.get(reverse("officer:case", args=[house.cases["created"]])).status_code == 404


# --- a work order, from the county to the visit and back ---


def test_an_order_goes_down_is_visited_reviewed_and_paid_and_the_worker_sees_it(house, at, signed_in):
    order_id, case_id = house.orders["created"], house.cases["created"]
    order = reverse("officer:order", args=[order_id])
    unions = house.desk.town
    county, township, grassroots = at(Role.COUNTY), at(Role.TOWNSHIP), at(Role.GRASSROOTS)

    assert "签收" in text(county.get(order))
    county.post(order + "accept/")
    county.post(order + "forward/", {"to_org": unions["XT"].id})
    township.post(order + "accept/")
    suggested = re.search(r'<option value="(\d+)">[^<]*（建议）', text(township.get(order))).group(1)
    township.post(order + "forward/", {"to_org": suggested})
    holder = grassroots if int(suggested) == unions["XG"].id else None
    if holder is None:  # the other firm's union: its chairman
        holder = signed_in(town.appoint("pharma", organizations.get_union(int(suggested)), Role.GRASSROOTS))
    holder.post(order + "accept/")
    holder.post(order + "assign/")
    page = text(holder.get(order))
    assert "填写走访表" in page and "上门问什么" in page and "自己承担的医疗费" in page

    early = holder.post(order + "finding/", {"outcome": "V1"})
    assert early.status_code == 409 and "请先登记" in text(early)
    incomplete = holder.post(order + "visit/", VISIT | {"verifier_opinion": "", "income_items-0-amount": "很多"})
    page = text(incomplete)
    assert (
        incomplete.status_code == 422
        and "请写您的核实意见" in page
        and "收入明细（12个月）”第1行" in page
        and 'value="SQ-9"' in page
    )
    alone = holder.post(order + "visit/", VISIT | {"outsider_name": "", "outsider_post": ""})
    assert alone.status_code == 422 and "两人" in text(alone)
    more = holder.post(order + "visit/", VISIT | {"more": "members"})
    assert 'name="members-2-name"' in text(more) and 'value="王小明"' in text(more)
    holder.post(order + "visit/", VISIT)
    done = holder.post(order + "finding/", {"outcome": "V1"}, follow=True)
    assert "核实结论已上报县级复核" in text(done)

    case = reverse("officer:case", args=[case_id])
    page = text(county.get(case))
    assert "23,500.50" in page and "38,000.00" in page and "复核通过" in page  # verified beside sensed
    assert "已办理" in text(county.post(case + "accept/", follow=True))
    assert cases.get_case(unions.county, case_id).outcome == "V1"

    reservation = funds.find_reservation(f"case:{case_id}:special-grant")
    third = signed_in(unions.county_third)
    budget = reverse("officer:budget", args=[house.budget_id])
    refused = county.post(
        reverse("officer:approve_reservations", args=[house.budget_id]), {"reservation": reservation.id}
    )
    assert refused.status_code == 409 and "待发放" in text(refused)  # whoever reviewed does not approve the money
    third.post(reverse("officer:approve_reservations", args=[house.budget_id]), {"reservation": reservation.id})
    finance, second = at(Role.FINANCE), signed_in(house.desk.second_finance)
    key = re.search(r'name="key" value="([^"]+)"', text(finance.get(budget))).group(1)
    made = finance.post(reverse("officer:prepare", args=[house.budget_id]), {"key": key})
    batch_id = int(made.url.rstrip("/").rsplit("/", 1)[1])
    assert finance.post(reverse("officer:prepare", args=[house.budget_id]), {"key": key}).url == made.url
    batch = made.url
    assert "伍佰元整" in text(finance.get(batch))
    assert finance.post(batch + "approve/").status_code == 403
    third.post(batch + "approve/")
    no_account = second.post(batch + "seal/")
    assert no_account.status_code == 409
    houses.registry.set_bank_account(
        viewer=None, person_id=reservation.person_id, account="6222021234567899999", bank_name="农商银行", now=town.NOW
    )
    same = finance.post(batch + "seal/")
    assert same.status_code == 409 and "编制" in text(same)
    second.post(batch + "seal/")
    file = second.post(batch + "file/")
    assert (
        "6222021234567899999" in file.content.decode("gb18030") and "attachment" in file.headers["Content-Disposition"]
    )
    second.post(batch + "sent/")
    line = funds.list_batch_payments(unions.finance, batch_id)[0]
    answer = io.StringIO()
    csv.writer(answer).writerows([["参考号", "金额", "结果"], [line.reference, "500.00", "成功"]])
    upload = io.BytesIO(answer.getvalue().encode())
    upload.name = "receipt.csv"
    assert "到账 1 笔" in text(second.post(batch + "receipts/", {"file": upload}, follow=True))
    assert "500.00" in text(finance.get(reverse("officer:register")))

    worker = signed_in(town.appoint("the.worker", unions["XG"], Role.WORKER, person_id=reservation.person_id))
    mine = text(worker.get("/mine/"))
    assert "500.00" in mine and "到账" in mine and "给予" in mine and "依据" in mine


def test_colleagues_who_came_along_are_ticked_and_somebody_from_outside_is_named(house, at):
    visit = reverse("officer:visit", args=[house.orders["assigned"]])
    town, grassroots = house.desk.town, at(Role.GRASSROOTS)
    page = text(grassroots.get(visit))
    offered = {int(account) for account in re.findall(r'name="with" value="(\d+)"', page)}
    assert {town.grassroots_second.account_id, town.township.account_id, town.county.account_id} <= offered
    assert not {town.grassroots.account_id, town.finance.account_id, town.other_county.account_id} & offered
    half = grassroots.post(visit, VISIT | {"outsider_post": "", "with": town.grassroots_second.account_id})
    page = text(half)
    assert half.status_code == 422 and "写明姓名和身份" in page and 'value="李梅"' in page
    assert re.search(rf'name="with" value="{town.grassroots_second.account_id}"[^>]* checked', page)
    grassroots.post(visit, VISIT | {"with": [town.grassroots_second.account_id, "0", "x"]})
    (made,) = cases.get_details(town.county, house.cases["assigned"], now=houses.town.NOW).visits
    assert made.verifiers == sorted([town.grassroots.account_id, town.grassroots_second.account_id])
    case = reverse("officer:case", args=[house.cases["assigned"]])
    page = text(at(Role.COUNTY).get(case))
    assert "grassroots.second" in page and "社区网格员" in page and "李梅" not in page
    opened = text(at(Role.COUNTY).post(case + "open-form/", {"visit": made.pk, "reason": "复核同行人"}))
    assert "李梅" in opened


def test_two_who_press_at_once_one_wins_and_the_other_is_told(house, at):
    order = reverse("officer:order", args=[house.orders["created"]])
    county = at(Role.COUNTY)
    county.post(order + "accept/", {"step": "1"})
    late = county.post(order + "forward/", {"step": "1", "to_org": house.desk.town["XT"].id})
    assert late.status_code == 409 and "这一步没有办成" in text(late)


def test_tries_to_reach_somebody_are_counted_and_then_may_be_reported(house, at):
    order = reverse("officer:order", args=[house.orders["assigned"]])
    grassroots = at(Role.GRASSROOTS)
    assert grassroots.post(order + "finding/", {"outcome": "V7", "reason": "打不通"}).status_code == 409
    for _ in range(2):
        grassroots.post(order + "try/", {"way": "PHONE"})
    assert "已记 2 次" in text(grassroots.get(order))
    assert grassroots.post(order + "finding/", {"outcome": "V7", "reason": "两次打不通"}).status_code == 302


# --- review, notice, approval ---


def test_a_finding_goes_back_with_a_reason_and_not_without(house, at):
    case = reverse("officer:case", args=[house.cases["submitted"]])
    refused = at(Role.COUNTY).post(case + "return/", {"reason": ""})
    assert refused.status_code == 409 and "请写明理由" in text(refused) and "数据与上门核实" in text(refused)
    at(Role.COUNTY).post(case + "return/", {"reason": "请补流水"})
    assert "请补流水" in text(at(Role.GRASSROOTS).get(reverse("officer:order", args=[house.orders["submitted"]])))


def test_four_eyes_are_explained_on_the_page(house, at):
    refused = at(Role.COUNTY).post(reverse("officer:act", args=[house.cases["announced"], "approve"]))
    assert refused.status_code == 409
    assert "请由另一位同事办理" in text(refused) and "批准建档" in text(refused)


def test_a_step_that_nobody_knows_or_that_is_anothers_is_refused(house, at):
    assert at(Role.COUNTY).post(reverse("officer:act", args=[house.cases["submitted"], "make-tea"])).status_code == 409
    assert (
        at(Role.GRASSROOTS).post(reverse("officer:act", args=[house.cases["submitted"], "accept"])).status_code == 403
    )


def test_the_public_sees_masked_notices_and_objects_and_another_officer_answers(house, signed_in):
    visitor = Client(headers={"accept-language": "zh"})
    page = text(visitor.get("/notices/"))
    assert "王**" in page and "王小明" not in page and "36,000.00" in page
    assert visitor.post(f"/notices/{house.notice_id}/object/", {"words": ""}).status_code == 422
    address = f"/notices/{house.notice_id}/object/"
    once = {
        "words": "情况不实",
        "key": re.search(r'name="key" value="([0-9a-f-]+)"', text(visitor.get(address))).group(1),
    }
    receipts = {
        re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", text(visitor.post(address, once))).group() for _ in "12"
    }
    assert len(receipts) == 1  # sent twice, one objection
    (receipt,) = receipts
    assert visitor.get("/notices/999/object/").status_code == 404
    address = reverse("officer:grievance", args=[house.grievance_id])
    own = signed_in(house.desk.town.county).post(address, {"verdict": "rejected", "answer": "已核实"})
    assert own.status_code == 409
    other = signed_in(house.desk.town.county_third)
    assert "他家另有两套住房" in text(other.get(address))
    assert "已答复" in text(
        other.post(address, {"verdict": "rejected", "answer": "已查询不动产，无两套住房"}, follow=True)
    )
    page = text(visitor.post("/notices/receipt/", {"receipt": receipt}))
    assert "待答复" in page and "王" not in page and "36,000" not in page
    unknown = visitor.post("/notices/receipt/", {"receipt": "AAAA-BBBB-CCCC"})
    assert unknown.status_code == 409 and "没有查到这个回执号" in text(unknown)


def test_an_address_that_objects_too_often_keeps_what_was_typed(house):
    visitor, address = Client(REMOTE_ADDR="203.0.113.7"), f"/notices/{house.notice_id}/object/"
    for _ in range(grievances.OBJECTIONS.most):
        assert visitor.post(address, {"words": "情况不实"}).status_code == 200
    refused = visitor.post(address, {"words": "还有一件事"})
    assert refused.status_code == 429
    assert "请过 60 分钟再试" in text(refused) and "还有一件事" in text(refused)


# --- the worker ---


def test_a_worker_objects_stops_the_cross_check_and_takes_it_up_again(house, at):
    worker = at(Role.WORKER)
    page = text(worker.get("/mine/"))
    assert "连续 4 个月没有职工参保" in page and "给予" in page and "谁看过我的资料" in page
    assert (
        worker.post(reverse("member:object", args=[house.own_case_id]), {"about": "OUTCOME", "text": ""}).status_code
        == 422
    )
    assert "异议已收到" in text(
        worker.post(
            reverse("member:object", args=[house.own_case_id]), {"about": "OUTCOME", "text": "收入算错了"}, follow=True
        )
    )
    assert "待答复" in text(worker.get("/mine/"))
    worker.post("/mine/consent/", {"wish": "withdraw"})
    assert "您已不同意" in text(worker.get("/mine/data/consents/"))
    worker.post("/mine/consent/", {"wish": "give"})
    assert "您已不同意" not in text(worker.get("/mine/data/consents/"))


def test_a_worker_objects_to_the_same_only_once_while_nobody_has_answered(house, at):
    worker, address = at(Role.WORKER), reverse("member:object", args=[house.own_case_id])
    key, given = str(uuid.uuid4()), {"about": "OUTCOME", "text": "收入算错了"}
    for _repeated in range(2):
        assert worker.post(address, given | {"key": key}).status_code == 302
    again = worker.post(address, given | {"key": str(uuid.uuid4())})
    assert again.status_code == 409
    (first,) = Grievance.objects.filter(case=house.own_case_id)
    assert f"{first.raised_at:%Y-%m-%d} 对这一项提过异议" in text(again) and given["text"] in text(again)
    assert reverse("member:objection", args=[first.pk]) in text(again)
    assert worker.post(address, given | {"about": "DECISION", "key": str(uuid.uuid4())}).status_code == 302
    grievances.answer_grievance(viewer=house.desk.town.county_third, grievance_id=first.pk, is_upheld=False, answer="核对过", now=town.NOW)  # fmt: skip
    assert worker.post(address, given | {"key": str(uuid.uuid4())}).status_code == 302


def test_a_line_that_did_not_hold_never_has_a_tick_and_the_reason_stands_first(house, at):
    """Whoever lies between the lines of a program reads which of them made the answer, and nothing false as if it were true."""
    county, own = house.viewers[Role.COUNTY], house.own_case_id
    head = house.viewers[Role.WORKER].person_id
    filing.start_file(viewer=county, case_id=own, members={head: "head"}, now=town.NOW)
    figures = desks.TYPED | {"annual_total": "120000"}
    filing.fill_file(viewer=house.viewers[Role.GRASSROOTS], case_id=own, values=figures, now=town.NOW)
    filing.decide_tier(viewer=county, case_id=own, facts=desks.NO_GOODS, now=town.NOW)
    page = text(at(Role.WORKER).get("/mine/"))
    matter = next(one for one in cases.get_own_matters(house.viewers[Role.WORKER]) if one.case_id == own)
    graded = next(one for one in matter.decisions if one.tier)
    assert {line.result for line in graded.aside} == {"NO"} and graded.deciding.id == graded.tier
    ticked = [line for line in re.findall(r"<li>(.*?)</li>", page, re.S) if re.search(r"#i-(circle-)?check\b", line)]
    for line in graded.aside:
        assert line.zh in page and not any(line.zh in one for one in ticked)
    assert page.index("您家属于") < page.index(graded.aside[0].zh) and f"因为：{graded.deciding.zh}" in page


def test_who_was_helped_once_asks_again_and_the_union_is_told_once_a_day(house, at):
    worker = at(Role.WORKER)
    page = text(worker.get("/mine/"))
    assert "我有新的困难" in page and "以前的事还在办" in page and "核实" in page
    for _twice in range(2):
        assert "已经告诉工会" in text(worker.post("/mine/apply/", {"cause": "失业"}, follow=True))
    (event,) = audit.list_about(f"case:{house.own_case_id}", actions=("cases.ask_again",))
    assert event.detail["causes"] == ["失业"] and "org" in event.detail
    assert "失业" in cases.get_details(house.viewers[Role.COUNTY], house.own_case_id, now=town.NOW).case.causes


def test_a_new_trouble_stands_on_the_case_that_the_union_is_led_to_until_something_is_done(house, at):
    worker, county = at(Role.WORKER), at(Role.COUNTY)
    case = reverse("officer:case", args=[house.own_case_id])
    assert "说又有困难" not in text(county.get(case))
    told = text(worker.post("/mine/apply/", {"cause": ["失业", "因残"]}, follow=True))
    assert "会派人" not in told and "新的困难记在个案" in told
    page = text(county.get(case))
    assert re.search(r"本人 \d{4}-\d\d-\d\d 说又有困难：失业、因残", page) and "本人说又有困难" in page
    finance = text(at(Role.FINANCE).get(case))
    assert "因残" not in finance, "who does not examine reads no cause"
    head = house.viewers[Role.WORKER].person_id
    filing.start_file(viewer=house.viewers[Role.COUNTY], case_id=house.own_case_id, members={head: "head"}, now=timezone.now() + timedelta(hours=1))  # fmt: skip
    page = text(county.get(case))
    assert "请先与本人联系" not in page and "本人说又有困难" in page, "the banner goes, the history stays"


def test_a_worker_reads_nobody_elses_matter(house, at):
    assert at(Role.WORKER).get(reverse("member:object", args=[house.cases["announced"]])).status_code == 404


# --- auditor and administrator ---


def test_the_auditor_searches_the_chain_and_checks_it(house, at):
    auditor = at(Role.AUDITOR)
    found = text(auditor.get("/desk/audit/?action=cases."))
    assert "复核通过" in found and "<code>cases.accept" in found, "in words, the code folded behind them"


@pytest.fixture
def asked_check(house, at, monkeypatch):
    """The auditor has asked for a walk of the chain; nobody is at it yet."""
    folder = deployment().folder / "checks" / "chain"
    shutil.rmtree(folder, ignore_errors=True)
    monkeypatch.setattr(working, "launch", lambda *args, **more: True)
    auditor = at(Role.AUDITOR)
    assert auditor.post("/desk/audit/check/").url == "/desk/audit/"
    yield auditor, folder
    shutil.rmtree(folder, ignore_errors=True)


def test_the_chain_is_walked_beside_and_how_it_stands_is_kept_and_on_record(house, asked_check):
    auditor, folder = asked_check
    assert "审计链完整" not in text(auditor.get("/desk/audit/"))
    check_chain.work(deployment(), folder, lock=None)
    told = audit.list_about("chain", actions=("inspections.check",))[0]
    page = text(auditor.get("/desk/audit/"))
    assert "审计链完整" in page and f"共 {told.detail['count']} 条" in page
    assert told.account_id == house.viewers[Role.AUDITOR].account_id


def test_a_walk_of_the_chain_shows_how_far_it_is_without_scripts_too_and_can_be_stopped(house, asked_check):
    auditor, folder = asked_check
    with working.take(folder):
        working.write_json(folder / working.PROGRESS, {"step": "walk", "share": 0.42})
        page = text(auditor.get("/desk/audit/"))
        assert "42%" in page and '<meta http-equiv="refresh"' in page
        auditor.post("/desk/audit/check/")  # one is on its way: that one goes on
        assert "42%" in text(auditor.get("/desk/audit/"))
        auditor.post("/desk/audit/check/stop/")
    with pytest.raises(working.Stopped):
        check_chain.work(deployment(), folder, lock=None)
    assert "已停止" in text(auditor.get("/desk/audit/"))


def test_only_an_auditor_has_the_chain_walked(house, at):
    assert at(Role.COUNTY).post("/desk/audit/check/").status_code == 403
    assert at(Role.COUNTY).post("/desk/audit/check/stop/").status_code == 403


def test_the_administrator_appoints_and_ends_a_post(house, at):
    union = house.desk.town["XH"]
    administrator = at(Role.ADMINISTRATOR)
    asked = {
        "username": "new.one",
        "name": "钱七",
        "password": "a-long-word-2023",
        "role": "GRASSROOTS",
        "starts_on": "2023-11-01",
    }
    weak = administrator.post(reverse("officer:appoint", args=[union.id]), asked | {"starts_on": "yesterday"})
    assert weak.status_code == 422
    page = text(administrator.post(reverse("officer:appoint", args=[union.id]), asked, follow=True))
    assert "钱七" in page
    post_id = int(re.search(r"/desk/posts/(\d+)/end/", page).group(1))
    assert "没有人在任" in text(
        administrator.post(reverse("officer:end_post", args=[post_id]), {"org": union.id}, follow=True)
    )


def test_what_a_programme_says_is_shown_in_both_languages(house, signed_in):
    for language, word in (("zh", "每人每年一次"), ("en", "once a year for each worker")):
        page = text(signed_in(house.viewers[Role.COUNTY], language).get(reverse("officer:program", args=[1])))
        assert word in page


@pytest.mark.parametrize(
    ("name", "what", "role", "page"),
    [
        ("officer:case", "announced", Role.COUNTY, "case"),
        ("officer:case", "confirmed", Role.FINANCE, "case"),
        ("officer:fill_file", "announced", Role.COUNTY, "file"),
        ("officer:visit", "assigned", Role.GRASSROOTS, "visit"),
        ("officer:order", "assigned", Role.COUNTY, "work order"),
        ("officer:household", "confirmed", Role.AUDITOR, "household"),
    ],
)
def test_every_page_about_a_household_leaves_a_trace_once_a_day_for_each_who_lives_there(
    house, at, name, what, role, page
):
    key = {"officer:household": house.households, "officer:order": house.orders, "officer:visit": house.orders}
    persons = registry.members_of([house.households[what]])[house.households[what]]
    for _ in range(2):
        assert at(role).get(reverse(name, args=[key.get(name, house.cases)[what]])).status_code == 200
    for person_id in persons:
        views = audit.list_about(f"person:{person_id}", actions=("registry.view",))
        assert [view.detail["what"] for view in views if view.account_id == house.viewers[role].account_id] == [page]


def test_a_reason_is_offered_again_for_the_same_household_and_every_opening_is_recorded(house, at, monkeypatch):
    county = at(Role.COUNTY)
    home = house.households["confirmed"]
    page = reverse("officer:household", args=[home])
    people = [card.person.id for card in registry.list_household_members(house.viewers[Role.COUNTY], home)]

    def opened() -> int:
        return audit.count_actions(account_id=house.viewers[Role.COUNTY].account_id, action="registry.reveal", since=town.NOW - timedelta(days=900))  # fmt: skip

    before = opened()
    first = county.post(page + "reveal/", {"person": people[0], "field": "name", "reason": "电话核对姓名"})
    assert first.status_code == 200 and "沿用刚才的理由“电话核对姓名”" in text(first)
    again = re.search(r'name="reason" value="([^"]+)"', text(county.get(page))).group(1)
    county.post(page + "reveal/", {"person": people[-1], "field": "name", "reason": again})
    assert opened() == before + 2
    assert "沿用刚才的理由" not in text(county.get(reverse("officer:household", args=[house.households["draft"]])))
    monkeypatch.setattr(settings, "REASON_SECONDS", -1)
    county.post(page + "reveal/", {"person": people[0], "field": "name", "reason": "电话核对姓名"})
    assert "沿用刚才的理由" not in text(county.get(page))


@pytest.mark.parametrize("name", ["officer:people", "matters:for_worker"])
def test_a_number_that_is_none_is_told_before_anything_is_looked_up(house, signed_in, name):
    page, client = reverse(name), signed_in(house.viewers[Role.GRASSROOTS])
    before = AuditEvent.objects.filter(action="registry.search").count()
    for typed, said in (("123", "这里有 3 位"), ("330624199001011230", "校验码")):
        answer = client.post(page, {"text": typed, "number": typed})
        assert answer.status_code == 422 and said in answer.content.decode(), typed
    assert AuditEvent.objects.filter(action="registry.search").count() == before


def test_telling_the_union_of_a_trouble_asks_for_a_cause(house, signed_in):
    worker = signed_in(house.viewers[Role.WORKER])
    asked = AuditEvent.objects.filter(action__in=("cases.open", "cases.ask_again"))
    before = asked.count()
    answer = worker.post("/mine/apply/", {})
    assert answer.status_code == 422 and "请至少选一项主要原因" in answer.content.decode()
    assert asked.count() == before
