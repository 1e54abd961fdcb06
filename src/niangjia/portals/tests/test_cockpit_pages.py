"""The cockpit: every number opens as many rows as it says, nobody's but one's own part of the tree, small groups hidden."""

import io
import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from html import unescape
from itertools import product
from urllib.parse import urlencode

import openpyxl
import pytest
from django.db import transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from niangjia.apps.audit import queries as audit
from niangjia.apps.organizations.types import Level
from niangjia.apps.programs.tests import town
from niangjia.engines import counting
from niangjia.jobs import rollup
from niangjia.kernel.deployment import programs_folder
from niangjia.kernel.months import Month
from niangjia.portals.cockpit.figures import warming
from niangjia.portals.cockpit.figures.asked import Asked
from niangjia.portals.cockpit.figures.blocks import spread, table_of
from niangjia.portals.cockpit.figures.counting_up import Counter
from niangjia.portals.cockpit.figures.declared import Span, declared
from niangjia.portals.cockpit.figures.equity import gap_of
from niangjia.portals.cockpit.figures.rowed import Rows
from niangjia.portals.cockpit.figures.shown import change
from niangjia.portals.design.showing import deployment
from tests.soak import often

TODAY = town.NOW.date()
LATEST = date(2023, 10, 28)  # of the last month that is over
FIRST = LATEST - timedelta(days=23 * 18)  # as `_drawn` draws
PANELS = [panel.id for panel in declared().panels]


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    """The unions and their officers: nobody works here, what is counted is drawn."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield town.build()
        transaction.set_rollback(True)


def _drawn(house):
    """Rows of every source at the house's unions, drawn with a fixed rule: many at one county, few at the other, some people twice."""
    unions = [house[code].id for code in ("XG", "XG", "XG", "XH", "XT", "X", "YG")]

    def rows(source, many):
        tags = source.tags
        for n in range(many):
            given = {
                "state": ["NEW", "CONTINUING", "EXITED"][n % 3], "grade": ["RED", "YELLOW"][n % 2], "cause": ["因病"], "trigger": ["T-ILL-2", "T-INC-1"][: 1 + n % 2],
                "channel": ["SENSING", "CANVASS"][n % 5 == 0], "outcome": ["V1", "V4", "V2"][n % 3], "step": ["CREATED", "ACCEPTED"][n % 2], "kind": "VERIFICATION",
                "is_open": n % 4 == 0, "is_late": n % 8 == 0, "purpose": ["special-relief", "graded-aid"][n % 2], "form": "MONEY", "is_unsensed": n % 5 == 0, "result": ["AGREES", "DIFFERS"][n % 7 == 0],
                "group": ["other", "truck"][n % 9 == 0], "sex": "MF"[n % 2], "way": "HOME", "program": "special-grant",
            }  # fmt: skip
            yield {
                "ref": f"case:{n + 1}", "day": LATEST - timedelta(days=23 * (n % 19)), "union_id": unions[n % 7], "person": n % 31, "household": n % 29,
                "amount": Decimal(n) + Decimal("0.10"), "days": n % 12, **{name: given[name] for name in tags if name in given},
            }  # fmt: skip

    return [(source, list(rows(source, 60))) for source in counting.load_sources(programs_folder()).values()]


@pytest.fixture(scope="module")
def counted(built, django_db_blocker):
    """The house with a roll-up of drawn rows."""
    with django_db_blocker.unblock():
        from niangjia.apps.organizations import queries as organizations

        tree = [counting.UnionRow(*row) for row in organizations.list_tree_to_count()]
    counting.write_rollup(deployment().folder / rollup.FOLDER, as_of=town.NOW, unions=tree, sources=_drawn(built))
    return rollup.open_newest(deployment())


@pytest.fixture
def city(counted, house, signed_in):
    return signed_in(house.city)


def _links(html):
    """Every number of the page that opens: its address and what it says."""
    return {
        unescape(address): (unescape(title or "") or said)
        for address, title, said in re.findall(
            r'<a class="opens" href="([^"]+)"\s*(?:title="([^"]*)")?>([^<]+)</a>', html
        )
    }


def _number(text):
    return Decimal(text.replace(",", "").rstrip("%"))


def test_every_figure_has_as_many_rows_as_it_counts_everywhere_in_the_tree(counted, house):
    asked = {"since": date(2023, 1, 1), "until": TODAY}
    for figure, union in product(declared().figures.values(), house.unions.values()):
        found = counted.figure(figure.measure, within=union.id, **asked)
        rows = counted.rows(figure.measure, within=union.id, limit=1_000, **asked)
        assert len(rows) == found.rows, (figure.id, union.name)


@settings(max_examples=often(150, 3_000), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_number_lists_as_many_rows_as_it_counts_whatever_is_asked(counted, house, data):
    """Of every figure, at every union of the tree, in any month, over any span, of every value of every tag: the list adds up to the number."""
    figure = data.draw(st.sampled_from([*declared().figures.values()]), label="figure")
    union = data.draw(st.sampled_from([*house.unions.values()]), label="union")
    month = data.draw(st.sampled_from(Month.of(TODAY).window(15)), label="month")
    counter = _counter(counted, union, month.text, data.draw(st.sampled_from([None, *Span]), label="span"))
    tags = sorted(declared().tags & set(counting.load_sources(programs_folder())[figure.measure.source].tags))
    tag = data.draw(st.sampled_from(["", *tags]), label="tag")
    code = data.draw(st.sampled_from([*(counter.by(figure, tag) if tag else ()), "nobody"]), label="code")
    rows = Rows(counter, figure, tag, code)
    if rows.cell.is_hidden:
        assert not len(rows) and not list(rows)
        return
    listed = counter.rows(figure, tag, code, offset=0, limit=10_000)  # also those that a page would cut off
    assert len(listed) == len(rows) == rows.cell.rows and [row.ref for _source, row in rows] == [
        row.ref for row in listed
    ]
    assert len({row.ref for row in listed}) == len(listed)
    if not listed:
        return
    match figure.unit:
        case "persons" | "pieces":
            assert len(listed) == rows.cell.value
        case "yuan":
            assert sum(row.amount for row in listed) == rows.cell.value
        case "days":
            assert abs(Decimal(sum(row.days for row in listed)) / len(listed) - rows.cell.value) <= Decimal("0.05")
        case "percent":
            below = counter.one(figure.of, tag, code)
            assert rows.cell.value == Decimal(len(listed)) / below.rows


def test_numbers_of_every_page_open_as_many_rows_as_they_say(city):
    """The first and the last of each figure on each page."""
    seen = {}
    for panel in PANELS:
        links = _links(city.get(reverse("cockpit:panel", args=[panel])).content.decode())
        by_figure = {}
        for address in links:
            by_figure.setdefault(address.partition("?")[0], []).append(address)
        seen |= {address: links[address] for found in by_figure.values() for address in (found[0], found[-1])}
    assert len(seen) > 30
    for address, said in seen.items():
        opened = city.get(address).context
        rows, figure = list(opened["rows"].paginator.object_list), opened["figure"]
        assert opened["cell"].text == said, address
        match figure.unit:
            case "persons" | "pieces":
                assert len(rows) == _number(said), address
            case "yuan":
                assert sum(row.amount for _source, row in rows) == _number(said), address
            case "days":
                mean = Decimal(sum(row.days for _source, row in rows)) / len(rows)
                assert abs(mean - _number(said)) <= Decimal("0.06"), address
            case "percent":
                below = opened["beside"][0]["cell"].rows
                assert abs(Decimal(100) * len(rows) / below - _number(said)) <= Decimal("0.06"), address
        assert opened["total"] == len(rows)


def test_what_lies_below_adds_up_to_the_number_above(city, house, counted):
    for figure in declared().figures.values():
        if figure.unit in ("pieces", "yuan"):
            asked = {"since": date(2020, 1, 1), "until": TODAY}
            whole = counted.figure(figure.measure, within=house["C"].id, **asked).value
            parts = counted.by_union(figure.measure, within=house["C"].id, **asked)
            assert sum(part.value for part in parts.values()) == whole, figure.id


def test_a_county_finds_no_other_countys_number_by_changing_the_address(counted, house, signed_in):
    county = signed_in(house.county)
    for union in ("Y", "C"):
        for address in (reverse("cockpit:cockpit"), reverse("cockpit:rows", args=["listed"])):
            answer = county.get(address, {"union": house[union].id})
            assert answer.status_code == 404 and "诸暨" not in answer.content.decode()
        form = {"purpose": "月度会议核对数字"}
        taken = county.post(f"{reverse('cockpit:export_rows', args=['listed'])}?union={house[union].id}", form)
        assert taken.status_code == 404
    own = county.get(reverse("cockpit:cockpit"))
    assert own.status_code == 200 and own.context["asked"].union.id == house["X"].id


def test_opening_rows_is_on_record_with_what_was_opened(city, house):
    city.get(reverse("cockpit:rows", args=["precision_year"]), {"tag": "trigger", "is": "T-ILL-2"})
    event = audit.list_about("figure:precision_year", actions=["cockpit.rows"])[0]
    assert event.account_id == house.city.account_id
    assert event.detail["is"] == "T-ILL-2" and event.detail["rows"] > 0 and event.detail["month"] == "2023-10"


def test_a_rate_over_fewer_than_ten_is_hidden_and_does_not_open(city, house):
    page = city.get(reverse("cockpit:panel", args=["equity"]))
    table = next(table for table in page.context["blocks"] if table.id == "groups")
    small = [line for line in table.lines if line.cells[0].is_hidden]
    assert small and all(line.cells[0].value is None and not line.people and line.gap is None for line in small)
    assert len(small) != 1  # one alone is the whole less the others
    opened = city.get(reverse("cockpit:rows", args=["precision_year"]), {"tag": "group", "is": "truck"})
    assert opened.context["cell"].is_hidden and opened.context["total"] == 0 and not opened.context["lines"]
    assert "不显示" in opened.content.decode()


def _counter(counted, union, month, span):
    asked = Asked(union, (union,), Month(month), Month.of(TODAY), town.NOW)
    return Counter(counted, asked.over(span) if span else asked, tuple(declared().figures.values()))


def _told(counter, figure):
    """Everything that is said of a figure, by where it stands."""
    yield "whole", {1: counter.figure(figure)}
    yield "before", {1: counter.before(figure)}
    yield "months", dict(counter.months(figure))
    yield "children", counter.children(figure)
    yield "counties", counter.counties(figure)
    source = counting.load_sources(programs_folder())[figure.measure.source]
    for tag in declared().tags & set(source.tags):
        yield tag, counter.by(figure, tag)


COUNTS = [(one, rate) for one in declared().figures.values() for rate in declared().rates_above(one)]


@pytest.mark.parametrize(("count", "rate"), COUNTS, ids=[count.id for count, _rate in COUNTS])
@pytest.mark.parametrize("span", [None, Span.YEAR])
def test_where_a_rate_is_hidden_so_is_the_count_above_its_line_also_where_it_is_none(counted, house, count, rate, span):
    seen = set()
    for code, month in product(("C", "X", "Y"), ("2023-10", "2023-05", "2022-11")):
        counter = _counter(counted, house[code], month, span)
        for (where, rates), (_where, counts) in zip(_told(counter, rate), _told(counter, count), strict=True):
            for part, cell in rates.items():
                is_hidden = counts[part].is_hidden if part in counts else False
                assert is_hidden == cell.is_hidden, (where, code, month, part)
                assert not cell.is_hidden or counts[part].value is None
                seen.add(cell.is_hidden)
    assert seen == {True, False} or span is None


def test_a_table_by_outcome_does_not_say_the_rate_that_is_hidden(counted, house):
    verified, precision = declared().figures["verified"], declared().figures["precision"]
    seen = set()
    for code, span in product(("C", "X", "Y"), (None, Span.YEAR)):
        counter = _counter(counted, house[code], "2023-10", span)
        cells = counter.by(verified, "outcome").values()
        assert {cell.is_hidden for cell in cells} <= {counter.figure(precision).is_hidden}
        seen |= {cell.is_hidden for cell in cells}
    assert seen == {True, False}


def test_neither_page_nor_workbook_nor_rows_say_a_count_that_gives_a_small_rate_away(city, house):
    asked = {"union": house["Y"].id, "month": "2023-10"}
    page = city.get(reverse("cockpit:panel", args=["truth"]), asked)
    tiles = {tile.figure.id: tile.cell for tile in page.context["tiles"]}
    assert not tiles["verified"].is_hidden and tiles["verified"].rows
    assert all(tiles[name].is_hidden and tiles[name].value is None for name in ("precision", "confirmed"))
    form = {"purpose": "月度会议核对数字"}
    taken = city.post(f"{reverse('cockpit:export_panel', args=['truth'])}?{urlencode(asked)}", form)
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(taken.streaming_content))).active
    written = [row for row in sheet.iter_rows(values_only=True) if row[2] in ("属实", "查实率")]
    assert written and all(row[3] is None and row[5] is None for row in written if row[0] == house["Y"].name)
    opened = city.get(reverse("cockpit:rows", args=["verified"]), asked)
    assert opened.context["total"] and "属实" not in " ".join(" ".join(line.tags) for line in opened.context["lines"])
    taken = city.post(f"{reverse('cockpit:export_rows', args=['verified'])}?{urlencode(asked)}", form)
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(taken.streaming_content))).active
    assert "属实" not in " ".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row)
    opened = city.get(reverse("cockpit:rows", args=["confirmed"]), asked)
    assert opened.context["cell"].is_hidden and opened.context["total"] == 0 and not opened.context["lines"]


def test_the_alarm_asks_for_a_large_gap_that_chance_does_not_make():
    alarm = declared().alarm
    assert gap_of(Decimal("0.5"), 100, Decimal("0.8"), alarm).is_alarm
    assert not gap_of(Decimal("0.5"), 4, Decimal("0.8"), alarm).is_alarm  # two of four
    assert not gap_of(Decimal("0.70"), 10_000, Decimal("0.8"), alarm).is_alarm  # seven eighths of the whole
    assert gap_of(None, 10, Decimal("0.8"), alarm) is None


@pytest.mark.parametrize(("before", "text"), [("25000.50", "1,500.50 元"), ("20.00", "2.3万 元")])
def test_a_change_of_money_is_written_as_money(before, text):
    found = change(declared().figures["paid_month"], Decimal("23500.00"), Decimal(before))
    assert found and found.text == text


def test_a_page_leaves_as_the_workbook_it_shows_and_so_do_rows(city, house):
    address = reverse("cockpit:export_panel", args=["money"])
    assert city.post(address, {"purpose": ""}).status_code == 409
    taken = city.post(address, {"purpose": "月度会议核对数字"})
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(taken.streaming_content))).active
    written = [row for row in sheet.iter_rows(values_only=True) if row[2] == "已发放" and row[1] == "2023-10"]
    shown = next(
        tile for tile in city.get(reverse("cockpit:panel", args=["money"])).context["tiles"] if tile.figure.id == "paid"
    )
    assert (
        Decimal(str(written[0][3])) == shown.cell.value and written[0][4] == "元" and written[0][5] == shown.cell.rows
    )
    rows = city.post(reverse("cockpit:export_rows", args=["paid"]), {"purpose": "月度会议核对数字"})
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(rows.streaming_content))).active
    sums = [row[4] for row in sheet.iter_rows(values_only=True) if isinstance(row[4], (int, float))]
    assert len(sums) == shown.cell.rows and abs(Decimal(str(sum(sums))) - shown.cell.value) < Decimal("0.01")


def test_the_workbook_of_rates_has_the_people_each_is_of_and_how_far_it_is_from_all(city, house):
    blocks = [one for one in city.get(reverse("cockpit:panel", args=["equity"])).context["blocks"] if one.is_gaps]
    taken = city.post(reverse("cockpit:export_panel", args=["equity"]), {"purpose": "月度会议核对数字"})
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(taken.streaming_content))).active
    written = {(row[0], row[1]): row for row in sheet.iter_rows(values_only=True)}
    shown = [(block, line) for block in blocks for line in block.lines if line.people and line.gap]
    assert shown
    for block, line in shown:
        row = written[block.title["zh"], line.name]
        assert row[6] == line.people and line.gap.words in row[7]


def test_the_page_of_targets_leaves_as_a_workbook_of_every_line(city, house):
    boards = city.get(reverse("cockpit:panel", args=["targets"])).context["boards"]
    taken = city.post(reverse("cockpit:export_targets", args=["targets"]), {"purpose": "月度会议核对数字"})
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(taken.streaming_content))).active
    titles = [row[2] for row in sheet.iter_rows(values_only=True)]
    lines = [shown for board in boards for shown in (*board.rows, *board.open_rows)]
    assert lines and all(shown.line.indicator.title["zh"] in titles for shown in lines)


def test_without_a_roll_up_and_with_a_broken_one_the_page_says_what_to_do(counted, city, tmp_path, monkeypatch):
    monkeypatch.setattr(rollup, "FOLDER", "no-rollups")
    assert "还没有汇总" in city.get(reverse("cockpit:cockpit")).content.decode()
    refused = city.get(reverse("cockpit:rows", args=["listed"]))
    assert refused.status_code == 409 and "niangjia rollup" in refused.content.decode()
    broken = deployment().folder / "no-rollups"
    broken.mkdir(exist_ok=True)
    (broken / counting.POINTER).write_text("gone")
    assert "汇总读不出来" in city.get(reverse("cockpit:cockpit")).content.decode()


def test_a_citys_lead_finds_every_page_answered_once_the_roll_up_was_warmed(counted, city, monkeypatch):
    pages = [reverse("cockpit:panel", args=[panel]) for panel in PANELS]

    def looked_at():
        changing = r'<input type="hidden"[^>]*>|<div class="print-head">.*'  # the minute at which it would be printed
        return [re.sub(changing, "", city.get(page).content.decode()) for page in pages]

    cold = looked_at()
    (counted.run / "answers.json").unlink(missing_ok=True)
    rollup._opened.cache_clear()
    assert warming.answer(rollup.open_newest(deployment())) == len(pages)
    rollup._opened.cache_clear()

    def no_question(_rollup, query, _values):
        assert "max(day)" in query, query
        return [(FIRST, LATEST)]

    monkeypatch.setattr(counting.Rollup, "_all", no_question)
    for now, then in zip(looked_at(), cold, strict=True):
        assert now.splitlines() == then.splitlines()


@pytest.mark.parametrize("text", ["", "[", "{}", "[[1, 2, 3]]", "null"])
def test_kept_answers_that_cannot_be_read_are_counted_again(counted, city, text):
    (counted.run / "answers.json").write_text(text)
    rollup._opened.cache_clear()
    assert city.get(reverse("cockpit:cockpit")).status_code == 200


def test_an_unknown_page_figure_or_tag_is_refused_and_an_odd_month_is_the_newest(city):
    assert city.get(reverse("cockpit:panel", args=["nothing"])).status_code == 404
    assert city.get(reverse("cockpit:rows", args=["nothing"])).status_code == 404
    assert city.get(reverse("cockpit:rows", args=["listed"]), {"tag": "person", "is": "1"}).status_code == 404
    assert str(city.get(reverse("cockpit:cockpit"), {"month": "2023-13"}).context["asked"].month) == "2023-10"
    assert str(city.get(reverse("cockpit:cockpit"), {"month": "1990-01"}).context["asked"].month) == "2020-12"


def test_a_month_is_chosen_where_it_changes_the_numbers_and_not_beside_targets(city):
    chosen = {
        panel: 'name="month"' in city.get(reverse("cockpit:panel", args=[panel])).content.decode() for panel in PANELS
    }
    assert chosen == {panel: panel != "targets" for panel in PANELS}


def test_a_province_compares_its_counties_and_a_city_and_a_county_what_is_right_below(counted, house):
    block = next(block for block in declared().panel("equity").blocks if block.id == "counties")
    city = house["C"]
    as_province = replace(city, level=Level.PROVINCE)
    lines = table_of(block, _counter(counted, as_province, "2023-10", None), (), declared()).lines
    assert {line.name for line in lines} == {house["X"].name, house["Y"].name, "全体"}
    assert all(f"union={house[code].id}" in " ".join(line.url for line in lines) for code in "XY")


def test_what_a_county_does_itself_is_a_line_that_opens_its_own_rows(counted, house, signed_in):
    county = signed_in(house.county)
    page = county.get(reverse("cockpit:panel", args=["list"]))
    table = next(table for table in page.context["blocks"] if table.id == "where")
    own = next(line for line in table.lines if line.name == "本级，不含下级")
    tile = counted.figure(
        declared().figures["listed"].measure,
        within=house["X"].id,
        since=LATEST.replace(day=1),
        until=date(2023, 10, 31),
    )
    assert sum(line.cells[0].value for line in table.lines) == tile.value and own.cells[0].rows
    opened = county.get(own.cells[0].url)
    assert opened.context["total"] == own.cells[0].rows and "本级，不含下级" in opened.content.decode()
    assert {line.union for line in opened.context["lines"]} == {house["X"].name}
    assert audit.list_about("figure:listed", actions=["cockpit.rows"])[0].detail["own"] is True


def test_a_month_without_a_list_says_nothing_instead_of_nought(city, house):
    assert Month.of(TODAY) > Month.of(LATEST)  # the list of this month is not made yet
    page = city.get(reverse("cockpit:cockpit"), {"month": Month.of(TODAY).text, "figure": "listed"})
    listed = next(tile for tile in page.context["tiles"] if tile.figure.id == "listed")
    assert listed.cell.value is None and listed.cell.text == "—" and not listed.cell.is_hidden
    assert all(row.cell.value is None for row in page.context["places"]["rows"])
    months = [month for month, _cell in page.context["trend"]]
    assert months[0] == Month.of(FIRST) and months[-1] == Month.of(LATEST)


def test_unions_of_nothing_stand_apart_where_they_are_many(counted, house):
    block = next(block for block in declared().panel("list").blocks if block.id == "where")
    counter = _counter(counted, house["X"], "2023-10", None)
    idle = [replace(house["XT"], id=9_000 + number, name=f"无事工会{number}") for number in range(5)]
    few = table_of(block, counter, [house["XT"], *idle[:3]], declared())
    assert not few.empty and few.shown == few.lines
    many = table_of(block, counter, [house["XT"], *idle], declared())
    assert [line.name for line in many.empty] == [one.name for one in idle]
    assert len(many.shown) + len(many.empty) == len(many.lines)


def test_who_left_the_list_is_drawn_below_the_line_and_the_rest_adds_up_to_it(counted, house):
    block = next(block for block in declared().panel("list").blocks if block.id == "diff")
    counter = _counter(counted, house["C"], "2023-10", None)
    table = table_of(block, counter, [], declared())
    listed = dict(counter.months(declared().figures["listed"]))
    assert [head.title for head in table.heads if head.is_below] == ["退出（户）"]
    for line in table.lines:
        drawn = [cell.value or 0 for head, cell in zip(table.heads, line.cells, strict=True) if not head.is_below]
        assert sum(drawn) == listed[Month(line.short)].value


def test_targets_stand_by_what_needs_a_look_and_those_without_a_number_apart(city):
    page = city.get(reverse("cockpit:panel", args=["targets"]))
    order = [light for light, _count in page.context["lights"]]
    for board in page.context["boards"]:
        lights = [shown.line.pace.light for shown in board.rows]
        assert lights == sorted(lights, key=lambda light: order.index(light) if light in order else len(order))
        assert all(shown.goal for shown in board.rows) and not any(shown.goal for shown in board.open_rows)
    assert "没有写明数字，只清点" in page.content.decode()


@pytest.mark.parametrize(
    ("given", "placed"),
    [("nn", "nn"), ("n", "w"), ("nnn", "nnw"), ("wnn", "wnn"), ("wnw", "www"), ("nwn", "www"), ("wnwnn", "wwwnn")],
)
def test_no_narrow_table_stands_beside_nothing(counted, house, given, placed):
    block = next(block for block in declared().panel("list").blocks if block.id == "grades")
    narrow = table_of(block, _counter(counted, house["X"], "2023-10", None), (), declared())
    tables = spread([replace(narrow, is_wide=one == "w") for one in given])
    assert "".join("w" if table.is_wide else "n" for table in tables) == placed
