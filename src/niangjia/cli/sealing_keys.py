"""`niangjia keys`: what hangs on which sealing key, a new one, and everything sealed with it."""

from __future__ import annotations

import sys
from pathlib import Path

from niangjia.cli.commands import keys
from niangjia.cli.console import (
    data_option,
    err,
    json_option,
    open_deployment,
    out,
    progress_bar,
    refusals_in_words,
    show_json,
)


@keys.command("list")
@data_option
@json_option
@refusals_in_words
def keys_list(data: Path | None, as_json: bool) -> None:
    """每把密封密钥还有多少数据用着，哪把可以移走 · what hangs on each key, and which may go. Reads only."""
    deployment = open_deployment(data)
    from niangjia.jobs import reseal as resealing

    found = resealing.list_keys(deployment)
    if as_json:
        return show_json([vars(one) | {"may_go": one.may_go} for one in found])
    for one in found:
        name = f"sealing-{one.key_id}"
        if one.is_newest:
            out.print(f"[green]●[/] {name} 最新，今后都用它 · the newest, in use: {one.to_reseal:,}")
        elif one.may_go:
            out.print(
                f"[green]✓[/] {name} 没有数据再用，可以移走（旧备份还要用它）· nothing hangs on it, it may go (old backups need it)"
            )
        else:
            out.print(f"[yellow]○[/] {name} 还不能移走 · may not go yet")
            for label, count in {
                "待重封 · to reseal": one.to_reseal,
                "审计链中的批注，不能重封 · remarks in the audit chain, never sealed anew": one.remarks,
                "数据湖批次，不能重封 · batches of the lake, never sealed anew": one.batches,
                "导出与导入，到期自动删除 · exports and imports, which go by themselves": one.passing,
            }.items():
                if count:
                    out.print(f"    {label}: {count:,}")


@keys.command("rotate")
@data_option
@refusals_in_words
def keys_rotate(data: Path | None) -> None:
    """新增一把密封密钥，旧的留着 · write one more sealing key; the others stay."""
    deployment = open_deployment(data)
    key_id = deployment.add_sealing_key()
    out.print(f"[green]✓[/] 新增 sealing-{key_id}。请备份 keys 目录，重启 niangjia serve，再运行 niangjia keys reseal")
    out.print(
        f"  added sealing-{key_id}: back up the keys folder, restart niangjia serve, then run niangjia keys reseal"
    )


@keys.command("reseal")
@data_option
@json_option
@refusals_in_words
def keys_reseal(data: Path | None, as_json: bool) -> None:
    """用最新的密钥重封全部数据；可以随时中断，再运行即接着做 · seal everything with the newest key. Safe to stop and to repeat."""
    deployment = open_deployment(data)
    from niangjia.cli.clock import now
    from niangjia.jobs import reseal as resealing

    with progress_bar(quiet=as_json) as progress:
        done = resealing.reseal(deployment, now=now(), progress=progress)
    if as_json:
        show_json(done)
    else:
        out.print(f"[green]✓[/] 重封 {done.done:,} 项 · sealed anew. 哪把可以移走 · which may go: niangjia keys list")
        for label, count in done.unopened.items():
            err.print(f"[red]✗[/] {label}: {count:,} 行打不开，原样未动 · rows that no key opens, left as they were")
    sys.exit(1 if done.unopened else 0)
