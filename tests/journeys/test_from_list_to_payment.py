"""One household's way from the month's list to 500 yuan on a bank card, each step by the person whose step it is, where they do it: desk or phone."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.journeys import browser as browsers
from tests.journeys.conftest import Town
from tests.journeys.prepared import MONTH
from tests.journeys.served import ROOT

ACCOUNT = "6217003312345678901"


def test_a_household_of_the_list_is_visited_reviewed_and_paid(town: Town, tmp_path: Path):
    release(town)
    number = hand_down(town)
    visit_on_a_phone(town, number)
    review(town)
    approve_the_money(town)
    reference = pay(town, tmp_path)
    the_worker_reads(town)
    the_auditor_checks(town)
    assert reference.endswith("-00001")
    it_stands_in_the_database(town)
    checked = subprocess.run(
        [Path(sys.executable).with_name("niangjia"), "verify", "--data", str(town.data)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def press(page: Page, words: str) -> None:
    page.locator("main").get_by_role("button", name=words, exact=True).first.click()


def release(town: Town) -> None:
    """The city looks at the sample household by household, releases, and the orders go out."""
    page = town.sign_in("city")
    page.goto(f"{town.address}/desk/list/")
    expect(page.locator("h1")).to_contain_text("困难预警名单")
    page.get_by_role("link", name="抽查与发布").click()
    press(page, "发布并派单")
    expect(page.get_by_role("alert")).to_contain_text("这一步没有办成")  # nobody has looked yet
    press(page, "抽样")
    sample = page.url.partition("?")[0]
    for _page in range(8):
        page.goto(f"{sample}?left=1")
        if page.get_by_text("全部看过").count():
            break
        for right in page.locator("input[value=right]").all():
            right.check()
        press(page, "保存本页抽查结果")
        page.wait_for_load_state()
    page.goto(sample)
    press(page, "发布并派单")
    expect(page.get_by_role("status").filter(has_text="派单完成")).to_contain_text(re.compile("新派 [1-9]"))


def hand_down(town: Town) -> str:
    """County and township sign for the order and forward it; returns its number."""
    page = town.sign_in("county")
    page.goto(f"{town.address}/desk/list/?month={MONTH}&area=330624")
    page.locator(f"a[href='/desk/households/{town.start['household']}/']").click()
    card = page.locator("a.order-card[href*='/desk/orders/']")
    number = card.locator("strong").inner_text()
    card.click()
    press(page, "签收")
    page.get_by_label("转给下级工会").select_option(label=option(page, str(town.start["town"])))
    press(page, "转派")
    expect(page.get_by_role("status")).to_contain_text("已转给")

    page = town.sign_in("township")
    open_order(town, page, number)
    press(page, "签收")
    page.get_by_label("转给下级工会").select_option(label=option(page, str(town.start["firm"])))
    press(page, "转派")
    expect(page.get_by_role("status")).to_contain_text(str(town.start["firm"]))
    return number


def open_order(town: Town, page: Page, number: str) -> None:
    page.goto(f"{town.address}/desk/orders/")
    page.locator("a.order-card", has_text=number).click()


def option(page: Page, name: str) -> str:
    page.wait_for_load_state()
    return next(
        text for text in page.get_by_label("转给下级工会").locator("option").all_inner_texts() if text.startswith(name)
    )


def visit_on_a_phone(town: Town, number: str) -> None:
    """The chairman of the firm's union opens the order on a phone, visits with a colleague, reports the hardship as true."""
    page = town.sign_in("grassroots", on_phone=True)
    open_order(town, page, number)
    press(page, "签收")
    press(page, "指派")
    page.get_by_text("没有走访就上报").click()
    page.locator("input[name=outcome][value=V1]").check()
    press(page, "上报")
    expect(page.get_by_role("alert")).to_contain_text("请先登记")  # nothing to report before the visit
    page.get_by_role("link", name="填写走访表").click()
    fill_in(page)
    expect(page.get_by_text("走访已登记")).to_be_visible()
    page.get_by_role("link", name="一户一页").click()
    page.get_by_text("登记收款账号").first.click()
    page.get_by_label("银行账号").first.fill(ACCOUNT)
    page.get_by_label("开户行").first.fill("（虚构）银行新昌支行")
    press(page, "登记")
    expect(page.get_by_text("尾号 8901")).to_be_visible()
    open_order(town, page, number)
    page.locator("input[name=outcome][value=V1]").check()
    press(page, "上报")
    expect(page.get_by_text("核实结论已上报县级复核")).to_be_visible()


def fill_in(page: Page) -> None:
    """First without the opinion: what was typed stays, and the page says what is missing."""
    page.get_by_role("checkbox", name="基层工会委员（虚构）").check()
    browsers.go_to_step(page, "agree")
    page.locator("[name=has_consent][value=yes]").check()
    page.locator("[name=authorisation_no]").fill("SQ202310-1")
    browsers.go_to_step(page, "family")  # who lives there is known: it is compared at the door
    browsers.find_all_members_right(page)
    page.locator("[name=main_cause]").select_option("低收入")
    browsers.go_to_step(page, "money")
    page.locator("[name=income_items-0-item]").fill("工资")
    page.locator("[name=income_items-0-amount]").fill("18000")
    browsers.go_to_step(page, "signed")
    page.locator("[name=is_signed][value=yes]").check()
    browsers.go_to_step(page, "found")
    press(page, "保存走访")
    expect(page.locator("#refusal")).to_contain_text("需要补正")
    assert page.locator("[name=authorisation_no]").input_value() == "SQ202310-1"
    page.locator("#refusal a", has_text="请写您的核实意见").click()
    page.locator("[name=verifier_opinion]").fill("情况属实，建议帮扶。")
    press(page, "保存走访")


def review(town: Town) -> None:
    """Not by whoever handed the order down: a colleague."""
    page = town.sign_in("county2")
    page.goto(f"{town.address}/desk/review/")
    page.locator("main a[href^='/desk/cases/']").first.click()
    press(page, "复核通过")
    expect(page.get_by_text("已办理：复核通过")).to_be_visible()
    expect(page.get_by_text("500.00").first).to_be_visible()


def approve_the_money(town: Town) -> None:
    """Whoever reviewed is refused; a colleague approves."""
    for username, words in (("county2", "这一步没有办成"), ("county", "已审批 1 笔")):
        page = town.sign_in(username)
        open_budget(town, page)
        page.locator("input[name=reservation]").check()
        press(page, "审批选中的")
        expect(page.get_by_text(words).first).to_be_visible()


def open_budget(town: Town, page: Page) -> None:
    page.goto(f"{town.address}/desk/money/")
    page.get_by_role("link", name="专项帮扶资金 2023").click()


def pay(town: Town, folder: Path) -> str:
    """Three people for one batch: prepared, approved, sealed; the file for the bank, and the bank's answer. Returns the reference."""
    page = town.sign_in("finance")
    open_budget(town, page)
    press(page, "编制批次")
    expect(page.get_by_text("伍佰元整")).to_be_visible()
    address = page.url

    page = town.sign_in("county")
    page.goto(address)
    press(page, "审批批次")
    page = town.sign_in("finance")
    page.goto(address)
    press(page, "封存并生成银行文件")
    expect(page.get_by_role("alert")).to_contain_text("这一步没有办成")  # who prepared it does not pay it

    page = town.sign_in("finance2")
    page.goto(address)
    press(page, "封存并生成银行文件")
    with page.expect_download() as sent:
        press(page, "下载银行文件")
    sent.value.save_as(folder / "bank.csv")
    head, line, total = (folder / "bank.csv").read_bytes().decode("gb18030").split("\r\n")[:3]
    assert head.startswith("序号,收款账号,收款户名") and total.split(",")[4] == "500.00"
    assert line.split(",")[1] == ACCOUNT and line.split(",")[4] == "500.00"
    press(page, "登记已送银行")
    page.locator("select[name^=outcome-]").select_option("PAID")
    press(page, "登记选定的回单")
    expect(page.get_by_text("到账 1 笔")).to_be_visible()
    return line.split(",")[6]


def the_worker_reads(town: Town) -> None:
    page = town.sign_in("worker", on_phone=True)
    expect(page).to_have_url(f"{town.address}/mine/")
    expect(page.get_by_text("工会帮扶已送到您手上")).to_contain_text("500.00")
    expect(page.get_by_text("依据：基层工会核实后反馈")).to_be_visible()
    looked = page.locator("section", has=page.get_by_role("heading", name="谁看过我的资料"))
    expect(looked).to_contain_text("基层工会主席（虚构）")


def the_auditor_checks(town: Town) -> None:
    page = town.sign_in("auditor")
    page.goto(f"{town.address}/desk/audit/")
    press(page, "核对审计链")
    expect(page.get_by_text("审计链完整")).to_be_visible(timeout=60_000)  # by a process of its own


STEPS = (
    ("alerts.release", "city"), ("workorders.forward", "county"), ("workorders.forward", "township"), ("workorders.assign", "grassroots"),
    ("cases.visit", "grassroots"), ("cases.submit", "grassroots"), ("cases.accept", "county2"), ("funds.approve", "county"),
    ("funds.prepare_batch", "finance"), ("funds.approve_batch", "county"), ("funds.seal_batch", "finance2"), ("funds.receive_receipt", "finance2"),
)  # fmt: skip


def it_stands_in_the_database(town: Town) -> None:
    """The chain has each step by the one whose it was, in this order; the case, the visit by two, and the money say the same."""
    with closing(sqlite3.connect(town.data / "db.sqlite3")) as database:

        def rows(query: str) -> list[tuple]:
            return database.execute(query).fetchall()

        who = dict(rows("SELECT id, username FROM accounts_account"))
        steps = [(action, who[account]) for action, account in rows(
            "SELECT action, account_id FROM audit_auditevent WHERE account_id IS NOT NULL ORDER BY seq"
        )]  # fmt: skip
        assert [step for step in dict.fromkeys(steps) if step in STEPS] == list(STEPS)
        ((state, outcome, verified_by, reviewed_by),) = rows(
            "SELECT state, outcome, verified_by_id, reviewed_by_id FROM cases_case WHERE reviewed_by_id IS NOT NULL"
        )
        assert (state, outcome, who[verified_by], who[reviewed_by]) == ("CONFIRMED", "V1", "grassroots", "county2")
        ((verifiers,),) = rows("SELECT verifiers FROM cases_visit")
        assert {who[one] for one in json.loads(verifiers)} == {"grassroots", "grassroots2"}
        assert rows("SELECT state, amount FROM funds_payment") == [("SETTLED", 50000)]  # cents
