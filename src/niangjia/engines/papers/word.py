"""The Word file: fonts asked for by the names that offices have; page numbers outside, — 1 —."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from typing import Any

from niangjia.engines.papers.document import Heading, Paper, Table, long_day, numbered, sources
from niangjia.engines.papers.problems import ExtraMissing

try:
    import docx
    from docx.enum.table import WD_TABLE_ALIGNMENT
    from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt, RGBColor
except ImportError:  # the extra `documents`
    docx = None  # type: ignore[assignment]

TITLE, BODY, KAI, HEI, SONG = "方正小标宋简体", "仿宋_GB2312", "楷体_GB2312", "黑体", "宋体"
_SIZE2, _SIZE3, _SIZE4, _SIZE5 = 22.0, 16.0, 14.0, 10.5
_PITCH = 28.95
_WIDTH = 156
"""Of the text, in mm."""
_HEADS = (HEI, KAI, BODY)
_RED = "D60000"


def write_word(paper: Paper) -> bytes:
    """Raises ExtraMissing."""
    if docx is None:
        raise ExtraMissing("Word")
    file = docx.Document()
    _page(file, paper)
    _head(file, paper)
    for block, mark in numbered(paper.blocks):
        if isinstance(block, Table):
            _table(file, block)
        elif isinstance(block, Heading):
            line = _line(file, mark + block.text, font=_HEADS[block.level - 1], indent=2)
            line.paragraph_format.keep_with_next = True
        else:
            _line(file, block.text, indent=2)
    _foot(file, paper)
    return _fixed(file, paper)


def _page(file: Any, paper: Paper) -> None:
    section = file.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    # The page number stands 7 mm below the text.
    section.footer_distance = Mm(25)
    file.settings.odd_and_even_pages_header_footer = True
    grid = OxmlElement("w:docGrid")
    for name, value in (("type", "linesAndChars"), ("linePitch", "579"), ("charSpace", "-849")):
        grid.set(qn(f"w:{name}"), value)
    for old in section._sectPr.findall(qn("w:docGrid")):
        section._sectPr.remove(old)
    section._sectPr.append(grid)
    style = file.styles["Normal"]
    _font(style, BODY, _SIZE3)
    for footer, side in ((section.footer, WD_ALIGN_PARAGRAPH.RIGHT), (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT)):  # fmt: skip
        _page_number(footer, side, paper.watermark)


def _page_number(footer: Any, side: Any, watermark: str) -> None:
    footer.is_linked_to_previous = False
    line = footer.paragraphs[0]
    line.alignment = side
    line.paragraph_format.left_indent = line.paragraph_format.right_indent = Pt(_SIZE4)
    for part in ("— ", None, " —"):
        run = line.add_run(part or "")
        _font(run, SONG, _SIZE4)
        if part is None:
            field = OxmlElement("w:fldSimple")
            field.set(qn("w:instr"), "PAGE")
            field.append(run._r)
            line._p.append(field)
    if watermark:
        below = footer.add_paragraph()
        below.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _font(below.add_run(watermark), SONG, 7)


def _head(file: Any, paper: Paper) -> None:
    center = WD_ALIGN_PARAGRAPH.CENTER
    if paper.stamp:
        _line(file, f"〔{paper.stamp}〕", font=HEI, size=_SIZE4, side=WD_ALIGN_PARAGRAPH.RIGHT, color=_RED)
    # As large as fits in one line.
    size = min(40.0, 442 / max(len(paper.issuer), 1))
    _line(file, paper.issuer, font=TITLE, size=size, side=center, color=_RED, pitch=None)
    _line(file, "")
    if paper.signer:
        number = _line(file, f"　{paper.number}\t签发人：")
        number.paragraph_format.tab_stops.add_tab_stop(Mm(110))
        _font(number.add_run(paper.signer), KAI, _SIZE3)
    else:
        number = _line(file, paper.number, side=center)
    _border(number, "bottom", _RED, 12, 11)
    _line(file, "")
    _line(file, "")
    _line(file, "\n".join(paper.title_lines), font=TITLE, size=_SIZE2, side=center, pitch=34)
    _line(file, "")
    if paper.to:
        _line(file, f"{paper.to}：")


def _foot(file: Any, paper: Paper) -> None:
    if paper.signed_by:
        _line(file, "")
        for text in (paper.signed_by, long_day(paper.day)):
            line = _line(file, text, side=WD_ALIGN_PARAGRAPH.RIGHT)
            line.paragraph_format.right_indent = Pt(4 * _SIZE3)
        _line(file, "（盖章处）", size=_SIZE5, side=WD_ALIGN_PARAGRAPH.RIGHT, color="A0A0A0").paragraph_format.right_indent = Pt(5 * _SIZE3)  # fmt: skip
    if paper.notes:
        _line(file, "数据来源", font=HEI, size=_SIZE5, pitch=18)
        for place, said in enumerate(sources(paper.notes), 1):
            _line(file, f"{place}. {said}", size=_SIZE5, pitch=18)
    if paper.signed_by or paper.copies:
        _record(file, paper)


def _record(file: Any, paper: Paper) -> None:
    """版记: between a thick line above and one below."""
    _line(file, "")
    first = _line(file, f"　抄送：{paper.copies}。" if paper.copies else "", size=_SIZE4, pitch=24)
    _border(first, "top", "000000", 8, 1)
    day = long_day(paper.day)
    last = _line(file, f"　{paper.signed_by}\t{day}{'印发' if day else ''}", size=_SIZE4, pitch=24)
    last.paragraph_format.tab_stops.add_tab_stop(Mm(106))
    _border(last, "top", "000000", 6, 1)
    _border(last, "bottom", "000000", 8, 1)


def _table(file: Any, block: Table) -> None:
    center = WD_ALIGN_PARAGRAPH.CENTER
    if block.title:
        _line(file, block.title, font=HEI, size=_SIZE4, side=center).paragraph_format.keep_with_next = True
    table = file.add_table(rows=0, cols=len(block.heads), style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    widths = [Mm(_WIDTH * share / sum(block.shares)) for share in block.shares]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for row_place, cells in enumerate([block.heads, *block.shown]):
        row = table.add_row()
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for place, (cell, text) in enumerate(zip(row.cells, cells, strict=True)):
            cell.width = widths[place]
            line = cell.paragraphs[0]
            line.alignment = center if not row_place else WD_ALIGN_PARAGRAPH.RIGHT if place else WD_ALIGN_PARAGRAPH.LEFT
            line.paragraph_format.space_after = Pt(0)
            line.paragraph_format.keep_with_next = block.is_whole and row_place < len(block.shown)
            _font(line.add_run(text), BODY if row_place else HEI, 12)
        if not row_place:
            repeated = OxmlElement("w:tblHeader")
            repeated.set(qn("w:val"), "true")
            row._tr.get_or_add_trPr().append(repeated)
    if block.note:
        _line(file, block.note, size=_SIZE5, pitch=18)


def _line(
    file: Any, text: str, *, font: str = BODY, size: float = _SIZE3, side: Any = None, indent: int = 0, color: str = "", pitch: float | None = _PITCH,
) -> Any:  # fmt: skip
    line = file.add_paragraph()
    shape = line.paragraph_format
    shape.space_before = shape.space_after = Pt(0)
    if pitch is not None:
        shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(pitch)
    shape.first_line_indent = Pt(indent * size)
    if side is not None:
        line.alignment = side
    if text:
        run = line.add_run(text)
        _font(run, font, size)
        if color:
            run.font.color.rgb = RGBColor.from_string(color)
    return line


def _font(of: Any, name: str, size: float) -> None:
    """For Chinese signs as well: they have their own place in the file."""
    of.font.name, of.font.size = name, Pt(size)
    of.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)


def _border(line: Any, side: str, color: str, eighths: int, space: int) -> None:
    shape = line._p.get_or_add_pPr()
    borders = shape.find(qn("w:pBdr"))
    if borders is None:
        borders = OxmlElement("w:pBdr")
        shape.insert_element_before(borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr")
    border = OxmlElement(f"w:{side}")
    for name, value in (("val", "single"), ("sz", eighths), ("space", space), ("color", color)):
        border.set(qn(f"w:{name}"), str(value))
    borders.append(border)


def _fixed(file: Any, paper: Paper) -> bytes:
    """The same document, the same bytes: no clock in the properties nor in the archive."""
    day = datetime(2000, 1, 1, tzinfo=UTC) if paper.day is None else datetime.combine(paper.day, datetime.min.time(), UTC)  # fmt: skip
    about = file.core_properties
    about.title, about.author, about.last_modified_by, about.comments = paper.title, paper.issuer, paper.issuer, ""
    about.created = about.modified = day
    loose, fixed = io.BytesIO(), io.BytesIO()
    file.save(loose)
    with zipfile.ZipFile(loose) as read, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as write:
        for name in read.namelist():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            write.writestr(entry, read.read(name))
    return fixed.getvalue()
