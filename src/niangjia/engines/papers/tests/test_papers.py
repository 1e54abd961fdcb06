"""One document, three writers: the same words and numbers, the same bytes, nothing that people typed is run."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from decimal import Decimal

import docx
import openpyxl
import pytest

from niangjia.engines import papers
from niangjia.engines.papers import pdf, word
from niangjia.engines.papers.document import Heading, Note, Paper, Paragraph, Table, numbered
from niangjia.engines.papers.tests.reading import pages_of, text_of

TABLE = Table(
    "下级各工会情况",
    ["工会", "在册（户）", "发放（元）"],
    [["新昌县总工会", 1203, Decimal("9900.50")]],
    [["新昌县总工会", "1,203", "9,900.50"]],
)
PAPER = Paper(
    issuer="绍兴市总工会信息通报", title="关于2023年4月困难职工帮扶情况的通报", number="绍市总工〔2023〕1号", to="下级各工会", copies="市委办公室",
    blocks=[Heading("总体情况"), Paragraph("在册1,203户。"), Heading("资金", 2), Heading("发放", 3), Heading("下一步"), TABLE],
    notes=[Note("在册", "1,205户", "名单", "2023年4月30日", "1,203户", "补录两户")], signed_by="绍兴市总工会", day=date(2023, 5, 4),
    watermark="王某 · 发给各县核对",
)  # fmt: skip
WRITERS = [papers.write_pdf, papers.write_word, papers.write_workbook]
TYPED = ['#set page(width: 1pt)', '#read("/etc/passwd")', "*粗* _斜_ $x$ <a> @b", '=HYPERLINK("a")', "+1", "@SUM(A1)", "\\", "]", '"']  # fmt: skip


@pytest.mark.parametrize("write", WRITERS)
def test_the_same_document_gives_the_same_bytes(write):
    assert write(PAPER) == write(PAPER)
    assert write(PAPER) != write(replace(PAPER, title="关于2023年5月的通报"))


def test_headings_are_numbered_as_offices_do():
    marks = [mark for block, mark in numbered(PAPER.blocks)]
    assert marks == ["一、", "", "（一）", "1. ", "二、", ""]


def test_word_is_set_in_the_standards_form():
    file = docx.Document(io.BytesIO(papers.write_word(PAPER)))
    section = file.sections[0]
    sides = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(side.mm) for side in sides] == [37, 35, 28, 26]
    title = next(line for line in file.paragraphs if line.text == PAPER.title)
    assert (title.runs[0].font.name, title.runs[0].font.size.pt) == ("方正小标宋简体", 22)
    body = next(line for line in file.paragraphs if line.text == "在册1,203户。")
    assert (body.runs[0].font.name, body.runs[0].font.size.pt, body.paragraph_format.first_line_indent.pt) == ("仿宋_GB2312", 16, 32)  # fmt: skip
    assert "PAGE" in section.footer._element.xml and "PAGE" in section.even_page_footer._element.xml


def test_word_says_the_text_the_tables_and_where_a_changed_figure_comes_from():
    file = docx.Document(io.BytesIO(papers.write_word(PAPER)))
    text = "\n".join(line.text for line in file.paragraphs)
    for said in (
        PAPER.number,
        "一、总体情况",
        "（一）资金",
        "抄送：市委办公室",
        "2023年5月4日",
        "人工改动，清点数为 1,203户；理由：补录两户",
    ):
        assert said in text
    assert [[cell.text for cell in row.cells] for row in file.tables[0].rows] == [
        list(TABLE.heads),
        list(TABLE.shown[0]),
    ]


LONG = Table(
    "下级各工会困难职工监测帮扶情况", ["工会", "在册（户）", "新增（户）", "返困（户）", "退出（户）", "已核实（件）", "查实率（%）"],
    [["越城区总工会（演示）", 1, 1, 1, 1, 1, 1]] * 60, [["越城区总工会（演示）", *"111111"]] * 60,
)  # fmt: skip


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("关于2026年第三季度温暖行动目标进度的通报", ["关于2026年第三季度", "温暖行动目标进度的通报"]),
        ("关于2026年10月困难职工帮扶工作督查情况的通报", ["关于2026年10月困难职工", "帮扶工作督查情况的通报"]),
        ("关于绍兴市总工会2026年第三季度“温暖行动”目标任务进度的通报", ["关于绍兴市总工会2026年第三季度", "“温暖行动”目标任务进度的通报"]),
        ("关于2026年11月困难职工帮扶情况的通报", ["关于2026年11月困难职工帮扶情况的通报"]),
    ],
)  # fmt: skip
def test_a_long_title_is_broken_by_meaning_into_lines_about_as_long(title, lines):
    paper = replace(PAPER, title=title)
    assert paper.title_lines == lines
    file = docx.Document(io.BytesIO(papers.write_word(paper)))
    assert "\n".join(lines) in [line.text for line in file.paragraphs]
    assert title in text_of(papers.write_pdf(paper))


def test_a_title_of_two_hundred_signs_that_say_nothing_is_broken_at_once():
    assert {len(line) for line in replace(PAPER, title="字" * 198).title_lines} == {18}


def test_a_table_that_goes_on_over_the_page_says_its_title_and_heads_again():
    pages = ["".join(page.split()) for page in pages_of(papers.write_pdf(replace(PAPER, blocks=[LONG])))]
    with_rows = [page for page in pages if "越城区总工会（演示）" in page]
    assert len(with_rows) > 1
    assert all(LONG.title in page and "已核实（件）" in page for page in with_rows)
    assert ["（续表）" in page for page in with_rows] == [False, *[True] * (len(with_rows) - 1)]


@pytest.mark.parametrize("lines", range(14, 24))
def test_a_small_table_stands_on_one_page_wherever_it_begins(lines):
    small = replace(LONG, rows=LONG.rows[:10], shown=LONG.shown[:10])
    paper = replace(PAPER, blocks=[*[Paragraph("一行。")] * lines, small])
    pages = ["".join(page.split()) for page in pages_of(papers.write_pdf(paper))]
    assert [page.count("越城区总工会（演示）") for page in pages if small.title in page] == [10]
    (table,) = docx.Document(io.BytesIO(papers.write_word(paper))).tables
    kept = [row.cells[0].paragraphs[0].paragraph_format.keep_with_next for row in table.rows]
    assert kept == [True] * 10 + [False]


def test_a_words_table_has_room_for_the_names_of_unions_and_breaks_no_row():
    (table,) = docx.Document(io.BytesIO(papers.write_word(replace(PAPER, blocks=[LONG])))).tables
    widths = [cell.width.mm for cell in table.rows[1].cells]
    assert sum(widths) == pytest.approx(156, abs=0.5) and widths[0] == pytest.approx(2.6 * widths[1], abs=0.1)
    assert widths[0] > len(LONG.rows[0][0]) * 12 * 0.3528 + 2 * 1.9, "one line of size 12 pt and the cell's own margins"
    assert all("cantSplit" in row._tr.xml for row in table.rows) and "tblHeader" in table.rows[0]._tr.xml


def test_a_workbook_keeps_numbers_as_numbers_and_typed_text_as_text():
    paper = replace(
        PAPER,
        blocks=[
            *(Paragraph(said) for said in TYPED),
            replace(TABLE, rows=[["=1+1", 3, None]], shown=[["=1+1", "3", "—"]]),
        ],
    )
    book = openpyxl.load_workbook(io.BytesIO(papers.write_workbook(paper)))
    for sheet in book.worksheets:
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    cells = [cell.value for cell in book.worksheets[1][3]]
    assert cells == ["=1+1", 3, "—"]


def test_a_workbook_says_why_there_is_no_number_as_the_pages_do():
    table = replace(
        TABLE,
        rows=[["甲", None, 3], ["乙", 2, None]],
        shown=[["甲", "不列", "3"], ["乙", "2", "—"]],
        note="注：“不列”为不足十人的。",
    )
    book = openpyxl.load_workbook(io.BytesIO(papers.write_workbook(replace(PAPER, blocks=[table]))))
    rows = list(book.worksheets[1].iter_rows(min_row=3, values_only=True))
    assert rows == [("甲", "不列", 3), ("乙", 2, "—"), ("注：“不列”为不足十人的。", None, None)]


@pytest.mark.parametrize("said", TYPED)
def test_what_was_typed_is_letters_and_neither_markup_nor_a_file_read(said):
    """The page is as large as ever, and the text stands in it: as many pages as with plain words."""
    plain = replace(PAPER, title="字" * len(said), blocks=[Paragraph("字" * len(said))])
    typed = replace(PAPER, title=said, blocks=[Paragraph(said)], to=said, watermark=said, notes=[Note(said, said, said, said)])  # fmt: skip
    assert "".join(said.split()) in text_of(papers.write_pdf(typed))
    assert len(papers.write_pages(typed, ppi=20)) == len(papers.write_pages(plain, ppi=20))


def test_the_pdf_says_every_word_and_number_of_the_paper():
    text = text_of(papers.write_pdf(PAPER))
    words = [
        PAPER.issuer,
        PAPER.title,
        PAPER.number,
        "下级各工会：",
        "一、总体情况",
        "在册1,203户。",
        "（一）资金",
        "1.发放",
        "抄送：市委办公室",
        "2023年5月4日",
        PAPER.watermark,
    ]
    words += [*TABLE.heads, *TABLE.shown[0], "清点数为1,203户；理由：补录两户"]
    assert [said for said in words if "".join(said.split()) not in text] == []


def test_without_a_chinese_font_the_refusal_says_what_to_install_and_what_can_be_taken():
    with pytest.raises(papers.FontMissing) as refused:
        papers.choose(["DejaVu Sans"])
    assert "fonts-noto-cjk" in refused.value.zh and "Word" in refused.value.zh and "fonts-noto-cjk" in refused.value.en


def test_office_fonts_come_before_free_ones():
    found = papers.choose(["Noto Serif CJK SC", "SimHei", "FangSong_GB2312", "FZXiaoBiaoSong-B05S"])
    assert (found.title, found.body, found.hei, found.is_light) == ("FZXiaoBiaoSong-B05S", "FangSong_GB2312", "SimHei", False)  # fmt: skip


@pytest.mark.parametrize(("module", "name", "write"), [(pdf, "typst", papers.write_pdf), (word, "docx", papers.write_word)])  # fmt: skip
def test_without_the_extra_the_refusal_says_so(module, name, write, monkeypatch):
    monkeypatch.setattr(module, name, None)
    with pytest.raises(papers.ExtraMissing) as refused:
        write(PAPER)
    assert "niangjia[documents]" in refused.value.zh and "niangjia[documents]" in refused.value.en
