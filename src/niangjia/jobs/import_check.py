"""What a workbook would do, row by row: beside what the lake and the tree hold already. Writes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from niangjia.apps.accounts.types import Viewer
from niangjia.apps.organizations import actions as organizations
from niangjia.apps.organizations import queries as unions
from niangjia.apps.organizations import scope
from niangjia.engines import sensing
from niangjia.engines.policy.parameters import area_prefix
from niangjia.jobs import import_house, import_limits
from niangjia.jobs.import_kinds import MOST_ROWS, ROWS_SHOWN, Kind, NotAccepted, Preview, Wrong, feed_of
from niangjia.kernel.deployment import Deployment
from niangjia.kernel.months import Month
from niangjia.kernel.working import Progress


def look(deployment: Deployment, viewer: Viewer, kind: Kind, file: Path, now: datetime, tell: Progress) -> Preview:
    """
    What the import would do.

    Raises:
        NotAccepted, UnreadableFile, UnreadableHeader, LoopInTree …
    """
    feed, month = feed_of(kind.feed), Month.of(timezone.localdate(now))
    tell("read", 0.05)
    limits = {"memory_limit": deployment.memory_limit, "threads": deployment.threads}
    checked = sensing.check_file(file, feed, month, keys=deployment.keys(), **limits)  # type: ignore[arg-type]
    count = len(checked.rows) + len({(one.sheet, one.row) for one in checked.wrong})
    if count > MOST_ROWS:
        raise NotAccepted(f"有 {count:,} 行，一次最多 {MOST_ROWS:,} 行。请分成几份。", f"{count:,} rows; at most {MOST_ROWS:,} at once. Split the file.")  # fmt: skip
    if not count:
        raise NotAccepted("表头下面没有数据。请从模板第 5 行填起。", "There are no rows below the heads. Fill in from row 5 of the template.")  # fmt: skip
    tell("judge", 0.5)
    wrong = [Wrong(one.sheet, one.row, one.advice_zh, one.advice_en) for one in checked.wrong]
    room = import_house.ROOMS.get(kind.feed)
    if room is not None:
        told = zip(checked.places, room.wrong(viewer, checked.rows, timezone.localtime(now)), strict=True)
        wrong += [Wrong(*place, *said) for place, said in told if said is not None]
    else:
        wrong += _out_of_place(viewer, kind, checked.rows, checked.places)
        half = [(place, row) for place, row in checked.half if _says_where(kind, row)]
        wrong += _out_of_place(viewer, kind, [row for _place, row in half], [place for place, _row in half])
    wrong += import_limits.impossible(kind, checked.rows, checked.places, today=timezone.localdate(now))
    wrong += _twice(kind, checked.rows, checked.places)
    bad = {(one.sheet, one.row) for one in wrong}
    good = [row for row, place in zip(checked.rows, checked.places, strict=True) if place not in bad]
    tell("compare", 0.6)
    base = room.known(viewer, good) if room else known(deployment, kind, month, good, only_theirs=True)
    new, changed = [], []
    for row in good:
        held = base.get(key_of(kind, row))
        if held is None:
            new.append(row)
        elif any(row.get(code) is not None and text(row[code]) != held[code] for code in feed.columns if code in held):
            changed.append(row)
    if kind.feed == "union" and not wrong:
        tell("judge", 0.8)
        _try_tree([over(base, kind, row) for row in good])
    same = len(good) - len(new) - len(changed)
    doubtful = import_limits.doubtful(kind, checked.rows, checked.places, base)
    unusual = {} if room or wrong or not (new or changed) else _unusual(deployment, kind, month, [*new, *changed], held=len(base), new=len(new))  # fmt: skip
    return Preview(
        kind.feed, file.name, len(new), len(changed), same, tuple(wrong), tuple(good[:ROWS_SHOWN]), (*new, *changed), _heads(checked), len(wrong), len(bad),
        tuple(doubtful), unusual,
    )  # fmt: skip


def _unusual(
    deployment: Deployment, kind: Kind, month: Month, rows: Sequence[Mapping[str, Any]], *, held: int, new: int
) -> dict[str, str]:
    """What landing `rows` would say to their number, in both languages; empty if nothing. `held`: known already, `new`: of the rows."""
    feed = feed_of(kind.feed)
    if feed.is_increment:
        months: Mapping[str, int] = Counter(str(row[feed.date_column])[:7] for row in rows)
    else:
        # Of a feed about persons only those of the rows were opened: the snapshot itself knows how many there are.
        months = {month.text: max(held, sensing.snapshot_size(deployment.lake, feed, month)) + new}
    try:
        sensing.check_volume(deployment.lake, feed, month, months)
    except sensing.UnusualVolume as problem:
        return {"zh": problem.zh, "en": problem.en}
    return {}


def _heads(checked: sensing.Checked) -> dict[str, int]:
    heads: dict[str, int] = {}
    for sheet, number in [*checked.places, *((one.sheet, one.row) for one in checked.wrong)]:
        heads[sheet] = min(heads.get(sheet, number - 1), number - 1)
    return heads


def _twice(kind: Kind, rows: Sequence[Mapping[str, Any]], places: Sequence[tuple[str, int]]) -> list[Wrong]:
    """Rows about the same thing as one above them."""
    told: list[Wrong] = []
    seen: dict[tuple[Any, ...], tuple[str, int]] = {}
    for row, place in zip(rows, places, strict=True):
        first = seen.setdefault(tuple(row.get(name) for name in kind.key), place)
        if first != place:
            told.append(Wrong(*place, f"与第 {first[1]} 行重复。请只留一行。", f"The same as row {first[1]}. Keep one of them."))  # fmt: skip
    return told


def key_of(kind: Kind, row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(text(row.get(name)) for name in kind.key)


def over(base: Mapping[tuple[str, ...], Mapping[str, str]], kind: Kind, row: Mapping[str, Any]) -> dict[str, str]:
    """What is known of the row's thing, with what the row says over it; a blank cell says nothing."""
    return {
        **base.get(key_of(kind, row), {}),
        **{code: text(value) for code, value in row.items() if value is not None},
    }


def _try_tree(rows: Sequence[Mapping[str, Any]]) -> None:
    """Let the tree itself say whether it would hold. Leaves it as it was."""
    with transaction.atomic():
        organizations.receive_unions(rows)
        transaction.set_rollback(True)


def _says_where(kind: Kind, row: Mapping[str, Any]) -> bool:
    """Of a row that could not be read in full: whether the part that says where it belongs could."""
    needed = {"standard": ("area",), "union": ("code", "parent")}.get(kind.feed, ("union_code",))
    return all(row.get(name) for name in needed)


def _out_of_place(
    viewer: Viewer, kind: Kind, rows: Sequence[Mapping[str, Any]], places: Sequence[tuple[str, int]]
) -> list[Wrong]:
    """Rows about unions that nobody knows, or about what lies outside the viewer's part of the tree."""
    tree = unions.load_by_code()
    mine = {code for code, union in tree.items() if scope.covers(viewer.org_path, union.path)}
    home = area_prefix(unions.get_union(viewer.org_id).area)
    told: list[Wrong] = []
    coming = {str(row.get("code")): str(row.get("parent") or "") for row in rows} if kind.feed == "union" else {}
    for row, place in zip(rows, places, strict=True):
        if kind.feed == "standard":
            if not area_prefix(str(row["area"])).startswith(home):
                told.append(Wrong(*place, "行政区划不在您的辖区。", "This division is outside yours."))
        elif kind.feed == "union":
            code, parent = str(row["code"]), str(row.get("parent") or "")
            if code in tree and code not in mine:
                told.append(Wrong(*place, "这个工会不在您的辖区。", "This union is outside your part of the tree."))
            elif parent and parent not in tree and parent not in coming:
                told.append(Wrong(*place, f"上级工会 {parent} 不存在。请补上级，或改正代码。", f"There is no union {parent}. Add it or correct the code."))  # fmt: skip
            elif parent not in mine and parent not in coming and (parent or code not in tree):
                told.append(
                    Wrong(
                        *place,
                        "上级工会不在您的辖区，或没有填。",
                        "Its parent is missing, or outside your part of the tree.",
                    )
                )
        elif (code := str(row["union_code"])) not in tree:
            told.append(Wrong(*place, f"没有代码为 {code} 的工会。请先导入工会，或改正代码。", f"There is no union {code}. Import it first or correct the code."))  # fmt: skip
        elif code not in mine:
            told.append(Wrong(*place, "这个工会不在您的辖区。", "This union is outside your part of the tree."))
    return told


def text(value: Any) -> str:
    return "" if value is None else str(value)


def known(
    deployment: Deployment, kind: Kind, month: Month, rows: Sequence[Mapping[str, Any]], *, only_theirs: bool = False
) -> dict[tuple[str, ...], dict[str, str]]:
    """
    What the lake holds, as text by key: the newest snapshot, or of an increment the months that `rows` are about. `only_theirs`: of a
    feed about persons only those of `rows`; to open all of them takes its time.
    """
    feed, keys = feed_of(kind.feed), deployment.keys()
    if feed.is_increment:
        held = sensing.rows_of_months(deployment.lake, feed, {str(row[feed.date_column])[:7] for row in rows})
    else:
        held = sensing.latest_snapshot(deployment.lake, feed, month)
    people = {sensing.pseudonym_text(row["person"]) for row in held if "person" in row}  # type: ignore[arg-type]
    if only_theirs:
        people &= {keys.pseudonym_of(str(row["id"])) for row in rows if "id" in row}
    identities = sensing.find_identities(deployment.lake, keys, people) if people else {}
    found: dict[tuple[str, ...], dict[str, str]] = _tree() if kind.feed == "union" else {}
    for row in held:
        said = {code: text(row[code]) for code in feed.columns if code in row}
        if "person" in row:
            identity = identities.get(sensing.pseudonym_text(row["person"]))  # type: ignore[arg-type]
            if identity is None:
                continue
            said |= {"id": identity.id_number}
            said |= {name: getattr(identity, name) or "" for name in ("name", "phone") if name in feed.columns}
        found[tuple(said[name] for name in kind.key)] = said
    return found


def _tree() -> dict[tuple[str, ...], dict[str, str]]:
    """The union tree in the feed's words: also what no batch of the lake has said."""
    tree = unions.load_by_code()
    codes = {union.id: union.code for union in tree.values()}
    return {
        (one.code,): {
            "code": one.code, "parent": codes.get(one.parent_id or 0, ""), "name": one.name, "level": one.level.value.lower(), "area": one.area,
            "uscc": one.uscc, "state": one.state.value.lower(),
        }
        for one in tree.values()
    }  # fmt: skip
