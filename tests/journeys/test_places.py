"""A worker in the street finds the nearest station; a street's union puts a new one forward, and the county takes it from there to a visit."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from niangjia.apps.files.tests import pictures
from tests.journeys import browser as browsers
from tests.journeys.conftest import Place
from tests.screens.test_screens import LOOK, OUT, accessibility

HERE = {"latitude": 29.5, "longitude": 120.9}


def faults(page: Page, picture: str) -> list[str]:
    page.wait_for_load_state()
    OUT.mkdir(exist_ok=True)
    page.screenshot(path=OUT / f"{picture}.png", full_page=True, animations="disabled")
    return [f"{page.url}: {fault}" for fault in (*page.evaluate(LOOK), *accessibility(page))]


def test_a_worker_finds_the_nearest_station_and_an_officer_brings_a_new_one_from_application_to_a_visit(
    applying: Place, chromium: Browser, tmp_path: Path
):
    address, logins = applying.address, applying.made["logins"]
    wrong: list[str] = []
    # On a phone in the street, without signing in.
    street = browsers.open_context(
        chromium, address, **browsers.ON_PHONE, geolocation=HERE, permissions=["geolocation"]
    )
    phone = street.new_page()
    phone.goto(f"{address}/places/")
    wrong += faults(phone, "journey-places-register")
    phone.get_by_role("button", name="用手机定位").click()
    first = phone.locator(".place-item").first
    expect(first).to_contain_text("城中驿站")
    expect(first).to_contain_text("北 330 米")
    wrong += faults(phone, "journey-places-near")
    assert "29.5" not in phone.url, "the position stands in no address"
    first.get_by_role("link", name="城中驿站", exact=True).click()
    expect(phone.get_by_text("微波炉")).to_be_visible()
    expect(phone.get_by_role("link", name="用手机地图打开")).to_have_attribute(
        "href", "geo:29.503000,120.900000?q=29.503000,120.900000"
    )
    wrong += faults(phone, "journey-places-place")
    street.close()
    # Without a script the same is found by name.
    plain = browsers.open_context(chromium, address, viewport=browsers.PHONE, java_script_enabled=False)
    page = plain.new_page()
    page.goto(f"{address}/places/")
    page.get_by_label("名称或地址").fill("城南")
    page.get_by_role("button", name="查找").click()
    expect(page.locator(".place-item")).to_have_count(1)
    plain.close()
    # The street's union puts a station forward, from where it stands.
    township = browsers.open_context(
        chromium, address, **browsers.ON_PHONE, geolocation=HERE, permissions=["geolocation"]
    )
    page = township.new_page()
    browsers.sign_in(page, address, logins["township"])
    page.goto(f"{address}/desk/places/new/")
    page.get_by_role("link", name="户外劳动者服务站点").click()
    page.get_by_label("名称").fill("桥头驿站")
    page.get_by_role("button", name="填入我现在的位置").click()
    expect(page.get_by_label("纬度")).to_have_value("29.50000")
    page.get_by_role("button", name="申报", exact=True).click()
    expect(page.get_by_text("请填写“日常管理单位”。")).to_be_visible()
    page.get_by_label("日常管理单位").fill("桥头社区")
    page.get_by_label("饮水").check()
    wrong += faults(page, "journey-places-form")
    page.get_by_role("button", name="申报", exact=True).click()
    expect(page.get_by_text("已申报，等上级工会验收。可以接着添照片。")).to_be_visible()
    photo = tmp_path / "station.jpg"
    photo.write_bytes(pictures.jpeg(900, 600))
    page.locator("#u-photos-files").set_input_files(photo)
    expect(page.locator("[data-upload] img")).to_have_count(1)
    station = page.url
    # The county lists it, visits it, and finds no first-aid box.
    desk = browsers.open_context(chromium, address)
    county = desk.new_page()
    browsers.sign_in(county, address, logins["county"])
    county.goto(f"{address}/desk/places/?attention=waiting")
    county.get_by_role("link", name="桥头驿站").click()
    county.get_by_role("button", name="验收入册").click()
    expect(county.get_by_text("已办：验收入册。")).to_be_visible()
    visit = county.locator("details", has=county.locator("summary", has_text="监督走访")).last
    visit.locator("summary").click()
    for label in ("有标识", "有固定场所", "饮水"):
        visit.get_by_label(label, exact=True).check()
    visit.get_by_role("button", name="监督走访").click()
    expect(county.locator("#refusal")).to_contain_text("监督走访须写明理由")
    visit = county.locator("details", has=county.locator("summary", has_text="监督走访")).last
    if not visit.get_attribute("open") and visit.get_attribute("open") != "":
        visit.locator("summary").click()
    expect(visit.get_by_label("饮水", exact=True)).to_be_checked()
    visit.get_by_label("说明").fill("缺药箱、制度牌")
    visit.get_by_role("button", name="监督走访").click()
    expect(county.get_by_text("待整改，期限").first).to_be_visible()
    wrong += faults(county, "journey-places-desk-place")
    county.goto(f"{address}/desk/places/")
    wrong += faults(county, "journey-places-desk")
    desk.close()
    # The street's union says what it mended.
    page.goto(station)
    page.get_by_label("整改了什么").fill("已配药箱，挂了制度牌")
    page.get_by_role("button", name="报告整改完成").click()
    expect(page.get_by_text("已办：报告整改完成。")).to_be_visible()
    township.close()
    assert applying.read("SELECT state, mend_by FROM places_place WHERE name = '桥头驿站'") == [("LISTED", None)]
    assert not wrong, "\n".join(wrong)
