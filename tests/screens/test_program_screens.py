"""Programmes and finder in a real browser: an old phone's 320 pixels without script, a phone, a desk; by keyboard alone. Pictures in `out/`."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.journeys import browser as browsers
from tests.journeys.served import ROOT, served
from tests.screens.test_screens import LOOK, OUT

OLD_PHONE = {"width": 320, "height": 568}
SIZES = {"old-phone": OLD_PHONE, "phone": browsers.PHONE, "desktop": browsers.DESK}
SMALLEST_TARGET = 44
PICTURED = ("programs", "graded-aid", "special-grant", "warmth-fund", "ten-measures", "tuition-sponsorship")
# Controls that a thumb must hit, smaller than it can.
SMALL = """(least) => [...document.querySelectorAll("main button, main select, main .p-choice, main .p-button, main input:not([type=hidden]):not([type=radio]):not([type=checkbox])")]
  .filter((each) => each.checkVisibility() && !each.classList.contains("visually-hidden") && each.getBoundingClientRect().height < least)
  .map((each) => each.outerHTML.slice(0, 90))"""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict]]:
    folder = tmp_path_factory.mktemp("programs")
    done = subprocess.run(
        [sys.executable, "-m", "tests.screens.served_programs", str(folder / "data")],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout.splitlines()[-1])
    with served(folder / "data", datetime.fromisoformat(made["now"]), folder / "served.log") as address:
        yield address, made


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    OUT.mkdir(exist_ok=True)
    with sync_playwright() as play:
        browser = browsers.launch(play)
        yield browser
        browser.close()


def opened(chromium: Browser, size: str, *, language: str = "zh-CN", script: bool = True) -> Page:
    context = chromium.new_context(viewport=SIZES[size], locale=language, java_script_enabled=script)
    return context.new_page()


def look(page: Page, name: str, *, picture: bool = True) -> list[str]:
    faults = [f"{name}: {fault}" for fault in page.evaluate(LOOK)]
    if page.viewport_size and page.viewport_size["width"] < 500:
        faults += [f"{name}: small {one}" for one in page.evaluate(SMALL, SMALLEST_TARGET)]
    if picture:
        page.screenshot(path=OUT / f"{name}.png", animations="disabled", full_page=True)
    return faults


def overheard(page: Page, home: str) -> list[str]:
    """Requests that leave `home`, and whatever the page complains of, as they come."""
    said: list[str] = []
    page.on(
        "request", lambda request: said.append(request.url) if not request.url.startswith((home, "data:")) else None
    )
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    return said


def test_every_programmes_page_fits(town, chromium):
    address, made = town
    page = opened(chromium, "desktop")
    away = overheard(page, address)
    wrong = []
    for name, path in [("programs", "/programs/"), *made["pages"]]:
        page.goto(address + path)
        for size, pixels in SIZES.items():
            page.set_viewport_size(pixels)
            wrong += look(page, f"program-{name}-{size}", picture=name in PICTURED)
    assert wrong == [] and away == []
    page.context.close()


def test_every_programmes_page_fits_in_english(town, chromium):
    address, made = town
    page = opened(chromium, "old-phone", language="en-GB")
    wrong = []
    for name, path in [("programs", "/programs/"), *made["pages"]]:
        page.goto(address + path)
        wrong += look(page, f"program-{name}-english", picture=name == "graded-aid")
    assert wrong == []
    page.context.close()


@pytest.mark.parametrize(
    ("size", "language", "script"),
    [("old-phone", "zh-CN", False), ("phone", "en-GB", False), ("desktop", "zh-CN", True)],
)
def test_the_finder_is_played_to_its_end_with_the_keyboard_alone(town, chromium, size, language, script):
    address, _made = town
    page = opened(chromium, size, language=language, script=script)
    page.goto(f"{address}/programs/find/")
    tag = f"{size}-{language[:2]}"
    wrong = look(page, f"find-start-{tag}")
    page.locator("#f-area").select_option("330624")
    press(page, "[name=go][value=start]")
    seen: list[str] = []
    while page.locator("input[name=now]").count():
        name = page.locator("input[name=now]").input_value()
        wrong += look(page, f"find-{name}-{tag}", picture=len(seen) < 3 or name in ("income_12m", "birth_date"))
        assert name not in seen and len(seen) < 80
        seen.append(name)
        if page.locator("#f-value").count():
            page.locator("#f-value").focus()
            page.keyboard.type(
                {"household_size": "3", "income_12m": "3万", "medical_own_cost_12m": "26000"}.get(name, "1")
            )
            sent(page, lambda: page.keyboard.press("Enter"))  # Enter goes on, never back
        elif page.locator("#f-y").count():
            page.locator("#f-y").focus()
            for part in ("1980", "6", "15"):
                page.keyboard.type(part)
                page.keyboard.press("Tab")
            sent(page, lambda: page.keyboard.press("Enter"))
        else:
            page.locator("input[name=value]").first.focus()
            page.keyboard.press("Space")
            sent(page, lambda: page.keyboard.press("Enter"))
    wrong += look(page, f"find-results-{tag}")
    assert {"income_12m", "household_size"} <= set(seen)
    assert page.locator(".p-result").count() > 0
    assert wrong == []
    page.context.close()


def test_the_phones_own_back_button_leads_to_the_question_before(town, chromium):
    address, _made = town
    page = opened(chromium, "phone")
    page.goto(f"{address}/programs/find/")
    page.locator("#f-area").select_option("330624")
    press(page, "[name=go][value=start]")
    first = page.locator("h1").inner_text()
    press(page, ".p-wide[name=go][value=skip]")
    second = page.locator("h1").inner_text()
    assert first != second
    page.go_back()
    assert page.locator("h1").inner_text() == first
    page.go_forward()
    assert page.locator("h1").inner_text() == second
    press(page, "[name=go][value=back]")
    assert page.locator("h1").inner_text() == first
    press(page, "[name=go][value=leave]")
    assert page.url.endswith("/programs/")
    assert (
        "v-" not in page.url
        and not page.context.cookies(address + "/x")
        or all("session" not in one["name"] for one in page.context.cookies())
    )
    page.context.close()


def test_a_worker_and_an_officer_at_their_own_pages(town, chromium):
    address, made = town
    wrong: list[str] = []
    for size in ("phone", "desktop"):
        page = opened(chromium, size)
        browsers.sign_in(page, address, "worker")
        page.goto(f"{address}/mine/find/")
        wrong += look(page, f"mine-find-{size}")
        press(page, "[name=go][value=start]")
        press(page, "[name=go][value=results]")
        wrong += look(page, f"mine-results-{size}")
        page.context.close()
        page = opened(chromium, size)
        browsers.sign_in(page, address, "county")
        page.goto(f"{address}{made['trial']}?example=1")
        wrong += [fault for fault in look(page, f"trial-{size}") if "small" not in fault]
        page.context.close()
    assert wrong == []


def test_the_static_pages_are_light_on_a_light_device_and_dark_on_a_dark_one(chromium, tmp_path):
    done = subprocess.run(
        [Path(sys.executable).parent / "niangjia", "programs", "page", "--out", str(tmp_path), "--parameters", str(ROOT / "demo/town/parameters.yaml")],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    for scheme in ("light", "dark"):
        context = chromium.new_context(viewport=OLD_PHONE, color_scheme=scheme, java_script_enabled=False)  # type: ignore[arg-type]
        page = context.new_page()
        said = overheard(page, "file:")
        wrong = []
        for name in ("index", "330624-graded-aid", "330624-graded-aid.en", "3308-ten-measures"):
            page.goto(f"file://{tmp_path}/{name}.html")
            wrong += look(page, f"static-{name}-{scheme}")
            colours = page.evaluate(
                "() => [getComputedStyle(document.body).backgroundColor, getComputedStyle(document.querySelector('.p-page')).color]"
            )
            wrong += [] if contrast(*colours) > 7 else [f"{name} {scheme} {colours}"]
        assert wrong == [] and said == []
        context.close()


def press(page: Page, selector: str) -> None:
    sent(page, lambda: page.locator(selector).last.click())


def sent(page: Page, act) -> None:
    """Do what sends the form, and wait for the page that answers."""
    with page.expect_navigation():
        act()


def contrast(one: str, other: str) -> float:
    def luminance(colour: str) -> float:
        parts = [int(float(part)) / 255 for part in colour[colour.index("(") + 1 : colour.index(")")].split(",")[:3]]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
