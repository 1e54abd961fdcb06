"""A list that leaves as a workbook says what its page says, to whom it may be said, and on record."""

from __future__ import annotations

import io
import json
import os
import re
from datetime import date, datetime

import openpyxl
import pytest
from django.urls import reverse

from niangjia.adapters import excel
from niangjia.apps.accounts import permissions
from niangjia.apps.accounts import queries as accounts
from niangjia.apps.accounts.models import Post
from niangjia.apps.accounts.types import Role
from niangjia.apps.audit.models import AuditEvent
from niangjia.apps.programs.tests import town
from niangjia.jobs import export_kept, export_rows
from niangjia.kernel import working
from niangjia.portals.design.showing import deployment
from niangjia.portals.officer import exporting, listings, taking_away
from niangjia.portals.tests import adjusted
from niangjia.portals.tests.test_every_address import PAGES, every_view

WHY = {"purpose": "月度工作例会核对"}
EXPORTS = {
    "officer:export_list": "officer:list", "officer:export_corrections": "officer:corrections", "officer:export_orders": "officer:orders",
    "officer:export_review": "officer:review", "officer:export_applications": "officer:applications", "officer:export_files": "officer:files", "officer:export_notices": "officer:notices",
    "officer:export_grievances": "officer:notices", "officer:export_calls": "officer:calls", "officer:export_coverage": "officer:coverage", "officer:export_funds": "officer:funds",
    "officer:export_budget": "officer:budget", "officer:export_batches": "officer:batches", "officer:export_batch": "officer:batch",
    "officer:export_register": "officer:register", "officer:export_adjustments": "officer:adjustments", "officer:export_audit": "officer:audit",
    "officer:export_unions": "officer:unions", "officer:export_posts": "officer:unions", "officer:export_health": "officer:health",
    "officer:export_objections": "officer:objections", "officer:export_asked": "officer:corrections_asked", "officer:export_checks": "officer:checks", "officer:export_late": "officer:late", "officer:export_transfers": "officer:transfers",
}  # fmt: skip


def opened(response) -> list[list[object]]:
    assert response.status_code == 200, response.content.decode()[:2000]
    book = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    return [list(row) for row in book.active.iter_rows(values_only=True)]


def rows_of(response) -> list[dict[str, object]]:
    _mark, heads, *rows = opened(response)
    return [dict(zip(heads, row, strict=True)) for row in rows]


def on_page(client, name: str, query: str = "") -> list[str]:
    """The lead cell of every row of the page, over all its pages."""
    found: list[str] = []
    for number in range(1, 20):
        html = client.get(f"{reverse(name)}?{query}&page={number}").content.decode()
        rows = re.findall(r'<th scope="row" class="lead-cell">(.*?)</th>', html, re.S)
        found += [re.sub(r"<small.*|<[^>]+>", "", row, flags=re.S).strip() for row in rows]
        if "page=" + str(number + 1) not in html:
            return found
    raise AssertionError(name)


def test_every_export_stands_in_the_table():
    named = {name for name, view in every_view() if name.startswith("officer:export_")} - {"officer:export_takeup"}
    assert named == set(EXPORTS)


@pytest.mark.parametrize("role", list(Role))
def test_who_may_not_open_the_page_or_may_not_export_gets_no_workbook(house, signed_in, role):
    client, adjustments = signed_in(house.viewers[role]), adjusted.lay(house)
    assert adjustments
    for name, shown_on in EXPORTS.items():
        parts, allowed = PAGES[shown_on]
        response = client.post(reverse(name, args=parts(house)), WHY)
        if role in allowed and permissions.may(house.viewers[role], "lists.export"):
            assert response.status_code in (200, 409), (name, role, response.status_code)
            if response.status_code == 409:
                assert "没有符合条件的记录可以导出" in response.content.decode(), (name, role)
            else:
                assert rows_of(response), name
        else:
            assert response.status_code == 403, (name, role, response.status_code)


def test_those_at_the_grassroots_and_workers_take_no_list_away():
    assert {role for role in Role if not permissions.allows(role, "lists.export")} == {Role.GRASSROOTS, Role.WORKER}


def test_the_form_stands_on_the_page_of_who_may_export_and_of_nobody_else(house, signed_in):
    address = reverse("officer:export_orders")
    assert address in signed_in(house.viewers[Role.COUNTY]).get("/desk/orders/?scope=all").content.decode()
    assert address not in signed_in(house.viewers[Role.GRASSROOTS]).get("/desk/orders/?scope=all").content.decode()


@pytest.mark.parametrize(
    "query", ["", "state=NEW", "grade=ORANGE", "cause=失业", "suppressed=yes", "all=1", "state=EXITED"]
)
@pytest.mark.parametrize("role", [Role.CITY, Role.COUNTY, Role.TOWNSHIP, Role.AUDITOR])
def test_the_monthly_list_leaves_as_its_filter_shows_it(house, signed_in, role, query):
    client = signed_in(house.viewers[role])
    shown = on_page(client, "officer:list", query)
    response = client.post(f"{reverse('officer:export_list')}?{query}&page=2", WHY)
    if not shown:
        assert response.status_code == 409
        return
    found = rows_of(response)
    assert [row["家庭"] or "—" for row in found] == shown
    assert not query.startswith("state=NEW") or {row["状态"] for row in found} == {"新增"}


@pytest.mark.parametrize(("page", "query"), [("files", ""), ("files", "all=1"), ("files", "outcome=V1"), ("review", "desk=next"), ("batches", ""), ("unions", "")])  # fmt: skip
def test_other_lists_leave_as_their_filter_shows_them(house, signed_in, page, query):
    client = signed_in(house.viewers[Role.ADMINISTRATOR if page == "unions" else Role.COUNTY])
    found = rows_of(client.post(f"{reverse('officer:export_' + page)}?{query}", WHY))
    head = {"batches": "批次", "unions": "名称"}.get(page, "家庭")
    assert [row[head] or "—" for row in found] == on_page(client, f"officer:{page}", query)


def test_a_neighbouring_county_gets_none_of_the_rows(house, signed_in):
    other = town.appoint("neighbour", house.desk.town["Y"], Role.COUNTY)
    response = signed_in(other).post(f"{reverse('officer:export_orders')}?scope=all&state=", WHY)
    mine = rows_of(signed_in(house.viewers[Role.COUNTY]).post(f"{reverse('officer:export_orders')}?scope=all", WHY))
    assert mine
    if response.status_code == 200:
        assert not {row["编号"] for row in rows_of(response)} & {row["编号"] for row in mine}
    taken = signed_in(other).post(reverse("officer:export_batch", args=[house.batch_id]), WHY)
    assert taken.status_code == 404


def test_money_is_a_number_and_days_are_days(house, signed_in):
    client = signed_in(house.viewers[Role.FINANCE])
    budget = rows_of(client.post(reverse("officer:export_funds"), WHY))[0]
    assert isinstance(budget["总额"], int | float) and budget["年度"] == town.NOW.year
    client = signed_in(house.viewers[Role.COUNTY])
    alert = rows_of(client.post(f"{reverse('officer:export_list')}?state=NEW", WHY))[0]
    assert alert["医疗自付（元）"] == 38000 and alert["低保倍数"] == 0.82
    order = rows_of(client.post(f"{reverse('officer:export_orders')}?scope=all", WHY))[0]
    assert isinstance(order["本步期限"], datetime)


@pytest.mark.parametrize("purpose", ["", "   ", "核对", "a b"])
def test_without_a_purpose_nothing_leaves_and_the_page_says_so(house, signed_in, purpose):
    before = AuditEvent.objects.count()
    response = signed_in(house.viewers[Role.COUNTY]).post(
        f"{reverse('officer:export_list')}?state=NEW", {"purpose": purpose}
    )
    assert response.status_code == 409 and "下载须写明目的" in response.content.decode()
    assert 'aria-current="true"' in response.content.decode()  # still filtered
    assert AuditEvent.objects.count() == before


def test_one_event_says_who_took_which_rows_and_why(house, signed_in):
    county = house.viewers[Role.COUNTY]
    before = AuditEvent.objects.count()
    found = rows_of(signed_in(county).post(f"{reverse('officer:export_list')}?state=NEW&noise=1", WHY))
    event = AuditEvent.objects.order_by("-seq").first()
    assert AuditEvent.objects.count() == before + 1
    assert (event.action, event.object, event.reason) == ("lists.export", "list:alerts", WHY["purpose"])
    assert (event.account_id, event.post_id) == (county.account_id, county.post_id)
    assert json.loads(event.detail_text) == {"rows": len(found), "filter": {"state": "NEW"}}


def test_a_purpose_with_a_persons_number_is_refused(house, signed_in):
    before = AuditEvent.objects.count()
    response = signed_in(house.viewers[Role.COUNTY]).post(
        reverse("officer:export_list"), {"purpose": "核对 13812345678 的情况"}
    )
    assert response.status_code == 409 and AuditEvent.objects.count() == before


def test_the_first_line_says_whose_copy_it_is(house, signed_in):
    mark = opened(signed_in(house.viewers[Role.COUNTY]).post(reverse("officer:export_list"), WHY))[0]
    assert re.fullmatch(
        r"导出人 .+ · 岗位 .+县（市、区）总工会 · 时间 2023-\d\d-\d\d \d\d:\d\d · 目的 月度工作例会核对 · 条数 \d+",
        mark[0],
    )
    assert set(mark[1:]) == {None}


def test_names_stay_masked(house, signed_in):
    found = rows_of(signed_in(house.viewers[Role.COUNTY]).post(reverse("officer:export_list"), WHY))
    assert all("*" in row["家庭"] or "＊" in row["家庭"] for row in found if row["家庭"])


def test_in_english_the_workbook_is_english(house, signed_in):
    rows = opened(signed_in(house.viewers[Role.COUNTY], "en").post(f"{reverse('officer:export_list')}?state=NEW", WHY))
    assert not re.search(r"[\u4e00-\u9fff]", " ".join(rows[1]))
    assert rows[0][0].startswith("Exported by")


def test_a_list_that_is_too_long_is_refused_in_words(house, signed_in, monkeypatch):
    monkeypatch.setattr(export_rows, "MOST_ROWS", 3)
    response = signed_in(house.viewers[Role.COUNTY]).post(reverse("officer:export_list"), WHY)
    assert response.status_code == 409 and "一次最多导出 3 条" in response.content.decode()


def test_a_list_that_moves_meanwhile_does_not_leave(house, signed_in, monkeypatch):
    before = AuditEvent.objects.count()
    monkeypatch.setattr(excel, "write_list", lambda file, **asked: asked["count"] - 1)
    response = signed_in(house.viewers[Role.COUNTY]).post(reverse("officer:export_list"), WHY)
    assert response.status_code == 409 and AuditEvent.objects.count() == before


# --- long ones ---------------------------------------------------------------------------------------------------


@pytest.fixture
def asked(house, signed_in, monkeypatch):
    """The county asks for a list that is longer than what leaves at once; nobody makes it yet. Its client and its address."""
    monkeypatch.setattr(exporting, "AT_ONCE", 3)
    monkeypatch.setattr(working, "launch", lambda *args, **more: True)
    client = signed_in(house.viewers[Role.COUNTY])
    response = client.post(f"{reverse('officer:export_orders')}?scope=all", WHY)
    assert response.status_code == 302
    return client, response.url


def folder_of(address: str):
    return deployment().folder / "exports" / address.strip("/").split("/")[-1]


def made(address: str) -> None:
    """What the process does, in this one."""
    folder = folder_of(address)
    with working.take(folder) as lock:
        taking_away.work(deployment(), folder, lock=os.dup(lock.fileno()))


def test_a_long_list_is_made_beside_and_says_what_a_short_one_says(house, signed_in, asked, monkeypatch):
    client, address = asked
    events = AuditEvent.objects.count()
    made(address)
    html = client.get(address).content.decode()
    assert "做好了" in html and AuditEvent.objects.count() == events + 1
    found = opened(client.post(address + "fetch/"))
    assert opened(client.post(address + "fetch/")) == found  # a line that broke: again, within the hour
    monkeypatch.setattr(exporting, "AT_ONCE", 1000)
    assert found == opened(client.post(f"{reverse('officer:export_orders')}?scope=all", WHY))
    first, second = AuditEvent.objects.order_by("-seq")[:2]
    for name in ("action", "object", "reason", "detail_text", "account_id", "post_id"):
        assert getattr(first, name) == getattr(second, name)


def test_a_long_list_that_may_not_leave_is_refused_before_anything_is_made(asked):
    client, _address = asked
    before = len(list((deployment().folder / "exports").iterdir()))
    for purpose, words in (("", "下载须写明目的"), ("核对 13812345678 的情况", "")):
        answer = client.post(f"{reverse('officer:export_orders')}?scope=all", {"purpose": purpose})
        assert answer.status_code == 409 and words in answer.content.decode()
    assert len(list((deployment().folder / "exports").iterdir())) == before


def test_nobody_else_sees_or_fetches_it(house, signed_in, asked):
    client, address = asked
    made(address)
    for other in (house.viewers[Role.CITY], town.appoint("colleague", house.desk.town["X"], Role.COUNTY)):
        theirs = signed_in(other)
        for path in ("", "fetch/", "stop/", "again/"):
            answer = theirs.post(address + path) if path else theirs.get(address)
            assert answer.status_code == 409 and "没有这次导出" in answer.content.decode()
        assert address not in theirs.get("/desk/exports/").content.decode()
    assert address in client.get("/desk/exports/").content.decode()


def test_it_lies_sealed_and_goes_after_its_hour(house, asked):
    _client, address = asked
    made(address)
    for path in folder_of(address).iterdir():
        assert not path.read_bytes().startswith(b"PK") and WHY["purpose"].encode() not in path.read_bytes()
    until = datetime.fromisoformat(working.read_json(folder_of(address) / working.RESULT)["until"])
    assert until - town.NOW == export_kept.KEPT
    with pytest.raises(export_kept.NoSuchExport):
        export_kept.fetch(deployment(), house.viewers[Role.COUNTY], folder_of(address).name, now=until)
    export_kept.sweep(deployment(), now=until)
    assert not folder_of(address).exists()


def test_how_far_it_is_is_shown_without_a_script_and_it_can_be_stopped_and_begun_again(asked):
    client, address = asked
    assert "中断了" in client.get(address).content.decode()
    with working.take(folder_of(address)):
        working.write_json(folder_of(address) / working.PROGRESS, {"share": 0.42, "step": "write"})
        html = client.get(address).content.decode()
        assert "42%" in html and "逐行写入工作簿" in html and '<noscript><meta http-equiv="refresh"' in html
        answer = client.post(address + "fetch/")
        assert answer.status_code == 409 and "还没有做好" in answer.content.decode()
        client.post(address + "stop/")
    with pytest.raises(working.Stopped):
        made(address)
    html = client.get(address).content.decode()
    assert "没有完成" in html and "已停止" in html and "重新开始" in html
    assert client.post(address + "again/").status_code == 302
    made(address)
    assert "做好了" in client.get(address).content.decode()


def test_whose_post_has_ended_meanwhile_gets_nothing(house, asked):
    _client, address = asked
    Post.objects.filter(pk=house.viewers[Role.COUNTY].post_id).update(ends_before=town.NOW.date())
    with pytest.raises(accounts.NoSuchPost):
        made(address)
    assert not (folder_of(address) / "workbook.sealed").exists()


FORMULAS = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "|cmd", "%0A", "＝1", "＋1", "－1", "＠1", "\ufeff=1", "\u200b=1", " =1",
    "=HYPERLINK(\"x\")", "=cmd|'/c calc'!A1",
]  # fmt: skip


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_becomes_a_formula_and_all_of_it_stays(text):
    file = io.BytesIO()
    rows = [[text, "https://example.test/", "0012", "123", date(2023, 11, 6)]]
    heads = [excel.Column(text)] * 5
    assert excel.write_list(file, title=text, watermark=f"导出人 {text}", columns=heads, rows=rows, count=1) == 1
    sheet = openpyxl.load_workbook(io.BytesIO(file.getvalue())).active
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "d"} and not any(cell.hyperlink for cell in cells)
    assert sheet["A3"].value.strip() == text.strip() or sheet["A3"].value.replace("_x000D_", "\r") == text
    assert sheet["A3"].quotePrefix and not sheet["B3"].quotePrefix
    assert (sheet["C3"].value, sheet["D3"].value) == ("0012", "123")


def test_lines_of_a_list_are_asked_for_some_hundred_at_a_time(house, signed_in, monkeypatch):
    asked = []
    monkeypatch.setattr("niangjia.portals.officer.exporting._CHUNK", 5)
    monkeypatch.setattr(listings, "household_names", lambda ids: asked.append(len(list(ids))) or {})
    found = rows_of(signed_in(house.viewers[Role.COUNTY]).post(reverse("officer:export_list"), WHY))
    assert len(found) > 5 and max(asked) == 5 and sum(asked) == len(found)
