"""Targets on pages: who divides, what is refused at its field, what a statement shows, that opening rows is on record."""

from __future__ import annotations

import io
import re
import shutil
from datetime import date

import openpyxl
import pytest
from django.urls import reverse

from niangjia.apps.accounts.types import Role
from niangjia.apps.audit import queries as audit
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.targets import queries
from niangjia.jobs import rollup
from niangjia.portals.cockpit.targets import asked
from niangjia.portals.design.showing import deployment
from niangjia.portals.tests import counted_year, targeted
from niangjia.portals.tests.house import town
from niangjia.portals.tests.targeted import SMALL, WARM, YEAR


@pytest.fixture(scope="module")
def built(built, django_db_blocker):
    with django_db_blocker.unblock():
        targeted.lay(built)
    return built


def read(client, route, *parts, **query) -> str:
    response = client.get(reverse(route, args=parts), query)
    assert response.status_code == 200
    return response.content.decode()


def test_a_lead_divides_and_the_sum_stands_beside_what_is_asked_of_their_own(house, signed_in):
    client = signed_in(house.viewers[Role.CITY])
    assert "已分解 55，比本级目标少 5" in read(client, "targets:indicator", WARM, "visited", year=YEAR)
    union = house.desk.town["Y"].id
    told = {"year": YEAR, f"share-{union}": "0.0025万", "from_day": f"{YEAR}-01-01", "reason": "年中调整 2023年7月"}
    answer = client.post(reverse("targets:set_shares", args=[WARM, "visited"]), told, follow=True)
    assert "已分解 1 个目标。" in answer.content.decode() and "已分解 65，比本级目标多 5" in answer.content.decode()


def test_what_cannot_be_a_share_comes_back_as_typed_with_the_error_at_its_field(house, signed_in):
    client, union = signed_in(house.viewers[Role.CITY]), house.desk.town["X"].id
    told = {"year": YEAR, f"share-{union}": "四十", "from_day": f"{YEAR}-03-01", "reason": "年中调整"}
    answer = client.post(reverse("targets:set_shares", args=[WARM, "visited"]), told)
    html = answer.content.decode()
    assert answer.status_code == 409
    assert 'value="四十"' in html and f'id="error-{union}"' in html and 'value="年中调整"' in html


def test_a_union_without_a_share_is_told_whose_target_it_sees_and_is_not_judged_by_it(house, signed_in):
    html = read(signed_in(house.viewers[Role.TOWNSHIP]), "targets:programme", WARM, year=YEAR)
    assert "新昌县总工会的目标，本级没有分到" in html and "滞后" not in html


@pytest.mark.parametrize("who", ["C", "Y"])
def test_another_part_of_the_tree_is_not_shown(house, signed_in, who):
    client = signed_in(house.viewers[Role.COUNTY])
    for route, *parts in (
        ("targets:programme", WARM),
        ("targets:indicator", WARM, "visited"),
        ("targets:rows", WARM, "visited"),
    ):
        answer = client.get(reverse(route, args=parts), {"union": house.desk.town[who].id})
        assert answer.status_code == 404, route


def test_ten_places_stand_though_the_paper_tells_nine(house, signed_in):
    html = read(signed_in(house.viewers[Role.CITY]), "targets:programme", "quzhou-ten-measures-2022")
    assert "报道中未见第十条" in html and "这是别处的目标" in html


def test_a_figure_that_nothing_here_counts_says_no_source_and_shows_the_statement_apart(house, signed_in):
    html = read(signed_in(house.viewers[Role.COUNTY]), "targets:indicator", SMALL, "trained")
    for said in ("无来源", "56.79万 + 12.74万 = 69.53万人次", "231.8%", "不与清点的数相加"):
        assert said in html, said


def test_a_statement_whose_parts_do_not_add_up_comes_back_as_typed(house, signed_in):
    client = signed_in(house.viewers[Role.CITY])
    told = {
        "year": 2021,
        "name-0": "小微企业",
        "value-0": "56.79万",
        "name-1": "个体工商户",
        "value-1": "12.74万",
        "total": "69.54万",
    }
    told |= {"source": "市场监管局 2022年4月"}
    answer = client.post(reverse("targets:send_statement", args=[SMALL, "trained"]), told)
    html = answer.content.decode()
    assert answer.status_code == 409 and "相差 100" in html
    assert 'value="56.79万"' in html and 'value="69.54万"' in html


def test_the_paper_of_a_statement_is_opened_in_its_part_of_the_tree_alone(house, signed_in):
    address = reverse("targets:paper", args=targeted.paper_of(house))
    assert signed_in(house.viewers[Role.CITY]).get(address).status_code == 200
    assert signed_in(house.viewers[Role.COUNTY]).get(address).status_code == 404
    assert signed_in(house.viewers[Role.FINANCE]).get(address).status_code == 403


# --- counted: a generated year whose truth is known ---


@pytest.fixture(scope="module")
def counted(built):
    """The rows, with a roll-up of them in the deployment as long as this file runs."""
    found = counted_year.generate(built)
    folder = deployment().folder / rollup.FOLDER
    counted_year.write(deployment(), built, found)
    yield found
    shutil.rmtree(folder, ignore_errors=True)


TODAY = town.NOW.date()
TREE = {"C": "C X Y XT XG XH YG", "X": "X XT XG XH", "Y": "Y YG", "XT": "XT XG XH", "XG": "XG"}


def part_of(house, code) -> set[int]:
    return {house.desk.town[one].id for one in TREE[code].split()}


@pytest.mark.parametrize("code", TREE)
@pytest.mark.parametrize("year", [2022, 2023])
def test_the_eight_targets_are_counted_as_the_year_was_over_the_whole_tree(house, counted, code, year):
    programme, union = queries.get_programme(WARM), house.desk.town[code]
    lines = asked.counter().lines(programme, union, year=year, stated={})
    until = min(date(year, 12, 31), TODAY)
    true = {
        name: counted_year.truth(counted, name, part_of(house, code), date(year, 1, 1), until)
        for name in counted_year.TRUTH
    }
    assert {name: int(line.reached) for name, line in lines.items()} == true and any(true.values())


@pytest.mark.parametrize("code", TREE)
def test_a_number_and_the_list_behind_it_are_as_long_as_each_other_by_union_and_by_month(house, counted, code):
    programme, union, count = queries.get_programme(WARM), house.desk.town[code], asked.counter()
    for one in programme.indicators:
        period = programme.period_of(one, YEAR)
        rows = count.rows(programme, one, union, period, None, offset=0, limit=10_000)
        assert len(rows) == count.figure(programme, one, union, period).value
        assert {row.union_id for row in rows} <= part_of(house, code)
        for month, value in count.months(programme, one, union, period):
            listed = count.rows(programme, one, union, period, month, offset=0, limit=10_000)
            assert len(listed) == value and {row.day.month for row in listed} <= {month.number}
        below = [one for one in house.desk.town.unions.values() if one.parent_id == union.id]
        for child, line in count.children(programme, one, union, below, YEAR).items():
            alone = count.figure(programme, one, organizations.get_union(child), period)
            assert line.reached == alone.value


def test_the_page_shows_the_true_number_and_its_list_has_as_many_rows_and_is_on_record(house, signed_in, counted):
    true = counted_year.truth(counted, "examined", part_of(house, "X"), date(YEAR, 1, 1), TODAY)
    client = signed_in(house.viewers[Role.COUNTY])
    html = read(client, "targets:indicator", WARM, "examined", year=YEAR)
    assert re.search(rf'rows/\?year={YEAR}">{true}</a>', html)
    before = audit.last_seq()
    html = read(client, "targets:rows", WARM, "examined", year=YEAR)
    assert f"共 {true} 条" in html
    (event,) = audit.list_between(after=before, up_to=audit.last_seq(), actions=["targets.read_rows"])
    assert event.detail == {"year": YEAR, "union": house.desk.town["X"].id, "rows": true}


def test_the_months_of_a_target_leave_as_a_picture(house, signed_in, counted):
    client = signed_in(house.viewers[Role.COUNTY])
    html = read(client, "targets:indicator", WARM, "examined", year=YEAR)
    assert 'data-save-of="t-chart"' in html and f"_新昌县总工会_{YEAR}" in html and "js/cockpit.js" in html


def test_a_row_leads_into_its_room_for_whoever_may_look_there(house, signed_in, counted):
    html = read(signed_in(house.viewers[Role.COUNTY]), "targets:rows", WARM, "enrolled", year=YEAR)
    assert "/desk/applications/" in html


def test_last_years_course_is_what_the_light_goes_by(house, counted):
    programme, union, count = queries.get_programme(WARM), house.desk.town["C"], asked.counter()
    line = count.lines(programme, union, year=YEAR, stated={}, only="visited")["visited"]
    whole, by_then = (
        counted_year.truth(counted, "visited", part_of(house, "C"), date(2022, 1, 1), until) for until in (date(2022, 12, 31), date(2022, TODAY.month, TODAY.day))
    )  # fmt: skip
    assert whole >= 12 and line.pace.due == line.asked.goal.value * by_then / whole


def test_the_export_holds_the_pages_own_numbers_and_goes_out_for_a_purpose(house, signed_in, counted):
    client = signed_in(house.viewers[Role.CITY])
    address = reverse("targets:export", args=[WARM]) + f"?year={YEAR}"
    assert client.post(address, {"purpose": "无"}).status_code == 409
    answer = client.post(address, {"purpose": "季度例会通报"})
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    rows = [[cell.value for cell in row] for row in book.active.iter_rows()]
    head = next(row for row in rows if "已达到" in row)
    told = {row[head.index("指标")]: row[head.index("已达到")] for row in rows[rows.index(head) + 1 :]}
    true = counted_year.truth(counted, "visited", part_of(house, "C"), date(YEAR, 1, 1), TODAY)
    assert int(told["走访慰问"]) == true


def test_rates_are_in_percent_of_what_stands(house, counted):
    programme, union = queries.get_programme("venues-2025"), house.desk.town["C"]
    counted_rows = [row for row in counted["place"] if row["kind"] == "base"]
    assert counted_rows  # there are no venues in the generated year: a rate of nothing is not known
    line = asked.counter().lines(programme, union, year=2025, stated={}, only="standard-rate")["standard-rate"]
    assert line.reached is None and line.pace.light.value == "NONE"


def test_a_rate_opens_what_is_above_its_line_and_what_is_below(house, signed_in, counted):
    venues = [
        {"ref": f"place:{n}", "day": date(2025, 3, 1), "union_id": house.desk.town["C"].id, "kind": "venue", "level": "city", "state": "LISTED", "passed": n < 3}
        for n in range(4)
    ]  # fmt: skip
    counted_year.write(deployment(), house, counted | {"place_project": venues}, as_of=town.NOW.replace(year=2025))
    client = signed_in(house.viewers[Role.CITY])
    above = read(client, "targets:rows", "venues-2025", "standard-rate", year=2025)
    below = read(client, "targets:rows", "venues-2025", "standard-rate", year=2025, part="whole")
    assert [html.count('class="lead-cell"') for html in (above, below)] == [3, 4]
    assert all("分子 3" in html and "分母 4" in html for html in (above, below))
    counted_year.write(deployment(), house, counted)
    visited = reverse("targets:rows", args=[WARM, "visited"])
    assert client.get(visited, {"year": YEAR, "part": "whole"}).status_code == 404


def test_what_is_asked_this_year_stands_first_and_years_past_are_folded(house, signed_in):
    """The Warm Action of 2022 was taken up for 2023; the reform of 2022 was not."""
    html = read(signed_in(house.viewers[Role.CITY]), "targets:all")
    now, past = html.split('<details class="card fold"')
    assert f"{YEAR} 年的目标" in now and "文件是 2022 年的，继续开展" in now and "到 2025 年底" in now
    reform = "产业工人队伍建设改革"
    assert reform not in now and reform in past


def test_a_measure_shows_the_tasks_that_serve_it_with_owner_and_progress(house, signed_in):
    city, county = house.viewers[Role.CITY], house.viewers[Role.COUNTY]
    told = {"title": "领头雁企业摸底", "what": "每个镇街推荐一家", "due_on": "2023-12-20", "owner": county.org_id, "key": "goose", "target": "workforce-reform-2022/lead-geese"}  # fmt: skip
    answer = signed_in(city).post(reverse("tasks:send"), told, follow=True)
    assert "共同富裕企业领头雁" in answer.content.decode(), "the task's page leads to its measure"
    html = read(signed_in(city), "targets:programme", "workforce-reform-2022")
    row = html.partition('id="m-lead-geese"')[2].partition("</tbody>")[0]
    assert "领头雁企业摸底" in row and organizations.get_union(county.org_id).name in row


def test_a_programme_of_elsewhere_says_that_it_is_no_part_of_here_and_shows_no_zero(house, signed_in, counted):
    """E23: no union of Jingning stands in this house; what could be counted there is not nought."""
    html = read(signed_in(house.viewers[Role.CITY]), "targets:programme", "jingning-ten")
    (reached,) = re.findall(r'>在册工作站<.*?data-label="已达到">(.*?)</td>', html, re.DOTALL)
    assert "不在本辖区" in reached
