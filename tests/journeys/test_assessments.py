"""A city begins a round and asks a county to put something right; the county does it as a task, with a paper; the city accepts it. The sheet says where points come from."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from niangjia.apps.files.tests import pictures
from tests.journeys.conftest import Place
from tests.journeys.test_contest import faults, sitting


def test_a_round_is_begun_a_correction_made_and_checked(applying: Place, chromium: Browser):
    wrong: list[str] = []
    paper = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": pictures.jpeg()}
    with sitting(chromium, applying, "city", on_phone=False) as page:
        page.goto(f"{applying.address}/desk/assessments/rounds/")
        page.get_by_role("link", name="开始一轮督查").click()
        page.get_by_label("名称").fill("年底督查")
        page.get_by_role("textbox", name="看什么").fill("看资金发放")
        page.get_by_role("button", name="开始").click()
        expect(page.get_by_text("没有选出要看的工会")).to_be_visible()
        expect(page.get_by_label("名称")).to_have_value("年底督查")
        wrong += faults(page, "journey-rounds-begin")
        page.get_by_label("新昌县总工会").check()
        page.get_by_role("button", name="开始").click()
        page.locator("main tbody").get_by_role("link", name="新昌县总工会").click()
        page.get_by_role("textbox", name="情况").fill("两户没有回访记录")
        page.get_by_label("结果").select_option("TO_CORRECT")
        page.get_by_role("button", name="记录").click()
        page.get_by_role("textbox", name="整改什么").fill("补做两户回访")
        page.get_by_role("button", name="要求整改").click()
        task = page.get_by_role("link", name="补做两户回访")
        expect(task).to_be_visible()
        wrong += faults(page, "journey-rounds-look")
        look, address = page.url, f"{applying.address}{task.get_attribute('href')}"
    with sitting(chromium, applying, "county") as page:
        page.goto(look)
        page.get_by_role("link", name="补做两户回访").click()
        page.get_by_role("button", name="开始", exact=True).click()
        page.locator("input[type=file][name=evidence]").first.set_input_files(paper)
        page.get_by_role("button", name="报完成").click()
        expect(page.get_by_text("待验收").first).to_be_visible()
        wrong += faults(page, "journey-rounds-answer")
    with sitting(chromium, applying, "city", on_phone=False) as page:
        page.goto(address)
        page.get_by_role("button", name="验收").click()
        page.get_by_role("link", name="看到的情况").click()
        expect(page.locator("main").get_by_text("已完成")).to_be_visible()
        page.goto(f"{applying.address}/desk/assessments/")
        page.get_by_role("link", name="县级工会工作考核").click()
        wrong += faults(page, "journey-assessments-sheet")
        page.locator("main tbody").get_by_role("link", name="新昌县总工会").first.click()
        expect(page.get_by_text("每一分怎么来的")).to_be_visible()
        wrong += faults(page, "journey-assessments-union")
    assert wrong == []
