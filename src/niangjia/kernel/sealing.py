"""Authenticated encryption and keyed hashes, with the key's id and the algorithm in front of every sealed value.

A sealed value is ``v1:<algorithm>:<key id>:`` + nonce + ciphertext + tag. The place it belongs to (table, column, row) is
authenticated too, so that a value copied to another place does not open.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from niangjia.kernel.problems import Refusal

_PREFIX = b"v1:aes-gcm:"


def prefix_of(key_id: str) -> bytes:
    """What every value begins with that was sealed with this key."""
    return _PREFIX + key_id.encode() + b":"


class CannotOpen(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "无法解密：密钥不符或数据被改动。请检查 keys 目录，或从备份恢复。",
            "Cannot decrypt: wrong key or altered data. Check the keys folder, or restore from a backup.",
        )


@dataclass(frozen=True)
class Keys:
    """The deployment's secrets. `pseudonym` must never change; `sealing` may be rotated, newest last."""

    pseudonym: bytes
    blind_index: bytes
    sealing: dict[str, bytes]

    @classmethod
    def create(cls, folder: Path) -> Keys:
        """Write new random keys, readable by the owner only; keep the ones that are there."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in ("pseudonym", "blind_index", "sealing-1"):
            path = folder / f"{name}.key"
            if not path.exists():
                temporary = path.with_suffix(".part")
                temporary.write_text(os.urandom(32).hex())
                temporary.chmod(0o600)
                temporary.replace(path)
        return cls.load(folder)

    @classmethod
    def load(cls, folder: Path) -> Keys:
        try:
            read = {path.stem: bytes.fromhex(path.read_text().strip()) for path in sorted(folder.glob("*.key"))}
            sealing = {name.removeprefix("sealing-"): key for name, key in read.items() if name.startswith("sealing-")}
            return cls(
                read["pseudonym"], read["blind_index"], dict(sorted(sealing.items(), key=lambda item: int(item[0])))
            )
        except (KeyError, ValueError) as error:
            raise Refusal(
                f"{folder} 中缺少密钥。请从备份恢复 keys 目录；新建部署请运行 niangjia init。",
                f"Keys are missing in {folder}. Restore the keys folder from a backup; for a new deployment run niangjia init.",
            ) from error

    @classmethod
    def add_sealing(cls, folder: Path) -> str:
        """Write one more sealing key, from then on the newest; its id. The others stay: they open what was sealed with them."""
        key_id = str(int(list(cls.load(folder).sealing)[-1]) + 1)
        path = folder / f"sealing-{key_id}.key"
        temporary = path.with_suffix(".part")
        temporary.write_text(os.urandom(32).hex())
        temporary.chmod(0o600)
        temporary.replace(path)
        return key_id

    def seal(self, plain: bytes, place: str) -> bytes:
        key_id, key = list(self.sealing.items())[-1]
        nonce = os.urandom(12)
        return prefix_of(key_id) + nonce + AESGCM(key).encrypt(nonce, plain, place.encode())

    def open(self, sealed: bytes, place: str) -> bytes:
        """Raises CannotOpen: wrong key, altered value, or a value from another place."""
        key_id, mark, rest = sealed.removeprefix(_PREFIX).partition(b":")
        key = self.sealing.get(key_id.decode(errors="replace"))
        if not sealed.startswith(_PREFIX) or not mark or key is None:
            raise CannotOpen
        try:
            return AESGCM(key).decrypt(rest[:12], rest[12:], place.encode())
        except InvalidTag as error:
            raise CannotOpen from error

    def seal_values(self, values: Mapping[str, Any], place: str) -> bytes:
        """As one JSON value, the same text for the same values."""
        text = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return self.seal(text.encode(), place)

    def open_values(self, sealed: bytes | memoryview | None, place: str) -> dict[str, Any]:
        """Empty where nothing was sealed. Raises CannotOpen."""
        opened: dict[str, Any] = json.loads(self.open(bytes(sealed), place)) if sealed else {}
        return opened

    def pseudonym_of(self, id_number: str) -> str:
        """32 hex characters: the key of a person in the lake. The same in SQL: `engines.sensing.landing`."""
        return hmac.new(self.pseudonym, id_number.encode(), hashlib.sha256).hexdigest()[:32]

    def blind(self, value: str, field: str) -> str:
        """Equality-searchable fingerprint of an encrypted field; another one for every field."""
        return hmac.new(self.blind_index, f"{field}\0{value}".encode(), hashlib.sha256).hexdigest()


@lru_cache(maxsize=4)
def keys_in(folder: Path) -> Keys:
    """The keys of a folder, read once a process. After a rotation the process is restarted, or ``keys_in.cache_clear()`` called."""
    return Keys.load(folder)
