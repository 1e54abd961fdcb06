"""On a phone: a hazard reported without a name, a proposal from its registration to its rating, and a worker who joins a union."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from niangjia.apps.files.tests import pictures
from tests.journeys import browser as browsers
from tests.journeys.conftest import Place
from tests.journeys.test_applying import choose, faults, go_on, sitting

DRIVER = {"想加入哪个工会": "轴承厂", "姓名": "赵小六", "身份证号": "11010519491231002X", "手机号": "13900000000"}


def hand_in(page: Page) -> str:
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="提交申请").click()
    return page.locator(".receipt").inner_text()


def act(page: Page, address: str, number: str, outcome: str, **answers: str) -> None:
    """At the desk: what the stage asks, then its result."""
    page.goto(f"{address}/desk/applications/")
    page.get_by_role("row").filter(has_text=number).get_by_role("link").first.click()
    for name, answer in answers.items():
        field = page.locator(f"#f-{name}")
        field.select_option(answer) if field.evaluate("one => one.tagName") == "SELECT" else field.fill(answer)
    page.get_by_role("radio", name=re.compile(f"^{outcome}")).check()
    page.get_by_role("button", name="办理", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="已办理")).to_be_visible()


def test_a_hazard_a_proposal_and_a_membership_on_a_phone(applying: Place, chromium: Browser, tmp_path: Path):
    address, logins = applying.address, applying.made["logins"]
    photo = tmp_path / "hazard.jpg"
    photo.write_bytes(pictures.jpeg(900, 600))
    wrong: list[str] = []
    # A hazard, by the code that hangs at the site: no account, no name.
    context = browsers.open_context(chromium, address, viewport=browsers.PHONE)
    page = context.new_page()
    page.goto(f"{address}/matters/33/hazard-report/?f-hazard_site=XG")
    page.get_by_label("隐患类别").select_option("fire")
    page.get_by_label("有多急").select_option("now")
    page.get_by_label("具体位置").fill("二号车间东门")
    page.get_by_role("button", name="交给工会").click()
    expect(page.locator("#error-f-hazard_words")).to_be_visible()  # left out: what was typed is still there
    expect(page.get_by_label("具体位置")).to_have_value("二号车间东门")
    wrong += faults(page)
    page.get_by_label("看到了什么").fill("配电箱门脱落，雨天进水")
    page.get_by_role("button", name="交给工会").click()
    receipt = page.locator(".receipt").inner_text()
    hazard = browsers.number_told(page)
    assert re.fullmatch(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){2}", receipt)
    page.locator("input[type=file]").last.set_input_files(photo)
    page.get_by_role("button", name="加上照片").click()
    expect(page.get_by_text("1 张")).to_be_visible()
    wrong += faults(page)
    # A membership, by the same phone.
    page.goto(f"{address}/matters/33/union-membership/")
    page.get_by_label("怎样就业").select_option("platform")
    for label, text in DRIVER.items():
        page.get_by_label(label).fill(text)
    page.get_by_role("button", name="交给工会").click()
    joining = browsers.number_told(page)
    # A proposal, one question a page.
    with sitting(chromium, address, logins["representative"]) as own:
        own.goto(f"{address}/mine/programs/member-proposal/apply/")
        own.get_by_role("button", name="开始申请").click()
        for part, value in zip("ymd", ("2023", "10", "20"), strict=True):
            own.locator(f"[name=value-{part}]").fill(value)
        go_on(own)
        choose(own, "本人提案")
        for text in ("夜班没有热饭", "食堂延长到零点"):
            own.locator("[name=value]").fill(text)
            go_on(own)
        own.get_by_role("button", name="不知道，跳过").click()
        proposal = hand_in(own)
    with sitting(chromium, address, logins["township"]) as desk:
        act(desk, address, proposal, "登记")
        act(desk, address, proposal, "交办", answering_union="轴承厂工会")
    with sitting(chromium, address, logins["grassroots"]) as desk:
        act(desk, address, proposal, "答复", proposal_answer="下月起供到零点")
        act(desk, address, joining, "通过")
        act(desk, address, hazard, "通过", hazard_severity="major", rectify_by="2023-11-08")
        desk.goto(f"{address}/desk/matters/")
        wrong += faults(desk)
        desk.goto(f"{address}/desk/matters/counts/")
        wrong += faults(desk)
    with sitting(chromium, address, logins["representative"]) as own:
        own.goto(f"{address}/mine/")
        own.get_by_role("region", name="我的申请").get_by_role("link").first.click()
        expect(own.get_by_text("下月起供到零点")).to_be_visible()
        own.get_by_role("button", name="现在去办").click()
        own.get_by_role("link", name="开始填").click()
        wrong += faults(own)
        choose(own, "满意")
        own.get_by_role("button", name="不知道，跳过").click()
        assert hand_in(own) == proposal
    page.goto(f"{address}/matters/receipt/")
    page.get_by_label("回执号").fill(receipt.lower())
    page.get_by_role("button", name="查询").click()
    expect(page.get_by_text("整改", exact=False).first).to_be_visible()
    context.close()
    assert wrong == []
    ids = [int(number[-7:]) for number in (hazard, proposal, joining)]
    stands = [applying.read("select state, stage from matters_matter where id = ?", one)[0] for one in ids]
    assert stands == [("AT_WORK", "rectify"), ("DONE", "rate"), ("DONE", "accept")]
    members = (
        "select count(*) from registry_membership m join matters_matter x on x.person_id = m.person_id where x.id = ?"
    )
    assert applying.read(members, ids[2]) == [(1,)]


def test_whoever_has_the_receipt_says_on_a_phone_how_they_were_served(applying: Place, chromium: Browser):
    address, logins = applying.address, applying.made["logins"]
    context = browsers.open_context(chromium, address, viewport=browsers.PHONE)
    page = context.new_page()
    page.goto(f"{address}/matters/33/hazard-report/?f-hazard_site=XG")
    page.get_by_label("隐患类别").select_option("gas")
    page.get_by_label("有多急").select_option("soon")
    page.get_by_label("具体位置").fill("锅炉房")
    page.get_by_label("看到了什么").fill("有煤气味")
    page.get_by_label("怎样联系您").fill("139 0000 4321")
    page.get_by_role("button", name="交给工会").click()
    receipt = page.locator(".receipt").inner_text()
    hazard = browsers.number_told(page)
    with sitting(chromium, address, logins["grassroots"]) as desk:
        desk.goto(f"{address}/desk/applications/")
        desk.get_by_role("row").filter(has_text=hazard).get_by_role("link").first.click()
        desk.get_by_role("radio", name=re.compile("^不属实")).check()
        desk.get_by_label("理由").fill("到现场看过，是厨房在做饭")
        desk.get_by_role("button", name="办理", exact=True).click()
        expect(desk.get_by_role("status").filter(has_text="已办理")).to_be_visible()
    page.goto(f"{address}/matters/")
    page.get_by_role("link", name="已经办结，评价办理").click()
    page.get_by_role("button", name="提交评价").click()
    expect(page.locator("#error-verdict")).to_be_visible()
    wrong = faults(page)
    page.get_by_label("回执号或编号").fill(receipt)
    page.get_by_label("手机号末四位").fill("1234")
    page.get_by_text("基本满意").click()
    page.get_by_role("button", name="提交评价").click()
    expect(page.get_by_role("alert").filter(has_text="对不上")).to_be_visible()
    expect(page.get_by_role("radio", name="基本满意")).to_be_checked()
    page.get_by_label("手机号末四位").fill("4321")
    page.get_by_role("button", name="提交评价").click()
    expect(page.get_by_role("heading", name="谢谢您的评价")).to_be_visible()
    assert receipt not in page.url
    wrong += faults(page)
    context.close()
    said = "select r.verdict, r.by_receipt from matters_rating r where r.matter_id = ?"
    assert applying.read(said, int(hazard[-7:])) == [("acceptable", 1)]
    assert wrong == []
