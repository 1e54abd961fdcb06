"""Every page of every role at a desk and on a phone: nothing sticks out, every control has a name. Pictures for eyes lie in `out/`."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from functools import partial
from itertools import groupby
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from niangjia.portals.design import reviewed
from tests.journeys import browser as browsers
from tests.journeys.served import ROOT
from tests.soak import IS_SOAK

OUT = Path(__file__).parent / "out"
TOUR = ROOT / "docs" / "pictures" / "tour"
SEEN = TOUR / "seen.json"
"""Of each picture in the guides: a hash of the words that stood on the page."""
ROLES_A_PAGE = (
    2 if IS_SOAK else 1
)  # the page that most may do on, and another; what each role may open is tested without a browser
TAKES_PICTURES = IS_SOAK or browsers.TAKES_PICTURES
# Contrast is what axe takes longest to look at, and it follows from how a text is painted: a page all of whose texts are painted
# as others were on pages before it is not asked about contrast again (`known`: those ways).
AXE = """async ({ rules, known }) => {
  const backs = new Map();
  const back = (each) => {
    if (!each) return "";
    if (!backs.has(each)) {
      const { backgroundColor, backgroundImage, opacity } = getComputedStyle(each);
      const own = [backgroundColor, backgroundImage, opacity].join();
      const covers = backgroundColor.startsWith("rgb(") && backgroundImage === "none" && opacity === "1";
      backs.set(each, covers ? own : `${own} on ${back(each.parentElement)}`);
    }
    return backs.get(each);
  };
  const painted = (each) => {
    const { color, fontSize, fontWeight } = getComputedStyle(each);
    const large = parseFloat(fontSize) >= (fontWeight >= 700 ? 18.67 : 24);
    return `${large ? "large " : ""}${color} on ${back(each)}`;
  };
  for (const fold of document.querySelectorAll("main details")) fold.open = true;
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), saying = new Set(document.querySelectorAll("input, select, textarea"));
  while (texts.nextNode()) if (texts.currentNode.data.trim()) saying.add(texts.currentNode.parentElement);
  const ways = [...new Set([...saying].filter((each) => each.checkVisibility()).map(painted))];
  const isKnown = ways.every((way) => known.includes(way));
  const asked = isKnown && rules.includes("color-contrast") ? [] : rules;
  const found = asked.length && await axe.run(document, {
    runOnly: asked, resultTypes: ["violations"], rules: isKnown ? { "color-contrast": { enabled: false } } : {},
  });
  for (const fold of document.querySelectorAll("main details")) fold.open = false;
  const nodes = (found.violations ?? []).flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.target} ${node.any[0]?.message ?? one.help}`));
  return [nodes, ways];
}"""
_PAINTED: set[str] = set()
"""Every way in which a text was painted on a page that axe found no fault of contrast on, of this process."""
SIZES = {
    "desktop": browsers.DESK,
    "phone": browsers.PHONE,
    "twice as large": {"width": browsers.DESK["width"] // 2, "height": browsers.DESK["height"] // 2},
    "four times as large": {"width": 320, "height": 256},  # WCAG 1.4.10: a desk of 1280 px at 400 %
}
# What is wrong with the page as it stands, in words: one list.
LOOK = """async () => {
  while (document.readyState !== "complete") await new Promise((then) => setTimeout(then, 20));
  const wrong = [], seen = (each) => each.checkVisibility({ visibilityProperty: true });
  const moves = (each) => getComputedStyle(each.closest("table")?.parentElement ?? document.body).overflowX === "auto";
  const page = document.scrollingElement;
  if (page.scrollWidth > innerWidth) {
    const out = [...document.querySelectorAll("main *")].filter((each) => seen(each) && each.getBoundingClientRect().right > innerWidth + 1);
    wrong.push(`wider than the screen by ${page.scrollWidth - innerWidth}: ${out.slice(0, 2).map((each) => each.outerHTML.slice(0, 80))}`);
  }
  if (!document.documentElement.lang) wrong.push("no language");
  const heads = [...document.querySelectorAll("h1")].filter(seen).length;
  if (heads !== 1) wrong.push(`${heads} h1`);
  for (const each of document.querySelectorAll("input:not([type=hidden]), select, textarea, button")) {
    const name = [...(each.labels || [])].map((label) => label.textContent).join("") || each.getAttribute("aria-label") || each.textContent;
    if (!name.trim()) wrong.push(`no name: ${each.outerHTML.slice(0, 100)}`);
  }
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode, size = parseFloat(getComputedStyle(text.parentElement).fontSize);
    if (text.data.trim() && seen(text.parentElement) && size < 11) wrong.push(`${size}px: ${text.data.trim().slice(0, 30)}`);
  }
  for (const tile of document.querySelectorAll(".tile")) {
    if (tile.scrollWidth > tile.clientWidth + 1) wrong.push(`out of its tile: ${tile.textContent.trim()}`);
  }
  for (const fold of document.querySelectorAll("main details")) fold.open = true;
  for (const card of document.querySelectorAll(".card, .order-card")) {
    const edge = card.getBoundingClientRect().right + 1;
    for (const each of card.querySelectorAll("input, select, textarea, .btn, .badge"))
      if (seen(each) && each.getBoundingClientRect().right > edge && !moves(each)) wrong.push(`out of its card: ${each.outerHTML.slice(0, 100)}`);
  }
  for (const fold of document.querySelectorAll("main details")) fold.open = false;
  return wrong;
}"""


# What a page says; a log of who opened what says something else as soon as another page is opened before it.
WORDS = """() => {
  const logs = [...document.querySelectorAll("[data-log] tbody")];
  for (const each of logs) each.hidden = true;
  const words = document.body.innerText;
  for (const each of logs) each.hidden = false;
  return words;
}"""


@pytest.fixture(scope="module")
def house(served_copy: tuple[str, dict]) -> tuple[str, list[list[str]]]:
    address, made = served_copy
    return address, made["pages"]


def test_every_page_of_every_role_fits_a_desk_and_a_phone(house: tuple[str, list[list[str]]]):
    address, pages = house
    OUT.mkdir(exist_ok=True)
    wrong: list[str] = []
    looked: Counter[str] = Counter()
    with sync_playwright() as play:
        chromium = browsers.launch(play)
        for role, name, page, url in _opened(chromium, address, pages, "zh-CN", partial(_heard, wrong)):
            if looked[name] < ROLES_A_PAGE or name == "officer-workbench":
                wrong += [f"{role} {name} {fault}" for fault in _faults(page, url, "" if looked[name] else name)]
                looked[name] += 1
        chromium.close()
    assert not wrong, "\n".join(wrong)
    _keep_the_tour()


@pytest.mark.slow
def test_every_page_fits_a_desk_and_a_phone_in_english_too(house: tuple[str, list[list[str]]]):
    address, pages = house
    wrong: list[str] = []
    looked: set[str] = set()
    with sync_playwright() as play:
        chromium = browsers.launch(play)
        for role, name, page, url in _opened(chromium, address, pages, "en-GB", partial(_heard, wrong)):
            if name not in looked:
                wrong += [f"{role} {name} {fault}" for fault in _faults(page, url, "")]
                looked.add(name)
                if page.locator("html").get_attribute("lang") != "en":
                    wrong.append(f"{role} {name} is not in English")
        chromium.close()
    assert not wrong, "\n".join(wrong)


def _opened(
    chromium: Browser, address: str, pages: list[list[str]], language: str, heard: Callable[[ConsoleMessage], None]
) -> Iterator[tuple[str, str, Page, str]]:
    """Role, name of the page, a window in which that role is signed in, and the page's address; one role after the other."""
    for (role, username), theirs in groupby(pages, key=lambda page: page[:2]):
        context = chromium.new_context(viewport=browsers.DESK, locale=language, reduced_motion="reduce")
        context.on("console", heard)
        _hold_still(context)
        page = context.new_page()
        if username:
            browsers.sign_in(page, address, username)
        for _role, _username, name, path in theirs:
            yield role, name, page, address + path
        context.close()


_WORDS: dict[str, str] = {}
"""Picture → hash of the words on its page, of this run."""


def _keep_the_tour() -> None:
    """The guides show pages as they are: with NIANGJIA_TOURS=1 their pictures are taken anew, else their words are compared."""
    wanted = {
        name
        for guide in (ROOT / "docs" / "guides").rglob("*.md")
        for name in re.findall(r"pictures/tour/([\w-]+)\.png", guide.read_text(encoding="utf-8"))
    }
    assert wanted and wanted <= _WORDS.keys(), wanted - _WORDS.keys()
    now = {name: _WORDS[name] for name in sorted(wanted)}
    if os.environ.get("NIANGJIA_TOURS") == "1":
        shutil.rmtree(TOUR, ignore_errors=True)
        TOUR.mkdir(parents=True)
        for name in wanted:
            shutil.copy(OUT / f"{name}.png", TOUR)
        SEEN.write_text(json.dumps(now, indent=1) + "\n", encoding="utf-8")
    elif TAKES_PICTURES:
        changed = sorted(name for name in wanted if not _alike(OUT / f"{name}.png", TOUR / f"{name}.png"))
        assert not changed, f"pages of the guides look different now, look at them and run `make tours`: {changed}"
    kept = json.loads(SEEN.read_text(encoding="utf-8"))
    changed = [name for name in now if kept.get(name) != now[name]]
    assert not changed and kept.keys() == now.keys(), f"pages of the guides changed, run `make tours`: {changed}"
    assert {path.stem for path in TOUR.glob("*.png")} == wanted


MOST_CHANGED = 0.02
"""Of a picture's points, seen from some way off, so many may differ: letters are drawn a little differently from machine to machine."""


def _alike(one: Path, other: Path) -> bool:
    """Whether two pictures look the same to somebody who does not look for single points."""
    with Image.open(one) as first, Image.open(other) as second:
        if first.size != second.size:
            return False
        size = (first.width // 4, first.height // 4)
        seen = [picture.convert("L").resize(size, Image.Resampling.BOX) for picture in (first, second)]
    told = ImageChops.difference(*seen).point(lambda value: 255 if value > 24 else 0)
    return ImageStat.Stat(told).mean[0] / 255 <= MOST_CHANGED


def test_a_picture_whose_layout_moved_does_not_look_the_same(tmp_path):
    for name, left, text in (("kept", 20, 0), ("moved", 60, 0), ("again", 20, 12)):
        drawn = Image.new("RGB", (400, 400), "white")
        drawn.paste((180, 0, 0), (left, 40, left + 200, 140))
        drawn.paste((90, 90, 90), (300, 300, 300 + text, 302))
        drawn.save(tmp_path / f"{name}.png")
    assert _alike(tmp_path / "kept.png", tmp_path / "again.png")
    assert not _alike(tmp_path / "kept.png", tmp_path / "moved.png")


def accessibility(page: Page, rules: Collection[str] = reviewed.RULES) -> list[str]:
    """What axe finds against WCAG 2.2 AA and its own best practice, folded parts included."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found, ways = page.evaluate(AXE, {"rules": list(rules), "known": sorted(_PAINTED)})
    if not any(fault.startswith("color-contrast") for fault in found):
        _PAINTED.update(ways)
    return list(found)


def test_contrast_is_measured_wherever_a_text_is_painted_as_none_was_before():
    with sync_playwright() as play:
        chromium = browsers.launch(play)
        page = chromium.new_page()
        said = [
            f"<main><h1>题</h1>{body}</main>"
            for body in (
                "<p>看得清</p>",
                "<p>看得清</p>",
                "<p style='color: #ccc'>看不清</p>",
                "<div style='background: #333'><p>看不清</p></div>",
                "<details><summary>看得清</summary><p style='color: #ddd'>看不清</p></details>",
            )
        ]
        found = []
        for body in said:
            page.set_content(body)
            found.append([fault.split(": ")[0] for fault in accessibility(page, ["color-contrast"])])
        chromium.close()
    assert found == [[], [], *[["color-contrast"]] * 3]


def test_the_dark_look_is_sent_by_the_server_before_any_script_runs(house: tuple[str, list[list[str]]]):
    address, _pages = house
    with sync_playwright() as play:
        chromium = browsers.launch(play)
        context = chromium.new_context(java_script_enabled=False)
        context.add_cookies([{"name": "theme", "value": "dark", "url": address}])
        page = context.new_page()
        page.goto(address)
        assert page.locator("html").get_attribute("data-bs-theme") == "dark"
        chromium.close()


def _heard(wrong: list[str], said: ConsoleMessage) -> None:
    if said.type == "error":
        wrong.append(said.text)


def _hold_still(context: BrowserContext) -> None:
    """Two pages open themselves anew, also while they are looked at: that of work beside it when it is over, the one without a network once."""
    context.route("**/js/progress*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    context.add_init_script("sessionStorage.setItem('niangjia-again', '1')")


def _at(page: Page, kind: str) -> Iterator[str]:
    """What is wrong with the page as it stands when it is as large as `kind` says."""
    page.set_viewport_size(SIZES[kind])
    for fault in page.evaluate(LOOK):
        yield f"{kind}: {fault}"


def _faults(page: Page, url: str, picture: str) -> list[str]:
    """Faults at all sizes; with `picture`, the first of its kind, also those of the dark look, and pictures are taken."""
    answer = page.goto(url)
    page.locator("[data-ready][hidden]").wait_for(state="detached")  # a form that is on its way onto the device
    faults = [] if answer and answer.status == 200 else [f"status {answer and answer.status}"]
    for kind in ("desktop", "phone"):
        faults += _at(page, kind)
        if picture:
            faults += (
                [f"{kind}: {fault}" for fault in accessibility(page)] if kind == "desktop" or TAKES_PICTURES else []
            )
            if TAKES_PICTURES:
                page.screenshot(path=OUT / f"{picture}-{kind}.png", animations="disabled")
            words = re.sub(r"\d\d:\d\d|\s+", " ", page.evaluate(WORDS))  # the clock goes on
            (OUT / f"{picture}-{kind}.txt").write_text(words, encoding="utf-8")
            _WORDS[f"{picture}-{kind}"] = hashlib.sha256(words.encode()).hexdigest()[:16]
    if picture:
        page.evaluate("document.documentElement.dataset.bsTheme = 'dark'")
        faults += [*_at(page, "four times as large"), *_at(page, "twice as large")]
        faults += [f"dark: {fault}" for fault in accessibility(page, ["color-contrast"])]
        if TAKES_PICTURES:
            page.screenshot(path=OUT / f"{picture}-dark.png", animations="disabled")
    page.set_viewport_size(browsers.DESK)
    return faults


FIRST_PAGES = {"": ("/", "/login/"), "worker": ("/mine/",), "grassroots": ("/desk/",)}
MOST_BYTES = 250 * 1024
"""Of a first page on a phone, over the wire and with nothing in the cache."""


def test_a_first_page_on_a_phone_is_at_most_250_kilobytes_over_the_wire(house: tuple[str, list[list[str]]]):
    address, pages = house
    logins = {role: username for role, username, *_page in pages}
    with sync_playwright() as play:
        chromium = browsers.launch(play)
        for role, first in FIRST_PAGES.items():
            context = browsers.open_context(chromium, address, **browsers.ON_PHONE)
            if role:
                browsers.sign_in(context.new_page(), address, logins[role])
            for path in first:
                came = browsers.bytes_over_the_wire(context.new_page(), path)
                assert path in came and any(name.endswith(".css") for name in came), (path, came)
                assert sum(came.values()) <= MOST_BYTES, (path, came)
            context.close()
        chromium.close()
