"""Texts in the making: read as the house reads a folder of packs, and compared with the text that they would replace."""

from __future__ import annotations

import difflib
import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db.models import Max

from niangjia.apps.programs.cards import pack_card
from niangjia.apps.programs.models import Decision, PackDraft, PackVersion
from niangjia.apps.programs.types import DraftCard, DraftCheck
from niangjia.engines import policy
from niangjia.kernel.deployment import programs_folder

LONGEST = 200_000
"""Characters of one file; the longest shipped pack has a tenth of it."""


@dataclass(frozen=True)
class Read:
    """`pack` null: `problems` say why. `cases`: how many examples were decided."""

    pack: policy.Pack | None
    problems: tuple[policy.Problem, ...]
    cases: int


@contextmanager
def laid_out(program: str, cases: str) -> Iterator[Path]:
    """A folder with the two files, where packs lie in a programs folder; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="niangjia-draft-") as root:
        folder = Path(root) / "draft" / "text"
        folder.mkdir(parents=True)
        (folder / "program.yaml").write_text(program, encoding="utf-8")
        if cases.strip():
            (folder / "cases.yaml").write_text(cases, encoding="utf-8")
        yield folder


def read(program: str, cases: str) -> Read:
    """As `niangjia programs check` and `test` read a folder, in this installation's vocabulary."""
    with laid_out(program, cases) as folder:
        return read_folder(folder)


def read_folder(folder: Path) -> Read:
    try:
        pack = policy.load_pack(folder, policy.load_vocabulary(programs_folder()))
    except policy.PackError as error:
        return Read(None, error.problems, 0)
    if problems := policy.check_pack(pack):
        return Read(pack, tuple(problems), 0)
    return Read(pack, (), 0 if pack.triggers else len(policy.run_cases(pack)))


def check(row: PackDraft) -> DraftCheck:
    found = read(row.program, row.cases)
    standing = _standing(found.pack)
    decided = (
        Decision.objects.filter(version__pack_id=found.pack.id, area__startswith=found.pack.area).aggregate(
            last=Max("asof")
        )["last"]
        if found.pack
        else None
    )
    return DraftCheck(
        found.pack,
        found.problems,
        tuple(policy.notes_of(found.pack)) if found.pack and not found.problems else (),
        found.cases,
        pack_card(standing) if standing else None,
        _changes(standing, row.program),
        decided,
    )


def _standing(pack: policy.Pack | None) -> PackVersion | None:
    rows = PackVersion.objects.filter(active_until__isnull=True)
    return rows.filter(pack_id=pack.id, area=pack.area).first() if pack else None


def _changes(standing: PackVersion | None, text: str) -> tuple[str, ...]:
    if standing is None:
        return ()
    lines = difflib.unified_diff(
        standing.files["program.yaml"].splitlines(), text.splitlines(), "program.yaml", "program.yaml", lineterm="", n=2
    )
    return tuple(lines)[2:]


def text_in_force(version: PackVersion) -> tuple[str, str]:
    """(program.yaml, cases.yaml) to start from. Examples that were not kept with the text come from this installation, if it has them."""
    program, cases = version.files["program.yaml"], version.files.get("cases.yaml", "")
    if not cases:
        for path in policy.list_packs(programs_folder()):
            beside = path.parent / "cases.yaml"
            if path.read_text(encoding="utf-8") == program and beside.exists():
                return program, beside.read_text(encoding="utf-8")
    return program, cases


def mark_of(row: PackDraft) -> str:
    return hashlib.sha256("\0".join((row.program, row.cases, row.source)).encode()).hexdigest()[:16]


def draft_card(row: PackDraft) -> DraftCard:
    return DraftCard(
        row.pk, row.pack_id, row.area, row.program, row.cases, row.source, mark_of(row), tuple(row.hands), row.changed_by_id, row.changed_at,
        row.version_id, row.published_by_id, row.published_at, row.dropped_at is not None,
    )  # fmt: skip
