"""The visit's form without a script, what a script is told, photos as they are handed out, and pages that are stale."""

from __future__ import annotations

import io
import json
import re
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from niangjia.apps.accounts import actions as accounts
from niangjia.apps.accounts.types import Role
from niangjia.apps.cases import queries, sealed
from niangjia.apps.cases.models import Visit, VisitDraft
from niangjia.apps.cases.tests.desk import NOW
from niangjia.apps.files import queries as files
from niangjia.apps.files.tests import pictures
from niangjia.apps.places import actions as places
from niangjia.apps.places import queries as place_queries
from niangjia.apps.places.lifecycle import Step
from niangjia.apps.places.types import PlaceFacts
from niangjia.apps.registry import queries as registry
from niangjia.apps.registry.models import Person
from niangjia.apps.workorders import actions as workorders
from niangjia.apps.workorders import queries as orders
from niangjia.kernel.months import Month
from niangjia.portals.design.people import verifier_of
from niangjia.portals.tests import photographed, placed
from niangjia.portals.tests.test_people_at_work import VISIT, text

JSON = {"accept": "application/json"}


def photo(name: str = "家.jpg", content: bytes = b"") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content or pictures.jpeg(), "image/jpeg")


@pytest.fixture
def order(house) -> int:
    return house.orders["assigned"]


@pytest.fixture
def address(order) -> str:
    return reverse("officer:visit", args=[order])


@pytest.fixture
def grassroots(house, signed_in):
    return signed_in(house.viewers[Role.GRASSROOTS])


def kept_files(house, order):
    draft = queries.find_draft(house.viewers[Role.GRASSROOTS], order)
    return files.list_files(queries.visit_owner(draft.key)) if draft else []


# --- without a script ---


def test_photos_and_words_go_along_with_a_plain_form_and_stay_when_it_is_refused(house, order, address, grassroots):
    wrong = VISIT | {"verifier_opinion": "", "photos": [photo(), photo("b.png", pictures.png())], "signature": photo("s.jpg", pictures.png("L"))}  # fmt: skip
    answer = grassroots.post(address, wrong)
    assert answer.status_code == 422 and "需要补正" in text(answer)
    assert [card.part for card in kept_files(house, order)] == ["photos", "photos", "signature"]
    page = text(grassroots.get(address))
    assert VISIT["authorisation_no"] in page and "草稿已保存" in page and page.count("photos-drop") == 2
    assert "接着填走访表（有草稿）" in text(grassroots.get(reverse("officer:order", args=[order])))

    card = kept_files(house, order)[0]
    grassroots.post(address, VISIT | {"keep": "1", "verifier_opinion": "", "photos-drop": card.key})
    assert [each.part for each in kept_files(house, order)] == ["photos", "signature"]
    answer = grassroots.post(address, VISIT | {"outsider_name": "", "outsider_post": ""})  # the photo is the witness
    assert answer.status_code == 302 and Visit.objects.get(work_order_id=order).photo_count == 1
    assert not VisitDraft.objects.exists()


def test_a_file_that_cannot_be_taken_is_named_and_keeps_nothing_else_out(house, order, address, grassroots):
    answer = grassroots.post(address, VISIT | {"photos": [photo("坏.gif", b"GIF89a"), photo()]})
    assert answer.status_code == 422 and "坏.gif：只收照片" in text(answer)
    assert len(kept_files(house, order)) == 1 and not Visit.objects.filter(work_order_id=order).exists()


def test_visit_and_finding_are_handed_in_by_one_press(house, order, address, grassroots):
    answer = grassroots.post(address, VISIT | {"outcome": "V1"}, follow=True)
    assert "走访和核实结论已上报" in text(answer)
    assert orders.get_order(house.viewers[Role.COUNTY], order, now=NOW).state == "SUBMITTED"


def test_a_finding_that_needs_a_reason_is_not_handed_in_and_nothing_is_lost(house, order, address, grassroots):
    answer = grassroots.post(address, VISIT | {"outcome": "V5"})
    assert answer.status_code == 422 and "请写明理由" in text(answer)
    assert not Visit.objects.filter(work_order_id=order).exists()
    assert "V5" in queries.find_draft(house.viewers[Role.GRASSROOTS], order).values["outcome"]


def known_of(house) -> list[int]:
    """Whom the register knows of the visited household."""
    case = queries.find_case_of_order(house.viewers[Role.COUNTY], house.orders["assigned"])
    return [card.person.id for card in registry.list_household_members(house.viewers[Role.COUNTY], case.household_id)]


def test_members_people_and_cause_stand_there_as_the_registers_word_and_names_are_masked(house, address, grassroots):
    page = text(grassroots.get(address))
    people = known_of(house)
    assert len(people) > 1 and all(f'name="known-{one}-says" value="RIGHT"' in page for one in people)
    assert f"登记为 {len(people)} 人，请当面核对" in page and f'name="people" value="{len(people)}"' in page
    assert "名单上的原因：" in page and "登记：每月比对" in page
    assert all(person.read("name") not in page for person in Person.objects.filter(pk__in=people))


def test_what_the_roof_of_the_household_earned_is_a_row_of_its_income(house, order, address, grassroots):
    """E04: income from surplus power goes back into the hardship income calculation. Of twelve months before this one, three are known."""
    home = queries.find_case_of_order(house.viewers[Role.COUNTY], order).household_id
    county, org = house.viewers[Role.COUNTY], house.desk.town["X"]
    facts = PlaceFacts(
        kind="roof",
        name="光伏屋顶07",
        org_id=org.id,
        area="330624001",
        level="county",
        household_id=home,
        details={"roof_m2": "40"},
    )
    roof = places.apply_for_place(viewer=county, facts=facts, key="roof-07", now=NOW)
    findings = dict.fromkeys(place_queries.kind_of("roof").asked, True)
    placed.take(house, Role.CITY, roof, Step.LIST, findings=findings)
    this = Month.of(NOW.date())
    for back, income in ((0, "50.00"), (1, "100.25"), (2, "90.30"), (12, "7.00"), (13, "1000.00")):
        values = {"income": Decimal(income), "generated": Decimal(9)}
        places.record_measures(
            viewer=county, place_id=roof, month=this.plus(-back), values=values, source="结算单", now=NOW
        )
    page = text(grassroots.get(address))
    number = place_queries.get_place(county, roof, now=NOW).number
    assert 'value="光伏屋顶收益"' in page and 'value="197.55"' in page
    assert f'value="{number} 登记，{this.plus(-12)} 至 {this.previous()}，3 个月"' in page
    filled = VISIT | {"income_items-0-item": "光伏屋顶收益", "income_items-0-amount": "197.55"}
    assert "197.55" in text(grassroots.post(address, filled | {"keep": "money"}, follow=True))


def test_a_household_without_such_a_place_has_no_row_of_it(address, grassroots):
    assert "收益" not in text(grassroots.get(address))


def test_all_that_is_wrong_is_said_at_once_each_at_its_field_and_linked_from_above(house, address, grassroots):
    people = known_of(house)
    nothing = {"visited_on": "", "way": "HOME", "outcome": "V5"} | {f"known-{one}-name": "" for one in people}
    page = text(grassroots.post(address, nothing))
    told = re.findall(r'<li><a href="#([^"]+)">([^<]+)</a>', page.split('class="to-fields"')[1].split("</ul>")[0])
    assert ("v-on", "请选走访日期") in told and ("c-people", "请填家里一共几口人") in told
    assert {f"c-known-{one}-says" for one in people} <= {place for place, _words in told}
    assert {"v-with", "v-why", "c-has_consent", "c-income_items", "c-verifier_opinion"} <= {place for place, _ in told}
    for place, words in told:
        assert f'id="{place}"' in page and page.count(words.split(" · ")[-1]) > 1  # at the field as well
    for tag in re.findall(r"<(?:input|select|textarea|fieldset)[^>]*is-invalid[^>]*>", page):
        [described] = re.findall(r'aria-describedby="([^"]+)"', tag) or [""]
        assert f'id="{described.split()[0]}"' in page, tag


def test_what_the_visitor_says_of_each_member_is_kept_and_the_registers_word_is_not_copied(house, order, address, grassroots, signed_in):  # fmt: skip
    first, second, *others = known_of(house)
    said = {f"known-{first}-says": "RIGHT", f"known-{second}-says": "WRONG"} | {f"known-{one}-says": "GONE" for one in others}  # fmt: skip
    without = {name: value for name, value in VISIT.items() if not name.startswith("members-")}
    refused = grassroots.post(address, without | said)
    assert refused.status_code == 422 and "请在“改正或补充”里写明哪里不对" in text(refused)
    assert f'name="known-{first}-says" value="RIGHT" checked' in text(refused)
    assert grassroots.post(address, without | said | {f"known-{second}-birth_date": "1971-02-03"}).status_code == 302

    visit = Visit.objects.get(work_order_id=order)
    kept = sealed.unseal(visit.secret, "visit", visit.key)["members"]
    assert kept[:2] == [{"person": first, "says": "RIGHT"}, {"person": second, "says": "WRONG", "birth_date": "1971-02-03"}]  # fmt: skip
    county = signed_in(house.desk.town.county_second)
    opened = reverse("officer:open_form", args=[house.cases["assigned"]])
    page = text(county.post(opened, {"visit": visit.pk, "reason": "复核走访所见"}))
    assert "登记的 " in page and "与登记核对：对" in page and "与登记核对：不对" in page


def test_somebody_of_another_household_is_not_a_member_of_this_one(house, address, grassroots):
    case = queries.find_case_of_order(house.viewers[Role.COUNTY], house.orders["assigned"])
    stranger = next(
        card.person.id
        for home in house.households.values() if home != case.household_id
        for card in registry.list_household_members(house.viewers[Role.COUNTY], home)
    )  # fmt: skip
    answer = grassroots.post(address, VISIT | {f"known-{stranger}-says": "RIGHT"})
    assert answer.status_code == 422 and "不在这个家庭中" in text(answer)
    assert not Visit.objects.filter(work_order_id=house.orders["assigned"]).exists()


def test_each_step_is_kept_by_itself_without_a_script(address, grassroots):
    answer = grassroots.post(address, {"keep": "agree", "authorisation_no": "SQ-77"})
    assert answer.status_code == 302 and answer.url.endswith("#s-family")
    assert "SQ-77" in text(grassroots.get(address))


# --- what a script is told ---


def test_a_script_keeps_the_draft_and_hears_of_another_page(order, address, grassroots):
    key = grassroots.get(address).context["head"]["key"]
    save = reverse("officer:save_draft_of_visit", args=[order])
    sent = {"key": key, "statement": "去年病了", "edition": "0", "device": "a" * 32}
    assert json.loads(grassroots.post(save, sent).content) == {"at": "09:00", "edition": 1}
    answer = grassroots.post(save, sent | {"device": "b" * 32})
    assert answer.status_code == 409 and json.loads(answer.content)["edition"] == 1
    assert "去年病了" in text(grassroots.get(address))


def test_a_script_is_answered_in_its_own_words(order, address, grassroots):
    key = grassroots.get(address).context["head"]["key"]
    sent = VISIT | {"key": key}
    assert grassroots.post(address, sent | {"verifier_opinion": ""}, headers=JSON).status_code == 422
    alone = grassroots.post(address, sent | {"outsider_name": "", "outsider_post": ""}, headers=JSON)
    assert alone.status_code == 422 and json.loads(alone.content)["missing"] == 1
    for _ in range(2):  # its answer may be lost on the way
        done = json.loads(grassroots.post(address, sent, headers=JSON).content)
        assert done["next"] == reverse("officer:order", args=[order])
    assert Visit.objects.filter(work_order_id=order).count() == 1
    late = grassroots.post(reverse("officer:save_draft_of_visit", args=[order]), {"key": key, "statement": "晚了"})
    assert late.status_code == 409 and json.loads(late.content)["is_recorded"]


def test_a_script_sends_one_photo_at_a_time_and_takes_it_back(house, order, address, grassroots):
    field = grassroots.get(address).context["photos"]
    sent = {"part": "photos", "key": "c" * 32, "file": photo()}
    answer = json.loads(grassroots.post(field.send_to, sent).content)
    assert answer["key"] == "c" * 32 and answer["bytes"] == kept_files(house, order)[0].byte_count
    refused = grassroots.post(field.send_to, {"part": "photos", "file": photo("x", pictures.TORN_HEIC)})
    assert refused.status_code == 409 and "打不开" in json.loads(refused.content)["problem"]
    assert grassroots.post(field.send_to, {"part": "elsewhere", "file": photo()}).status_code == 404
    grassroots.post(field.send_to, {"part": "photos", "drop": "c" * 32})
    assert kept_files(house, order) == []


def test_the_page_for_no_network_holds_nothing_of_anybody(house, grassroots):
    page = text(grassroots.get(reverse("officer:visit_shell")))
    assert house.viewers[Role.GRASSROOTS].name not in page and "data-account" not in page and "<form" not in page
    worker = grassroots.get(reverse("officer:visit_worker"))
    assert (
        worker.headers["Service-Worker-Allowed"] == "/desk/orders/"
        and worker.headers["Content-Type"] == "text/javascript"
    )


def test_what_drafts_are_sealed_with_is_another_for_each_account_device_and_password(house, signed_in):
    def secret(viewer, device="a" * 32):
        return json.loads(signed_in(viewer).get(reverse("officer:device_key", args=[device])).content)["secret"]

    mine, colleague = house.viewers[Role.GRASSROOTS], house.desk.town.grassroots_second
    first = secret(mine)
    assert secret(mine) == first and len({first, secret(mine, "b" * 32), secret(colleague)}) == 3
    accounts.reset_password(viewer=None, account_id=mine.account_id, new_password="another four horses", now=NOW)
    assert secret(mine) != first
    assert signed_in(mine).get(reverse("officer:device_key", args=["short"])).status_code == 409


# --- as it is handed out ---


def test_a_photo_goes_out_so_that_nothing_in_it_can_run_and_no_cache_keeps_it(house, order, grassroots):
    card = photographed.keep_photo(house)
    answer = grassroots.get(reverse("officer:draft_file", args=[order, card.key]))
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert picture.format == "JPEG"
    assert answer.headers["Content-Type"] == "image/jpeg" and answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"] and "default-src 'none'" in answer.headers["Content-Security-Policy"]  # fmt: skip
    assert answer.headers["Content-Disposition"].startswith("inline") and "no-store" in answer.headers["Cache-Control"]


def test_photos_stand_beside_the_opened_form_of_their_visit_and_not_before(house, signed_in):
    visit_id, key = photographed.lay_visit(house)
    county = signed_in(house.desk.town.county_second)
    case = reverse("officer:case", args=[house.cases["assigned"]])
    address = reverse("officer:visit_file", args=[visit_id, key])
    assert "照片与签字 1 张" in text(county.get(case)) and address not in text(county.get(case))
    assert county.get(address).status_code == 409
    reason = {"visit": visit_id, "reason": "复核现场照片"}
    assert address in text(county.post(reverse("officer:open_form", args=[house.cases["assigned"]]), reason))
    assert county.get(address).content[:2] == b"\xff\xd8"


# --- stale ---


def test_a_visit_sent_from_a_stale_page_says_who_did_what_and_stays_a_draft(house, order, address, grassroots):
    seen = re.search(r'name="seen" value="([^"]+)"', text(grassroots.get(address)))[1]
    place = house.desk.town
    colleague = verifier_of(place.grassroots_second.account_id)
    workorders.assign(viewer=place.grassroots_second, order_id=order, assignee=colleague, now=NOW)
    sent = VISIT | {"seen": seen, "statement": "打了三次电话才找到"}
    page = text(grassroots.post(address, sent))
    assert "已由他人办过" in page and place.grassroots_second.name in page and "打了三次电话才找到" in page
    told = json.loads(grassroots.post(address, sent, headers=JSON).content)["problem"]
    assert place.grassroots_second.name in told and "2023-11-06" in told
    assert (
        not Visit.objects.filter(work_order_id=order).exists()
        and VisitDraft.objects.filter(work_order_id=order).exists()
    )


@pytest.fixture
def passed_on(house, grassroots):
    """An order that was at the grassroots and lies with another union now."""
    place = house.desk.town
    order = next(
        row.pk
        for row in orders.visible_orders(place.county)
        if row.state == "CREATED" and row.org_id == place["X"].id and place["XG"].id in row.route
    )
    for holder, union in ((place.county, "XT"), (place.township, "XG")):
        workorders.accept(viewer=holder, order_id=order, now=NOW)
        workorders.forward(viewer=holder, order_id=order, to_org_id=place[union].id, now=NOW)
    grassroots.get(reverse("officer:visit", args=[order]))
    workorders.hand_back(viewer=place.grassroots, order_id=order, reason="已不在本单位", now=NOW)
    workorders.accept(viewer=place.township, order_id=order, now=NOW)
    workorders.forward(viewer=place.township, order_id=order, to_org_id=place["XH"].id, now=NOW)
    return order


def test_an_order_that_was_passed_on_says_so_and_gives_back_what_was_typed(house, passed_on, grassroots, signed_in):
    address = reverse("officer:visit", args=[passed_on])
    answer = grassroots.post(address, VISIT | {"statement": "打了三次电话才找到"})
    page = text(answer)
    assert (
        answer.status_code == 409
        and "已不在您的工会" in page
        and "打了三次电话才找到" in page
        and "已不在本单位" in page
    )
    assert grassroots.get(reverse("officer:order", args=[passed_on])).status_code == 409
    told = grassroots.post(address, VISIT, headers=JSON)
    assert told.status_code == 409 and json.loads(told.content)["left"]
    assert signed_in(house.desk.town.other_county).get(address).status_code == 404  # never was theirs: nothing is told


def test_the_way_to_the_household_is_a_link_that_asks_nobody(order, grassroots):
    page = text(grassroots.get(reverse("officer:order", args=[order])))
    assert 'href="geo:0,0?q=' in page and "住址还没有登记" in page
