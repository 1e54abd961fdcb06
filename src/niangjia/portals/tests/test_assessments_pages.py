"""Assessments and rounds on pages: what is explained, what a union sees, what comes back after a refusal, that opening rows is on record."""

from __future__ import annotations

import io
import re
import shutil
from dataclasses import replace

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from niangjia.apps.accounts.types import Role
from niangjia.apps.assessments import actions, queries
from niangjia.apps.assessments.models import Correction
from niangjia.apps.assessments.sheets import _all
from niangjia.apps.audit.models import AuditEvent
from niangjia.apps.files.tests import pictures
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.programs.tests import town
from niangjia.jobs import assessing, rollup
from niangjia.kernel.deployment import programs_folder
from niangjia.portals.design.showing import deployment
from niangjia.portals.tests import assessed, counted_year
from niangjia.portals.tests.assessed import SHEET


@pytest.fixture(scope="module")
def built(built, django_db_blocker):
    with django_db_blocker.unblock():
        assessed.lay(built)
    return built


@pytest.fixture
def laid(house):
    return assessed.lay(house)


def read(client, route, *parts, **query) -> str:
    response = client.get(reverse(route, args=parts), query)
    assert response.status_code == 200
    return response.content.decode()


def photo():
    return SimpleUploadedFile("a.jpg", pictures.jpeg(), "image/jpeg")


def test_every_point_of_a_published_sheet_is_explained(house, signed_in, laid):
    html = read(
        signed_in(house.viewers[Role.CITY]), "assessments:published_union", laid.publication, house.desk.town["X"].id
    )
    for said in (
        "60%",
        "10.00",
        "30% 得零分，90% 得满分，中间按比例",
        "不计分：没有数",
        "精准实施新就业形态劳动者帮扶救助行动",
        "第 1 名，共 2 个",
    ):
        assert said in html, said


def test_a_compared_union_reads_the_publication_and_its_own_look_alone(house, signed_in, laid):
    client = signed_in(house.viewers[Role.COUNTY])
    assert "诸暨市总工会" in read(client, "assessments:publication", laid.publication)
    html = read(client, "assessments:round", laid.round)
    assert "新昌县总工会" in html and "诸暨市总工会" not in html
    town = signed_in(house.viewers[Role.TOWNSHIP])
    for route, number in (
        ("publication", laid.publication),
        ("round", laid.round),
        ("look", laid.look),
        ("correction", laid.correction),
    ):
        assert town.get(reverse(f"assessments:{route}", args=[number])).status_code == 404, route


def test_a_correction_is_worked_on_as_a_task_and_its_round_shows_how_far_it_is(house, signed_in, laid):
    county, city = signed_in(house.viewers[Role.COUNTY]), signed_in(house.viewers[Role.CITY])
    task_id = Correction.objects.get(pk=laid.correction).task_id
    address = reverse("tasks:task", args=[task_id])
    assert address in read(county, "assessments:look", laid.look) and "待验收" not in read(
        city, "assessments:round", laid.round
    )
    assert reverse("assessments:look", args=[laid.look]) in read(county, "tasks:task", task_id)
    for said in ({"step": "BEGIN"}, {"step": "REPORT", "evidence": photo()}):
        assert county.post(reverse("tasks:step", args=[task_id]), said).status_code == 302
    assert "待验收" in read(city, "assessments:round", laid.round)
    city.post(reverse("tasks:step", args=[task_id]), {"step": "ACCEPT"})
    assert "整改 1 / 1 项已完成" in read(city, "assessments:round", laid.round)
    assert "1 / 1" in read(city, "assessments:rounds")


def test_a_look_says_its_points_and_leads_to_what_the_house_knows_of_the_union(house, signed_in, laid):
    city, county = signed_in(house.viewers[Role.CITY]), signed_in(house.viewers[Role.COUNTY])
    form = {
        "title": "冬季督查",
        "about": "名单上的户走访了没有\n钱到没到",
        "orgs": [house.desk.town["X"].id],
        "key": "k" * 32,
    }
    page = city.post(reverse("assessments:send_round"), form, follow=True)
    assert "<li>名单上的户走访了没有</li><li>钱到没到</li>" in page.content.decode()
    look = page.context["round"].looks[0]
    opened = city.get(reverse("assessments:look", args=[look.id]))
    assert "<li>钱到没到</li>" in opened.content.decode()
    doors = opened.context["doors"]
    assert len(doors) == 6 and all(city.get(address).status_code == 200 for _title, address in doors)
    assert county.get(reverse("assessments:look", args=[look.id])).context["doors"] == ()


def test_evidence_opens_for_who_sees_its_look_and_for_nobody_else(house, signed_in, laid):
    (file,) = queries.list_evidence("look", [laid.look])[laid.look]
    address = reverse("assessments:evidence", args=["look", laid.look, file.key])
    assert signed_in(house.viewers[Role.COUNTY]).get(address).status_code == 200
    for role in (Role.TOWNSHIP, Role.GRASSROOTS):
        assert signed_in(house.viewers[role]).get(address).status_code == 404
    adjusted = queries.list_evidence("adjusted", [laid.adjustment])[laid.adjustment][0]
    points = reverse("assessments:evidence", args=["adjusted", laid.adjustment, adjusted.key])
    assert signed_in(house.viewers[Role.COUNTY]).get(points).status_code == 404


def test_who_proposed_points_has_no_button_to_confirm_them(house, signed_in, laid):
    address = reverse("assessments:confirm", args=[laid.adjustment])
    assert address not in read(signed_in(house.viewers[Role.CITY]), "assessments:sheet", SHEET)
    second = signed_in(house.viewers[Role.PROVINCE])  # of the same union in this house
    assert address in read(second, "assessments:sheet", SHEET)
    assert "已确认，计入得分。" in second.post(address, follow=True).content.decode()


def test_points_beyond_the_sheet_come_back_as_typed(house, signed_in):
    told = {"org": house.desk.town["X"].id, "points": "99", "reason": "现场会在此召开", "papers": photo()}
    answer = signed_in(house.viewers[Role.CITY]).post(reverse("assessments:send_points", args=[SHEET]), told)
    assert answer.status_code == 409 and 'value="99"' in answer.content.decode()


def test_a_round_is_drawn_on_a_page_with_its_seed(house, signed_in):
    told = {"title": "年底督查", "about": "看资金发放", "draw": "1", "seed": "open-2023"}
    html = (
        signed_in(house.viewers[Role.CITY]).post(reverse("assessments:send_round"), told, follow=True).content.decode()
    )
    assert "用种子 open-2023 从 2 个下级工会中抽取" in html


@pytest.fixture
def counted(built, house):
    """A generated year as the newest roll-up, gone again afterwards."""
    folder = deployment().folder / rollup.FOLDER
    counted_year.write(deployment(), built, counted_year.generate(built))
    yield
    shutil.rmtree(folder, ignore_errors=True)


def test_the_rows_behind_a_figure_are_as_many_as_it_counts_and_opening_them_is_on_record(house, signed_in, counted):
    union = house.desk.town["X"]
    sheet = queries.get_sheet(SHEET)
    item = queries.find_item(sheet, "helped")
    counter = assessing.open_assessor(deployment(), today=town.NOW.date())
    figure = counter.figure(sheet, item, union)
    listed = counter.rows(sheet, item, union, offset=0, limit=10_000)
    assert len(listed) == (figure.rows if figure else 0)
    client = signed_in(house.viewers[Role.CITY])
    assert "数字背后的明细" in read(client, "assessments:rows", SHEET, union.id, "helped")


def test_a_rate_opens_the_rows_above_and_below_its_line(house, signed_in, monkeypatch):
    place, client = house.desk.town, signed_in(house.viewers[Role.CITY])
    monkeypatch.setitem(_all(programs_folder()), SHEET, replace(queries.get_sheet(SHEET), year=town.NOW.year))
    day = town.NOW.date()
    rows = [
        {"ref": f"case:{n}", "day": day, "union_id": place["X"].id, "person": n, "outcome": "V1" if n <= 12 else "V4"}
        for n in range(1, 21)
    ]
    counted_year.write(deployment(), house, {"verification": rows})
    address = reverse("assessments:rows", args=[SHEET, place["X"].id, "precision"])
    above, below = (client.get(address + query).content.decode() for query in ("", "?part=whole"))
    shutil.rmtree(deployment().folder / rollup.FOLDER)
    assert "分子 12" in above and "分母 20" in above
    assert (above.count('class="lead-cell"'), below.count('class="lead-cell"')) == (12, 20)


@pytest.mark.parametrize(("in_x", "in_y", "shown"), [(3, 40, set()), (12, 40, {"X", "Y"}), (0, 40, {"Y"})])
def test_a_rate_over_few_people_is_neither_shown_nor_scored_nor_told_by_the_others(house, signed_in, in_x, in_y, shown):
    place, sheet = house.desk.town, replace(queries.get_sheet(SHEET), year=town.NOW.year)
    rows = [
        {"ref": f"case:{at}{n}", "day": town.NOW.date(), "union_id": place[at].id, "person": n + start, "outcome": "V1"}
        for at, count, start in (("X", in_x, 1), ("Y", in_y, 1000)) for n in range(count)
    ]  # fmt: skip
    counted_year.write(deployment(), house, {"verification": rows})
    item, assessor = queries.find_item(sheet, "precision"), assessing.open_assessor(deployment(), today=town.NOW.date())
    values = assessor.figures(sheet, organizations.get_union(place["C"].id)).values
    assert {at for at in "XY" if values[place[at].id]["precision"] is not None} == shown
    for at in "XY":
        listed = assessor.rows(sheet, item, organizations.get_union(place[at].id), offset=0, limit=100)
        assert bool(listed) == (at in shown)
    shutil.rmtree(deployment().folder / rollup.FOLDER)


def test_somebody_outside_the_part_of_the_tree_opens_no_rows(house, signed_in):
    client = signed_in(house.viewers[Role.COUNTY])
    assert client.get(reverse("assessments:rows", args=[SHEET, house.desk.town["Y"].id, "helped"])).status_code == 404


@pytest.fixture
def published(counted, house, monkeypatch):
    """What the city publishes of that year."""
    monkeypatch.setitem(_all(programs_folder()), SHEET, replace(queries.get_sheet(SHEET), year=town.NOW.year))
    actions.withdraw(
        viewer=house.viewers[Role.CITY], publication_id=assessed.lay(house).publication, reason="数字有误，撤回重算", now=town.NOW
    )  # fmt: skip
    yield assessing.publish(deployment(), viewer=house.viewers[Role.CITY], sheet_id=SHEET, now=town.NOW)
    shutil.rmtree(deployment().folder / rollup.KEPT, ignore_errors=True)


def figures_of(client, publication, union):
    page = read(client, "assessments:published_union", publication, union)
    return dict(re.findall(r'<a href="([^"]*published/\d+/\d+/[\w-]+/)">([^<]+)</a>', page))


def rows_in(response):
    html = response.content.decode()
    assert "公布时所依据的清点" in html
    return html.count('class="lead-cell"')


def test_every_published_point_opens_the_rows_it_was_given_for_also_after_the_next_roll_up(house, signed_in, published):
    union, client = house.desk.town["X"], signed_in(house.viewers[Role.CITY])
    before = figures_of(client, published, union.id)
    assert before
    shown = {address: rows_in(client.get(address)) for address in before}
    shutil.rmtree(deployment().folder / rollup.FOLDER)
    rollup.make(deployment(), now=town.NOW)
    assert figures_of(client, published, union.id) == before
    assert {address: rows_in(client.get(address)) for address in before} == shown
    warmth = reverse("assessments:published_rows", args=[published, union.id, "warmth"])
    assert shown[warmth] == int(before[warmth]) > 0
    card = queries.get_publication(house.viewers[Role.CITY], published)
    for item, behind in card.behind.items():
        kept = assessing.KeptRows(deployment(), card, behind, union)
        assert len(kept.rows(offset=0, limit=100_000)) == kept.figure.rows, item


def test_opening_published_rows_is_on_record_and_for_ones_own_part_of_the_tree(house, signed_in, published):
    place, city = house.desk.town, signed_in(house.viewers[Role.CITY])
    address = lambda code: reverse("assessments:published_rows", args=[published, place[code].id, "helped"])  # noqa: E731
    assert city.get(address("X")).status_code == 200
    assert AuditEvent.objects.filter(action="assessments.read_rows", detail_text__contains=f'"publication":{published}').count() == 1  # fmt: skip
    county = signed_in(house.viewers[Role.COUNTY])
    assert county.get(address("X")).status_code == 200 and county.get(address("Y")).status_code == 404
    assert figures_of(county, published, place["X"].id) and not figures_of(county, published, place["Y"].id)
    assert (
        city.get(reverse("assessments:published_rows", args=[published, place["X"].id, "nothing"])).status_code == 404
    )


def test_a_day_whose_roll_up_is_gone_says_so(house, signed_in, published):
    shutil.rmtree(deployment().folder / rollup.KEPT)
    address = reverse("assessments:published_rows", args=[published, house.desk.town["X"].id, "helped"])
    assert signed_in(house.viewers[Role.CITY]).get(address).status_code == 409


@pytest.mark.parametrize("route", ["export_sheet", "export_publication"])
def test_standings_leave_as_a_workbook_for_a_purpose_with_a_mark(house, signed_in, published, route):
    client = signed_in(house.viewers[Role.CITY])
    address = reverse(f"assessments:{route}", args=[SHEET if route == "export_sheet" else published])
    assert client.post(address, {"purpose": ""}).status_code == 409
    answer = client.post(address, {"purpose": "年底考核会上用"})
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    cells = [[cell.value for cell in row] for row in book.active.iter_rows()]
    said = [str(cell) for row in cells for cell in row if cell is not None]
    assert any("年底考核会上用" in one for one in said) and "新昌县总工会" in said and "折算得分" in said
    assert not any(one.startswith(("=", "+", "@")) for one in said)
    assert AuditEvent.objects.filter(action="lists.export").exists()
