"""A firm says on a phone what it needs; the county has it matched; both sides say yes; the work is planned, done, logged on a phone and rated."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Place
from tests.journeys.test_applying import faults, sitting
from tests.screens.test_screens import LOOK

WHAT = "焊接返修率高"


def first_column(page: Page) -> None:
    page.get_by_role("link", name=WHAT).first.click()


def test_from_a_need_to_its_evaluation(applying: Place, chromium: Browser, tmp_path: Path):
    address, logins = applying.address, applying.made["logins"]
    wrong: list[str] = []
    with sitting(chromium, address, logins["helper"]) as page:
        page.goto(f"{address}/me/helping/")
        wrong += page.evaluate(LOOK)
        page.get_by_role("link", name="志愿者").click()
        page.get_by_role("button", name="登记", exact=True).click()
        expect(page.get_by_text("请填写“会什么工种”。")).to_be_visible()
        page.get_by_role("group", name="会什么工种").get_by_label("焊接和热加工").check()
        page.get_by_label("怎样联系").fill("车间电话 6120（虚构）")
        wrong += page.evaluate(LOOK)  # a box half behind the bar at the foot is as small as what is seen of it
        page.get_by_role("button", name="登记", exact=True).click()
        expect(page.get_by_role("status")).to_contain_text("等工会确认")
    with sitting(
        chromium, address, logins["grassroots"]
    ) as page:  # the firm's union, on a phone; it confirms its own member too
        page.goto(f"{address}/desk/volunteers/helpers/?state=ASKED")
        page.get_by_role("row").get_by_role("link").first.click()
        page.get_by_role("button", name="确认在册").click()
        page.goto(f"{address}/desk/volunteers/")
        wrong += page.evaluate(LOOK)
        page.get_by_role("link", name="提出需求").click()
        page.get_by_label("题目").fill(WHAT)
        page.get_by_role("button", name="提出", exact=True).click()
        expect(page.get_by_label("题目")).to_have_value(WHAT)  # nothing typed is lost
        page.get_by_label("难在哪里").fill("新产线的焊缝返修率一直在百分之六。")
        page.get_by_label("领域").select_option("industry")
        page.get_by_role("group", name="需要什么工种").get_by_label("焊接和热加工").check()
        wrong += faults(page)
        page.get_by_role("button", name="提出", exact=True).click()
        expect(page.get_by_role("status")).to_contain_text("等负责匹配的工会发布")
    with sitting(chromium, address, logins["county"]) as page:
        page.goto(f"{address}/desk/volunteers/")
        first_column(page)
        page.get_by_role("button", name="进入“供需匹配”").click()
        page.goto(f"{address}/desk/volunteers/match/")
        page.get_by_role("button", name="算一次").click()
        expect(page.get_by_text("没有比这更好的分法")).to_be_visible()
        wrong += page.evaluate(LOOK)
        page.get_by_role("button", name="把勾选的发给双方确认").click()
        expect(page.get_by_role("status")).to_contain_text("已把 1 对发给双方")
    with sitting(chromium, address, logins["helper"]) as page:
        page.goto(f"{address}/me/helping/")
        first_column(page)
        wrong += page.evaluate(LOOK)
        page.get_by_role("button", name="我愿意").click()
        expect(page.get_by_text("双方都同意了才算数")).to_be_visible()
    with sitting(chromium, address, logins["grassroots"]) as page:
        page.goto(f"{address}/desk/volunteers/")
        first_column(page)
        page.get_by_role("button", name="单位同意").click()
        expect(page.get_by_role("status")).to_contain_text("双方都同意了")
        page.get_by_role("button", name="进入“确认项目”").click()
        page.get_by_label("要解决什么").fill("一个月内降到百分之二。")
        page.get_by_role("button", name="进入“制定计划”").click()
        expect(page.locator("#refusal")).to_contain_text("怎样算成")
        expect(page.get_by_label("要解决什么")).to_have_value("一个月内降到百分之二。")
        page.get_by_label("怎样算成").fill("连续四周抽检合格。")
        page.get_by_role("button", name="进入“制定计划”").click()
        page.get_by_label("从哪天").fill("2023-11-06")
        page.get_by_label("到哪天").fill("2023-12-06")
        page.get_by_label("分几步做").fill("先看设备，再带教。")
        wrong += page.evaluate(LOOK)
        page.get_by_role("button", name="进入“组织实施”").click()
        expect(page.get_by_role("status")).to_contain_text("组织实施")
    with sitting(chromium, address, logins["helper"]) as page:
        page.goto(f"{address}/me/helping/")
        page.get_by_role("link", name="记一次").click()
        page.get_by_label("几个小时").fill("20")
        page.get_by_label("做了什么").fill("调了电流，带了两个班组。")
        page.get_by_role("button", name="记下这一次").click()
        expect(page.locator(".invalid-feedback")).to_be_visible()
        expect(page.get_by_label("做了什么")).to_have_value("调了电流，带了两个班组。")
        page.get_by_label("几个小时").fill("2.5")
        page.get_by_label("多少人受益").fill("12")
        page.get_by_role("button", name="记下这一次").click()
        expect(page.get_by_text("共 2.5 小时")).to_be_visible()
        wrong += page.evaluate(LOOK)
    with sitting(chromium, address, logins["grassroots"]) as page:
        page.goto(f"{address}/desk/volunteers/")
        first_column(page)
        page.get_by_role("button", name="进入“绩效评估”").click()
        page.get_by_label("结果").select_option("solved")
        page.get_by_role("button", name="评估办结").click()
        expect(page.locator("#refusal")).to_contain_text("没有评估不能办结")
        page.get_by_role("radio", name="5", exact=True).check()
        wrong += page.evaluate(LOOK)
        page.get_by_role("button", name="评估办结").click()
        expect(page.get_by_role("status")).to_contain_text("已评估办结")
        wrong += faults(page)
    with sitting(chromium, address, logins["helper"]) as page:
        page.goto(f"{address}/volunteers/")
        expect(page.get_by_role("row").filter(has_text="新昌县")).to_contain_text("2.5")
        wrong += page.evaluate(LOOK)
    assert not wrong, "\n".join(wrong)
