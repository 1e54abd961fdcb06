"""Pages of needs and helpers: nothing typed is lost, what is refused is said at its field, and everybody reads only what is theirs."""

from __future__ import annotations

import tempfile
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from niangjia.adapters import excel
from niangjia.apps.accounts.types import Role
from niangjia.apps.messages import queries as inbox
from niangjia.apps.programs.tests import town
from niangjia.apps.volunteers import actions, queries
from niangjia.jobs import helpers_workbook, tell
from niangjia.portals.tests import helped

NEED = {"title": "叉车总坏", "about": "三台叉车轮流修。", "field": "industry", "skills": ["6-31"], "area": "330624", "seats": "1"}  # fmt: skip


@pytest.fixture(scope="module")
def built(built, django_db_blocker):
    """The house with needs and helpers in it."""
    with django_db_blocker.unblock():
        helped.lay(built)
    return built


@pytest.fixture
def hall(house):
    return helped.lay(house)


@pytest.fixture
def firm(house, signed_in):
    return signed_in(house.viewers[Role.GRASSROOTS])


@pytest.fixture
def county(house, signed_in):
    return signed_in(house.viewers[Role.COUNTY])


def test_a_need_that_is_wrong_comes_back_with_what_was_typed(house, firm):
    wrong = firm.post("/desk/volunteers/new/", NEED | {"about": "打张师傅 13800001111", "contact": "张师傅"})
    html = wrong.content.decode()
    assert (
        wrong.status_code == 422 and 'value="叉车总坏"' in html and "这一栏会公开" in html and 'value="张师傅"' in html
    )
    right = firm.post("/desk/volunteers/new/", NEED)
    card = queries.get_need(house.viewers[Role.COUNTY], int(right.url.rstrip("/").rpartition("/")[2]))
    assert (card.title, card.firm, card.stage) == ("叉车总坏", "轴承厂工会", "need")


def test_a_stage_that_is_refused_keeps_its_answers_and_says_what_is_missing(house, hall, firm):
    address = reverse("volunteers:go_on", args=[hall.rating])
    step = queries.get_need(house.viewers[Role.COUNTY], hall.rating).step
    page = firm.post(address, {"step": step, "a_trained": "12", "a_words": "班组都会了"})
    html = page.content.decode()
    assert page.status_code == 409 and "请填写“结果”" in html and "班组都会了" in html and 'value="12"' in html


def test_a_visit_that_is_wrong_comes_back_on_the_phone_with_what_was_typed(house, signed_in, hall):
    worker = signed_in(house.viewers[Role.WORKER])
    page = worker.post(reverse("volunteers:own_log", args=[hall.own_working]), {"on": "2023-11-07", "hours": "2", "words": "又去了一次"})  # fmt: skip
    html = page.content.decode()
    assert page.status_code == 422 and "日期要在" in html and "又去了一次" in html
    page = worker.post(reverse("volunteers:own_log", args=[hall.own_working]), {"on": "2023-11-06", "hours": "2", "words": "又去了一次"})  # fmt: skip
    assert page.status_code == 302
    assert "共 4.5 小时" in worker.get(page.url).content.decode()


def test_the_desk_shows_what_stands_beside_what_is_proposed_and_sends_what_is_ticked(house, hall, county):
    html = county.get("/desk/volunteers/match/").content.decode()
    assert "没有比这更好的分法（差距 0）" in html and "工种 +40" in html
    pick = f"{hall.bidding}:"
    value = html.partition(f'value="{pick}')[2].partition('"')[0]
    assert county.post("/desk/volunteers/match/send/", {"kind": "volunteering"}).status_code == 409
    sent = county.post("/desk/volunteers/match/send/", {"kind": "volunteering", "pick": f"{pick}{value}"})
    assert sent.status_code == 302
    assert int(value) in {one.helper.id for one in queries.list_pairs(house.viewers[Role.COUNTY], [hall.bidding])[hall.bidding]}  # fmt: skip


def test_a_page_that_somebody_made_stale_changes_nothing(house, hall, firm, county):
    page = firm.get(reverse("volunteers:need", args=[hall.asked])).content.decode()
    seen = page.partition('name="seen" value="')[2].partition('"')[0]
    assert f"need:{hall.asked}" in seen
    pair_id = hall.own_asked
    county.post(reverse("volunteers:release", args=[hall.asked, pair_id]), {"reason": "换一位"})
    answer = firm.post(
        reverse("volunteers:answer", args=[hall.asked, pair_id]), {"side": "FIRM", "says": "yes", "seen": seen}
    )
    assert answer.status_code == 409 and "已由他人办过" in answer.content.decode()


def test_how_the_helper_is_reached_is_shown_once_both_said_yes(house, hall, firm, signed_in):
    pair_id = queries.list_pairs(house.viewers[Role.COUNTY], [hall.working])[hall.working][0].id
    address = reverse("volunteers:contact", args=[hall.working, pair_id])
    assert "12900000001" in firm.post(address).content.decode()
    assert "12900000001" not in firm.get(reverse("volunteers:need", args=[hall.working])).content.decode()
    own = signed_in(house.viewers[Role.WORKER])
    assert "12900000002" in own.post(reverse("volunteers:own_contact", args=[hall.own_working])).content.decode()
    assert own.post(reverse("volunteers:own_contact", args=[hall.own_asked])).status_code == 409


def test_everybody_reads_what_was_done_and_what_is_open_and_nobodys_name(hall, client):
    page = client.get("/volunteers/").content.decode()
    assert "谁来教新人看图纸" in page and "已有 1 人揭榜" in page and "新昌县" in page
    assert "自动焊机怎样调" not in page, "one that was not published stays where it is"
    assert "王" not in page.partition("<main")[2].partition("</main>")[0] and "129000000" not in page
    assert client.get(reverse("volunteers:bid", args=[hall.bidding])).status_code == 302  # signing in comes first
    english = client.get("/volunteers/?kind=vacancy", headers={"accept-language": "en"}).content.decode()
    assert "Nothing is open to bids now." in english


def test_a_worker_bids_once_the_union_has_listed_them(house, hall, signed_in):
    worker = signed_in(house.viewers[Role.WORKER])
    address = reverse("volunteers:bid", args=[hall.bidding])
    assert worker.post(address, {"words": ""}).status_code == 422
    sent = worker.post(address, {"words": "我来，每周六。"})
    assert sent.status_code == 302 and "等对方确认" in worker.get(sent.url).content.decode()
    assert worker.get(reverse("volunteers:bid", args=[hall.filed])).status_code == 404


def workbook(kind: str, *rows: dict[str, str]) -> SimpleUploadedFile:
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        file.write(helpers_workbook.template(kind).read())
        file.flush()
        heads = excel.read_sheets(Path(file.name))[0][1][3]
    out = BytesIO()
    columns = [excel.Column(head) for head in heads]
    excel.write_list(out, title="名册", watermark="", columns=columns, rows=[[row.get(head, "") for head in heads] for row in rows], count=len(rows))  # fmt: skip
    return SimpleUploadedFile("helpers.xlsx", out.getvalue())


def test_a_workbook_of_helpers_comes_in_whole_or_not_at_all(house, hall, county):
    good = {"身份证号": town.id_number(204 * 3), "工种": "6-31、6-18-02", "有空（星期几）": "6、7", "荣誉": "工匠", "怎样联系": "12900000009"}  # fmt: skip
    bad = {"身份证号": town.id_number(201 * 3), "工种": "会修车"}
    address = "/desk/volunteers/helpers/import/"
    before = queries.list_helpers(house.viewers[Role.COUNTY]).count()
    page = county.post(address, {"file": workbook("volunteering", good, bad, good)})
    html = page.content.decode()
    assert page.status_code == 422 and "第 4 行" in html and "请选择会的工种" in html and "与第 3 行重复" in html
    assert queries.list_helpers(house.viewers[Role.COUNTY]).count() == before
    assert "新登记 1 人" in county.post(address, {"file": workbook("volunteering", good)}).content.decode()
    assert "没有变化 1 人" in county.post(address, {"file": workbook("volunteering", good)}).content.decode()
    found = list(queries.helper_cards(queries.list_helpers(house.viewers[Role.COUNTY], skill="6-31")).values())[-1]
    assert (found.days, found.told, found.has_contact) == (("6", "7"), {"honour": "craftsman"}, True)
    for file in (
        SimpleUploadedFile("a.csv", b"a"),
        SimpleUploadedFile("a.xlsx", b"PK"),
        SimpleUploadedFile("b.xlsx", b""),
    ):
        assert county.post(address, {"file": file}).status_code == 409


def test_the_register_leaves_as_a_workbook_with_a_purpose(house, hall, county):
    address = reverse("volunteers:export_helpers")
    assert county.post(address, {"purpose": ""}).status_code == 409
    file = county.post(address, {"purpose": "组队去山区县"})
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as kept:
        kept.write(b"".join(file.streaming_content))
        kept.flush()
        rows = excel.read_sheets(Path(kept.name))[0][1]
    assert rows[1][0] == "编号" and rows[2][1].startswith("王*") and "129" not in str(rows)


def test_somebody_is_listed_by_their_id_number_and_it_is_not_kept(house, hall, county):
    typed = {"1": "这里有 1 位", town.id_number(997): "本辖区没有这个号码的人"}
    for number, said in typed.items():
        assert said in county.post("/desk/volunteers/helpers/new/", {"id_number": number}).content.decode()
    found = county.post("/desk/volunteers/helpers/new/", {"id_number": town.id_number(204 * 3)})
    assert found.status_code == 302 and town.id_number(204 * 3) not in found.url
    form = county.post(found.url, {"skills": [], "home": "330624", "capacity": "2", "team": "茶乡队"})
    assert form.status_code == 422 and 'value="茶乡队"' in form.content.decode()
    listed = county.post(found.url, {"skills": ["5-01"], "home": "330624", "capacity": "2", "team": "茶乡队"})
    assert "茶乡队" in county.get(listed.url).content.decode()


def test_whoever_was_only_asked_is_told_that_there_is_nothing_to_answer_any_more(house, hall):
    firm = house.viewers[Role.GRASSROOTS]
    actions.withdraw_need(viewer=firm, need_id=hall.asked, reason="产线停了", now=town.NOW)
    tell.tell(now=town.NOW)
    told = [one for one in inbox.list_messages(house.viewers[Role.WORKER]) if one.kind == "pair_not_needed"]
    assert len(told) == 1


def test_whoever_has_to_act_is_told(house, hall):
    """The helper and the firm of a pair that was proposed; whoever publishes a need that was filed; the helper once the pair holds."""
    tell.tell(now=town.NOW)

    def kinds(role: Role) -> set[str]:
        return {one.kind for one in inbox.list_messages(house.viewers[role])}

    assert {"pair_for_helper", "pair_holds"} <= kinds(Role.WORKER)
    assert {"pair_for_union", "pair_fell_through"} & kinds(Role.GRASSROOTS) == {"pair_for_union"}
    assert "need_filed" in kinds(Role.TOWNSHIP)
