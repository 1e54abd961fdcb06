"""What each channel and each sign-on has to do with: how a text is handed over, how its table of ``niangjia.toml`` is read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol
from urllib.parse import urlsplit

from niangjia.kernel.problems import Refusal


class Failure(StrEnum):
    """Why something did not arrive, without a word of what the other side said: it may name the address."""

    TIMEOUT = "TIMEOUT"
    UNREACHABLE = "UNREACHABLE"
    BUSY = "BUSY"  # try later
    REFUSED = "REFUSED"  # for good
    NOT_SET_UP = "NOT_SET_UP"


class Sender(Protocol):
    def send(self, *, address: str, title: str, text: str) -> Failure | None:
        """Hand the text over; None once the other side has taken it. Raises nothing, logs nothing."""
        ...


class WrongSetUp(Refusal):
    def __init__(self, where: str, zh: str, en: str) -> None:
        super().__init__(f"niangjia.toml 的 [{where}]：{zh}", f"[{where}] of niangjia.toml: {en}")


@dataclass(frozen=True)
class Section:
    """One table of the configuration, read strictly. A secret may stand in the environment instead."""

    where: str
    values: Mapping[str, Any]

    def allow(self, *names: str) -> None:
        if unknown := sorted(set(self.values) - set(names)):
            raise WrongSetUp(self.where, f"不认识 {unknown[0]}", f"{unknown[0]} is not known")

    def text(self, name: str, otherwise: str | None = None) -> str:
        value = self.values.get(name, otherwise)
        if not isinstance(value, str) or (otherwise is None and not value):
            raise WrongSetUp(self.where, f"请填写 {name}", f"give {name}")
        return value

    def secret(self, name: str, *, prefix: str = "NIANGJIA_MESSAGES") -> str:
        """From ``<PREFIX>_<CHANNEL>_<NAME>``, else from the table; empty if in neither."""
        channel = self.where.rpartition(".")[2].replace("-", "_")
        return os.environ.get(f"{prefix}_{channel}_{name}".upper()) or self.text(name, "")

    def address(self, name: str, otherwise: str | None = None) -> str:
        """A URL that is https, or leads to this machine."""
        url = self.text(name, otherwise)
        if url and not is_safe(url):
            raise WrongSetUp(self.where, f"{name} 须以 https:// 开头", f"{name} must begin with https://")
        return url


def is_safe(url: str) -> bool:
    parts = urlsplit(url)
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "::1", "localhost"))
    )
