"""An auditor has the whole audit chain walked: by the process that the page starts, of a chain that is whole and of one that somebody edited."""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys import browser as browsers
from tests.journeys.conftest import Place, build, served_copy

CHECK = "核对审计链"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The house of the screens, which nobody touches."""
    data = tmp_path_factory.mktemp("house") / "data"
    return data, build("tests.screens.served_house", data)


@pytest.fixture
def audited(tmp_path: Path, built: tuple[Path, dict[str, Any]]) -> Iterator[Place]:
    with served_copy(tmp_path, *built) as place:
        yield place


@pytest.fixture
def auditor(audited: Place, chromium: Browser) -> Page:
    page = browsers.open_context(chromium, audited.address).new_page()
    browsers.sign_in(page, audited.address, "auditor")
    page.goto("/desk/audit/")
    return page


def checks_on_record(place: Place) -> list[str]:
    return [row[0] for row in place.read("select detail_text from audit_auditevent where action='inspections.check' order by seq")]  # fmt: skip


def test_a_whole_chain_is_walked_beside_the_page_which_shows_how_far_it_is_and_how_it_ended(
    audited: Place, auditor: Page
):
    folder = audited.data / "checks" / "chain"
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / ".lock", "w") as queue:
        fcntl.flock(queue, fcntl.LOCK_EX)  # the walk waits for its turn, and the page for the walk
        auditor.get_by_role("button", name=CHECK).click()
        expect(auditor.get_by_text("正在核对审计链")).to_be_visible()
        expect(auditor.get_by_role("progressbar")).to_be_visible()
        assert checks_on_record(audited) == []
    expect(auditor.get_by_text("审计链完整")).to_be_visible(timeout=60_000)

    [said] = checks_on_record(audited)
    [[count]] = audited.read("select count(*) from audit_auditevent where action <> 'inspections.check'")
    assert f'"count":{count}' in said and '"kind":"WHOLE"' in said
    expect(auditor.get_by_role("status").first).to_contain_text(f"共 {count} 条")
    assert not (folder / "progress.json").exists() and (folder / "log.txt").read_text() == ""


def test_an_edited_event_is_named_with_what_is_wrong_and_what_to_do(audited: Place, auditor: Page):
    with closing(sqlite3.connect(audited.data / "db.sqlite3")) as database:
        database.execute("drop trigger audit_no_update")
        database.execute("update audit_auditevent set reason='改过的理由' where seq=7")
        database.commit()
    auditor.get_by_role("button", name=CHECK).click()
    told = auditor.get_by_role("alert").filter(has_text="审计链有问题")
    expect(told).to_be_visible(timeout=60_000)
    expect(told).to_contain_text("第 7 条：内容与指纹不符")
    expect(told).to_contain_text("停止写入")
    assert '"broken":7' in checks_on_record(audited)[-1]


def test_a_walk_that_is_stopped_says_so_and_may_be_begun_anew(audited: Place, auditor: Page):
    folder = audited.data / "checks" / "chain"
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / ".lock", "w") as queue:
        fcntl.flock(queue, fcntl.LOCK_EX)
        auditor.get_by_role("button", name=CHECK).click()
        auditor.get_by_role("button", name="停止", exact=True).click()
    expect(auditor.get_by_text("已停止。")).to_be_visible(timeout=60_000)
    assert checks_on_record(audited) == []
    auditor.get_by_role("button", name=CHECK).click()
    expect(auditor.get_by_text("审计链完整")).to_be_visible(timeout=60_000)
