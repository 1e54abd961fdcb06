"""Every command of `niangjia`, in the order in which a month needs them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.table import Table

from niangjia import __version__
from niangjia.cli.console import (
    LateGroup,
    MonthType,
    data_option,
    err,
    json_option,
    open_deployment,
    out,
    progress_bar,
    refusals_in_words,
    show_json,
)
from niangjia.kernel.deployment import Deployment, programs_folder
from niangjia.kernel.months import Month

if TYPE_CHECKING:
    from niangjia.engines.policy import Problem

MONTH = MonthType()


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="niangjia")
def main() -> None:
    """娘家 Niangjia：每月感知困难职工，派单核实，分级帮扶，公示发放。

    \b
    一个月的工作 · a month's work:
      niangjia init DIR --home 330600      新建部署
      niangjia land FOLDER                 导入当月数据
      niangjia sense --month 2023-10       感知，出名单
      niangjia list  --month 2023-10       看名单
      niangjia serve                       打开控制台：派单、核实、复核、公示、发放
      niangjia pay                         发放批次与银行文件
      niangjia verify                      核对全部不变量
    """


@main.command()
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--home", required=True, metavar="AREA", help="行政区划代码，例如绍兴市 330600 · division code.")
@click.option(
    "--database",
    default="",
    metavar="URL",
    help="postgresql://…；不填则用文件夹内的 SQLite · empty: SQLite in the folder.",
)
@json_option
@refusals_in_words
def init(folder: Path, home: str, database: str, as_json: bool) -> None:
    """新建部署文件夹：密钥、数据库、规则包 · make a deployment. Safe to repeat."""
    deployment = Deployment.create(folder.resolve(), home, database_url=database)
    open_deployment(deployment.folder, as_it_is=True)
    from niangjia.cli.setup import prepare_database

    prepare_database()
    if as_json:
        show_json({"folder": deployment.folder, "home": deployment.home})
    else:
        out.print(
            f"[green]✓[/] {deployment.folder} 已就绪 · ready. 下一步 · next: niangjia land FOLDER --data {folder}"
        )


@main.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--override",
    metavar="REASON",
    help="数据量异常仍要导入时写明理由（会记录）· let a batch of unusual size pass; logged.",
)
@data_option
@json_option
@refusals_in_words
def land(folder: Path, override: str | None, data: Path | None, as_json: bool) -> None:
    """导入一个月（YYYY-MM 文件夹）或多个月的数据 · land feed files."""
    deployment = open_deployment(data)
    from niangjia.cli.clock import now
    from niangjia.jobs import land_feeds

    with progress_bar(quiet=as_json) as progress:
        reports = land_feeds.land(deployment, folder, now=now(), override=override, progress=progress)
    if as_json:
        show_json(reports)
    else:
        _show_reports(reports)
    if any(report.status == "refused" for report in reports):
        sys.exit(1)


def _show_reports(reports: list) -> None:
    table = Table("月份", "数据", "状态", "行数", "入库", "搁置", "重复", title=None, box=None, header_style="bold")
    for report in reports:
        colour = {"landed": "green", "duplicate": "dim", "refused": "red"}[report.status]
        word = {"landed": "已导入", "duplicate": "已有，未重复导入", "refused": "未导入"}[report.status]
        table.add_row(
            str(report.month),
            report.feed,
            f"[{colour}]{word}[/]",
            f"{report.rows_in:,}",
            f"{report.rows_accepted:,}",
            f"{report.rows_set_aside:,}",
            f"{report.rows_duplicate:,}",
        )
    out.print(table)
    for report in reports:
        if report.status == "refused":
            err.print(f"[red]✗ {report.month} {report.feed}[/] {report.refused_zh}\n  {report.refused_en}")
        if report.extra_columns:
            err.print(
                f"[dim]{report.month} {report.feed}：未用到的列 · ignored columns: {', '.join(report.extra_columns)}[/]"
            )
        for problem in report.set_aside[:3]:
            err.print(
                f"[yellow]  {report.month} {report.feed} 第 {problem.row} 行 {problem.column} {problem.code}[/] {problem.advice_zh}"
            )
        if report.rows_set_aside > 3:
            err.print(
                f"[dim]  …共 {report.rows_set_aside} 行，见该月 runs/…/set_aside.csv · see set_aside.csv of the run[/]"
            )


@main.command()
@click.option("--month", type=MONTH, required=True)
@data_option
@json_option
@refusals_in_words
def sense(month: Month, data: Path | None, as_json: bool) -> None:
    """感知一个月，出名单；再次运行结果不变 · sense a month. Late data makes a correction list, the list stays."""
    deployment = open_deployment(data)
    from niangjia.cli.clock import now
    from niangjia.jobs import sense_month

    with progress_bar(quiet=as_json) as progress:
        run, not_taken_in = sense_month.sense_as_far_as_possible(deployment, month, now=now(), progress=progress)
    manifest = run.manifest()
    if as_json:
        show_json(
            {
                "month": month,
                "run": run.run_id,
                "kind": run.kind,
                "is_new": run.is_new,
                "counts": run.counts,
                "folder": run.folder,
                "feeds_missing": manifest["feeds_missing"],
                "areas_without_standard": manifest["areas_without_standard"],
                "not_taken_in": not_taken_in and {"zh": not_taken_in.zh, "en": not_taken_in.en},
            }
        )
        return
    word = {"monthly": "名单", "correction": "更正名单（原名单不变）"}[run.kind]
    out.print(f"[green]✓[/] {month} {word} · {'新生成' if run.is_new else '输入未变，沿用已有结果'} · {run.folder}")
    _show_counts(run.counts)
    for feed in manifest["feeds_missing"]:
        err.print(
            f"[yellow]![/] {month} 未收到 {feed}：相关指标按“无法判断”处理 · {feed} did not come: its indicators are UNKNOWN"
        )
    if not_taken_in is not None:
        err.print(
            f"[yellow]![/] 名单已生成，但还不能下派：{not_taken_in.zh}\n  The list is made but cannot be sent yet: {not_taken_in.en}"
        )
    since = manifest["history_since"].get("social_insurance", str(month))
    if since > str(month.plus(-11)):
        err.print(
            f"[yellow]![/] 参保数据始于 {since}，不足12个月：收入会被低估，名单会偏多。请补导此前月份 · "
            f"insurance rows begin in {since}, less than twelve months: incomes come out too low and the list too long. Land the months before."
        )
    for area in manifest["areas_without_standard"][:5]:
        err.print(
            f"[yellow]![/] {area} 在 {month.last_day} 无低保标准，需要标准的触发未判断。请在 standard 数据中补上 · no standard for {area} on {month.last_day}"
        )


def _show_counts(counts: dict[str, int]) -> None:
    words = {
        "NEW": "新增",
        "CONTINUING": "持续",
        "RETURNED": "返困",
        "EXITED": "退出",
        "HELD": "暂缓",
        "STALE": "数据未到",
    }
    out.print("  " + "  ".join(f"{word} [bold]{counts[state]:,}[/]" for state, word in words.items()))
    out.print(
        f"  在册 active: {counts['active_before']:,} + {counts['NEW']:,} + {counts['RETURNED']:,} − {counts['EXITED']:,}"
        f" − {counts['active_to_held']:,} = [bold]{counts['active']:,}[/] 户"
    )


@main.command("list")
@click.option("--month", type=MONTH, required=True)
@click.option("--csv", "as_csv", is_flag=True, help="输出 CSV · print as CSV.")
@click.option(
    "--members", is_flag=True, help="首列附成员身份证号（须写理由，会记录）· ID numbers of the members first; logged."
)
@click.option("--reason", default="", help="查看身份证号的理由 · why the ID numbers are needed.")
@click.option(
    "--as", "username", default="", metavar="USER", help="只列该干部岗位可见的 · only what that officer's post sees."
)
@data_option
@json_option
@refusals_in_words
def list_month(
    month: Month, as_csv: bool, members: bool, reason: str, username: str, data: Path | None, as_json: bool
) -> None:
    """月度名单 · the month's list."""
    deployment = open_deployment(data)
    from niangjia.cli.clock import now
    from niangjia.jobs import export_list

    rows = export_list.rows(deployment, month, members=members, reason=reason, username=username, now=now())
    if as_json:
        show_json([dict(zip(rows[0], row, strict=True)) for row in rows[1:]])
    elif as_csv or not out.is_terminal:
        export_list.write_csv(rows, sys.stdout)
    else:
        shown = ("household_key", "area", "grade", "state", "causes", "I5", "M4", "size", "labels", "reasons")
        table = Table(*shown, box=None, header_style="bold")
        for row in rows[1:201]:
            named = dict(zip(rows[0], row, strict=True))
            table.add_row(*(named[column] for column in shown))
        out.print(table)
        out.print(
            f"共 {len(rows) - 1:,} 户 · households" + ("，显示前 200 户；全部请用 --csv" if len(rows) > 201 else "")
        )


@main.command()
@click.argument("person", metavar="PERSON")
@click.argument("program", metavar="PROGRAM")
@click.option("--month", type=MONTH, required=True)
@click.option(
    "--reason",
    default="",
    help="查看理由，必填（会记录，本人看得到）· why, required; logged, and the person can read it.",
)
@data_option
@json_option
@refusals_in_words
def explain(person: str, program: str, month: Month, reason: str, data: Path | None, as_json: bool) -> None:
    """某人某月按某项目的结论与依据 · what PROGRAM says of PERSON (ID number or pseudonym), rule by rule."""
    deployment = open_deployment(data)
    from niangjia.cli.clock import now
    from niangjia.jobs import explain as explaining

    answer = explaining.explain(deployment, person, program, month, reason=reason, now=now())
    if as_json:
        show_json(answer)
    else:
        out.print(explaining.in_words(answer))


@main.command()
@click.option("--month", type=MONTH, required=True)
@data_option
@json_option
@refusals_in_words
def replay(month: Month, data: Path | None, as_json: bool) -> None:
    """把某月的全部决定照原样重算一遍 · make every decision of MONTH again and say which differ (exit code 1)."""
    open_deployment(data)
    from niangjia.apps.programs import queries
    from niangjia.cli.clock import now
    from niangjia.jobs import replay as replaying

    with progress_bar() as progress:
        ids = queries.decisions_of_month(month.text)
        done = replaying.replay_many(ids, viewer=None, of=f"month:{month}", now=now(), progress=progress)
    if as_json:
        show_json(done)
    else:
        out.print(
            f"{month}: {done.count:,} 件决定重算一致 {done.count - len(done.differing):,}，不一致 {len(done.differing):,}"
        )
        for decision_id, parts in done.differing:
            out.print(f"[red]✗[/] decision:{decision_id} · {parts}")
    if done.differing:
        raise SystemExit(1)


@main.group(cls=LateGroup, modules=("niangjia.cli.sealing_keys",))
def keys() -> None:
    """密封密钥：看、换、重封 · sealing keys: look, rotate, reseal."""


@main.group(
    cls=LateGroup,
    modules=(
        "niangjia.cli.programs_installing",
        "niangjia.cli.programs_pages",
        "niangjia.cli.programs_tools",
        "niangjia.cli.simulating",
    ),
)
def programs() -> None:
    """规则包：检查与试算 · program packs: check and test."""


@programs.command("check")
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@json_option
@refusals_in_words
def programs_check(folder: Path | None, as_json: bool) -> None:
    """检查全部规则包、词汇与数据声明 · check every pack, with file, line, word and the nearest right word."""
    from niangjia.engines import policy, sensing

    folder = folder or programs_folder()
    packs, problems = policy.read_folder(folder)
    problems += [
        *policy.check_packs(packs, is_whole=not problems),
        *sensing.check_folder(folder),
        *check_other_kinds(folder),
    ]
    if as_json:
        show_json([str(problem) for problem in problems])
    else:
        for problem in problems:
            err.print(f"[red]✗[/] {problem}", markup=True)
        if not problems:
            for note in policy.notes(packs):
                out.print(f"[dim]· {note}[/]", highlight=False)
            out.print("[green]✓[/] 全部规则包无误 · all packs are in order")
    sys.exit(1 if problems else 0)


def check_other_kinds(folder: Path) -> list[Problem]:
    """What is wrong with targets, assessments, bulletins, contests, places and the cockpit."""
    from niangjia.apps.assessments import sheets as assessments
    from niangjia.apps.bulletins import kinds as bulletins
    from niangjia.apps.contests import checking as contests
    from niangjia.apps.places import declared as places
    from niangjia.apps.targets import packs as targets
    from niangjia.portals.cockpit.figures import checking as cockpit

    rooms = (targets, assessments, bulletins, contests, places, cockpit)
    return [problem for room in rooms for problem in room.check_folder(folder)]


@programs.command("schema")
@click.option("--targets", "of", flag_value="targets", help="目标文件的 · of a file of targets.")
@click.option("--assessments", "of", flag_value="assessments", help="考核表的 · of a sheet of an assessment.")
@click.option("--bulletins", "of", flag_value="bulletins", help="信息通报种类的 · of a kind of bulletin.")
@click.option("--contests", "of", flag_value="contests", help="评选的 · of a contest.")
@click.option("--places", "of", flag_value="places", help="场所种类 places.yaml 的 · of the kinds of places.")
@click.option(
    "--place-steps", "of", flag_value="place_steps", help="场所步骤 place_steps.yaml 的 · of the steps of places."
)
@click.option("--cockpit", "of", flag_value="cockpit", help="驾驶舱 cockpit.yaml 的 · of the cockpit's pages.")
def programs_schema(of: str | None) -> None:
    """program.yaml 的 JSON Schema，供编辑器补全和标错 · the JSON Schema of program.yaml, for editors."""
    from niangjia.apps.assessments.words import assessments_schema
    from niangjia.apps.bulletins.words import bulletins_schema
    from niangjia.apps.contests.words import contests_schema
    from niangjia.apps.places.words import places_schema, steps_schema
    from niangjia.apps.targets.words import targets_schema
    from niangjia.engines import policy
    from niangjia.portals.cockpit.figures.words import cockpit_schema

    others = {
        "cockpit": cockpit_schema,
        "targets": targets_schema,
        "assessments": assessments_schema,
        "bulletins": bulletins_schema,
        "contests": contests_schema,
        "places": places_schema,
        "place_steps": steps_schema,
    }
    show_json(others[of]() if of else policy.program_schema(policy.load_vocabulary(programs_folder())))


@main.command()
@click.option(
    "--as",
    "username",
    metavar="USER",
    prompt="用户名 · user",
    help="财务岗位的用户名 · the user name of a finance post.",
)
@click.option(
    "--password",
    prompt="口令 · password",
    hide_input=True,
    envvar="NIANGJIA_PASSWORD",
    help="默认读取 $NIANGJIA_PASSWORD。",
)
@click.option(
    "--code",
    default="",
    help="账户启用第二重验证时的验证码或恢复码；不给则询问 · a code of the app or a recovery code, asked for if needed.",
)
@click.option(
    "--batch",
    "batch_id",
    type=int,
    help="封存该批次并写出银行文件；重复运行得到同一文件 · seal it and write its bank file.",
)
@click.option(
    "--receipt",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="录入该批次的银行回单 · take in the bank's answer for the batch.",
)
@data_option
@json_option
@refusals_in_words
def pay(
    username: str,
    password: str,
    code: str,
    batch_id: int | None,
    receipt: Path | None,
    data: Path | None,
    as_json: bool,
) -> None:
    """发放：列出批次，写出银行文件，录入回单 · list batches, write a bank file, take in the bank's answer."""
    deployment = open_deployment(data)
    from niangjia.cli.clock import now
    from niangjia.cli.signing_in import finance_viewer
    from niangjia.jobs import pay as paying

    viewer = finance_viewer(username, password, now(), code=lambda: code or click.prompt("验证码 · code"))
    if batch_id is None:
        if receipt is not None:
            raise click.UsageError("--receipt 须与 --batch 同用 · --receipt needs --batch")
        batches = paying.list_batches(viewer)
        if as_json:
            show_json(list(batches))
            return
        table = Table("编号 id", "批次", "状态", "笔数", "金额（元）", "已到账", "退回", box=None, header_style="bold")
        for batch in batches:
            table.add_row(
                str(batch.id),
                batch.number,
                str(batch.state.label),
                str(batch.line_count),
                f"{batch.total:,.2f}",
                str(batch.settled_count),
                str(batch.returned_count),
            )
        out.print(table)
    elif receipt is not None:
        report = paying.receive(batch_id, receipt.read_bytes(), viewer=viewer, now=now())
        show_json(report) if as_json else out.print(f"[green]✓[/] 回单已录入 · taken in: {report}")
    else:
        export = paying.export(deployment, batch_id, viewer=viewer, now=now())
        if as_json:
            show_json(
                {
                    "batch": export.batch.number,
                    "lines": export.batch.line_count,
                    "total": export.batch.total,
                    "file": export.path,
                    "sha256": export.sha256,
                }
            )
        else:
            out.print(
                f"[green]✓[/] {export.batch.number}：{export.batch.line_count} 笔 {export.batch.total:,.2f} 元\n  {export.path}\n  SHA-256 {export.sha256}"
            )


@main.command()
@click.option("--backed-up", is_flag=True, help="PostgreSQL：已用 pg_dump 备份 · a dump was taken.")
@data_option
@json_option
@refusals_in_words
def upgrade(backed_up: bool, data: Path | None, as_json: bool) -> None:
    """换了新版程序后升级数据库，先备份；请先停下 serve · bring the database to this version."""
    deployment = open_deployment(data, as_it_is=True)
    from niangjia.cli.setup import prepare_database
    from niangjia.config import versions

    missing = versions.missing_steps()
    backup = versions.back_up(deployment.folder, backed_up=backed_up) if missing else None
    if missing:
        prepare_database()
    if as_json:
        show_json({"upgraded": missing, "backup": backup})
    elif not missing:
        out.print("[green]✓[/] 数据库已是这一版 · the database is of this version")
    else:
        out.print(f"[green]✓[/] 已升级 · upgraded: {'、'.join(missing)}")
    if backup and not as_json:
        out.print(f"  升级前的数据库 · the database as it was: {backup}\n  核对后再删 · check first: niangjia verify")


@main.command()
@data_option
@json_option
@refusals_in_words
def verify(data: Path | None, as_json: bool) -> None:
    """核对全部不变量，只读 · check every invariant; changes nothing."""
    deployment = open_deployment(data)
    from niangjia.cli.clock import now
    from niangjia.jobs import verify as verifying

    with progress_bar(quiet=as_json) as progress:
        breaches = verifying.verify(deployment, now=now(), progress=progress)
    if as_json:
        show_json(breaches)
    else:
        for breach in breaches:
            err.print(f"[red]✗ {breach.rule}[/] {breach.place}: {breach.detail}")
        if not breaches:
            out.print("[green]✓[/] 全部不变量成立 · every invariant holds")
    sys.exit(1 if breaches else 0)


@main.command()
@data_option
@json_option
@refusals_in_words
def tick(data: Path | None, as_json: bool) -> None:
    """催办与升级、消息、审计锚定；由 serve 每十分钟运行，或由 cron 调用 · reminders, escalations, messages, an audit anchor."""
    deployment = open_deployment(data)
    from niangjia.cli.clock import now
    from niangjia.jobs import tick as ticking
    from niangjia.portals.cockpit.figures import warming

    report = ticking.tick(deployment, now=now(), answer=warming.answer)
    if as_json:
        show_json(report)
    else:
        out.print(
            f"[green]✓[/] 催办 {len(report.reminded_ids)} 单，升级 {len(report.escalated_ids)} 单 · reminded, escalated"
        )


@main.command()
@data_option
@json_option
@refusals_in_words
def rollup(data: Path | None, as_json: bool) -> None:
    """汇总：驾驶舱和目标数字的来源；serve 每小时运行 · what the cockpit and targets are counted from, made anew."""
    deployment = open_deployment(data)
    from niangjia.cli.clock import now
    from niangjia.jobs import rollup as rolling
    from niangjia.portals.cockpit.figures import warming

    counts = rolling.make(deployment, now=now(), answer=warming.answer)
    if as_json:
        show_json(counts)
    else:
        out.print(
            f"[green]✓[/] 汇总 {sum(counts.values()):,} 行 · rows: {', '.join(f'{name} {count}' for name, count in counts.items())}"
        )


@main.command("verify-audit")
@data_option
@json_option
@refusals_in_words
def verify_audit(data: Path | None, as_json: bool) -> None:
    """核对审计链 · check the hash chain of the audit log."""
    deployment = open_deployment(data)
    from niangjia.jobs import verify as verifying

    report = verifying.verify_audit(deployment)
    if as_json:
        show_json(report)
    elif report.is_whole:
        out.print(
            f"[green]✓[/] 审计链完整，共 {report.event_count:,} 条 · the chain is whole, {report.event_count:,} events"
        )
    else:
        err.print(f"[red]✗[/] 审计链在第 {report.broken_seq} 条断开 · broken at {report.broken_seq}: {report.kind}")
    sys.exit(0 if report.is_whole else 1)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, help="0 = 任选空闲端口 · any free port.")
@click.option("--workers", default=2, show_default=True)
@data_option
@refusals_in_words
def serve(host: str, port: int, workers: int, data: Path | None) -> None:
    """打开控制台 · serve the console."""
    deployment = open_deployment(data)
    from niangjia.cli.setup import prepare_database, run_server

    prepare_database()
    run_server(deployment, host, port, workers)


@main.command()
@click.argument("folder", metavar="DIR", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option("--persons", default=20_000, show_default=True, help="演示城市的人数 · size of the invented city.")
@click.option("--months", default=3, show_default=True)
@click.option("--serve/--no-serve", "serving", default=True, help="完成后打开控制台 · serve the console afterwards.")
@click.option("--port", default=8000, show_default=True)
@json_option
@refusals_in_words
def demo(folder: Path | None, persons: int, months: int, serving: bool, port: int, as_json: bool) -> None:
    """演示：虚构城市办完三个月、正在办第四个月，从数据到发放，然后打开控制台 · an invented city's months, then the console."""
    from niangjia.cli import demonstration

    demonstration.run(
        (folder or Path("data/demo")).resolve(),
        persons=persons,
        months=months,
        serving=serving,
        port=port,
        as_json=as_json,
    )


@main.group(cls=LateGroup, modules=("niangjia.cli.bench_simulating",))
def bench() -> None:
    """测速 · measure."""


@bench.command("sense")
@click.option("--persons", default=1_000_000, show_default=True)
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="数据放哪里（默认临时文件夹）· where; default a temporary folder.",
)
@json_option
@refusals_in_words
def bench_sense(persons: int, folder: Path | None, as_json: bool) -> None:
    """导入与感知一个月（此前十四个月为历史）· land and sense a month."""
    from niangjia.cli import benchmarks

    benchmarks.sense(persons, folder, as_json=as_json)


@bench.command("dispatch")
@click.option("--orders", default=10_000, show_default=True)
@json_option
@refusals_in_words
def bench_dispatch(orders: int, as_json: bool) -> None:
    """派单一万户（SQLite，含个案与审计）· dispatch orders with cases and audit."""
    from niangjia.cli import benchmarks

    benchmarks.dispatch(orders, as_json=as_json)
