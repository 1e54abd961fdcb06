"""`niangjia programs prove` and `programs test --mutate`: what a pack promises, and whether its own cases would notice a slip."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.markup import escape

from niangjia.cli.commands import check_other_kinds, programs
from niangjia.cli.console import err, json_option, out, progress_bar, refusals_in_words, show_json
from niangjia.engines import policy
from niangjia.engines.policy.problems import nearest_word
from niangjia.kernel.deployment import programs_folder

if TYPE_CHECKING:
    from niangjia.engines.policy.mutation import Report
    from niangjia.engines.policy.prove import Finding, Proof

_MARKS = {
    "proved": "[green]✓[/]",
    "information": "[dim]·[/]",
    "refuted": "[red]✗[/]",
    "not_proved": "[yellow]?[/]",
    "disagreement": "[bold red]‼[/]",
}
_programs = click.option(
    "--programs",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="规则包文件夹（默认随程序安装的）· the packs' folder.",
)


@programs.command("prove")
@click.argument("packs", nargs=-1, metavar="[PACK]…")
@click.option(
    "--parameters",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="部署的参数文件：按这些数证明 · a deployment's parameters: prove its numbers.",
)
@click.option(
    "--limit",
    type=click.IntRange(1, 3600),
    default=10,
    show_default=True,
    metavar="SECONDS",
    help="每一问最多几秒 · for one question.",
)
@click.option("--all", "is_all", is_flag=True, help="已证明的也逐条列出 · list what was proved, too.")
@_programs
@json_option
@refusals_in_words
def programs_prove(
    packs: tuple[str, ...], parameters: Path | None, limit: int, is_all: bool, folder: Path | None, as_json: bool
) -> None:
    """对一切可能的情况证明规则包（Z3）· prove packs for every input. PACK: id or folder; none: all of them.

    退出码 · exit codes: 0 全部证明 proved; 1 有反例或未能证明 refuted or not proved; 2 用法有误 wrong use.
    """
    from niangjia.engines.policy.prove import prove_pack

    chosen = _chosen(packs, folder)
    given = policy.load_parameters(parameters) if parameters else None
    proofs = []
    with progress_bar(quiet=as_json) as progress:
        for pack in chosen:
            overrides = None if given is None else given.get(pack.id, {})
            proofs.append(prove_pack(pack, overrides=overrides, limit_seconds=limit, progress=progress))
            if not as_json:
                _show_proof(proofs[-1], is_all=is_all)
    if as_json:
        show_json([{**asdict(proof), "holds": proof.holds, "counts": proof.counts} for proof in proofs])
    sys.exit(0 if all(proof.holds for proof in proofs) else 1)


def _show_proof(proof: Proof, *, is_all: bool) -> None:
    counts = proof.counts
    parts = [f"{counts.get('proved', 0)} 项已证明 proved"]
    parts += [f"[red]{counts['refuted']} 项有反例 refuted[/]"] if counts.get("refuted") else []
    parts += [f"[yellow]{counts['not_proved']} 项未能证明 not proved[/]"] if counts.get("not_proved") else []
    parts += [f"[bold red]{counts['disagreement']} 项证明器有错 PROVER WRONG[/]"] if counts.get("disagreement") else []
    parts += [f"{counts['information']} 条说明 remarks"] if counts.get("information") else []
    parts += [f"{proof.stretches} 段 stretches", f"{proof.seconds:.1f} s"]
    out.print(f"{_MARKS['proved' if proof.holds else 'refuted']} [bold]{proof.pack}[/]  {' · '.join(parts)}")
    for finding in proof.findings:
        if finding.status != "proved" or is_all:
            _show_finding(finding)


def _show_finding(finding: Finding) -> None:
    where = f"  [dim]{escape(finding.days)} ({finding.area or '*'})[/]" if finding.days else ""
    out.print(
        f"  {_MARKS[finding.status]} {escape(finding.place)}  {escape(finding.zh)}{where}\n    {escape(finding.en)}"
    )
    for line in finding.example.splitlines():
        out.print(f"      {escape(line)}")


@programs.command("test")
@click.argument("packs", nargs=-1, metavar="[PACK]…")
@click.option(
    "--mutate", is_flag=True, help="逐处改动规则包，看例子能否发现 · change the pack bit by bit: do its cases notice?"
)
@click.option(
    "--least",
    type=click.IntRange(0, 100),
    default=95,
    show_default=True,
    metavar="PERCENT",
    help="发现率低于此数时退出码为 1 · exit code 1 below this share.",
)
@_programs
@json_option
@refusals_in_words
def programs_try(packs: tuple[str, ...], mutate: bool, least: int, folder: Path | None, as_json: bool) -> None:
    """运行规则包自带的例子（cases.yaml）· run the packs' own cases; with --mutate, try how much they would notice.

    PACK：编号或文件夹，不写则全部 · id or folder; none: all of them.
    """
    chosen = [pack for pack in _chosen(packs, folder) if (pack.folder / "cases.yaml").exists()]
    if mutate:
        _mutate(chosen, least, as_json=as_json)
    problems = [problem for whole in _whole(packs, folder) for problem in check_other_kinds(whole)]
    results = [(pack.id, result) for pack in chosen for result in policy.run_cases(pack)]
    failed = [(name, result) for name, result in results if not result.passed]
    if as_json:
        show_json([{"pack": name, "case": result.name, "passed": result.passed} for name, result in results])
    else:
        for name, result in failed:
            err.print(f"[red]✗ {name}[/] {escape(str(result))}")
        out.print(f"{len(results) - len(failed)} 例通过 · passed，{len(failed)} 例不符 · failed")
    for problem in problems:
        err.print(f"[red]✗[/] {problem}", markup=True)
    sys.exit(1 if failed or problems else 0)


def _whole(names: Sequence[str], folder: Path | None) -> list[Path]:
    """Of what was named, folders that hold every kind of rules."""
    return [path for path in map(Path, names or (str(folder or programs_folder()),)) if (path / "vocabulary").is_dir()]


def _mutate(chosen: Sequence[policy.Pack], least: int, *, as_json: bool) -> None:
    from niangjia.engines.policy.mutation import mutate_pack

    reports = []
    with progress_bar(quiet=as_json) as progress:
        for pack in chosen:
            reports.append(mutate_pack(pack, progress=progress))
            if not as_json:
                _show_report(reports[-1], least)
    if as_json:
        show_json([{**asdict(report), "counted": report.counted} for report in reports])
    elif len(reports) > 1:
        noticed, counted = sum(one.noticed for one in reports), sum(one.counted for one in reports)
        seconds = sum(one.seconds for one in reports)
        out.print(f"[bold]{noticed:,} / {counted:,} 处改动被例子发现 · changes noticed[/]  {seconds:.1f} s")
    sys.exit(1 if any(100 * report.noticed < least * report.counted for report in reports) else 0)


def _show_report(report: Report, least: int) -> None:
    share = report.noticed * 1000 // report.counted if report.counted else 1000
    is_enough = 100 * report.noticed >= least * report.counted
    parts = [
        f"{report.noticed} / {report.counted} 处改动被发现 noticed（{share // 10}.{share % 10} %）",
        f"{report.cases} 例 cases",
    ]
    for number, zh, en in (
        (report.equivalent, "处改了也一样", "alike"),
        (report.unused, "处与结论无关", "used by no decision"),
        (report.refused, "处读入即被拒", "refused when read"),
    ):
        parts += [f"{number} {zh} {en}"] if number else []
    mark = _MARKS["proved" if is_enough else "refuted"]
    out.print(f"{mark} [bold]{report.pack}[/]  {' · '.join([*parts, f'{report.seconds:.1f} s'])}")
    for survivor in report.survivors:
        out.print(f"  [yellow]?[/] {escape(survivor.place)}  {escape(survivor.zh)}\n    {escape(survivor.en)}")
        lines = survivor.example.splitlines() or [
            "（限时内没有找到能发现它的例子 · no case was found in time that would notice it）"
        ]
        for line in lines:
            out.print(f"      {escape(line)}")


def _chosen(names: Sequence[str], folder: Path | None) -> list[policy.Pack]:
    """
    The packs of these ids and folders (a pack's, or one with a vocabulary: all packs in it); all packs where nothing is named.

    Raises:
        UsageError: there is no such pack.
    """
    root = folder or programs_folder()
    found: list[Path] = []
    roots: dict[Path, Path] = {}
    for name in names or (str(root),):
        path = Path(name)
        if (path / "program.yaml").exists():
            here, packs = path.resolve().parents[1], [path / "program.yaml"]
        elif (path / "vocabulary").is_dir():
            here, packs = path, policy.list_packs(path)
        else:
            here, known = root, policy.list_packs(root)
            packs = [one for one in known if one.parent.name == name]
            if not packs:
                near = nearest_word(name, {one.parent.name for one in known})
                raise click.UsageError(
                    f"没有项目 {name}。{f'是不是 {near}？' if near else ''} · There is no programme {name}."
                    + (f" Did you mean {near}?" if near else "")
                )
        for one in packs:
            roots[one] = here
            found.append(one)
    words = {here: policy.load_vocabulary(here) for here in set(roots.values())}
    return [policy.load_pack(one.parent, words[roots[one]]) for one in dict.fromkeys(found)]
