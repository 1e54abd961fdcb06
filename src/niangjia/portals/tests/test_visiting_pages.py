"""The visit's form without a script, what a script is told, photos as they are handed out, and pages that are stale."""

from __future__ import annotations

import io
import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from niangjia.apps.accounts import actions as accounts
from niangjia.apps.accounts.types import Role
from niangjia.apps.cases import queries
from niangjia.apps.cases.models import Visit, VisitDraft
from niangjia.apps.cases.tests.desk import NOW
from niangjia.apps.files import queries as files
from niangjia.apps.files.tests import pictures
from niangjia.apps.workorders import actions as workorders
from niangjia.apps.workorders import queries as orders
from niangjia.portals.design.people import verifier_of
from niangjia.portals.tests import photographed
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
    assert alone.status_code == 409 and "两人同行" in json.loads(alone.content)["problem"]
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
