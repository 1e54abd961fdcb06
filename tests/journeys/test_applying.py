"""A worker with an old phone applies for a real programme; three unions answer; the worker reads what was decided and why."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from niangjia.apps.files.tests import pictures
from tests.journeys import browser as browsers
from tests.journeys.conftest import Place
from tests.screens.test_screens import LOOK, accessibility

WHY = "收据只有第一学期的，请补第二学期的。"


@contextmanager
def sitting(chromium: Browser, address: str, username: str, *, script: bool = True) -> Iterator[Page]:
    """One person at a phone; nothing on their pages sticks out, lacks a name or fails axe."""
    context = browsers.open_context(chromium, address, viewport=browsers.PHONE, java_script_enabled=script)
    page = context.new_page()
    browsers.sign_in(page, address, username)
    yield page
    context.close()


def faults(page: Page) -> list[str]:
    page.wait_for_load_state()
    page.wait_for_load_state()
    return [f"{page.url}: {fault}" for fault in (*page.evaluate(LOOK), *accessibility(page))]


def go_on(page: Page) -> None:
    page.get_by_role("button", name="保存并继续").click()


def choose(page: Page, answer: str) -> None:
    page.get_by_role("radio", name=answer, exact=True).check()
    go_on(page)


def act(page: Page, number: str, outcome: str) -> None:
    page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/", 3)[2] + "/desk/applications/")
    page.get_by_role("row").filter(has_text=number).get_by_role("link").first.click()
    page.get_by_role("radio", name=re.compile(f"^{outcome}")).check()
    page.get_by_role("button", name="办理", exact=True).click()


def test_a_worker_applies_on_an_old_phone_and_reads_the_decision(applying: Place, chromium: Browser, tmp_path: Path):
    address, logins = applying.address, applying.made["logins"]
    photo = tmp_path / "receipt.jpg"
    photo.write_bytes(pictures.jpeg(900, 600))
    wrong: list[str] = []
    # Without JavaScript, from the programme's page, in two sittings.
    with sitting(chromium, address, logins["worker"], script=False) as page:
        page.goto(f"{address}/programs/33/migrant-education-subsidy/")
        page.get_by_role("link", name="申请", exact=True).click()
        page.get_by_role("button", name="开始申请").click()
        choose(page, "是")
        page.get_by_role("radio").first.check()
        go_on(page)
    with sitting(chromium, address, logins["worker"], script=False) as page:
        page.goto(f"{address}/mine/")
        page.get_by_role("region", name="我的申请").get_by_role("link").first.click()
        page.get_by_role("link", name="接着填").click()
        choose(page, "是")
        page.locator("[name=value]").fill("三千六")
        go_on(page)
        expect(page.locator("[name=value]")).to_have_value("三千六")
        page.locator("[name=value]").fill("3600")
        go_on(page)
        page.locator("[name=value]").fill("0")
        go_on(page)
        while "/papers/" in page.url:
            page.wait_for_load_state()
            if page.get_by_role("heading", name="收据").count():
                page.locator("input[type=file]").last.set_input_files(photo)
                go_on(page)
            else:
                page.get_by_role("button", name="稍后交给单位工会").click()
        page.get_by_role("checkbox").check()
        page.get_by_role("button", name="提交申请").click()
        number = page.locator(".receipt").inner_text()
        assert re.fullmatch(r"SX\d{13}", number)
    with sitting(chromium, address, logins["grassroots"]) as page:
        page.goto(f"{address}/desk/applications/")
        wrong += faults(page)
        page.get_by_role("row").filter(has_text=number).get_by_role("link").first.click()
        wrong += faults(page)
        page.get_by_text("缺材料？请申请人补充").click()
        page.get_by_role("group", name="补什么").get_by_role("checkbox", name="收据").check()
        page.get_by_label("告诉申请人").fill(WHY)
        page.get_by_role("button", name="发给申请人").click()
        expect(page.get_by_role("status")).to_contain_text("已请申请人补充")
    with sitting(chromium, address, logins["worker"]) as page:
        page.goto(f"{address}/mine/")
        page.get_by_role("region", name="我的申请").get_by_role("link").first.click()
        expect(page.get_by_text(WHY).first).to_be_visible()
        wrong += faults(page)
        page.get_by_role("button", name="现在去补").click()
        wrong += faults(page)
        page.get_by_role("link", name="接着填").click()
        wrong += faults(page)
        page.get_by_role("button", name="稍后交给单位工会").click()
        wrong += faults(page)
        page.get_by_role("checkbox").check()
        page.get_by_role("button", name="提交申请").click()
        expect(page.locator(".receipt")).to_have_text(number)
    with sitting(chromium, address, logins["grassroots"]) as page:
        act(page, number, "报送")
    with sitting(chromium, address, logins["county"]) as page:
        act(page, number, "通过")
        expect(page.locator("#refusal")).to_contain_text("工作所在县类别")  # the stage's own field, at its place
        page.locator("#f-work_county_class").select_option("mountain")
        page.get_by_role("button", name="办理", exact=True).click()
        expect(page.get_by_role("status")).to_contain_text("已办理")
    with sitting(chromium, address, logins["city"]) as page:
        act(page, number, "同意")
        expect(page.get_by_text("1,800.00").first).to_be_visible()
        wrong += faults(page)
    with sitting(chromium, address, logins["worker"]) as page:
        page.goto(f"{address}/mine/")
        page.get_by_role("region", name="我的申请").get_by_role("link").first.click()
        expect(page.get_by_text("已经批准，等财务发放。")).to_be_visible()
        expect(page.get_by_role("region", name="决定")).to_contain_text("农民工提升学历层次")
        wrong += faults(page)
    assert wrong == []
    ours = int(number[-7:])
    assert applying.read("select state, stage from matters_matter where id = ?", ours) == [("TO_PAY", "payment")]
    assert applying.read("select state, amount from matters_grant where matter_id = ?", ours) == [("SET_ASIDE", 1800)]
    assert applying.read("select count(*) from matters_draft where matter_id = ?", ours) == [(0,)]


def test_a_file_that_cannot_be_taken_is_named_and_not_sent(applying: Place, chromium: Browser, tmp_path: Path):
    """Larger than what is taken, or of another type: known before a byte is on its way, on whatever line."""
    large, notes, photo = tmp_path / "扫描件.pdf", tmp_path / "说明.docx", tmp_path / "receipt.jpg"
    large.write_bytes(b"%PDF-1.4\n" + bytes(26 << 20))
    notes.write_bytes(b"PK")
    photo.write_bytes(pictures.jpeg(900, 600))
    with sitting(chromium, applying.address, applying.made["logins"]["uploader"]) as page:
        page.goto(f"{applying.address}/mine/programs/migrant-education-subsidy/apply/")
        page.locator("form.p-do button").click()
        draft = re.search(r"/drafts/(\d+)/", page.url)
        assert draft
        page.goto(f"{applying.address}/mine/drafts/{draft[1]}/papers/receipts/")
        sent: list[str] = []
        page.on("request", lambda one: sent.append(one.url) if one.method == "POST" else None)
        page.locator("input[type=file]").last.set_input_files([large, notes])
        said = page.locator("[data-said]")
        expect(said).to_contain_text("“扫描件.pdf”有 26.0 MB，最多 20.0 MB，没有上传")
        expect(said).to_contain_text("“说明.docx”没有上传")
        assert sent == [] and not faults(page)
        page.locator("input[type=file]").last.set_input_files(photo)
        expect(page.locator(".upload-item")).to_contain_text("已保存")
        assert len(sent) == 1
