"""A worker books on a phone, waits, moves up, is checked in by code and has a certificate; a bus is planned, published and booked."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Place
from tests.journeys.test_applying import faults, sitting


def seen(wrong: list[str], page: Page) -> Page:
    wrong += faults(page)
    return page


def test_a_worker_books_moves_up_is_checked_in_by_code_and_has_a_certificate(applying: Place, chromium: Browser):
    address, logins, wrong = applying.address, applying.made["logins"], list[str]()
    with (
        sitting(chromium, address, logins["booker"], script=False) as worker,
        sitting(chromium, address, logins["booked"]) as other,
        sitting(chromium, address, logins["county"]) as officer,
    ):
        worker.goto(f"{address}/mine/")
        worker.get_by_role("link", name="我的预约").last.click()
        worker.get_by_role("link", name=re.compile("数控车工夜校")).click()
        worker.get_by_role("button", name="报名").click()
        expect(worker.get_by_text("候补第 1 位")).to_be_visible()
        other.goto(f"{address}/me/bookings/")
        seen(wrong, other).get_by_role("link", name=re.compile("数控车工夜校")).click()
        seen(wrong, other).get_by_role("button", name="取消报名").click()
        expect(other.get_by_text("名额让给了候补的人")).to_be_visible()
        worker.reload()
        code = worker.locator(".ticket-code").inner_text()
        expect(worker.locator("svg.qr")).to_be_visible()
        officer.goto(f"{address}/desk/bookings/check-in/")
        officer.get_by_label("签到码").fill(code.lower())
        seen(wrong, officer).get_by_role("button", name="查", exact=True).click()
        seen(wrong, officer).get_by_role("button", name="到了，签到").click()
        expect(officer.get_by_text("已签到，共 1 人")).to_be_visible()
        officer.goto(f"{address}/desk/bookings/")
        officer.get_by_role("link", name="数控车工夜校").click()
        seen(wrong, officer).get_by_role("button", name="给到场的发证明").click()
        expect(officer.get_by_text("发了 1 份证明")).to_be_visible()
        worker.reload()
        worker.get_by_role("link", name="看证明").click()
        expect(worker.get_by_text("参加证明")).to_be_visible()
        assert re.search("ZS[0-9A-Z]{10}", worker.locator("article").inner_text())
    assert not wrong, "\n".join(wrong)


def test_a_bus_is_planned_beside_the_page_moved_by_hand_and_published(applying: Place, chromium: Browser):
    address, logins, wrong = applying.address, applying.made["logins"], list[str]()
    with sitting(chromium, address, logins["county"]) as page:
        page.goto(f"{address}/desk/tours/")
        for label, typed in (
            ("名称", "体检车下乡"), ("从哪天", "2023-11-20"), ("到哪天", "2023-11-21"), ("出发地纬度", "29.5"), ("出发地经度", "120.9"),
        ):  # fmt: skip
            page.get_by_label(label).first.fill(typed)
        seen(wrong, page).get_by_role("button", name="开始排班").click()
        for name, people, north, east in (("羽林", "40", "29.52", "120.88"), ("澄潭", "20", "29.43", "120.78")):
            page.wait_for_load_state()
            form = page.locator("form[action$='/sites/']")
            if not form.is_visible():
                page.get_by_text("添加站点").click()
            form.locator("[name=name]").fill(name)
            form.locator("[name=people]").fill(people)
            form.locator("[name=latitude]").fill(north)
            form.locator("[name=longitude]").fill(east)
            form.get_by_role("button", name="添加").click()
        page.get_by_role("button", name="自动排班").click()
        expect(page.get_by_text("排上 60 人")).to_be_visible(timeout=40_000)
        seen(wrong, page).get_by_role("button", name="采用").click()
        page.get_by_role("checkbox", name="固定 1").check()
        page.get_by_role("button", name="保存改动").click()
        seen(wrong, page).get_by_role("button", name="围绕固定的重新排班").click()
        expect(page.get_by_text("排上 60 人")).to_be_visible(timeout=40_000)
        page.get_by_text("发布给职工报名").click()
        page.get_by_label("报名截止").fill("2023-11-18T17:00")
        page.get_by_label("照现在的安排发布").check()  # the plan that was worked out last is not taken over
        page.get_by_role("button", name="发布", exact=True).click()
        expect(page.get_by_text("每个时段的名额都开放报名")).to_be_visible()
        seen(wrong, page)
    seats = applying.read("select sum(seats), max(seats) from bookings_slot join bookings_offer o on o.id = offer_id where o.kind = 'check_up'")  # fmt: skip
    assert seats == [(60, 4)] and not wrong, "\n".join(wrong)
