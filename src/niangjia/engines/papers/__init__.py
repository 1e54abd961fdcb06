"""
Papers: a document in the form of Chinese offices (GB/T 9704-2012) as PDF, Word and Excel.

Always true here:
- one document, three writers: whatever one of them says, the others say;
- what people typed is text: never markup of the typesetter, never a formula of a workbook;
- the same document gives the same bytes; no clock is read;
- where a writer or a Chinese font is missing, the refusal says what to install and what can be taken meanwhile.
"""

from niangjia.engines.papers.document import Heading, Note, Paper, Paragraph, Table, Value
from niangjia.engines.papers.fonts import Families, choose
from niangjia.engines.papers.pdf import write_pages, write_pdf
from niangjia.engines.papers.problems import ExtraMissing, FontMissing
from niangjia.engines.papers.word import write_word
from niangjia.engines.papers.workbook import write_workbook

__all__ = [
    "ExtraMissing", "Families", "FontMissing", "Heading", "Note", "Paper", "Paragraph", "Table", "Value", "choose", "write_pages", "write_pdf",
    "write_word", "write_workbook",
]  # fmt: skip
