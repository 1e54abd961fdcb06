"""A worker sings, another votes on a phone, a juror marks by keys; and whoever reads the published page counts the same ranking again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from niangjia.apps.files.tests import recordings
from niangjia.engines.ranking import CutTie, Entry, Rule, TieBreak, rank
from tests.journeys import browser as browsers
from tests.journeys.conftest import Place
from tests.screens.test_screens import LOOK, OUT, accessibility

RULE = Rule(
    jury=Decimal("0.7"), votes=Decimal("0.3"), least_marks=2, quota=4, ties=(TieBreak.JURY, TieBreak.BEST_MARK), cut_tie=CutTie.ALL
)  # fmt: skip
"""As the page words it: 70 % jury and 30 % vote, no mark dropped, two that count at least, four go on, equal ones by jury and highest mark."""


@contextmanager
def sitting(chromium: Browser, place: Place, who: str, *, on_phone: bool = True) -> Iterator[Page]:
    look = {"viewport": browsers.PHONE} if on_phone else {}
    context = browsers.open_context(chromium, place.address, **look)
    page = context.new_page()
    if who:
        browsers.sign_in(page, place.address, place.made["logins"][who])
    yield page
    context.close()


def faults(page: Page, picture: str) -> list[str]:
    page.wait_for_load_state()
    OUT.mkdir(exist_ok=True)
    page.screenshot(path=OUT / f"{picture}.png", full_page=True, animations="disabled")
    return [f"{page.url}: {fault}" for fault in (*page.evaluate(LOOK), *accessibility(page))]


def counted_again(page: Page) -> list[tuple[str, str, bool]]:
    """Entry, total and whether it goes on, from the marks and votes that stand on the page and from nothing else."""
    entries = []
    for row in page.locator("#sheet tbody tr").all():
        marks, barred = {}, set()
        for cell in row.locator("td[data-seat]").all():
            seat, text = cell.get_attribute("data-seat") or "", cell.inner_text().split()
            if cell.get_attribute("data-barred"):
                barred.add(seat)
            elif text != ["—"]:
                marks[seat] = Decimal(text[-1])
        votes = int(row.locator("td").nth(-2).inner_text())
        entries.append(Entry(row.get_attribute("data-entry") or "", marks, frozenset(barred), votes))
    return [(one.name, str(one.total), one.goes_on) for one in rank(entries, RULE).rows]


def test_a_contest_is_entered_voted_on_marked_and_counted_again(applying: Place, chromium: Browser, tmp_path: Path):
    ids = applying.made["contests"]
    song = tmp_path / "song.mp3"
    song.write_bytes(recordings.mp3(40))
    wrong: list[str] = []
    with sitting(chromium, applying, "worker") as page:
        page.goto(f"{applying.address}/me/contests/")
        page.get_by_role("button", name="参评").click()
        page.get_by_role("button", name="提交", exact=True).click()
        expect(page.get_by_text("请填写“作品或参评名称”。")).to_be_visible()
        page.get_by_label("作品或参评名称").fill("春天的故事")
        page.get_by_role("textbox", name="简介").fill("下班后练的。")
        page.get_by_role("button", name="提交", exact=True).click()
        expect(page.get_by_role("textbox", name="简介")).to_have_value("下班后练的。")
        page.locator("#file-song").set_input_files(song)
        wrong += faults(page, "journey-contest-entry")
        page.get_by_role("button", name="提交", exact=True).click()
        expect(page.get_by_text("已提交，主办工会审核后会告诉您。")).to_be_visible()
    with sitting(chromium, applying, "county", on_phone=False) as page:
        page.goto(f"{applying.address}/desk/contests/{ids['call']}/")
        wrong += faults(page, "journey-contest-run")
        page.get_by_role("link", name="春天的故事").click()
        wrong += faults(page, "journey-contest-look")
        page.get_by_role("button", name="列入参评").click()
        expect(page.get_by_role("row").filter(has_text="春天的故事")).to_contain_text("已列入参评")
    with sitting(chromium, applying, "keyboard") as page:
        page.goto(f"{applying.address}/contests/{ids['running']}/")
        page.get_by_role("button", name="投给 茉莉花").click()
        expect(page.get_by_text("您还有 1 票。")).to_be_visible()
        page.get_by_role("button", name="撤回投给 茉莉花的一票").or_(
            page.get_by_role("button", name="撤回投给 茉莉花 的一票")
        ).click()
        expect(page.get_by_text("您还有 2 票。")).to_be_visible()
        page.get_by_role("button", name="投给 我的祖国").click()
        wrong += faults(page, "journey-contest-vote")
    with sitting(chromium, applying, "city") as page:
        page.goto(f"{applying.address}/contests/jury/{ids['running']}/")
        wrong += faults(page, "journey-contest-declare")
        page.get_by_role("button", name="其余没有利害关系，开始打分").click()
        marks = page.locator("input[name^=m-]")
        marks.first.focus()
        for typed in ("91", "101", "80"):
            page.keyboard.type(typed)
            page.keyboard.press("Tab")
            if not page.evaluate("document.activeElement.name || ''").startswith("m-"):
                page.locator("input[name^=m-]").nth(1 if typed == "91" else 2).focus()
        page.get_by_role("button", name="保存分数").click()
        expect(page.locator("#refusal")).to_contain_text("分数不在规定范围内")
        expect(marks.first).to_have_value("91")
        wrong += faults(page, "journey-contest-marks")
        marks.nth(1).fill("85.5")
        page.get_by_role("button", name="保存分数").click()
        expect(page.get_by_text("已打 3 / 3 件")).to_be_visible()
    with sitting(chromium, applying, "", on_phone=False) as page:
        page.goto(f"{applying.address}/contests/{ids['running']}/rounds/1/")
        wrong += faults(page, "journey-contest-result")
        expect(page.get_by_text("评委评分占 70%，投票占 30%。")).to_be_visible()
        shown = [
            (row.get_attribute("data-entry"), row.locator("td").nth(1).inner_text(), "晋级" in row.inner_text())
            for row in page.locator("#sheet tbody tr").all()
        ]
        assert counted_again(page) == shown and len(shown) == 5
    assert wrong == []
