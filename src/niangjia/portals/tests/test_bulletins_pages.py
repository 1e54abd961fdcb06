"""Bulletins on pages: drafted from what was counted, refused with what was typed kept, and opened again as PDF, Word and Excel."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import docx
import openpyxl
import pytest
from django.urls import reverse

from niangjia.apps.accounts.types import Role
from niangjia.apps.audit import queries as audit
from niangjia.apps.bulletins import actions, queries
from niangjia.apps.bulletins.types import BlockText, Content
from niangjia.engines import counting
from niangjia.jobs import rollup
from niangjia.kernel.months import Month
from niangjia.portals.cockpit.bulletins import filling
from niangjia.portals.cockpit.bulletins.filling import fill
from niangjia.portals.cockpit.figures.declared import declared
from niangjia.portals.design.showing import deployment
from niangjia.portals.tests import bulletined


@pytest.fixture(scope="module")
def built(built, django_db_blocker):
    with django_db_blocker.unblock():
        bulletined.lay(built)
    return built


def form_of(card, **changes):
    told = {"title": card.content.title, "to": card.content.to, "copies": card.content.copies, "version": card.version}
    for place, block in enumerate(card.content.blocks, 1):
        told |= {f"kind-{place}": block.kind, f"text-{place}": block.text, f"order-{place}": 10 * place}
    return told | changes


def test_every_placeholder_of_every_kind_is_a_figure_of_the_cockpit():
    for kind in queries.list_kinds():
        for what, template in kind.blocks:
            names = {name for name, _what in queries.PLACE.findall(template)} if what != "targets" else set()
            assert names <= queries.WORDS | set(declared().figures), kind.id
        assert {name for table in kind.tables for name in table.figures} <= set(declared().figures)


def test_each_kind_can_be_looked_at_before_it_is_drafted(house, signed_in):
    client = signed_in(house.viewers[Role.CITY])
    for kind in queries.list_kinds():
        period = bulletined.PERIOD if kind.rhythm == "month" else f"{bulletined.PERIOD[:4]}-Q4"
        answer = client.get(reverse("bulletins:begin"), {"kind": kind.id, "period": period})
        assert answer.status_code == 200 and "照此起草" in answer.content.decode(), kind.id


def test_a_draft_says_what_the_roll_up_counted(house):
    viewer = house.viewers[Role.CITY]
    card = queries.get_bulletin(viewer, bulletined.drafted(house, "draft"))
    newest, month = rollup.open_newest(deployment()), Month(bulletined.PERIOD)
    for title, figure in (("在册", "listed"), ("新增", "entered"), ("已核实", "verified")):
        measure = declared().figures[figure].measure
        counted = newest.figure(measure, within=viewer.org_id, since=month.first_day, until=month.last_day)
        said = next(one for one in card.figures if one.title == title)
        listed = newest.days_of("listing")
        if measure.source == "listing" and (not listed or Month.of(listed[1]) < month):
            assert said.text == filling.NOTHING  # no list of that month was made: nought would be wrong
        else:
            assert re.sub(r"\D", "", said.text) == str(int(counted.value))


def test_of_a_figure_that_is_hidden_this_month_no_change_is_said(house, monkeypatch):
    """That the month before could not be compared would be false: it is this one of which nothing may be said."""
    counted = filling.Counter.figure

    def hidden(counter, figure):
        cell = counted(counter, figure)
        return replace(cell, value=None, is_hidden=True) if figure.id == "precision" else cell

    monkeypatch.setattr(filling.Counter, "figure", hidden)
    filled = fill(house.viewers[Role.CITY], queries.get_kind("hardship-monthly"), bulletined.PERIOD)
    text = next(queries.plain(block.text) for block in filled.content.blocks if "查实率" in block.text)
    assert "查实率（不足十人，不列出），不作比较。" in text


@pytest.mark.parametrize("kind", queries.list_kinds(), ids=lambda kind: kind.id)
def test_the_figures_of_a_bulletin_are_asked_together(house, monkeypatch, kind):
    """However many figures there are: of one source and one span of days and unions they are counted in one pass."""
    period = bulletined.PERIOD if kind.rhythm == "month" else f"{bulletined.PERIOD[:4]}-Q4"
    newest = rollup.open_newest(deployment())
    fresh, passes = counting.Rollup(newest.run, newest.sources), []
    fresh._answers.clear()
    ask = fresh._all

    def heard(query, values):
        passes.append((re.search('from "(.+?)"', query)[1], tuple(values), *re.findall("s.union_id, s.person, (.+?) as part|join above a", query)))  # fmt: skip
        return ask(query, values)

    monkeypatch.setattr(fresh, "_all", heard)
    filled = fill(house.viewers[Role.CITY], kind, period, fresh)
    assert filled.figures and len(passes) == len(set(passes))


def test_a_number_changed_without_a_reason_comes_back_as_typed(house, signed_in):
    viewer = house.viewers[Role.CITY]
    number = bulletined.drafted(house, "changed")
    card = queries.get_bulletin(viewer, number)
    told = form_of(card, **{"text-3": re.sub("〔新增：[^〕]*〕", "〔新增：99户〕", card.content.blocks[2].text)})
    client, address = signed_in(viewer), reverse("bulletins:save", args=[number])
    answer = client.post(address, told)
    assert answer.status_code == 409 and "〔新增：99户〕" in answer.content.decode()
    assert client.post(address, told | {"reason": "补录未入库的"}).status_code == 302
    html = client.get(reverse("bulletins:bulletin", args=[number])).content.decode()
    assert "人工改动" in html and "补录未入库的" in html


def test_numbers_of_ones_own_are_shown_and_each_is_ticked_before_the_bulletin_is_issued(house, signed_in):
    viewer, second = house.viewers[Role.CITY], bulletined._second(house)
    content = Content("通报", "", "", [BlockText("text", "另有重病家庭3210户、残疾家庭4321户。")])
    number = actions.draft(viewer=second, kind="hardship-monthly", period=bulletined.PERIOD, content=content, figures=[], tables=[], as_of=bulletined.town.NOW, key="own", now=bulletined.town.NOW)  # fmt: skip
    client, address = signed_in(viewer), reverse("bulletins:issue", args=[number])
    for name in ("bulletin", "edit"):
        html = client.get(reverse(f"bulletins:{name}", args=[number])).content.decode()
        assert '<mark class="own-number">3210</mark>' in html, name
    client.post(reverse("bulletins:review", args=[number]))
    first, other = (one.key for one in queries.strangers_of(queries.get_bulletin(viewer, number)))
    refused = client.post(address, {"checked": [first]})
    html = refused.content.decode()
    assert refused.status_code == 409 and "4321" in html
    assert f'value="{first}" checked' in html and f'value="{other}" checked' not in html
    assert client.post(address, {"checked": [first, other]}).status_code == 302
    assert queries.get_bulletin(viewer, number).number


def test_a_stale_edit_keeps_what_was_typed_shows_the_change_and_can_then_be_saved(house, signed_in):
    viewer = house.viewers[Role.CITY]
    number = bulletined.drafted(house, "stale")
    card = queries.get_bulletin(viewer, number)
    client, address = signed_in(viewer), reverse("bulletins:save", args=[number])
    assert client.post(address, form_of(card, title="先改的标题")).status_code == 302
    answer = client.post(address, form_of(card, title="后改的标题"))
    html = answer.content.decode()
    assert answer.status_code == 409 and 'value="后改的标题"' in html and "先改的标题" in html
    assert 'name="version" value="2"' in html


def test_the_exports_say_every_number_of_the_bulletin_and_are_on_record(house, signed_in):
    viewer = house.viewers[Role.CITY]
    number = bulletined.lay(house)
    card = queries.get_bulletin(viewer, number)
    client, address = signed_in(viewer), reverse("bulletins:download", args=[number])
    assert client.post(address, {"form": "pdf", "purpose": ""}).status_code == 409
    pdf, word, excel = (
        client.post(address, {"form": form, "purpose": "发给各县核对"}).content for form in ("pdf", "word", "excel")
    )
    assert pdf.startswith(b"%PDF")
    lines = [line.text for line in docx.Document(io.BytesIO(word)).paragraphs]
    sheets = openpyxl.load_workbook(io.BytesIO(excel))
    texts = [row[0] for row in sheets["正文"].iter_rows(values_only=True) if row[0]]
    for block in card.content.blocks:
        assert any(queries.plain(block.text) in line for line in lines)
        assert any(queries.plain(block.text) in line for line in texts)
    for said, cells in zip(card.tables, docx.Document(io.BytesIO(word)).tables, strict=True):
        assert [[cell.text for cell in row.cells] for row in cells.rows][1:] == said.shown
    for said, sheet in zip(card.tables, sheets.worksheets[1:], strict=False):
        rows = list(sheet.iter_rows(min_row=3, max_row=2 + len(said.rows), values_only=True))
        for row, shown in zip(rows, said.rows, strict=True):
            assert [str(float(value)) for value in row[1:] if value not in ("—", "不列")] == [str(float(value)) for value in shown[1:] if value is not None]  # fmt: skip
    assert [event.action for event in audit.list_about(f"bulletin:{number}")].count("bulletins.export") == 3


def test_readers_below_open_it_and_see_no_draft(house, signed_in):
    client = signed_in(house.viewers[Role.GRASSROOTS])
    html = client.get(reverse("bulletins:all")).content.decode()
    assert "已签发" in html and "已撤回" in html and ">草稿<" not in html
    assert client.get(reverse("bulletins:bulletin", args=[bulletined.lay(house)])).status_code == 200
    assert client.get(reverse("bulletins:bulletin", args=[bulletined.drafted(house, "draft")])).status_code == 404
