"""A changed programme against the present one over the lake: the question put together, its process started, the answer read.

Reading only: the packs in force, the deployment's values and a fund's balance are read here and handed over as text; the simulation itself
has no database. Everything it writes lies in one folder of its own, ``simulations/<id>/`` of the deployment.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from django.utils import timezone

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts import queries as accounts
from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.funds import queries as funds
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations import scope
from niangjia.apps.programs import installed
from niangjia.apps.programs import queries as programs
from niangjia.apps.programs.types import PackCard
from niangjia.apps.registry import queries as registry
from niangjia.engines import policy, sensing, simulation
from niangjia.engines.policy.pack import Pack
from niangjia.engines.policy.parameters import Overrides, area_prefix, with_overrides
from niangjia.engines.simulation import Lake, Pair, Request, Result, Side
from niangjia.engines.simulation import working as simulating
from niangjia.engines.simulation.asked import as_text, files_of, read_typed
from niangjia.engines.simulation.run import NOT_DECIDING
from niangjia.engines.simulation.working import Work
from niangjia.jobs import operating
from niangjia.jobs.export_list import write_csv
from niangjia.kernel import working
from niangjia.kernel.deployment import Deployment, programs_folder
from niangjia.kernel.months import Month
from niangjia.kernel.problems import Refusal
from niangjia.kernel.working import Standing

INSTALLED = "INSTALLED"
_KEPT_FROM_THE_CHILD = ("NIANGJIA_DATABASE_URL", "NIANGJIA_PASSWORD")
_HOLDERS_OF_HOUSEHOLDS = ("household", "member")


class NoSuchSimulation(registry.NotFound):
    def __init__(self) -> None:
        Refusal.__init__(
            self,
            "没有这次模拟，或不在您的管辖范围内。",
            "There is no such simulation, or it is outside your part of the tree.",
        )


class NothingToSimulate(Refusal):
    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"{folder} 中没有可模拟的规则包（program.yaml）。请给出一个规则包文件夹，或整个 programs 文件夹。",
            f"{folder} holds no pack to simulate (program.yaml). Give a pack's folder, or a whole programs folder.",
        )


class NothingChanged(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "没有任何改动。请填写要试的参数，或提交改过的规则文本。",
            "Nothing is changed. Fill in a value to try, or hand in a changed text.",
        )


class OtherProgram(Refusal):
    def __init__(self, given: str, wanted: str) -> None:
        super().__init__(
            f"提交的规则文本是 {given}，不是 {wanted}。请提交同一项目的文本。",
            f"The text that was handed in is {given}, not {wanted}. Hand in a text of the same programme.",
        )


# — the question —


def lake_of(deployment: Deployment) -> Lake:
    return Lake(deployment.lake, programs_folder(), deployment.memory_limit, deployment.threads)


def of_folder(
    deployment: Deployment,
    folder: Path,
    *,
    month: Month,
    months: int = 1,
    against: str = INSTALLED,
    budget: Decimal | None = None,
    username: str = "",
    supposes: bool = False,
    suppositions: Mapping[str, str] | None = None,
    now: datetime,
) -> Request:
    """
    For the command line: every pack in `folder` (a pack, or a programs folder) against the installed versions, or against the same
    packs in the folder `against`. A programme that is not there yet is compared with nothing.

    Raises:
        NothingToSimulate, PackError.
        NotAllowed: `username` has no post that sees budgets.
    """
    viewer = officer(username, "funds.view", now=now) if username else operator_view()
    after = _packs_in(folder)
    before = {} if against == INSTALLED else {(pack.id, pack.area): side for pack, side in _packs_in(Path(against))}
    pairs = []
    for pack, side in after:
        former = (
            _installed_side(pack.id, pack.area, month.last_day)
            if against == INSTALLED
            else before.get((pack.id, pack.area))
        )
        pairs.append(_pair(former, replace(side, overrides=_filled(pack)), pack, budget, viewer, month))
    window = tuple(month.window(months))
    return Request(window, "", deployment.home, tuple(pairs), own_history(), supposes, dict(suppositions or {}))


def of_changes(
    deployment: Deployment,
    viewer: Viewer,
    *,
    card: PackCard,
    month: Month,
    months: int = 1,
    values: Mapping[str, str] | None = None,
    text: str = "",
    supposes: bool = False,
    now: datetime,
) -> Request:
    """
    For the console: the installed `card` against itself with other `values` (parameter → as typed) or with another `text`.

    Rows of the viewer's own division only.

    Raises:
        NotAllowed: permission programs.manage.
        NothingChanged, OtherProgram, PackError, UnfitChange.
    """
    permissions.require(viewer, "programs.manage")
    asof = _inside(card, month.last_day)
    before = _installed_side(card.pack_id, card.area, asof)
    if before is None:
        raise installed.NoPackHere(card.pack_id, card.area, asof)
    after = before
    if text.strip():
        files = {**before.files, "program.yaml": text}
        changed = simulation.load_text(files)
        if (changed.id, changed.area) != (card.pack_id, card.area):
            raise OtherProgram(f"{changed.id} {changed.area}", f"{card.pack_id} {card.area}")
        after = replace(before, files=files, label="text", overrides=_filled(changed))
    pack = after.pack()
    changes = {
        name: read_typed(pack.parameters[name], typed)
        for name, typed in (values or {}).items()
        if name in pack.parameters and typed.strip()
    }
    if not changes and after.pack().content_hash == before.pack().content_hash:
        raise NothingChanged
    after = replace(after, changes=changes)
    union = organizations.get_union(viewer.org_id)
    pair = _pair(before, after, pack, None, viewer, month)
    return Request(
        tuple(month.window(months)),
        area_prefix(union.area),
        deployment.home,
        (pair,),
        own_history(),
        supposes,
        {},
        viewer.org_path,
    )


def cards_in_force(area: str, month: Month, viewer: Viewer) -> list[PackCard]:
    """As `installed_sides`, without the deployment's values: two queries however many."""
    asof = month.last_day
    cards = [
        card
        for card in programs.list_packs(viewer)
        if _inside(card, asof) == asof and (card.area.startswith(area) or area.startswith(card.area))
    ]
    texts = dict(installed.PackVersion.objects.filter(pk__in=[card.id for card in cards]).values_list("pk", "files"))
    return [card for card in cards if simulation.load_text(texts[card.id]).entry not in NOT_DECIDING]


def installed_sides(area: str, month: Month, viewer: Viewer) -> list[tuple[PackCard, Side]]:
    """Every programme that decides, in force on the month's last day in some part of `area` (a prefix)."""
    sides = (
        (card, _installed_side(card.pack_id, card.area, month.last_day)) for card in cards_in_force(area, month, viewer)
    )
    return [(card, side) for card, side in sides if side is not None]


@dataclass(frozen=True)
class InForce:
    """A parameter that can be tried out: `value` in force in the pack's own area, as text; empty = none."""

    name: str
    kind: str
    unit: str
    say: Mapping[str, str]
    clause: str
    value: str


def parameters_in_force(card: PackCard, asof: date) -> list[InForce]:
    side = _installed_side(card.pack_id, card.area, _inside(card, asof))
    if side is None:
        return []
    pack = side.pack()
    filled = with_overrides(pack.parameters, side.overrides)
    return [
        InForce(
            one.name,
            one.kind,
            one.unit,
            one.say,
            one.clause,
            "" if (value := one.at(asof, card.area)) is None else as_text(value),
        )
        for one in filled.values()
    ]


def text_in_force(card: PackCard, asof: date) -> str:
    """The pack's own text, to be changed."""
    side = _installed_side(card.pack_id, card.area, _inside(card, asof))
    return side.files["program.yaml"] if side else ""


def _inside(card: PackCard, asof: date) -> date:
    """The day itself, or the nearest on which the version holds."""
    asof = max(filter(None, [asof, card.active_from]))
    return min(asof, date.fromordinal(card.active_until.toordinal() - 1)) if card.active_until else asof


def _installed_side(program: str, area: str, asof: date) -> Side | None:
    version = installed.find_version(program, area=area, asof=asof)
    if version is None or version.area != area:
        return None
    others = tuple(sorted({one for one in _areas_of(program) if one != area and one.startswith(area)}))
    return Side(dict(version.files), _filled(installed.pack_of(version)), {}, INSTALLED, others)


def _filled(pack: Pack) -> Overrides:
    """The deployment's approved values."""
    return cast(Overrides, installed.overrides(pack))


def _areas_of(program: str) -> set[str]:
    return set(installed.PackVersion.objects.filter(pack_id=program).values_list("area", flat=True))


def _packs_in(folder: Path) -> list[tuple[Pack, Side]]:
    """Raises NothingToSimulate, PackError."""
    folder = folder.resolve()
    paths = [folder / "program.yaml"] if (folder / "program.yaml").exists() else policy.list_packs(folder)
    found = []
    for path in paths:
        home = path.parent.parent.parent
        vocabulary = home if (home / "vocabulary" / "facts").is_dir() else programs_folder()
        side = Side(files_of(path.parent, vocabulary), label=path.parent.name)
        pack = side.pack()
        if pack.entry not in NOT_DECIDING or len(paths) == 1:
            found.append((pack, side))
    if not found:
        raise NothingToSimulate(folder)
    return found


def _pair(
    before: Side | None, after: Side, pack: Pack, budget: Decimal | None, viewer: Viewer | None, month: Month
) -> Pair:
    balance, source = (budget, "--budget") if budget is not None else _balance(viewer, pack, month)
    return Pair(before, after, balance, source)


def _balance(viewer: Viewer | None, pack: Pack, month: Month) -> tuple[Decimal | None, str]:
    """What is available in the year's budgets for the pack's purpose, in the viewer's part of the tree."""
    purpose = pack.fund.get("purpose", "")
    if viewer is None or not purpose or not permissions.may(viewer, "funds.view"):
        return None, ""
    found = funds.list_balances(viewer, year=month.year, purpose=purpose)
    return (sum((one.available for one in found), Decimal(0)), f"{purpose} {month.year}") if found else (None, "")


def own_history() -> sensing.OwnHistory:
    """What decides who is looked at, and with whom they live: withdrawn consents and households declared at a visit."""
    declared = tuple((one.key, one.pseudonyms) for one in registry.list_declared())
    return sensing.OwnHistory(opted_out=tuple(registry.list_optouts()), declared_households=declared)


def operator_view() -> Viewer | None:
    """Whoever holds the machine reads what an auditor of the whole tree may; null while there is no tree."""
    root = organizations.find_root()
    return Viewer(0, 0, operating.operator(), Role.AUDITOR, root.id, root.path) if root else None


def officer(username: str, *actions: str, now: datetime) -> Viewer:
    """The officer's first post that allows every one of `actions`. Raises NotAllowed: also for a name that nobody has."""
    account_id, today = accounts.find_account_id(username), timezone.localdate(now)
    for post in accounts.list_posts(account_id, today=today) if account_id else ():
        if all(permissions.allows(post.role, action) for action in actions):
            return accounts.get_viewer(account_id=post.account_id, post_id=post.id, today=today)
    raise permissions.NotAllowed(actions[0])


def months_with_people(deployment: Deployment) -> list[Month]:
    """Months for which households or members came, newest first: those that can be simulated."""
    reports = sensing.committed(deployment.lake)
    found = {report.month for report in reports if report.feed in _HOLDERS_OF_HOUSEHOLDS}
    found |= {
        path.parent.name for feed in _HOLDERS_OF_HOUSEHOLDS for path in (deployment.lake / "arrivals").glob(f"*/{feed}")
    }
    return sorted((Month(month) for month in found), reverse=True)


# — its process —


@dataclass(frozen=True)
class Simulation:
    """One simulation as a page lists it."""

    id: str
    request: Request
    standing: Standing
    result: Result | None

    @property
    def title(self) -> Mapping[str, str]:
        """Of its programme, or of the first of several."""
        if self.result is not None:
            return self.result.programs[0].title
        side = next((side for pair in self.request.pairs for side in pair.sides), None)
        try:
            return simulation.load_text(side.files).title if side else {}
        except policy.PackError:  # the vocabulary's rules have changed since
            return {}


def home_of(deployment: Deployment) -> Path:
    return deployment.folder / "simulations"


def prepare(deployment: Deployment, request: Request, *, kind: str = "compare", prefix: str = "") -> Path:
    """The question's folder, made if it is not there: the same question about the same lake has the same one."""
    lake = [(report.batch, report.content_hash) for report in sensing.committed(deployment.lake)]
    rules = hashlib.sha256(_rules().encode()).hexdigest()
    whole = json.dumps([request.fingerprint, lake, rules, kind])
    folder = home_of(deployment) / f"{prefix}{hashlib.sha256(whole.encode()).hexdigest()[:12]}"
    if not (folder / simulating.WORK).exists():
        folder.mkdir(parents=True, exist_ok=True)
        simulation.write_request(request, folder / simulating.REQUEST)
        Work(kind, lake_of(deployment)).write(folder)
    return folder


def _rules() -> str:
    """What else an answer hangs on: the lake's facts and sensing's own pack."""
    shipped = programs_folder()
    paths = [shipped / simulation.given.FILE, *sorted((shipped / "vocabulary" / "facts").glob("*.yaml"))]
    texts = [path.read_text(encoding="utf-8") for path in paths if path.exists()]
    return "\0".join([*texts, sensing.load_sensing_pack(shipped).content_hash])


def run(deployment: Deployment, request: Request, *, progress: Any = None) -> tuple[Path, Result]:
    """Here and now; what was simulated before is read."""
    folder = prepare(deployment, request)
    simulating.work(folder, progress=progress)
    return folder, simulation.read_result(folder / working.RESULT)


def start(deployment: Deployment, folder: Path) -> None:
    """In a process of its own, which goes on when this one ends. Safe to repeat: one that is done or running is left alone."""
    environment = {name: value for name, value in os.environ.items() if name not in _KEPT_FROM_THE_CHILD}
    working.launch(folder, "niangjia.engines.simulation", cwd=deployment.folder, environment=environment)


def start_simulation(deployment: Deployment, request: Request) -> str:
    folder = prepare(deployment, request)
    start(deployment, folder)
    return folder.name


def list_simulations(deployment: Deployment, viewer: Viewer) -> list[Simulation]:
    """Those that were asked in the viewer's part of the tree, newest first. Permission: programs.manage."""
    permissions.require(viewer, "programs.manage")
    folders = [path.parent for path in home_of(deployment).glob(f"*/{simulating.WORK}")]
    folders.sort(key=lambda folder: (folder / simulating.WORK).stat().st_mtime, reverse=True)
    found = (_read(folder) for folder in folders if simulating.read_work(folder).kind == "compare")
    return [one for one in found if scope.covers(viewer.org_path, one.request.asked_by)]


def get_simulation(deployment: Deployment, viewer: Viewer, simulation_id: str) -> Simulation:
    """Raises NotAllowed, NoSuchSimulation."""
    permissions.require(viewer, "programs.manage")
    folder = _folder(deployment, simulation_id)
    if folder is None or simulating.read_work(folder).kind != "compare":
        raise NoSuchSimulation
    found = _read(folder)
    if not scope.covers(viewer.org_path, found.request.asked_by):
        raise NoSuchSimulation
    return found


def stop(deployment: Deployment, viewer: Viewer, simulation_id: str) -> None:
    """Between two of its steps it ends. Raises NotAllowed, NoSuchSimulation."""
    found = get_simulation(deployment, viewer, simulation_id)
    if found.standing.state == "running":
        (home_of(deployment) / found.id / working.STOP).touch()


def restart(deployment: Deployment, viewer: Viewer, simulation_id: str) -> None:
    """One that failed, was stopped or was cut off begins again. Raises NotAllowed, NoSuchSimulation."""
    start(deployment, home_of(deployment) / get_simulation(deployment, viewer, simulation_id).id)


def _folder(deployment: Deployment, simulation_id: str) -> Path | None:
    folder = home_of(deployment) / simulation_id
    is_name = simulation_id.replace("-", "").isalnum() and simulation_id.isascii()
    return folder if is_name and (folder / simulating.WORK).exists() else None


def _read(folder: Path) -> Simulation:
    standing = working.standing(folder)
    result = simulation.read_result(folder / working.RESULT) if standing.state == "done" else None
    return Simulation(folder.name, simulation.read_request(folder / simulating.REQUEST), standing, result)


def write_tables(result: Result, folder: Path) -> list[Path]:
    """``result.json`` and the same as tables for a spreadsheet: counties, months, what is not known."""
    folder.mkdir(parents=True, exist_ok=True)
    simulation.write_result(result, folder / "result.json")
    tables = {"counties.csv": _county_rows(result), "unknown.csv": _gap_rows(result)}
    for name, rows in tables.items():
        with (folder / name).open("w", encoding="utf-8-sig", newline="") as file:
            write_csv(rows, file)
    return [folder / "result.json", *(folder / name for name in tables)]


_FIGURES = (
    "rows", "before_granted", "after_granted", "newly_in", "newly_out", "from_untold", "to_untold", "gainers", "losers", "before_yuan", "after_yuan", "gained_yuan",
    "lost_yuan", "after_untold", "untold_yuan", "without_parameter",
)  # fmt: skip


def _county_rows(result: Result) -> list[list[str]]:
    rows = [["program", "month", "county", *_FIGURES]]
    for one in result.programs:
        for month in one.months:
            for county, cell in month.counties.items():
                rows.append([one.program, month.month, county, *(str(getattr(cell, name)) for name in _FIGURES)])
    return rows


def _gap_rows(result: Result) -> list[list[str]]:
    rows = [["program", "fact", "rows", "alone"]]
    for one in result.programs:
        rows += [[one.program, gap.fact, str(gap.rows), str(gap.alone)] for gap in one.gaps]
    return rows


def sides_of(pairs: Iterable[tuple[PackCard, Side]]) -> Sequence[Pair]:
    """Each programme alone: nothing to compare it with."""
    return [Pair(None, side) for _, side in pairs]
