"""What the commands share: the deployment, progress in the terminal, refusals in words, JSON for machines."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from niangjia.kernel.deployment import Deployment
from niangjia.kernel.months import Month
from niangjia.kernel.problems import Refusal

F = TypeVar("F", bound=Callable[..., Any])
P = ParamSpec("P")
R = TypeVar("R")

out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 160)
err = Console(stderr=True, highlight=False, soft_wrap=True)


class LateGroup(click.Group):
    """A group whose further commands stand in `modules`, imported when the group is used: others start without waiting for them."""

    def __init__(self, *args: Any, modules: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.modules = modules

    def list_commands(self, ctx: click.Context) -> list[str]:
        self._import()
        return super().list_commands(ctx)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.commands:
            self._import()
        return super().get_command(ctx, cmd_name)

    def _import(self) -> None:
        for module in self.modules:
            import_module(module)


class MonthType(click.ParamType):
    name = "YYYY-MM"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Month:
        if isinstance(value, Month):
            return value
        try:
            return Month(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


def data_option(command: F) -> F:
    return click.option(
        "--data",
        type=click.Path(file_okay=False, path_type=Path),
        default=None,
        metavar="DIR",
        help="部署文件夹（默认 $NIANGJIA_DATA，再默认 ./data）· the deployment's folder.",
    )(command)


def json_option(command: F) -> F:
    return click.option("--json", "as_json", is_flag=True, help="输出 JSON · print JSON for other programs.")(command)


def open_deployment(folder: Path | None, *, as_it_is: bool = False) -> Deployment:
    """
    Load the deployment and start Django on it. `as_it_is`: for what makes or upgrades the database.

    Raises: what `Deployment.load` does; versions' DatabaseIsOlder, DatabaseIsNewer: its tables are not those of this version.
    """
    deployment = Deployment.load(folder)
    os.environ["NIANGJIA_DATA"] = str(deployment.folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "niangjia.config.settings"
    import django

    django.setup()
    if not as_it_is:
        from niangjia.config.versions import refuse_other_version

        refuse_other_version()
    return deployment


@contextmanager
def progress_bar(*, quiet: bool = False) -> Iterator[Callable[[str, float], None]]:
    """A bar on stderr, so that stdout stays clean; nothing when output is not a terminal's and `quiet`."""
    if quiet or not err.is_terminal:
        yield lambda label, share: None
        return
    columns = (
        TextColumn("{task.description}", justify="left"),
        BarColumn(bar_width=30),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("", total=1.0)
        yield lambda label, share: bar.update(task, description=label[:48], completed=share)


def show_json(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, default=_plain, indent=1))


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, Decimal | Month | Path):
        return str(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)


def refusals_in_words(command: Callable[P, R]) -> Callable[P, R]:
    """A refusal ends with its two sentences on stderr and exit code 1; a bug keeps its traceback."""

    @wraps(command)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except Refusal as refusal:
            if kwargs.get("as_json"):
                show_json({"refused": {"zh": refusal.zh, "en": refusal.en}})
            err.print(f"[bold red]✗[/] {refusal.zh}\n  {refusal.en}", markup=True)
            sys.exit(1)

    return guarded
