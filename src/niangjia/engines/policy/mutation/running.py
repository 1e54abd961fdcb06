"""Reads a mutant, runs the cases until one fails, and looks for a case that would notice the mutants that none does."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from niangjia.engines.policy.expressions import tree
from niangjia.engines.policy.expressions.tree import Node
from niangjia.engines.policy.expressions.types import Kind
from niangjia.engines.policy.mutation.judging import Cases, read_file
from niangjia.engines.policy.mutation.mutants import Mutant, mutants
from niangjia.engines.policy.mutation.telling import Teller
from niangjia.engines.policy.pack import Expression, Pack
from niangjia.engines.policy.packs import _PackReader
from niangjia.engines.policy.problems import PackError
from niangjia.engines.policy.yamltext import Item

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Survivor:
    """A change that no case noticed. `example`: a case that would, with what the pack says now; nothing if none was found in time."""

    place: str
    zh: str
    en: str
    example: str


@dataclass(frozen=True)
class Report:
    """
    `noticed` and `survivors` are what counts. `equivalent`: proved to decide every input alike. `unused`: numbers that no decision
    uses (the days of a notice), which no case can notice. `refused`: what the reader refuses, no pack any more.
    """

    pack: str
    file: str
    cases: int
    noticed: int
    survivors: tuple[Survivor, ...]
    equivalent: int
    unused: int
    refused: int
    seconds: float

    @property
    def counted(self) -> int:
        return self.noticed + len(self.survivors)


def mutate_pack(pack: Pack, *, progress: Progress = lambda label, share: None) -> Report:
    """
    Raises:
        PackError: the cases cannot be read, or do not pass as they are.
    """
    started = time.perf_counter()
    cases = Cases(pack)
    lines = (pack.folder / "program.yaml").read_text(encoding="utf-8-sig").splitlines()
    found = list(mutants(pack, read_file(pack, "program.yaml"), lines))
    noticed = unused = refused = equivalent = 0
    missed: list[tuple[Mutant, Pack]] = []
    remembered: dict[tuple[str, Kind, bool], Expression] = {}
    used = set(tree.parameters_in(*pack.nodes))
    for number, mutant in enumerate(found):
        progress(f"{pack.id} {mutant.place}", 0.8 * number / len(found))
        try:
            changed = _MutantReader(pack, mutant.root, remembered).changed(mutant)
        except PackError:
            refused += 1
            continue
        if cases.notice(changed, is_parameter=bool(mutant.parameter)):
            noticed += 1
        elif mutant.parameter and mutant.parameter not in used:
            unused += 1
        else:
            missed.append((mutant, changed))
    survivors, teller = [], Teller(pack)
    for number, (mutant, changed) in enumerate(missed):
        progress(f"{pack.id} {mutant.place}", 0.8 + 0.2 * number / len(missed))
        example = teller.case_that_tells(changed, mutant.en)
        if example is None:
            equivalent += 1
        else:
            survivors.append(Survivor(mutant.place, mutant.zh, mutant.en, example))
    return Report(pack.id, pack.file, len(cases.cases), noticed, tuple(survivors), equivalent, unused, refused,
                  round(time.perf_counter() - started, 3))  # fmt: skip


class _MutantReader(_PackReader):
    """Reads as any pack is read, but parses an expression that it has seen before only once."""

    def __init__(self, pack: Pack, root: Item, remembered: dict[tuple[str, Kind, bool], Expression]) -> None:
        super().__init__(pack.folder, pack.file, root, pack.vocabulary)
        self.pack = pack
        self.remembered = remembered

    def changed(self, mutant: Mutant) -> Pack:
        """The mutant as a pack. Where one value of a parameter differs, nothing else is read anew."""
        if not mutant.parameter:
            return self.read()
        parameter = self._parameter(mutant.parameter, mutant.root.table["parameters"].table[mutant.parameter])
        if parameter is None or self.problems:
            raise PackError(self.problems)
        return replace(self.pack, parameters={**self.pack.parameters, mutant.parameter: parameter})

    def expression(self, item: Item | None, wanted: Kind, names: dict[str, Node]) -> Expression:
        if item is None or not item.text:
            return super().expression(item, wanted, names)
        key = (item.text, wanted, "tier" in names)
        if key in self.remembered:
            return self.remembered[key]
        before = len(self.problems)
        found = super().expression(item, wanted, names)
        if len(self.problems) == before:
            self.remembered[key] = found
        return found
