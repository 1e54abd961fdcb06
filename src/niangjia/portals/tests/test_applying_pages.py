"""A worker applies on the pages and officers answer on theirs: nothing typed is lost, nobody sees what is not theirs."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from niangjia.apps.accounts.types import Role
from niangjia.apps.files.tests import pictures
from niangjia.apps.matters import queries
from niangjia.apps.matters.types import MatterState
from niangjia.apps.programs.tests import town
from niangjia.jobs import tell
from niangjia.portals.tests import applied

SignIn = Callable[..., Client]


@pytest.fixture(scope="module")
def built(built, django_db_blocker):
    with django_db_blocker.unblock():
        applied.lay(built)
    return built


@pytest.fixture
def laid(house) -> applied.Applied:
    return applied.lay(house)


@pytest.fixture
def worker(house, signed_in: SignIn) -> Client:
    return signed_in(house.viewers[Role.WORKER])


def officer_page(house, signed_in: SignIn, role: Role, matter_id: int) -> tuple[Client, str]:
    client = signed_in(house.viewers[role])
    return client, client.get(f"/desk/applications/{matter_id}/").content.decode()


def step_of(html: str) -> str:
    found = re.search(r'name="step" value="(\d+)"', html)
    assert found
    return found[1]


def test_a_worker_goes_from_the_programme_to_the_receipt(laid, worker):
    began = worker.post("/mine/programs/evening-class/apply/", follow=True)
    draft = laid.draft_id
    assert began.redirect_chain[-1][0] == f"/mine/drafts/{draft}/register/"
    after = worker.post(f"/mine/drafts/{draft}/register/", follow=True)
    for name, sent in (
        ("cost", {"value": "3,900 元"}),
        ("course", {"value": ["evening", "weekend"]}),
        ("began_on", {"value-y": "2023", "value-m": "9", "value-d": "11"}),
    ):
        assert after.redirect_chain[-1][0] == f"/mine/drafts/{draft}/ask/{name}/"
        after = worker.post(f"/mine/drafts/{draft}/ask/{name}/", {"go": "next", **sent}, follow=True)
    after = worker.post(f"/mine/drafts/{draft}/ask/words/", {"go": "skip"}, follow=True)
    after = worker.post(f"/mine/drafts/{draft}/ask/was_visited/", {"go": "skip"}, follow=True)
    assert after.redirect_chain[-1][0] == f"/mine/drafts/{draft}/papers/receipts/"
    after = worker.post(f"/mine/drafts/{draft}/papers/receipts/", {"go": "later"}, follow=True)
    page = after.content.decode()
    assert after.redirect_chain[-1][0] == f"/mine/drafts/{draft}/check/" and "3,900 元" in page
    key = re.search(r'name="key" value="([^"]+)"', page)
    refused = worker.post(f"/mine/drafts/{draft}/check/", {"key": key[1]})
    assert refused.status_code == 422 and "请先勾选声明" in refused.content.decode()
    sent = {"key": key[1], "declared": "yes"}
    receipt = worker.post(f"/mine/drafts/{draft}/check/", sent, follow=True)
    number = re.search(r"SX\d+", receipt.content.decode())
    assert receipt.status_code == 200 and number and "2023-11-27 前" in receipt.content.decode()
    again = worker.post(f"/mine/drafts/{draft}/check/", sent, follow=True)
    assert number[0] in again.content.decode() and worker.get("/mine/").content.decode().count(number[0]) == 1


def test_what_is_no_answer_comes_back_as_it_was_typed(laid, worker):
    wrong = worker.post(f"/mine/drafts/{laid.draft_id}/ask/cost/", {"go": "next", "value": "三千多"})
    page = wrong.content.decode()
    assert (
        wrong.status_code == 422 and 'value="三千多"' in page and "请填一个数" in page and 'aria-invalid="true"' in page
    )


def test_answers_of_the_finder_come_along(laid, worker):
    worker.post("/mine/programs/evening-class/apply/", {"v-cost": "1234", "v-began_on": "no day"})
    draft = worker.get(f"/mine/drafts/{laid.draft_id}/check/").content.decode()
    assert "1,234 元" in draft and "no day" not in draft


def test_a_photo_of_a_paper_is_kept_shown_and_taken_away_without_a_script(house, laid, worker):
    address = f"/mine/drafts/{laid.draft_id}/papers/receipts/"
    nothing = worker.post(address, {"go": "next"})
    assert nothing.status_code == 422 and "还没有选文件" in nothing.content.decode()
    bad = worker.post(address, {"go": "next", "papers": SimpleUploadedFile("a.exe", b"MZ...")})
    assert bad.status_code == 422 and "a.exe" in bad.content.decode()
    assert worker.post(address, {"go": "next", "papers": io.BytesIO(pictures.png())}).status_code == 302
    page = worker.get(address).content.decode()
    opened = re.search(rf"/mine/drafts/{laid.draft_id}/files/([0-9a-f]+)/", page)
    assert opened and worker.get(opened[0]).headers["Content-Type"] == "image/jpeg"
    worker.post(address, {"go": "later", "papers-drop": opened[1]})
    assert worker.get(opened[0]).status_code == 404


def test_one_worker_finds_nothing_of_another(house, laid, signed_in):
    other = signed_in(laid.other)
    for address in (
        f"/mine/drafts/{laid.draft_id}/",
        f"/mine/drafts/{laid.draft_id}/check/",
        f"/mine/applications/{laid.asked_id}/",
    ):
        assert other.get(address).status_code == 404, address
    own = other.get(f"/mine/applications/{laid.waiting_id}/files/{laid.file_key}/")
    assert own.status_code == 200
    assert signed_in(house.viewers[Role.WORKER]).get(
        f"/mine/applications/{laid.waiting_id}/files/{laid.file_key}/"
    ).status_code == 404  # fmt: skip


def test_a_paper_opens_for_whose_turn_it_is_and_for_no_other_officer(house, laid, signed_in):
    address = f"/desk/applications/{laid.waiting_id}/files/{laid.file_key}/"
    statuses = {
        role: signed_in(house.viewers[role]).get(address).status_code
        for role in (Role.COUNTY, Role.GRASSROOTS, Role.AUDITOR)
    }
    assert statuses == {Role.COUNTY: 200, Role.GRASSROOTS: 409, Role.AUDITOR: 409}


def test_asked_back_the_worker_reads_why_mends_and_hands_in_again(house, laid, worker):
    page = worker.get(f"/mine/applications/{laid.asked_id}/").content.decode()
    assert "发票只有两张" in page and "现在去补" in page
    steps = worker.post(f"/mine/applications/{laid.asked_id}/go-on/", follow=True)
    draft = int(re.search(r"/mine/drafts/(\d+)/", steps.redirect_chain[-1][0])[1])
    assert "工会请您补充：" in steps.content.decode()
    worker.post(f"/mine/drafts/{draft}/ask/cost/", {"go": "next", "value": "3900", "from": "check"})
    worker.post(f"/mine/drafts/{draft}/papers/receipts/", {"go": "later"})
    key = re.search(r'name="key" value="([^"]+)"', worker.get(f"/mine/drafts/{draft}/check/").content.decode())[1]
    worker.post(f"/mine/drafts/{draft}/check/", {"key": key, "declared": "yes"})
    card = queries.get_card(house.viewers[Role.WORKER], laid.asked_id)
    assert (card.state, card.stage) == (MatterState.AT_WORK, "check")


def test_an_officer_reads_acts_and_the_worker_is_told(house, laid, signed_in):
    client, page = officer_page(house, signed_in, Role.COUNTY, laid.waiting_id)
    assert "下班后上课，学数控。" in page and "尚不能判定" in page
    address = f"/desk/applications/{laid.waiting_id}/act/"
    sent = {"step": step_of(page), "outcome": "approved", "reason": "很努力", "f-was_visited": ""}
    refused = client.post(address, sent)
    html = refused.content.decode()
    assert refused.status_code == 409 and "还不能判定，缺" in html and "很努力" in html and "is-invalid" in html
    done = client.post(address, sent | {"f-was_visited": "yes"}, follow=True).content.decode()
    assert "待发放" in done and "2,100.00" in done
    tell.tell(now=town.NOW)
    own = signed_in(laid.other).get(f"/mine/applications/{laid.waiting_id}/").content.decode()
    assert "已经批准，等财务发放。" in own and "2,100.00" in own and "夜校补助按自付学费计" in own


def test_the_second_of_two_officers_is_told_what_changed_and_keeps_what_was_typed(house, laid, signed_in):
    client, page = officer_page(house, signed_in, Role.COUNTY, laid.waiting_id)
    step = step_of(page)
    second = signed_in(house.desk.town.county_second)
    second.post(
        f"/desk/applications/{laid.waiting_id}/act/", {"step": step, "outcome": "returned", "reason": "再核一次"}
    )
    late = client.post(
        f"/desk/applications/{laid.waiting_id}/act/", {"step": step, "outcome": "refused", "reason": "我写了很久的理由"}
    )
    html = late.content.decode()
    assert late.status_code == 409 and "county.second" in html and "您的办理没有生效" in html
    assert "我写了很久的理由" in html


def test_who_does_not_handle_it_opens_the_answers_with_a_reason_only(house, laid, signed_in):
    client, page = officer_page(house, signed_in, Role.CITY, laid.waiting_id)
    assert "下班后上课" not in page and "加密保存" in page
    assert client.post(f"/desk/applications/{laid.waiting_id}/open/", {"open_reason": ""}).status_code == 409
    opened = client.post(f"/desk/applications/{laid.waiting_id}/open/", {"open_reason": "信访核查"}).content.decode()
    assert "下班后上课" in opened
    assert "下班后上课" not in client.get(f"/desk/applications/{laid.waiting_id}/").content.decode()


def test_those_whose_turn_it_is_and_the_applicant_are_told(house, laid, signed_in):
    tell.tell(now=town.NOW)
    county = signed_in(house.viewers[Role.COUNTY]).get(reverse("public:inbox")).content.decode()
    own = signed_in(house.viewers[Role.WORKER]).get(reverse("public:inbox")).content.decode()
    assert "申请待办理" in county and "您的申请要补充" in own


def test_the_programme_leads_to_its_application(house, laid, worker, signed_in):
    address = "/programs/3306/evening-class/"
    assert "/mine/programs/evening-class/apply/" in worker.get(address).content.decode()
    assert (
        "/mine/programs/evening-class/apply/" not in signed_in(house.viewers[Role.COUNTY]).get(address).content.decode()
    )
    refused = worker.get("/mine/programs/graded-aid/apply/")
    assert refused.status_code == 409 and "不能在这里申请" in refused.content.decode()


def test_the_queue_leaves_as_a_workbook(house, laid, signed_in):
    client = signed_in(house.viewers[Role.COUNTY])
    file = client.post("/desk/applications/export/?place=all", {"purpose": "月度核对"})
    assert file.status_code == 200 and file.headers["Content-Disposition"].startswith("attachment")


def test_pages_of_an_application_are_english_in_english(house, laid, signed_in):
    client = signed_in(house.viewers[Role.WORKER], "en")
    for address in (
        f"/mine/drafts/{laid.draft_id}/",
        f"/mine/drafts/{laid.draft_id}/check/",
        f"/mine/applications/{laid.asked_id}/",
        "/mine/",
    ):
        html = client.get(address).content.decode()
        assert "Evening class help" in html
        assert not re.search("职工夜校|未填|材料|草稿", html), address


def test_stages_that_are_done_look_otherwise_than_those_to_come(laid, house, signed_in: SignIn):
    """By words and a sign, not by colour alone."""
    _client, page = officer_page(house, signed_in, Role.COUNTY, laid.waiting_id)
    way = page.partition('id="a-way"')[2].partition("</ol>")[0]
    standing = re.findall(r'<li class="is-(done|now|next)"', way)
    assert "done" in standing and standing.count("now") == 1 and standing[-1] == "next"
    assert standing == sorted(standing, key=["done", "now", "next"].index)
    assert "已完成" in way and "正在这一步" in way and "还没到" in way


def test_an_application_that_is_under_way_is_told_at_the_start(laid, house, signed_in: SignIn):
    """This programme asks for a day, so that another may be about something else: it says so, and leads to the one."""
    other = signed_in(laid.other)
    page = other.get("/mine/programs/evening-class/apply/").content.decode()
    assert "您申请过，正在办理" in page and "是另一件事，才再申请" in page and "/mine/applications/" in page
