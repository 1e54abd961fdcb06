"""``programs/bulletins/*.yaml``: read with every word's place, and refused where a word is missing or a figure is not there."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import lru_cache
from pathlib import Path

from niangjia.apps.bulletins import words
from niangjia.apps.bulletins.problems import NoSuchKind, PeriodRefused
from niangjia.apps.bulletins.types import Kind, Rhythm, TableKind
from niangjia.engines.policy.files import check_files, read_file
from niangjia.engines.policy.problems import Problem, nearest_word
from niangjia.engines.policy.words import ID, Section
from niangjia.engines.policy.yamltext import BadFile, Item, Reader, read_yaml
from niangjia.kernel.deployment import programs_folder
from niangjia.kernel.months import Month

FOLDER = "bulletins"
PLACE = re.compile(r"\{(\w+)(?:\|(\w+))?\}")
WORDS = frozenset(words.PLACES)
_QUARTER = re.compile(r"(\d{4})-Q([1-4])")
_BRACE = re.compile(r"\{([^{}]*)\}?|\}")


@lru_cache(maxsize=1)
def list_kinds() -> tuple[Kind, ...]:
    return tuple(read(path) for path in sorted((programs_folder() / FOLDER).glob("*.yaml")))


def get_kind(name: str) -> Kind:
    """Raises NoSuchKind."""
    found = next((kind for kind in list_kinds() if kind.id == name), None)
    if found is None:
        raise NoSuchKind(name)
    return found


def check_folder(programs: Path) -> list[Problem]:
    """Every fault of every kind in this folder of programs, also figures and programmes that are named and not there."""
    figures = _ids([programs / "vocabulary" / "cockpit.yaml"], "figures")
    programmes = _ids(sorted((programs / "targets").glob("*.yaml")))
    return check_files(
        sorted((programs / FOLDER).glob("*.yaml")), lambda path: read(path, figures=figures, programmes=programmes)
    )


def _ids(paths: Iterable[Path], key: str = "") -> set[str]:
    """The ids of these files, or of their list `key`; of a file that cannot be read none."""
    found = set()
    for path in paths:
        try:
            root = read_yaml(path)
        except BadFile:
            continue
        parts = root.table[key].items if key in root.table else (root,)
        found |= {one.table["id"].text for one in parts if "id" in one.table}
    return found


def read(path: Path, *, figures: Collection[str] | None = None, programmes: Collection[str] | None = None) -> Kind:
    """`figures`, `programmes`: those that there are; null = not looked at. Raises PackError with every fault found."""
    return read_file(path, _KindReader(figures, programmes), _KindReader.kind)


class _KindReader(Reader):
    def __init__(self, figures: Collection[str] | None, programmes: Collection[str] | None) -> None:
        super().__init__()
        self.figures, self.programmes = figures, programmes

    def part(self, item: Item | None, section: Section) -> dict[str, Item]:
        return self.table(item, required=section.required, optional=section.optional)

    def kind(self, root: Item) -> Kind:
        table = self.part(root, words.KIND)
        rhythm = self.word(table.get("rhythm"), among=words.RHYTHMS)
        blocks = tuple(self.block(one) for one in self.list(table.get("blocks")))
        lines = self.part(table.get("target_line"), words.TARGET_LINE)
        if any(kind == "targets" for kind, _said in blocks) and "target_line" not in table:
            self.refuse(root.fault("有 targets 就要写 target_line。", "With targets there has to be a target_line.", "target_line"))  # fmt: skip
        return Kind(
            id=self.word(table.get("id"), pattern=ID),
            title=self.bilingual(table.get("title")),
            rhythm=Rhythm(rhythm) if rhythm in words.RHYTHMS else Rhythm.MONTH,
            head=self.word(table.get("head")),
            heading=self.template(table.get("heading")),
            mark=self.word(table.get("mark")),
            to=self.word(table.get("to")),
            copies=self.word(table.get("copies")),
            blocks=blocks,
            tables=tuple(self.table_kind(one) for one in self.list(table.get("tables"))),
            sentences=self.sentences(table.get("sentences")),
            target_line={key: self.filled(item, words.LINE_PLACES) for key, item in lines.items()},
        )

    def block(self, item: Item) -> tuple[str, str]:
        table = self.table(item, optional=words.BLOCKS)
        if len(table) != 1:
            self.refuse(item.fault("一段只写一种：heading、text 或 targets。", "A block is one of heading, text and targets."))  # fmt: skip
        for kind, one in table.items():
            if kind in words.BLOCKS:
                return kind, self.programme(one) if kind == "targets" else self.template(one)
        return "text", ""

    def programme(self, item: Item) -> str:
        said = self.word(item, pattern=ID)
        self.known(item, said, self.programmes, "没有这个项目的目标", "No file of targets has this id")
        return said

    def table_kind(self, item: Item) -> TableKind:
        table = self.part(item, words.TABLE)
        figures = self.list(table.get("figures"))
        for one in figures:
            self.known(one, self.word(one), self.figures, "驾驶舱没有这个数字", "The cockpit has no such figure")
        return TableKind(self.word(table.get("title")), tuple(one.text for one in figures))

    def sentences(self, item: Item | None) -> dict[str, str]:
        table = self.part(item, words.SENTENCES)
        for key in ("up", "down"):
            if key in table and "{step}" not in table[key].text:
                self.refuse(table[key].fault("句中要有 {step}（差数）。", "The sentence needs {step}, the difference."))
        return {key: self.filled(one, ("step",) if key in ("up", "down") else ()) for key, one in table.items()}

    def filled(self, item: Item, places: Collection[str]) -> str:
        """A sentence that says only these placeholders."""
        said = self.word(item)
        for brace in _BRACE.finditer(said):
            if brace[0] != f"{{{brace[1]}}}" or brace[1] not in places:
                self.place_fault(item, brace, places)
        return said

    def template(self, item: Item | None) -> str:
        """A sentence with figures in place."""
        said = self.word(item)
        for brace in _BRACE.finditer(said) if item else ():
            found = PLACE.fullmatch(brace[0])
            if found is None or (found[2] and found[2] != "change") or (found[2] and found[1] in WORDS):
                self.place_fault(item, brace, [f"{one}|change" for one in self.figures or ()])
            elif found[1] not in WORDS and self.figures is not None and found[1] not in self.figures:
                self.place_fault(item, brace, (*self.figures, *WORDS), found[1])
        return said

    def place_fault(self, item: Item | None, brace: re.Match[str], places: Collection[str], name: str = "") -> None:
        assert item is not None
        shown, near = brace[0], nearest_word(name or brace[1] or "", places)
        zh, en = f"{shown} 不是可用的占位。", f"{shown} is no placeholder that can be filled."
        self.refuse(item.at(brace.start()).fault(zh, en, shown, near))

    def known(self, item: Item, said: str, among: Collection[str] | None, zh: str, en: str) -> None:
        if among is not None and said and said not in among:
            self.refuse(item.fault(f"{zh}：{said}。", f"{en}: {said}.", said, nearest_word(said, among)))


def last_month(kind: Kind, period: str) -> Month:
    """The month, or the last one of the quarter. Raises PeriodRefused: not of this kind's rhythm."""
    quarter = _QUARTER.fullmatch(period)
    if kind.rhythm is Rhythm.QUARTER and quarter:
        return Month(f"{quarter[1]}-{3 * int(quarter[2]):02}")
    try:
        if kind.rhythm is Rhythm.MONTH:
            return Month(period)
    except ValueError:
        pass
    raise PeriodRefused


def period_words(period: str) -> str:
    """
    >>> period_words("2023-04"), period_words("2023-Q2")
    ('2023年4月', '2023年第二季度')
    """
    if quarter := _QUARTER.fullmatch(period):
        return f"{quarter[1]}年第{'一二三四'[int(quarter[2]) - 1]}季度"
    month = Month(period)
    return f"{month.year}年{month.number}月"
