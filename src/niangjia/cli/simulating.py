"""`niangjia programs simulate` and `programs takeup`: what a changed programme would do, and who is entitled and never had it."""

from __future__ import annotations

import sys
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from niangjia.cli.commands import MONTH, programs
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
from niangjia.kernel.months import Month


class YuanType(click.ParamType):
    name = "YUAN"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        try:
            found = Decimal(str(value))
        except InvalidOperation:
            self.fail(f"{value} 不是金额 · is not an amount", param, ctx)
        if not found.is_finite() or found < 0:
            self.fail(f"{value} 不是金额 · is not an amount", param, ctx)
        return found


def _supposed(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for value in values:
        name, equals, formula = value.partition("=")
        if not equals or not name.strip() or not formula.strip():
            raise click.BadParameter(f"应写作 事实=值，例如 has_pv_consent=true · write FACT=VALUE ({value})")
        found[name.strip()] = formula.strip()
    return found


@programs.command("simulate")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--month", type=MONTH, required=True, help="模拟到哪个月 · the last month that is simulated.")
@click.option(
    "--months",
    type=click.IntRange(1, 24),
    default=1,
    show_default=True,
    help="连同此前共几个月 · how many months up to it.",
)
@click.option(
    "--against",
    default="INSTALLED",
    show_default=True,
    metavar="INSTALLED|DIR",
    help="与现行版本比，或与另一文件夹比 · the version in force, or a folder.",
)
@click.option(
    "--budget",
    type=YuanType(),
    default=None,
    help="资金余额（元）；不填则取台账 · the fund's balance; default: the books'.",
)
@click.option(
    "--as", "username", default="", metavar="USER", help="只取该干部岗位看得到的资金 · the budgets that officer sees."
)
@click.option(
    "--suppose-visits",
    "supposes",
    is_flag=True,
    help="按 lake.yaml 假定入户结论 · suppose what lake.yaml says of visits.",
)
@click.option(
    "--suppose",
    "suppositions",
    multiple=True,
    callback=_supposed,
    metavar="FACT=VALUE",
    help="另假定一个事实，可多次 · suppose a fact.",
)
@click.option(
    "--out",
    "target",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    metavar="DIR",
    help="另存结果和表格 · write the tables there.",
)
@data_option
@json_option
@refusals_in_words
def programs_simulate(
    folder: Path, month: Month, months: int, against: str, budget: Decimal | None, username: str, supposes: bool,
    suppositions: dict[str, str], target: Path | None, data: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """改过的规则包在数据湖上试算：覆盖、进出、费用、得失 · try a changed pack over the lake; nothing live changes."""
    deployment = open_deployment(data)
    from niangjia.cli.clock import now
    from niangjia.jobs import simulate as simulating

    if against != simulating.INSTALLED and not Path(against).is_dir():
        raise click.BadParameter(f"{against} 不是文件夹 · is no folder", param_hint="--against")
    request = simulating.of_folder(
        deployment, folder, month=month, months=months, against=against, budget=budget, username=username, supposes=supposes,
        suppositions=suppositions, now=now(),
    )  # fmt: skip
    with progress_bar(quiet=as_json) as progress:
        place, result = simulating.run(deployment, request, progress=progress)
    if target is not None:
        simulating.write_tables(result, target)
    if as_json:
        show_json(result)
        return
    for program in result.programs:
        _show_program(program)
    for one, feeds in result.feeds_missing.items():
        if feeds:
            err.print(
                f"[yellow]![/] {one} 未收到 {'、'.join(feeds)}：由它们而来的事实未知 · did not come: their facts are unknown"
            )
    if result.suppositions:
        err.print(
            f"[yellow]![/] 假定 · supposed: {'; '.join(f'{name} = {text}' for name, text in result.suppositions.items())}"
        )
    out.print(f"[dim]{place}[/]")


def _show_program(program: Any) -> None:
    out.print(f"\n[bold]{program.title['zh']}[/] {program.program} · {program.title['en']}")
    if program.refused:
        err.print(f"[yellow]![/] 未模拟：{program.refused['zh']}\n  {program.refused['en']}")
        return
    if program.stands_for:
        err.print(
            f"[dim]每名{program.rows_of}代表一次{program.stands_for} · each {program.rows_of} stands for a {program.stands_for}[/]"
        )
    whole = program.whole
    table = Table(
        "", "行 rows", "给予 granted", "金额（元） yuan", "不能判定 cannot tell", box=None, header_style="bold"
    )
    if program.before is not None:
        table.add_row(
            "改前 before",
            f"{whole.rows:,}",
            f"{whole.before_granted:,}",
            f"{whole.before_yuan:,.2f}",
            f"{whole.before_untold:,}",
        )
    table.add_row(
        "改后 after",
        f"{whole.rows:,}",
        f"{whole.after_granted:,}",
        f"{whole.after_yuan:,.2f}",
        f"{whole.after_untold:,}",
    )
    out.print(table)
    out.print(
        f"  新进 newly in [bold]{whole.newly_in:,}[/]  退出 newly out [bold]{whole.newly_out:,}[/]  "
        f"得益 gainers [bold]{whole.gainers:,}[/] (+{whole.gained_yuan:,.2f})  受损 losers [bold]{whole.losers:,}[/] (−{whole.lost_yuan:,.2f})"
    )
    if whole.from_untold or whole.to_untold:
        out.print(
            f"  由不能判定变为给予 from cannot tell {whole.from_untold:,}  由给予变为不能判定 to cannot tell {whole.to_untold:,}"
        )
    most = "不能算 cannot be told" if whole.most_yuan is None else f"{whole.most_yuan:,.2f}"
    share = f"{whole.told * 100 // whole.rows}%" if whole.rows else "—"
    out.print(f"  能判定 told {share}，费用至少 at least {whole.after_yuan:,.2f}，至多 at most {most}")
    for which, spent in (("改前 before", program.before_exhausted), ("改后 after", program.after_exhausted)):
        if spent is not None:
            day = (
                "十年内不会用尽 · lasts ten years"
                if spent.on is None
                else f"{spent.on}{'（推算 projected）' if spent.is_projected else ''}"
            )
            out.print(f"  资金 {program.balance:,.2f} 元，{which} 用尽 runs out: [bold]{day}[/]")
    _show_counties(program)
    for month in program.months:
        for word, spread in (("得益 gain", month.gain), ("受损 loss", month.loss)):
            if spread.rows:
                yuan = " ".join(
                    f"{place} {value:,.2f}"
                    for place, value in zip(("P10", "P25", "P50", "P75", "P90"), spread.yuan, strict=True)
                )
                out.print(f"  {month.month} {word}: {spread.rows:,} · {yuan}")
    for gap in program.gaps[:8]:
        out.print(
            f"  [yellow]未知 unknown[/] {gap.fact}: {gap.rows:,} 行待定 rows wait (仅因它 by it alone {gap.alone:,})"
        )
    for name, rows in program.lacking.items():
        out.print(f"  [yellow]缺参数 no value[/] {name}: {rows:,}")


def _show_counties(program: Any) -> None:
    table = Table(
        "区县 county",
        "改前 before",
        "改后 after",
        "新进 in",
        "退出 out",
        "改前元 yuan",
        "改后元 yuan",
        box=None,
        header_style="bold",
    )
    from niangjia.apps.organizations import areas

    for county, cell in program.counties.items():
        table.add_row(
            areas.full_name_of(county) if county else "—", f"{cell.before_granted:,}", f"{cell.after_granted:,}", f"{cell.newly_in:,}",
            f"{cell.newly_out:,}", f"{cell.before_yuan:,.2f}", f"{cell.after_yuan:,.2f}",
        )  # fmt: skip
    out.print(table)


@programs.command("takeup")
@click.option("--month", type=MONTH, required=True)
@click.option("--program", default="", metavar="PROGRAM", help="只列一个项目 · one programme.")
@click.option(
    "--cannot-tell", "maybe", is_flag=True, help="列尚不能判定而已有依据的 · those for whom something speaks already."
)
@click.option("--csv", "as_csv", is_flag=True, help="名单，CSV（须写目的，会记录）· the list; needs a purpose, logged.")
@click.option("--members", is_flag=True, help="附职工姓名、证件号、电话 · names, ID numbers and phones first; logged.")
@click.option("--reason", default="", help="取名单的目的，必填 · what the list is for, required.")
@click.option(
    "--as", "username", default="", metavar="USER", help="只列该干部岗位可见的 · only what that officer's post sees."
)
@data_option
@json_option
@refusals_in_words
def programs_takeup(
    month: Month,
    program: str,
    maybe: bool,
    as_csv: bool,
    members: bool,
    reason: str,
    username: str,
    data: Path | None,
    as_json: bool,
) -> None:
    """应享未享：按数据符合条件而从未得到的人 · who is entitled by the data and has never had it, programme by programme."""
    deployment = open_deployment(data)
    from niangjia.cli.clock import now
    from niangjia.jobs import export_list, takeup

    with progress_bar(quiet=as_json or as_csv) as progress:
        found = takeup.run(deployment, month, progress=progress)
    is_list = as_csv or members
    if not is_list:
        counts = takeup.count(deployment, found, month, program=program, username=username, now=now())
        if as_json:
            show_json(counts)
            return
        table = Table(
            "项目 programme",
            "符合 entitled",
            "已得 had it",
            "已有决定 decided",
            "应享未享 never had",
            "尚不能判定 cannot tell",
            box=None,
            header_style="bold",
        )
        for one in counts:
            if one.refused:
                table.add_row(f"{one.title['zh']} {one.program}", "—", "—", "—", "—", "—")
            else:
                table.add_row(
                    f"{one.title['zh']} {one.program}",
                    *(f"{count:,}" for count in (one.entitled, one.had, one.decided, one.never, one.untold)),
                )
        out.print(table)
        for one in counts:
            if one.refused:
                err.print(f"[yellow]![/] {one.program}：{one.refused['zh']}\n  {one.refused['en']}")
        return
    rows = takeup.rows(
        deployment,
        found,
        month,
        program=program,
        maybe=maybe,
        members=members,
        reason=reason,
        username=username,
        now=now(),
    )
    if as_json:
        show_json([dict(zip(rows[0], row, strict=True)) for row in rows[1:]])
    else:
        export_list.write_csv(rows, sys.stdout)
