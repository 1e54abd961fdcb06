"""Installed packs brought back to life from their stored text: which one holds where and when, with the deployment's values."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path

from niangjia.apps.programs.models import PackVersion, ParameterValue
from niangjia.engines import policy
from niangjia.engines.policy.parameters import Parameter, area_prefix
from niangjia.kernel.problems import Refusal


class NoPackHere(Refusal):
    def __init__(self, program: str, area: str, asof: date) -> None:
        super().__init__(
            f"区划 {area} 在 {asof} 没有启用项目 {program}。请先安装该地的项目包。",
            f"No programme {program} is installed for area {area} on {asof}. Install that area's pack first.",
        )


class StoredTextChanged(Refusal):
    def __init__(self, program: str) -> None:
        super().__init__(
            f"项目 {program} 的存档文本与其指纹不符，已停止办理。请从备份恢复。",
            f"The stored text of {program} no longer gives its hash; nothing is decided with it. Restore it from a backup.",
        )


class BadValue(Refusal):
    def __init__(self, name: str, value: str, kind: str) -> None:
        super().__init__(
            f"参数 {name} 的值 {value} 不是 {kind}。", f"The value {value} of the parameter {name} is not {kind}."
        )


def find_version(program: str, *, area: str, asof: date) -> PackVersion | None:
    """The version in force that day whose area is the longest prefix of `area`; before the first one, the first."""
    prefix = area_prefix(area)
    versions = [version for version in PackVersion.objects.filter(pack_id=program) if prefix.startswith(version.area)]
    if not versions:
        return None
    nearest = max(len(version.area) for version in versions)
    for version in versions:
        begins = version.active_from is None or version.active_from <= asof
        lasts = version.active_until is None or asof < version.active_until
        if len(version.area) == nearest and begins and lasts:
            return version
    return None


def get_version(program: str, *, area: str, asof: date) -> PackVersion:
    """Raises NoPackHere."""
    version = find_version(program, area=area, asof=asof)
    if version is None:
        raise NoPackHere(program, area, asof)
    return version


def vocabulary_hash(files: Mapping[str, str]) -> str:
    """Over the facts' declarations only; the pack has a hash of its own."""
    parts = [f"{name}\0{text}" for name, text in sorted(files.items()) if name.startswith("vocabulary/")]
    return hashlib.sha256("\0\0".join(parts).encode()).hexdigest()


def pack_of(version: PackVersion) -> policy.Pack:
    """Raises StoredTextChanged."""
    if version.vocabulary_hash != vocabulary_hash(version.files):
        raise StoredTextChanged(version.pack_id)
    pack = _load(tuple(sorted(version.files.items())))
    if pack.content_hash != version.content_hash:
        raise StoredTextChanged(version.pack_id)
    return pack


@lru_cache(maxsize=64)
def _load(files: tuple[tuple[str, str], ...]) -> policy.Pack:
    with tempfile.TemporaryDirectory(prefix="niangjia-pack-") as folder:
        for name, text in files:
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return policy.load_pack(folder, policy.load_vocabulary(Path(folder)))


def overrides(pack: policy.Pack) -> dict[str, dict[str, dict[date, object]]]:
    """The deployment's approved values for this pack: name → area → first day → value."""
    found: dict[str, dict[str, dict[date, object]]] = {}
    rows = ParameterValue.objects.filter(pack_id=pack.id, approved_by__isnull=False, withdrawn_at__isnull=True)
    for row in rows.order_by("pk"):
        if row.name in pack.parameters:
            value = read_value(pack.parameters[row.name], row.value)
            found.setdefault(row.name, {}).setdefault(row.area, {})[row.starts_on] = value
    return found


def compiled(version: PackVersion, *, area: str, asof: date) -> policy.Program:
    """The version with the values of that area and day; one that is missing refuses only the decisions that need it."""
    pack = pack_of(version)
    return policy.compile_program(pack, asof=asof, area=area, overrides=overrides(pack))  # type: ignore[arg-type]


def read_value(parameter: Parameter, text: str) -> object:
    """A typed value from what an officer entered. Raises BadValue."""
    try:
        match parameter.kind:
            case "money" | "number":
                value: object = Decimal(text)
                if not Decimal(text).is_finite():
                    raise ValueError(text)
            case "integer":
                value = int(text)
            case "boolean":
                value = {"true": True, "false": False}[text.lower()]
            case "date":
                value = date.fromisoformat(text)
            case "list":
                value = tuple(part.strip() for part in text.split(",") if part.strip())
            case _:
                value = text
    except (ValueError, KeyError, InvalidOperation) as error:
        raise BadValue(parameter.name, text, parameter.kind) from error
    return value
