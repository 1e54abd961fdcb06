"""`niangjia programs install`: a text put into force from the terminal."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from niangjia.cli.clock import now
from niangjia.cli.commands import programs
from niangjia.cli.console import data_option, json_option, open_deployment, out, refusals_in_words, show_json


@programs.command("install")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--from", "active_from", type=click.DateTime(["%Y-%m-%d"]),
    help="从哪天起（默认今天，或最后一次决定之后）· its first day; default today, or after what was decided.",
)  # fmt: skip
@click.option(
    "--retroactive", is_flag=True,
    help="追溯：起始日在已作的决定之前，逐一重算 · it holds from a day that was decided about: decisions are made anew.",
)  # fmt: skip
@click.option("--reason", default="", help="追溯的原因 · why it is retroactive.")
@click.option("--source", default="", help="追溯的出处：文号 · where that stands: the document's number.")
@data_option
@json_option
@refusals_in_words
def programs_install(
    folder: Path, active_from: datetime | None, retroactive: bool, reason: str, source: str, data: Path | None, as_json: bool
) -> None:  # fmt: skip
    """启用一个规则包的新文本；已启用的不变 · put a pack's text into force; one in force is left alone."""
    open_deployment(data)
    from niangjia.apps.programs.types import Retroactive
    from niangjia.jobs import install

    cards = install.install(
        folder,
        active_from=active_from.date() if active_from else None,
        retroactive=Retroactive(reason, source) if retroactive else None,
        now=now(),
    )
    if as_json:
        show_json(
            [
                {"pack": card.pack_id, "area": card.area, "from": card.active_from, "hash": card.content_hash}
                for card in cards
            ]
        )
        return
    for card in cards:
        since = f"{card.active_from} 起 · from {card.active_from}" if card.active_from else "一直 · since ever"
        out.print(f"[green]✓[/] {card.title_zh} · {card.title_en}（{card.pack_id}，{card.area or '—'}）{since}")
    if retroactive:
        out.print("差额在控制台“补发与追回”里等人处理 · differences wait in the console under “Arrears and recoveries”")
