"""What the architecture tests look at: the tree of the house as files and syntax."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
SOURCE = CHECKOUT / "src" / "niangjia"
PROGRAMS = CHECKOUT / "programs"
ROOMS_BELOW_THE_CLOCK = ("kernel", "engines", "adapters", "apps")


def modules(*rooms: str) -> list[Path]:
    """Product modules of these rooms; no tests, no migrations."""
    return sorted(
        path
        for room in rooms
        for path in (SOURCE / room).rglob("*.py")
        if not {"tests", "migrations"} & set(path.parts)
    )


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Every call with its dotted name: ``datetime.now``."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            yield ast.unparse(node.func), node


def place(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(CHECKOUT)}:{node.lineno}"


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout
    return [CHECKOUT / name for name in listed.split("\0") if name and (CHECKOUT / name).is_file()]
