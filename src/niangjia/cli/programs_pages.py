"""`niangjia programs explain`, `page` and `new`: what a pack says of one subject, what it says to everybody, and how one begins."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import click

from niangjia.cli.clock import now
from niangjia.cli.commands import MONTH, programs
from niangjia.cli.console import data_option, err, json_option, open_deployment, out, refusals_in_words, show_json
from niangjia.engines import policy
from niangjia.engines.policy import starting
from niangjia.engines.policy.cases import _CaseReader
from niangjia.engines.policy.parameters import Overrides, area_prefix
from niangjia.engines.policy.problems import nearest_word
from niangjia.engines.policy.published import load_wording
from niangjia.engines.policy.yamltext import BadFile, Item, read_yaml
from niangjia.kernel.deployment import programs_folder
from niangjia.kernel.months import Month
from niangjia.kernel.problems import Refusal

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_programs = click.option(
    "--programs", "folder", type=FOLDER, help="规则包文件夹（默认随程序安装的）· the packs' folder."
)
_parameters = click.option(
    "--parameters", type=FILE, help="本地参数文件，填补文件留空的数 · a deployment's parameter file."
)


class NoSuchPack(Refusal):
    def __init__(self, name: str, near: str, area: str) -> None:
        place = f"区划 {area} 里" if area else ""
        super().__init__(
            f"{place}没有项目 {name}。" + (f"是不是 {near}？" if near else "niangjia programs page 会列出全部项目。"),
            f"There is no programme {name}{f' for {area}' if area else ''}."
            + (f" Did you mean {near}?" if near else " niangjia programs page lists them all."),
        )


def _today() -> date:
    """The machine's day where the unions are; settings are read for their zone alone, no deployment is needed."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "niangjia.config.settings")
    return now().astimezone(ZoneInfo("Asia/Shanghai")).date()


# — explain —


@dataclass(frozen=True)
class Subject:
    """The facts of ``facts.yaml``: all at the top, or under `given` with `used` beside."""

    given: Mapping[str, Item]
    used: Mapping[str, Item]
    root: Item


@programs.command("explain")
@click.argument("program", metavar="[PACK]", required=False)
@click.option("--given", type=FILE, required=True, help="事实：值 的 YAML 文件 · a YAML file of fact: value.")
@click.option("--month", type=MONTH, help="按该月最后一天（默认今天）· decided on its last day; default today.")
@click.option("--area", default="", help="区划代码（默认项目自己的）· division code; default the pack's own.")
@click.option("--all", "is_all", is_flag=True, help="凡问到这些事实的项目 · every programme that asks for any of them.")
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@_programs
@_parameters
@json_option
@refusals_in_words
def programs_explain(
    program: str | None, given: Path, month: Month | None, area: str, is_all: bool, language: Literal["zh", "en"], folder: Path | None,
    parameters: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """一个对象、一个项目或全部：结论、金额、每条规则与出处、还缺什么、最近的改变 · one subject, one programme or all."""
    if bool(program) == is_all:
        raise click.UsageError("请写项目编号，或加 --all · name a programme, or use --all.")
    asof = month.last_day if month else _today()
    packs = _load(folder)
    subject = _subject(given, packs)
    overrides = policy.load_parameters(parameters) if parameters else {}
    chosen = in_order(_asking(packs, subject, area)) if is_all else [_one(packs, program or "", area)]
    answers: list[dict[str, object]] = []
    for pack in chosen:
        try:
            found = _explanation(pack, subject, asof, area or pack.area, overrides.get(pack.id), language)
        except policy.MissingParameter as missing:
            if not is_all:
                raise
            answers.append(
                {
                    "program": pack.id,
                    "title": pack.title[language],
                    "outcome": "not_in_force",
                    "missing_parameters": list(missing.names),
                }
            )
            if not as_json:
                out.print(
                    f"[dim]{pack.title[language]}（{pack.id}）：{'本地未定' if language == 'zh' else 'not set here'} {', '.join(missing.names)}[/]\n"
                )
            continue
        answers.append(_plain(found))
        if not as_json:
            out.print(found.as_text() + "\n", markup=False)
    if as_json:
        show_json(answers if is_all else answers[0])


def in_order(packs: Iterable[policy.Pack]) -> list[policy.Pack]:
    """Each behind those it is decided after; between equals by area and id."""
    waiting = sorted(packs, key=lambda pack: (pack.area, pack.id))
    found: list[policy.Pack] = []
    while waiting:
        ids = {pack.id for pack in waiting}
        ready = [pack for pack in waiting if not ids & set(pack.after) - {pack.id}] or waiting[:1]
        found.append(ready[0])
        waiting.remove(ready[0])
    return found


def _load(folder: Path | None) -> list[policy.Pack]:
    folder = folder or programs_folder()
    vocabulary = policy.load_vocabulary(folder)
    return [policy.load_pack(path.parent, vocabulary) for path in policy.list_packs(folder)]


def _one(packs: list[policy.Pack], name: str, area: str) -> policy.Pack:
    prefix = area_prefix(area) if area else ""
    fits = [pack for pack in packs if pack.id == name and (not prefix or prefix.startswith(pack.area))]
    if not fits:
        raise NoSuchPack(name, nearest_word(name, [pack.id for pack in packs]), area)
    return max(fits, key=lambda pack: len(pack.area))


def _asking(packs: list[policy.Pack], subject: Subject, area: str) -> list[policy.Pack]:
    """Programmes that hold in the area and ask for something that is given."""
    prefix = area_prefix(area) if area else ""
    return [
        pack for pack in packs
        if pack.benefit and not pack.triggers and (not prefix or prefix.startswith(pack.area)) and any(name in subject.given for name in pack.facts)
    ]  # fmt: skip


def _subject(path: Path, packs: list[policy.Pack]) -> Subject:
    try:
        root = read_yaml(path, path.name)
    except BadFile as bad:
        raise policy.PackError([bad.problem]) from None
    table = root.table
    given = table["given"].table if "given" in table else {name: item for name, item in table.items() if name != "used"}
    facts = packs[0].vocabulary.facts
    unknown = [(name, nearest_word(name, facts)) for name in given if name not in facts]
    if unknown:
        raise policy.PackError(
            [
                root.fault(f"词汇表里没有事实 {name}。", f"The vocabulary has no fact {name}.", name, near)
                for name, near in unknown
            ]
        )
    return Subject(given, table["used"].table if "used" in table else {}, root)


def _explanation(
    pack: policy.Pack,
    subject: Subject,
    asof: date,
    area: str,
    overrides: Overrides | None,
    language: Literal["zh", "en"],
) -> policy.Explanation:
    reader = _CaseReader(pack)
    root = subject.root
    facts = reader._facts(
        Item(root.file, root.line, root.column, dict(subject.given), keys={name: root for name in subject.given})
    )
    if reader.problems:
        raise policy.PackError(reader.problems)
    caps = {cap.id for cap in pack.caps}
    used = {name: item.value for name, item in subject.used.items() if name in caps} if subject.used else None
    compiled = policy.compile_program(pack, asof=asof, area=area, overrides=overrides)
    return compiled.explain(facts, used=used, language=language)


def _plain(found: policy.Explanation) -> dict[str, object]:
    change = found.nearest_change
    return {
        "program": found.program,
        "title": found.title,
        "asof": found.asof,
        "area": found.area,
        "outcome": found.decision.outcome,
        "tier": found.decision.tier,
        "amount": found.decision.amount,
        "summary": found.summary,
        "rules": [
            {"kind": step.kind, "id": step.id, "truth": step.truth, "sentence": step.sentence, "clause": step.clause,
             "values": {value.name: value.value for value in step.values}}
            for step in found.steps if step.applies
        ],
        "lines": [{"id": line.id, "amount": line.amount, "sentence": line.sentence, "clause": line.clause} for line in found.lines],
        "needs_approval": list(found.decision.needs_approval),
        "missing": [{"fact": name, "title": title} for name, title in found.missing],
        "nearest_change": change and {"fact": change.fact, "value": change.value, "other": change.other, "outcome": change.outcome, "sentence": change.sentence},
        "content_hash": found.content_hash,
    }  # fmt: skip


# — page —


@programs.command("page")
@click.argument("names", metavar="[PACK]...", nargs=-1)
@click.option("--out", "folder_out", type=click.Path(file_okay=False, path_type=Path), required=True, metavar="DIR")
@click.option(
    "--day", type=click.DateTime(["%Y-%m-%d"]), help="按哪一天的数（默认今天）· numbers of that day; default today."
)
@_programs
@_parameters
@data_option
@json_option
@refusals_in_words
def programs_page(
    names: tuple[str, ...],
    folder_out: Path,
    day: Any,
    folder: Path | None,
    parameters: Path | None,
    data: Path | None,
    as_json: bool,
) -> None:
    """每个项目一页，中英文，自带样式，可放在任何网站 · a page a programme, Chinese and English, that stands alone.

    有 --data 时用部署里启用的规则和本地填报的数，否则用规则包文件夹 · with --data: what is installed there and its own values.
    """
    if data is None:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "niangjia.config.settings")
        import django

        django.setup()
    else:
        open_deployment(data)
    from niangjia.portals.design.static_pages import ToPublish, write_pages

    asof = day.date() if day else _today()
    folder = folder or programs_folder()
    if data is None:
        overrides = policy.load_parameters(parameters) if parameters else {}
        packs = [ToPublish(pack, overrides.get(pack.id, {}), {}) for pack in _load(folder)]
    else:
        from niangjia.apps.programs import published

        packs = [
            ToPublish(one.pack, one.overrides, published.known_of_area(area=one.pack.area, asof=asof))
            for one in published.list_published(asof=asof)
        ]
    ids = [one.pack.id for one in packs]
    for name in names:
        if name not in ids:
            raise NoSuchPack(name, nearest_word(name, ids), "")
    written = write_pages(packs, folder_out, asof=asof, wording=load_wording(folder), chosen=names)
    if as_json:
        show_json([str(path) for path in written])
    else:
        out.print(f"[green]✓[/] {len(written)} 页 · pages → {folder_out / 'index.html'}")


# — new —


@programs.command("new")
@click.option(
    "--answers", type=FILE, help="答案的 YAML 文件，不再提问 · a YAML file of the answers instead of questions."
)
@_programs
@json_option
@refusals_in_words
def programs_new(answers: Path | None, folder: Path | None, as_json: bool) -> None:
    """问几个问题，生成一个新项目的文件夹，马上能通过检查 · start a programme's folder from questions; it passes check at once."""
    folder = folder or programs_folder()
    vocabulary, wording = policy.load_vocabulary(folder), load_wording(folder)
    start = _start_of(answers, vocabulary) if answers else _asked(vocabulary)
    made = starting.start_pack(folder, start, vocabulary, wording)
    problems = [problem for problem in policy.check_folder(folder) if made.name in problem.file]
    if as_json:
        show_json({"folder": str(made), "problems": [str(problem) for problem in problems]})
    else:
        for problem in problems:
            err.print(f"[red]✗[/] {problem}")
        out.print(
            f"[green]✓[/] {made} 已建好，自带的例子通过 · made, its cases pass.\n"
            f"  下一步：对照文件改 program.yaml；然后 niangjia programs check、test、page · next: go through program.yaml with the paper."
        )
    sys.exit(1 if problems else 0)


def _start_of(path: Path, vocabulary: policy.Vocabulary) -> starting.Start:
    try:
        root = read_yaml(path, path.name)
    except BadFile as bad:
        raise policy.PackError([bad.problem]) from None
    reader = _AnswersReader(vocabulary)
    start = reader.start(root)
    if reader.problems:
        raise policy.PackError(reader.problems)
    return start


_HEAD = ("area", "place", "id", "title", "issuer", "source", "since", "rules")
_BODY = ("unit", "entry", "amount", "amount_clause", "of", "share", "times", "purpose")


class _AnswersReader(_CaseReader):
    """``answers.yaml``: the questions' answers by name; rules as ``{fact, at_least: 6, clause}``."""

    def __init__(self, vocabulary: policy.Vocabulary) -> None:
        super().__init__(None)  # type: ignore[arg-type]  # reads no case of a pack
        self.vocabulary = vocabulary

    def start(self, root: Item) -> starting.Start:
        table = self.table(root, required=_HEAD, optional=_BODY)
        title = self.bilingual(table.get("title"))
        since = table["since"].value if "since" in table else None
        if not isinstance(since, date):
            self.refuse(
                root.fault("since 应是日期，例如 2024-01-01。", "`since` is a day such as 2024-01-01.", "since")
            )
            since = date(2000, 1, 1)
        return starting.Start(
            area=self.word(table.get("area")), place=self.word(table.get("place")), id=self.word(table.get("id")),
            title_zh=title.get("zh", ""), title_en=title.get("en", ""), issuer=self.word(table.get("issuer")), source=self.word(table.get("source")),
            since=since, unit=self.word(table.get("unit")) or "person", entry=self.word(table.get("entry")) or "application",
            musts=tuple(self.must(item) for item in self.list(table.get("rules"))),
            amount=self.number(table.get("amount")), amount_clause=self.word(table.get("amount_clause")) if "amount_clause" in table else "",
            of=self.word(table.get("of")) if "of" in table else "", share=self.number(table.get("share")),
            times=int(self.number(table["times"]) or 0) if "times" in table else 1, purpose=self.word(table.get("purpose")) if "purpose" in table else "",
        )  # fmt: skip

    def must(self, item: Item) -> starting.Must:
        table = self.table(item, required=("fact",), optional=("at_least", "at_most", "among", "clause"))
        test = next((name for name in ("at_least", "at_most", "among") if name in table), "is")
        value: Decimal | tuple[str, ...] | None = None
        if test == "among":
            value = tuple(self.word(part) for part in self.list(table["among"]))
        elif test != "is":
            value = self.number(table[test])
        return starting.Must(
            self.word(table.get("fact")), test, value, self.word(table["clause"]) if "clause" in table else ""
        )

    def number(self, item: Item | None) -> Decimal | None:
        if item is None or item.value is None:
            return None
        if isinstance(item.value, bool) or not isinstance(item.value, int | Decimal):
            self.refuse(
                item.fault(
                    "这里应是数；文件没有写就留空。", "A number belongs here; leave it empty if the paper has none."
                )
            )
            return None
        return Decimal(item.value)


# the questions, one after the other


def _asked(vocabulary: policy.Vocabulary) -> starting.Start:
    out.print(
        "按回车用方括号里的默认值；文件没有写的数留空，以后由本地填 · Enter takes the default; leave empty what the paper does not say.\n"
    )
    area = click.prompt("区划代码，六位 · division code, six digits")
    place = click.prompt("地名拼音 · the place in letters")
    title_zh = click.prompt("项目名称（中文）· title in Chinese")
    title_en = click.prompt("项目名称（英文）· title in English")
    name = click.prompt("编号（小写英文和连字符）· id", default="-".join(title_en.lower().split())[:38])
    issuer = click.prompt("哪个工会发布 · issuing union")
    source = click.prompt("出处：文件名、文号、日期 · source")
    since = _day(click.prompt("从哪天起 · from which day", default=_today().isoformat()))
    units = {unit: one.title["zh"] for unit, one in vocabulary.units.items()}
    unit = click.prompt(f"按什么计（{'，'.join(f'{key}={title}' for key, title in units.items())}）· unit", default="person", type=click.Choice(list(units)), show_choices=False)  # fmt: skip
    entry = click.prompt("怎样开始 · how it starts（application 本人申请 · nomination 推荐 · roster 造册 · staff 工会办理）",
                         default="application", type=click.Choice(["application", "nomination", "roster", "staff"]), show_choices=False)  # fmt: skip
    musts: list[starting.Must] = []
    while not musts or click.confirm("再加一条规则 · another rule", default=False):
        musts.append(_must(vocabulary, unit))
    amount: Decimal | None
    share: Decimal | None = None
    of = ""
    if click.confirm("金额是固定的吗 · is the amount fixed", default=True):
        amount = _number("每次多少元（文件没写就留空）· yuan")
    else:
        of = _fact(vocabulary, unit, "按哪一笔钱的比例 · a share of which sum", kind="money").name
        share = _number("比例，40% 写 0.4 · share")
        amount = _number("最高多少元（没有就留空）· ceiling")
    clause = click.prompt("金额的出处 · clause of the amount", default="", show_default=False)
    times = click.prompt("一年最多几次，0=不限 · times a year, 0 = no cap", default=1, type=click.IntRange(0, 366))
    purpose = click.prompt("资金用途代码 · purpose of the fund", default=name)
    return starting.Start(area, place, name, title_zh, title_en, issuer, source, since, unit, entry, tuple(musts), amount, clause, of, share, times, purpose)  # fmt: skip


def _must(vocabulary: policy.Vocabulary, unit: str) -> starting.Must:
    fact = _fact(vocabulary, unit, "谁可以得到：要看哪个事实 · who may get it: which fact")
    value: Decimal | tuple[str, ...] | None = None
    test = "is"
    if fact.kind == "text":
        test = "among"
        typed = click.prompt(f"是其中哪些 · which of（{'、'.join(fact.values)}）")
        value = tuple(part for part in typed.replace("、", " ").replace(",", " ").split())
    elif fact.kind != "boolean":
        test = click.prompt(
            "至少还是至多 · at least or at most", type=click.Choice(["at_least", "at_most"]), default="at_least"
        )
        value = _number("多少（文件没写就留空）· how much")
    return starting.Must(
        fact.name, test, value, click.prompt("出处：第几条、原文 · clause", default="", show_default=False)
    )


def _fact(vocabulary: policy.Vocabulary, unit: str, ask: str, kind: str = "") -> policy.Fact:
    while True:
        typed = click.prompt(f"{ask}（名称，或名称里的几个字）")
        found = [
            fact
            for fact in starting.find_facts(vocabulary, unit, typed)
            if (not kind or fact.kind == kind) and fact.kind != "date"
        ]
        if len(found) == 1:
            out.print(f"  → {found[0].title['zh']} · {found[0].title['en']}（{found[0].name}）")
            return found[0]
        for fact in found[:15]:
            out.print(f"  {fact.name}  {fact.title['zh']} · {fact.title['en']}")
        out.print("  请写全名称 · write the whole name" if found else "  没有找到；先在 vocabulary/facts 里加上 · none; add it to vocabulary/facts first")  # fmt: skip


def _number(ask: str) -> Decimal | None:
    while True:
        typed = click.prompt(ask, default="", show_default=False)
        if not typed.strip():
            return None
        try:
            return Decimal(typed.replace(",", ""))
        except InvalidOperation:
            out.print("  请写一个数 · write a number")


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed.strip())
    except ValueError:
        raise starting.CannotStart(
            f"{typed} 不是日期，请写作 2024-01-01。", f"{typed} is not a day; write 2024-01-01."
        ) from None
