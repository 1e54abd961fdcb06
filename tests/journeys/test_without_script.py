"""A visit in a browser that runs no scripts, on a phone; that a worker applies without one stands in `test_applying`."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, expect

from niangjia.apps.files.tests import pictures
from tests.journeys import browser as browsers
from tests.journeys.conftest import Place


def test_a_visit_is_drafted_illustrated_mended_and_reported_without_any_script(
    visits: Place, chromium: Browser, tmp_path: Path
):
    photo = tmp_path / "home.jpg"
    photo.write_bytes(pictures.jpeg(900, 600))
    order_id = visits.made["order_of"]["without_script"]
    context = browsers.open_context(chromium, visits.address, **browsers.ON_PHONE, java_script_enabled=False)
    page = context.new_page()
    browsers.sign_in(page, visits.address, visits.made["names"]["grassroots"])
    page.goto(f"/desk/orders/{order_id}/")
    page.get_by_role("link", name="填写走访表").click()
    page.locator("[name=authorisation_no]").fill("SQ202310-9")
    page.locator("#u-photos-files").set_input_files(photo)
    page.get_by_role("button", name="存草稿").click()
    page.goto(f"/desk/orders/{order_id}/")
    page.get_by_role("link", name="接着填走访表（有草稿）").click()
    expect(page.locator("[name=authorisation_no]")).to_have_value("SQ202310-9")
    expect(page.locator("[data-upload=photos] .upload-item")).to_have_count(1)

    page.get_by_label("外部同行人姓名").fill("（虚构）王芳")
    page.get_by_label("外部同行人身份").fill("社区网格员")
    page.locator("[name=has_consent][value=yes]").check()
    browsers.find_all_members_right(page)
    page.locator("[name=main_cause]").select_option("低收入")
    page.locator("button[value=income_items]").click()  # two rows more, and nothing typed is lost
    expect(page.locator("[name=main_cause]")).to_have_value("低收入")
    page.locator("[name=income_items-0-item]").fill("工资")
    page.locator("[name=income_items-0-amount]").fill("18000")
    page.locator("[name=is_signed][value=yes]").check()
    page.locator("input[name=outcome][value=V1]").check()
    page.get_by_role("button", name="保存走访").click()
    expect(page.locator("#refusal")).to_contain_text("需要补正")
    expect(page.locator("[name=income_items-0-amount]")).to_have_value("18000")
    page.locator("[name=verifier_opinion]").fill("情况属实，建议帮扶。")
    page.get_by_role("button", name="保存走访").click()
    expect(page).to_have_url(f"{visits.address}/desk/orders/{order_id}/")
    expect(page.get_by_text("已上报，等县级复核")).to_be_visible()
    assert visits.read("SELECT count(*) FROM cases_visit WHERE work_order_id = ?", order_id) == [(1,)]
    assert visits.read("SELECT count(*) FROM cases_visitdraft WHERE work_order_id = ?", order_id) == [(0,)]
    context.close()
