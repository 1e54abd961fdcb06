"""A deployment is a folder: ``niangjia.toml``, ``db.sqlite3``, ``lake/``, ``runs/``, ``keys/``."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from niangjia.kernel.problems import Refusal
from niangjia.kernel.sealing import Keys


@dataclass(frozen=True)
class Deployment:
    """
    `password_policy`: ``asvs`` or ``dengbao`` (`apps.accounts.policy`). `second_factor`: ``staff`` (every post but a worker's needs one) or ``off``, as in
    the demo. A session ends after `idle_minutes` without a request, and `longest_hours` after it began. A reason for opening a household's
    fields is offered again for `reason_minutes`.
    `home` is a division code, padded to six digits: 330600 for Shaoxing, 330624 for Xinchang.
    `messages`: the table ``[messages]`` as it stands there, read by `adapters.channels`; without it messages stay in the inbox.
    `sign_on`: the tables ``[[sign_on]]``, read by `adapters.sign_on`; without them the house's own accounts sign in alone.
    `database_url` is empty for SQLite in the folder, else ``postgresql://user:password@host:port/name``.
    """

    folder: Path
    home: str
    name: str = ""
    database_url: str = ""
    keys_folder: Path = Path("keys")
    is_demo: bool = False
    memory_limit: str = "8GB"
    threads: int = 2
    password_policy: str = "asvs"
    second_factor: str = "staff"
    idle_minutes: int = 30
    reason_minutes: int = 15
    longest_hours: int = 12
    messages: Mapping[str, Any] = field(default_factory=dict, compare=False)
    sign_on: Sequence[Mapping[str, Any]] = field(default=(), compare=False)

    @property
    def lake(self) -> Path:
        return self.folder / "lake"

    @property
    def runs(self) -> Path:
        return self.folder / "runs"

    @property
    def contests(self) -> Path:
        """Contest packs of the unions here, beside those of the house."""
        return self.folder / "contests"

    @property
    def anchors(self) -> Path:
        """Where the end of the audit chain is noted again and again, outside the database."""
        return self.folder / "audit-anchors.jsonl"

    @property
    def home_city(self) -> str:
        """Four digits: 3306."""
        return self.home[:4]

    def keys(self) -> Keys:
        return Keys.load(self.folder / self.keys_folder)

    def add_sealing_key(self) -> str:
        """One more sealing key, from then on the newest; its id."""
        return Keys.add_sealing(self.folder / self.keys_folder)

    @classmethod
    def create(
        cls, folder: Path, home: str, *, is_demo: bool = False, database_url: str = "", name: str = ""
    ) -> Deployment:
        """Make the folder and its keys; safe to repeat with the same home, refused with another."""
        if not re.fullmatch(r"\d{2}(\d{2}){0,5}", home) or len(home) > 12:
            raise Refusal(
                f"{home!r} 不是行政区划代码。请写六位代码，例如绍兴市 330600。",
                f"{home!r} is not a division code. Give six digits, for example 330600 for Shaoxing.",
            )
        home = home.ljust(6, "0")[:6]
        config = folder / "niangjia.toml"
        if config.exists():
            existing = cls.load(folder)
            if existing.home != home:
                raise Refusal(
                    f"{folder} 已是 {existing.home} 的部署，不能改为 {home}。请另选一个空文件夹。",
                    f"{folder} is already a deployment of {existing.home}, not of {home}. Choose another, empty folder.",
                )
            return existing
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)  # database, lake, runs and bank files lie below: closed here once for all of them
        for part in ("lake", "runs"):
            (folder / part).mkdir(exist_ok=True)
        Keys.create(folder / "keys")
        lines = [
            f'home = "{home}"           # division code of the union that runs this deployment',
            f'name = "{name}"',
            f'database_url = "{database_url}"   # empty: db.sqlite3 in this folder; or postgresql://user:password@host:port/name',
            'keys_folder = "keys"      # keep a copy elsewhere: without it nothing here can be opened',
            f"is_demo = {str(is_demo).lower()}           # true: every person and value is invented",
            'memory_limit = "8GB"      # DuckDB',
            "threads = 2",
            'password_policy = "asvs"  # asvs: 12 characters, no expiry; dengbao: 8 of three kinds, 90 days, last five not reused',
            f'second_factor = "{"off" if is_demo else "staff"}"   # staff: every post but a worker\'s needs a second factor; off: nobody must',
            "idle_minutes = 30         # signed out after so many minutes without a page or a key typed",
            "reason_minutes = 15       # the reason for opening a household's fields is offered again for so many minutes",
            "longest_hours = 12        # and after so many hours in any case",
            "# [messages.email] and others send messages out as well: docs/guides/messages.md",
            "# [[sign_on]] lets a single sign-on of others open accounts: docs/guides/signing-in.md",
        ]
        temporary = config.with_suffix(".part")
        temporary.write_text("\n".join(lines) + "\n", encoding="utf-8")
        temporary.chmod(0o600)  # the database's password may stand in it
        temporary.replace(config)
        return cls.load(folder)

    @classmethod
    def load(cls, folder: Path | str | None = None) -> Deployment:
        """The deployment in `folder`, else in ``NIANGJIA_DATA``, else in ``./data``."""
        folder = Path(folder or os.environ.get("NIANGJIA_DATA") or "data").resolve()
        config = folder / "niangjia.toml"
        if not config.exists():
            raise Refusal(
                f"{folder} 不是部署文件夹（没有 niangjia.toml）。请先运行：niangjia init {folder} --home 330600",
                f"{folder} is not a deployment (no niangjia.toml). First run: niangjia init {folder} --home 330600",
            )
        values = tomllib.loads(config.read_text(encoding="utf-8"))
        return cls(
            folder=folder,
            home=values["home"],
            name=values.get("name", ""),
            database_url=os.environ.get("NIANGJIA_DATABASE_URL") or values.get("database_url", ""),
            keys_folder=Path(values.get("keys_folder", "keys")),
            is_demo=values.get("is_demo", False),
            memory_limit=values.get("memory_limit", "8GB"),
            threads=int(values.get("threads", 2)),
            password_policy=_one_of(config, values, "password_policy", ("asvs", "dengbao")),
            idle_minutes=_whole(config, values, "idle_minutes", 30, most=480),
            reason_minutes=_whole(config, values, "reason_minutes", 15, most=60),
            longest_hours=_whole(config, values, "longest_hours", 12, most=24),
            messages=values.get("messages", {}),
            sign_on=values.get("sign_on", ()),
            second_factor=_one_of(
                config, values, "second_factor", ("off", "staff") if values.get("is_demo") else ("staff", "off")
            ),
        )


def _one_of(config: Path, values: dict[str, object], name: str, known: tuple[str, ...]) -> str:
    """The value of `name`, the first of `known` where it is not given. Raises Refusal for any other."""
    value = str(values.get(name, known[0]))
    if value not in known:
        raise Refusal(
            f"{config} 中 {name} = {value!r} 无法识别。请改为：{'、'.join(known)}。",
            f"{name} = {value!r} in {config} is not known. Use one of: {', '.join(known)}.",
        )
    return value


def _whole(config: Path, values: dict[str, object], name: str, otherwise: int, *, most: int) -> int:
    """The whole number `name`, 1 to `most`. Raises Refusal for any other."""
    value = values.get(name, otherwise)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise Refusal(
            f"{config} 中 {name} = {value!r} 应为 1 至 {most} 的整数。",
            f"{name} = {value!r} in {config} must be a whole number from 1 to {most}.",
        )
    return value


def programs_folder() -> Path:
    """Where packs and vocabulary live: ``NIANGJIA_PROGRAMS``, the checkout, or the installed copy."""
    if given := os.environ.get("NIANGJIA_PROGRAMS"):
        return Path(given)
    package = Path(__file__).resolve().parents[1]
    checkout = package.parents[1] / "programs"
    return checkout if checkout.is_dir() else package / "_programs"


def reference_folder() -> Path:
    """Real divisions of Zhejiang (CSV)."""
    package = Path(__file__).resolve().parents[1]
    checkout = package.parents[1] / "demo" / "reference"
    return checkout if checkout.is_dir() else package / "_reference"
