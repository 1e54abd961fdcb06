"""A city sets its county a task; the county works on it on a phone and reports it; the city gives it back once, then accepts it."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from tests.journeys.conftest import Place
from tests.journeys.test_contest import faults, sitting

TITLE = "户外劳动者驿站补充设备"


def test_a_task_is_set_worked_on_given_back_and_accepted(applying: Place, chromium: Browser):
    wrong: list[str] = []
    with sitting(chromium, applying, "city", on_phone=False) as page:
        page.goto(f"{applying.address}/desk/tasks/")
        page.get_by_role("link", name="交办任务").click()
        page.get_by_label("标题").fill(TITLE)
        page.get_by_label("责任工会").select_option(label="新昌县总工会")
        page.get_by_label("期限").fill("2023-12-20")
        page.get_by_role("button", name="交办").click()
        expect(page.get_by_text("请写明做到什么算完成")).to_be_visible()
        expect(page.get_by_label("标题")).to_have_value(TITLE)
        page.get_by_label("做到什么算完成").fill("缺微波炉、药箱的驿站全部补齐")
        wrong += faults(page, "journey-tasks-new")
        page.get_by_role("button", name="交办").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
        address = page.url
        wrong += faults(page, "journey-tasks-set")
        page.get_by_role("link", name="修改").click()
        page.get_by_label("期限").fill("2023-12-25")
        page.get_by_role("button", name="保存修改").click()
        expect(page.get_by_label("期限")).to_have_value("2023-12-25")
        page.get_by_label("理由").fill("县里要多五天")
        wrong += faults(page, "journey-tasks-change")
        page.get_by_role("button", name="保存修改").click()
        expect(page.get_by_text("县里要多五天")).to_be_visible()
    with sitting(chromium, applying, "county") as page:
        page.goto(f"{applying.address}/desk/tasks/")
        wrong += faults(page, "journey-tasks-list")
        page.get_by_role("link", name=TITLE).click()
        page.get_by_role("button", name="开始", exact=True).click()
        page.get_by_label("进度（0–100）").fill("60")
        page.get_by_role("textbox", name="进展").fill("六个驿站已补齐，还差四个")
        page.get_by_role("button", name="记进展").click()
        expect(page.get_by_text("责任工会填报的进度 60%")).to_be_visible()
        page.get_by_role("button", name="报完成").click()
        expect(page.locator("#refusal")).to_be_visible()
        page.get_by_label("没有佐证的理由").fill("现场核对，没有书面材料")
        page.get_by_role("button", name="报完成").click()
        expect(page.get_by_text("待验收").first).to_be_visible()
        wrong += faults(page, "journey-tasks-reported")
    with sitting(chromium, applying, "city", on_phone=False) as page:
        page.goto(address)
        page.get_by_role("textbox", name="理由").fill("请补一张清单")
        page.get_by_role("button", name="退回").click()
        expect(page.get_by_text("请补一张清单")).to_be_visible()
    with sitting(chromium, applying, "county") as page:
        page.goto(address)
        page.get_by_label("没有佐证的理由").fill("清单已在工作群报送")
        page.get_by_role("button", name="报完成").click()
        expect(page.get_by_text("待验收").first).to_be_visible()
    with sitting(chromium, applying, "city", on_phone=False) as page:
        page.goto(address)
        page.get_by_role("button", name="验收").click()
        expect(page.get_by_text("已完成").first).to_be_visible()
        wrong += faults(page, "journey-tasks-done")
    state = applying.read("select state, no_evidence from tasks_task where title = ?", TITLE)
    assert (wrong, state) == ([], [("DONE", "清单已在工作群报送")])
