"""A visit on a phone that loses its network: nothing typed is lost, it arrives once, and nobody else reads it on that phone."""

from __future__ import annotations

import io
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from niangjia.apps.files.tests import pictures
from tests.journeys import browser as browsers
from tests.journeys.conftest import served_copy

CANARY = "借了三万八还没还（虚构）"
SAVED = re.compile(r"^\s*已保存 \d\d:\d\d\s*$")
OFFLINE, READY = "离线 · 草稿在本机，恢复网络后自动上交", "离线 · 已填好，恢复网络后自动上报"
# Everything that lies in the browser's stores of this origin, as text.
STORED = """async () => {
  const db = await new Promise((done) => { const asked = indexedDB.open("niangjia-visits"); asked.onsuccess = () => done(asked.result); });
  const said = [], plain = new TextDecoder("utf-8"), wide = new TextDecoder("utf-16le");
  const read = (value) => {
    if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) said.push(plain.decode(value), wide.decode(value));
    else if (value instanceof CryptoKey) said.push(`key ${value.extractable}`);
    else if (value && typeof value === "object") Object.entries(value).forEach(([name, inner]) => { said.push(name); read(inner); });
    else said.push(String(value));
  };
  const counts = {};
  for (const store of db.objectStoreNames) {
    const rows = await new Promise((done) => { const asked = db.transaction(store).objectStore(store).getAll(); asked.onsuccess = () => done(asked.result); });
    counts[store] = rows.length;
    rows.forEach(read);
  }
  db.close();
  for (const name of await caches.keys())
    for (const request of await (await caches.open(name)).keys()) said.push(await (await (await caches.open(name)).match(request)).text());
  return { counts, said: said.join("\\n") };
}"""


@dataclass
class Phone:
    """One browser and its stores, whoever signs in on it."""

    context: BrowserContext
    page: Page

    def stored(self) -> Any:
        return self.page.evaluate(STORED)


@dataclass
class House:
    address: str
    data: Path
    made: dict[str, Any]
    chromium: Browser

    def phone(self) -> Phone:
        context = browsers.open_context(
            self.chromium, self.address, expected="ERR_INTERNET_DISCONNECTED", **browsers.ON_PHONE
        )
        return Phone(context, context.new_page())

    def sign_in(self, phone: Phone, who: str) -> None:
        browsers.sign_in(phone.page, self.address, self.made["names"][who])

    def sign_out(self, phone: Phone) -> None:
        phone.page.goto(f"{self.address}/desk/")
        phone.page.locator("details.menu > summary").click()
        phone.page.locator(".menu-panel details.who > summary").click()
        phone.page.locator(".menu-panel").get_by_role("button", name="退出登录").click()
        phone.page.wait_for_url(lambda url: "/desk" not in url)

    def order(self, number: int) -> str:
        return f"{self.address}/desk/orders/{self.made['orders'][number]}/"

    def count(self, what: str, *values: object) -> int:
        with closing(sqlite3.connect(self.data / "db.sqlite3")) as database:
            return database.execute(f"SELECT count(*) FROM {what}", values).fetchone()[0]


@pytest.fixture(scope="module")
def house(
    tmp_path_factory: pytest.TempPathFactory, built_visited: tuple[Path, dict[str, Any]], chromium: Browser
) -> Iterator[House]:
    with served_copy(tmp_path_factory.mktemp("without-network"), *built_visited) as place:
        yield House(place.address, place.data, place.made, chromium)


def state(page: Page):
    return page.locator("[data-state]")


def fill_in(page: Page) -> None:
    page.get_by_label("外部同行人姓名").fill("（虚构）王芳")
    page.get_by_label("外部同行人身份").fill("社区网格员")
    page.locator("#s-go [data-next]").click()
    page.locator("[name=has_consent][value=yes]").check()
    page.locator("[name=authorisation_no]").fill("SQ202310-7")
    page.locator("#s-agree [data-next]").click()
    browsers.find_all_members_right(page)
    page.locator("[name=members-0-name]").fill("（虚构）家人")
    page.locator("[name=members-0-relation]").fill("祖母")
    page.locator("[name=main_cause]").select_option("低收入")
    browsers.go_to_step(page, "money")
    page.locator("[name=income_items-0-item]").fill("工资")
    page.locator("[name=income_items-0-amount]").fill("18000")
    page.locator("button[value=income_items]").click()
    page.locator("[name=income_items-1-item]").fill("零工")
    page.locator("[name=income_items-1-amount]").fill("2400")
    browsers.go_to_step(page, "signed")
    page.locator("[name=statement]").fill(CANARY)
    browsers.go_to_step(page, "found")
    page.locator("[name=verifier_opinion]").fill("情况属实，建议帮扶。")


def to_statement(page: Page):
    browsers.go_to_step(page, "signed")
    return page.locator("[name=statement]")


def take_photo(page: Page, name: str, content: bytes) -> None:
    page.locator("#u-photos-files").set_input_files([{"name": name, "mimeType": "image/jpeg", "buffer": content}])


def sign(page: Page) -> None:
    page.get_by_role("button", name="用手指签").click()
    canvas = page.locator(".sign-sheet canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box
    page.mouse.move(box["x"] + 40, box["y"] + 60)
    page.mouse.down()
    for step in range(12):
        page.mouse.move(box["x"] + 40 + step * 18, box["y"] + 60 + (25 if step % 2 else -25))
    page.mouse.up()
    page.get_by_role("button", name="签好了").click()


def test_a_visit_without_a_network_arrives_exactly_once_and_lies_sealed_until_then(house: House, tmp_path: Path):
    phone = house.phone()
    page = phone.page
    house.sign_in(phone, "grassroots")
    page.goto(house.order(0))
    expect(page.get_by_text("走访表已备在本机")).to_be_visible()

    phone.context.set_offline(True)  # on the way to the village
    page.get_by_role("link", name="填写走访表").click()
    expect(state(page)).to_have_text(OFFLINE)
    fill_in(page)
    browsers.go_to_step(page, "signed")
    take_photo(page, "home.jpg", pictures.jpeg(3000, 2000, turn=6))
    sign(page)
    expect(page.locator("[data-upload=photos] .is-here")).to_have_count(1)
    expect(page.locator("[data-upload=signature] .is-here")).to_have_count(1)
    expect(page.locator("[name=is_signed][value=yes]")).to_be_checked()
    browsers.go_to_step(page, "found")
    page.locator(".outcomes label.choice", has_text="属实").first.click()
    page.wait_for_timeout(1500)
    page.screenshot(path=tmp_path / "offline.png")

    page.reload()
    expect(state(page)).to_have_text(OFFLINE)
    assert page.locator("[name=statement]").input_value() == CANARY
    assert page.locator("[name=income_items-1-item]").input_value() == "零工"
    expect(page.locator(".upload-item.is-here img")).to_have_count(2)
    page.goto(house.order(0).removesuffix(f"{house.made['orders'][0]}/"))  # the list of orders, without a network
    listed = page.locator("[data-kept]")
    expect(listed).to_contain_text("有没上交的草稿")
    listed.get_by_role("link").click()
    expect(page.locator("[name=statement]")).to_have_value(CANARY)
    browsers.go_to_step(page, "found")
    page.get_by_role("button", name="保存并上报").click()
    expect(state(page)).to_have_text(READY)

    lies = phone.stored()
    assert lies["counts"] == {"keys": 1, "device": 1, "drafts": 1, "photos": 2, "pages": 3}
    for word in (
        CANARY,
        "借了三万八",
        "家人",
        "王芳",
        "SQ202310-7",
        "零工",
        "低收入",
        "Canary Phone",
        "data:image/jpeg",
    ):
        assert word not in lies["said"], word
    assert "key false" in lies["said"] and "key true" not in lies["said"]
    assert house.count("cases_visit") == 0

    phone.context.set_offline(False)
    page.wait_for_url(house.order(0))
    page.goto(house.order(0))
    order_id = house.made["orders"][0]
    assert house.count("cases_visit WHERE work_order_id = ?", order_id) == 1
    assert house.count("cases_finding") == 1 and house.count("cases_visitdraft") == 0
    assert house.count("files_file") == 2
    assert phone.stored()["counts"] | {"device": 1} == {"keys": 1, "device": 1, "drafts": 0, "photos": 0, "pages": 0}


def test_what_is_typed_is_kept_as_one_types_and_found_again_on_another_device(house: House):
    phone, desk = house.phone(), house.phone()
    house.sign_in(phone, "grassroots")
    phone.page.goto(house.order(1) + "visit/")
    to_statement(phone.page).fill("第一台手机上写的")
    expect(state(phone.page)).to_have_text(SAVED)
    take_photo(phone.page, "home.jpg", pictures.jpeg())
    expect(phone.page.locator("[data-upload=photos]")).to_contain_text("已保存")

    house.sign_in(desk, "grassroots")
    desk.page.goto(house.order(1))
    desk.page.get_by_role("link", name="接着填走访表（有草稿）").click()
    assert desk.page.locator("[name=statement]").input_value() == "第一台手机上写的"
    to_statement(desk.page)
    with desk.context.expect_page() as shown:
        desk.page.get_by_role("link", name="查看").click()
    answer = shown.value.request.get(shown.value.url)
    with Image.open(io.BytesIO(answer.body())) as kept:
        assert (kept.format, kept.size) == ("JPEG", (600, 400)) and not kept.getexif()
    desk.page.locator("[name=statement]").fill("第二台上改的")
    expect(state(desk.page)).to_have_text(SAVED)

    browsers.go_to_step(phone.page, "money")
    phone.page.locator("#s-money > details > summary").click()
    phone.page.locator("[name=job_wish]").fill("想学烘焙")  # does not know of it
    expect(state(phone.page)).to_contain_text("另一台设备上改过")
    phone.page.get_by_role("button", name="以本页为准").click()
    expect(state(phone.page)).to_have_text(SAVED)
    desk.page.reload()
    assert desk.page.locator("[name=statement]").input_value() == "第一台手机上写的"


def test_on_a_shared_phone_nobody_reads_anothers_draft_and_its_owner_gets_it_back(house: House):
    phone = house.phone()
    page = phone.page
    house.sign_in(phone, "grassroots")
    page.goto(house.order(2) + "visit/")
    expect(state(page)).to_be_visible()
    expect(page.locator("form[data-is-here]")).to_be_attached()
    phone.context.set_offline(True)
    to_statement(page).fill(CANARY)
    page.wait_for_timeout(1500)
    expect(state(page)).to_have_text(OFFLINE)

    phone.context.set_offline(False)
    page.goto("about:blank")
    phone.context.clear_cookies()  # as when the sitting is over
    house.sign_in(phone, "grassroots_second")
    assert phone.stored()["counts"]["keys"] == 0 or "key true" not in phone.stored()["said"]
    page.goto(house.order(2) + "visit/")
    expect(state(page)).to_contain_text("还没有草稿")
    assert page.locator("[name=statement]").input_value() == ""
    expect(page.locator("form[data-is-here]")).to_be_attached()
    phone.context.set_offline(True)
    page.reload()
    assert page.locator("[name=statement]").input_value() == "" and CANARY not in phone.stored()["said"]
    phone.context.set_offline(False)
    house.sign_out(phone)
    left = phone.stored()["counts"]
    assert left["keys"] == 0 and left["drafts"] == 1  # the owner's, shut

    house.sign_in(phone, "grassroots")
    page.goto(house.order(2) + "visit/")
    expect(page.locator("[name=statement]")).to_have_value(CANARY)
    expect(state(page)).to_contain_text("已保存")
    phone.context.set_offline(True)
    to_statement(page).fill(CANARY + "！")
    page.wait_for_timeout(1500)
    phone.context.set_offline(False)
    page.on("dialog", lambda asked: asked.accept())
    house.sign_out(phone)
    assert phone.stored()["counts"] | {"device": 1} == {"keys": 0, "device": 1, "drafts": 0, "photos": 0, "pages": 0}


def test_an_order_that_was_handed_back_meanwhile_says_so_and_the_draft_stays(house: House):
    """The township takes the order back while the phone has no network."""
    phone, township = house.phone(), house.phone()
    page = phone.page
    house.sign_in(phone, "grassroots_second")
    page.goto(house.order(2) + "visit/")
    expect(state(page)).to_be_visible()
    fill_in(page)
    to_statement(page)
    page.locator("[name=is_signed][value=yes]").check()
    browsers.go_to_step(page, "found")
    expect(state(page)).to_have_text(SAVED)
    phone.context.set_offline(True)
    page.get_by_role("button", name="保存走访").click()
    expect(state(page)).to_have_text(READY)

    house.sign_in(township, "county")
    township.page.goto(f"{house.address}/desk/cases/")
    with closing(sqlite3.connect(house.data / "db.sqlite3")) as database:
        [case_id] = database.execute("SELECT id FROM cases_case WHERE work_order_id = ?", [house.made["orders"][2]]).fetchone()  # fmt: skip
    township.page.goto(f"{house.address}/desk/cases/{case_id}/")
    cancel = township.page.locator("details", has_text="撤销").last
    cancel.locator("summary").click()
    cancel.locator("textarea, input[type=text], [name=reason]").first.fill("重复派单")
    cancel.get_by_role("button").last.click()

    phone.context.set_offline(False)
    expect(state(page)).to_have_class(re.compile("is-bad"))
    assert page.locator("[name=statement]").input_value() == CANARY
    assert house.count("cases_visit WHERE work_order_id = ?", house.made["orders"][2]) == 0
