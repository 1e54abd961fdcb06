"""A clerk drafts a bulletin, puts it right and is refused what needs a reason; a colleague reviews, issues it and takes it away."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from tests.journeys.conftest import Place
from tests.journeys.test_contest import faults, sitting


def test_a_bulletin_is_drafted_by_one_and_issued_by_another(applying: Place, chromium: Browser):
    wrong: list[str] = []
    with sitting(chromium, applying, "county", on_phone=False) as page:
        page.goto(f"{applying.address}/desk/bulletins/begin/")
        page.locator("form", has=page.locator("#p-hardship-monthly")).get_by_role("button").click()
        wrong += faults(page, "journey-bulletins-begin")
        page.get_by_role("button", name="照此起草").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("修改通报")
        address = page.url.removesuffix("edit/")
        text = page.locator("textarea[name=text-3]")
        said = text.input_value()
        text.fill(said.replace("〔新增：", "〔新增：9"))
        wrong += faults(page, "journey-bulletins-edit")
        page.get_by_role("button", name="保存").click()
        expect(page.get_by_text("请写明理由，至少四个字").first).to_be_visible()
        expect(text).to_have_value(said.replace("〔新增：", "〔新增：9"))
        page.get_by_label("改动数字的理由").fill("补录未入库的")
        page.get_by_role("button", name="保存").click()
        expect(page.get_by_text("人工改动").first).to_be_visible()
        expect(page.get_by_text("不能核稿、签发").first).to_be_visible()
    with sitting(chromium, applying, "colleague") as page:
        page.goto(address)
        page.get_by_role("button", name="核稿通过").click()
        page.get_by_role("button", name="签发").click()
        expect(page.locator("#refusal")).to_be_visible()  # a counted number was changed: who issues answers for it
        wrong += faults(page, "journey-bulletins-unchecked")
        page.get_by_label("核对过").check()
        page.get_by_role("button", name="签发").click()
        expect(page.get_by_text("〔2023〕1号").first).to_be_visible()
        wrong += faults(page, "journey-bulletins-issued")
        page.get_by_label("导出的目的").fill("发给各乡镇核对")
        with page.expect_download() as taken:
            page.get_by_role("button", name="PDF").click()
        assert taken.value.suggested_filename.endswith(".pdf")
    assert wrong == []
