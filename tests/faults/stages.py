"""
What is killed: the month's work on a town of two thousand persons, stage by stage, each from a folder that the stage before left.

Runs in the worker's children only (`worker`): Django is set up on the deployment that the child was given.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
from collections import Counter
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from niangjia.kernel.deployment import Deployment
from niangjia.kernel.months import Month

MONTH = Month("2023-08")
NOW = datetime(2023, 9, 5, 8, 0, tzinfo=timezone(timedelta(hours=8)))
FEW = 24
SMALL_RUN = "small"
FEEDS_OF_A_SMALL_FOLDER = ("canvass", "member", "medical_settlement")
READ_AGAIN = ("registry.reveal_for_payment", "funds.export_batch")
"""Looks at the same thing: recorded each time, so a repeated stage has more of them."""


# --- stages ---


def land(deployment: Deployment) -> None:
    from niangjia.jobs import land_feeds

    reports = land_feeds.land(deployment, deployment.folder / "feeds" / str(MONTH), now=NOW, override="kill test")
    refused = [report.refused_en for report in reports if report.status == "refused"]
    assert not refused, refused


def sense(deployment: Deployment) -> None:
    from niangjia.jobs import sense_month

    sense_month.sense(deployment, MONTH, now=NOW)


def sense_only(deployment: Deployment) -> None:
    """The run's folder, and nothing of it in the database."""
    from niangjia.engines import sensing
    from niangjia.kernel.deployment import programs_folder

    pack, feeds = sensing.load_sensing_pack(programs_folder()), sensing.load_feeds(programs_folder())
    sensing.sense_month(
        lake=deployment.lake, runs=deployment.runs, month=MONTH, home=deployment.home, pack=pack, feeds=feeds
    )


def receive(deployment: Deployment) -> None:
    """The list of `FEW` households that `make_small_run` left, taken in: unions, standards, households, list, anchor."""
    from niangjia.engines.sensing import Run
    from niangjia.jobs import sense_month

    run = Run(MONTH, SMALL_RUN, deployment.runs / str(MONTH) / SMALL_RUN, "monthly", {}, True)
    sense_month.take_in(deployment, run, now=NOW)


def dispatch(deployment: Deployment) -> None:
    from niangjia.jobs import dispatch_month

    dispatch_month.dispatch(deployment, MONTH, viewer=_viewer("city"), now=NOW)


def pay(deployment: Deployment) -> None:
    """The bank's file, and the bank's answer: the first payment comes back, the others arrived."""
    from niangjia.apps.funds import actions as funds
    from niangjia.apps.funds import queries as money
    from niangjia.apps.funds.models import PaymentBatch
    from niangjia.jobs import pay as paying

    payer, batch_id = _viewer("payer"), PaymentBatch.objects.get().pk
    paying.export(deployment, batch_id, viewer=payer, now=NOW)
    funds.mark_sent(viewer=payer, batch_id=batch_id, now=NOW)
    answer = io.StringIO()
    writer = csv.writer(answer)
    writer.writerow(["参考号", "金额", "结果", "日期", "原因"])
    for place, line in enumerate(money.list_bank_lines(payer, batch_id)):
        outcome = ("退回", "2023-09-06", "户名不符") if place == 0 else ("成功", "2023-09-06", "")
        writer.writerow([line.reference, line.amount, *outcome])
    paying.receive(batch_id, answer.getvalue().encode(), viewer=payer, now=NOW)


# --- what must be there before a stage ---


def start(deployment: Deployment) -> None:
    """Tables, packs, and the month before landed."""
    from demo.town import generate
    from niangjia.cli.setup import prepare_database
    from niangjia.jobs import land_feeds

    prepare_database()
    feeds = deployment.folder / "feeds"
    report = generate(feeds, persons=2_000, first_month=MONTH, months=1, history_months=2, form="parquet")
    for month in report.history:
        land_feeds.land(deployment, feeds / month, now=NOW)


def make_small_run(deployment: Deployment) -> None:
    """`FEW` households of the month's list as a run of their own; the database knows neither unions nor list."""
    from niangjia.engines import sensing

    whole = sensing.official_run(deployment.runs, MONTH)
    folder = deployment.runs / str(MONTH) / SMALL_RUN
    folder.mkdir()
    signals = pq.read_table(whole / "signals.parquet").to_pylist()
    few = [row for row in signals if row["state"] == "NEW"][:FEW]
    keys = {row["household_key"] for row in few}
    schema = pq.read_schema(whole / "signals.parquet")
    pq.write_table(pa.Table.from_pylist(few, schema=schema), folder / "signals.parquet")
    members = pq.read_table(whole / "members.parquet")
    pq.write_table(
        members.filter(pa.compute.is_in(members["household_key"], pa.array(sorted(keys)))), folder / "members.parquet"
    )
    shutil.copy2(whole / "on_file.parquet", folder)
    manifest = json.loads((whole / "manifest.json").read_text(encoding="utf-8"))
    manifest["hashes"] = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    shutil.rmtree(whole)
    (folder.parent / "official").write_text(SMALL_RUN)


def make_small_folder(deployment: Deployment) -> None:
    """Of the month's folder only a few feeds."""
    for path in (deployment.folder / "feeds" / str(MONTH)).iterdir():
        if path.stem not in FEEDS_OF_A_SMALL_FOLDER:
            path.unlink()


def make_late_folder(deployment: Deployment) -> None:
    """A delivery for a month that has its list: the membership register once more, with one member less."""
    folder = deployment.folder / "feeds" / str(MONTH)
    for path in folder.iterdir():
        if path.stem == "member":
            members = pq.read_table(path)
            path.unlink()  # the copy that stays is another name of the same file
            pq.write_table(members.slice(1), path)
        else:
            path.unlink()


def release(deployment: Deployment) -> None:
    from niangjia.apps.accounts.types import Role
    from niangjia.apps.alerts import actions as alerts
    from niangjia.apps.alerts import queries as lists
    from niangjia.apps.organizations import queries as unions

    city = _hire("city", unions.find_city_union("330600000000").id, Role.CITY)
    alerts.draw_sample(viewer=city, month=MONTH, now=NOW)
    sample = [row.alert_id for row in lists.list_sample(city, MONTH)]
    alerts.record_sample(viewer=city, alert_ids=sample, is_right=True, now=NOW)
    alerts.release(viewer=city, month=MONTH, now=NOW)


def approve_payments(deployment: Deployment) -> None:
    """An approved batch of one grant a household of the list, for at most a hundred."""
    from niangjia.apps.accounts.types import Role
    from niangjia.apps.funds import actions as funds
    from niangjia.apps.organizations import queries as unions
    from niangjia.apps.registry import actions as registry
    from niangjia.apps.registry.models import HouseholdMember

    union = unions.find_city_union("330600000000")
    clerk, approver = _hire("clerk", union.id, Role.FINANCE), _hire("approver", union.id, Role.CITY)
    _hire("payer", union.id, Role.FINANCE)
    request = funds.open_budget(
        viewer=clerk,
        org_id=union.id,
        purpose="special-relief",
        year=2023,
        amount=Decimal("500000.00"),
        key="b",
        reason="kill test",
        now=NOW,
    )
    funds.approve_request(viewer=approver, request_id=request, now=NOW)
    heads: dict[int, int] = {}
    for home, person in HouseholdMember.objects.order_by("pk").values_list("household_id", "person_id"):
        heads.setdefault(home, person)
    for home, person in list(heads.items())[:100]:
        registry.set_bank_account(
            viewer=None, person_id=person, account=f"62170033{person:011d}", bank_name="（虚构）银行", now=NOW
        )
        held = funds.reserve(
            viewer=clerk, org_path=union.path, purpose="special-relief", year=2023, case_ref=f"kill:{home}", person_id=person,
            household_id=home, amount=Decimal("500.00"), now=NOW,
        )  # fmt: skip
        funds.approve(viewer=approver, reservation_id=held.id, now=NOW)
    batch = funds.prepare_batch(viewer=clerk, budget_id=held.budget_id, key="first", now=NOW)
    funds.approve_batch(viewer=approver, batch_id=batch.id, now=NOW)


def decide(deployment: Deployment) -> None:
    """One grant decided about a household of the list; a paper and a photo kept."""
    from niangjia.apps.cases.models import Case
    from niangjia.apps.files import actions as files
    from niangjia.apps.files.tests import pictures
    from niangjia.apps.files.types import Owner
    from niangjia.apps.programs import actions as programs
    from niangjia.apps.programs.types import Subject, SubjectKind
    from niangjia.apps.registry import queries as registry

    household = Case.objects.earliest("pk").household_id
    person = min(registry.members_of([household])[household])
    programs.decide(
        viewer=None, program="special-grant", subject=Subject(SubjectKind.PERSON, person), area="330624001000",
        asof=NOW.date(), facts={"verification_outcome": "V1"}, now=NOW,
    )  # fmt: skip
    for content in (pictures.pdf(), pictures.jpeg()):
        files.keep_file(viewer=_viewer("clerk"), owner=Owner("sample", "1"), part="papers", content=content, now=NOW)


def _hire(username: str, org_id: int, role):
    from niangjia.apps.accounts import actions as accounts

    account = accounts.create_account(
        viewer=None, username=username, name=f"{username}（虚构）", password=None, now=NOW
    )
    accounts.appoint(viewer=None, account_id=account, org_id=org_id, role=role, starts_on=date(2023, 1, 1), now=NOW)
    return _viewer(username)


def _viewer(username: str):
    from niangjia.apps.accounts import queries as posts
    from niangjia.apps.accounts.models import Post

    post = Post.objects.get(account__username=username)
    return posts.get_viewer(account_id=post.account_id, post_id=post.pk, today=NOW.date())


# --- what came of it ---


def result(deployment: Deployment) -> dict[str, object]:
    """
    Everything that a killed and repeated stage must share with one that was left alone. Rows are named by what they are and
    not by their ids, which PostgreSQL does not give out again after a rollback; which order got which number is nobody's promise.
    """
    from niangjia.apps.alerts.models import HardshipAlert, SensingRun
    from niangjia.apps.audit.models import AuditEvent
    from niangjia.apps.cases.models import Case, CaseAlert, CaseMove
    from niangjia.apps.funds.models import LedgerTransfer, Payment, PaymentBatch, Reservation
    from niangjia.apps.organizations.models import OrgUnit
    from niangjia.apps.programs.models import PackVersion, Standard
    from niangjia.apps.registry.models import Household, HouseholdMember, Membership, Person
    from niangjia.apps.workorders.models import WorkOrder, WorkOrderMove

    homes = dict(Household.objects.values_list("pk", "key"))
    subjects = {f"household:{pk}": key for pk, key in homes.items()}
    cases = {
        pk: f"{homes[home]} {month}" for pk, home, month in Case.objects.values_list("pk", "household_id", "month")
    }
    orders = {
        pk: f"{subjects.get(subject, subject)} {kind} {month}"
        for pk, subject, kind, month in WorkOrder.objects.values_list("pk", "subject_key", "kind", "month")
    }
    named: dict[str, dict[int, str]] = {
        "household": homes,
        "case": cases,
        "workorder": orders,
        "person": dict(Person.objects.values_list("pk", "pseudonym")),
        "run": {pk: f"{month} {kind}" for pk, month, kind in SensingRun.objects.values_list("pk", "month", "kind")},
        "payment": dict(Payment.objects.values_list("pk", "reference")),
        "reservation": dict(Reservation.objects.values_list("pk", "case_ref")),
    }
    org = {pk: code for pk, code in OrgUnit.objects.values_list("pk", "code")}
    parents = OrgUnit.objects.values_list("code", "parent__code", "state")
    rows = {
        "unions": parents,
        "standards": Standard.objects.values_list("area", "starts_on", "monthly"),
        "packs": PackVersion.objects.values_list("pack_id", "content_hash"),
        "households": Household.objects.values_list("key", "home__code"),
        "persons": Person.objects.values_list("pseudonym", "birth_date", "home__code"),
        "spells": HouseholdMember.objects.values_list("household__key", "person__pseudonym", "ends_before"),
        "memberships": Membership.objects.values_list("person__pseudonym", "union__code", "joined_on", "left_on"),
        "lists": SensingRun.objects.values_list("month", "kind", "list_hash", "state"),
        "alerts": HardshipAlert.objects.values_list(
            "household__key", "month", "state", "grade", "causes", "triggers", "org__code"
        ),
        "cases": [
            (cases[pk], state, orders.get(order))
            for pk, state, order in Case.objects.values_list("pk", "state", "work_order_id")
        ],
        "cases of alerts": [
            (cases.get(case), home, month, settlement)
            for case, home, month, settlement in CaseAlert.objects.values_list(
                "case_id", "alert__household__key", "alert__month", "settlement"
            )
        ],
        "case moves": [(cases[case], action) for case, action in CaseMove.objects.values_list("case_id", "action")],
        "orders": WorkOrder.objects.values_list("number"),
        "where orders lie": [
            (orders[pk], org[union], state, due)
            for pk, union, state, due in WorkOrder.objects.values_list("pk", "org_id", "state", "due_at")
        ],
        "order moves": [
            (orders[order], step, action, org.get(union))
            for order, step, action, union in WorkOrderMove.objects.values_list(
                "order_id", "step", "action", "to_org_id"
            )
        ],
        "batches": PaymentBatch.objects.values_list("number", "state", "total", "file_name", "file_sha256"),
        "payments": Payment.objects.values_list("reference", "amount", "state", "reservation__case_ref"),
        "reservations": Reservation.objects.values_list("case_ref", "amount", "state"),
        "transfers": LedgerTransfer.objects.values_list("key", "amount", "debit__kind", "credit__kind"),
        "audit": _acts(AuditEvent.objects.values_list("action", "object"), named),
    }
    tables = {name: sorted(str(row) for row in found) for name, found in rows.items()}
    counted = {
        name: f"{len(found)} {hashlib.sha256(chr(10).join(found).encode()).hexdigest()[:16]}"
        for name, found in tables.items()
    }
    return counted | {f"file {name}": digest for name, digest in _files(deployment).items()}


def _acts(events, named: dict[str, dict[int, str]]) -> list[tuple[str, str, int]]:
    def name(target: str) -> str:
        kind, _, pk = target.partition(":")
        return f"{kind}:{named[kind][int(pk)]}" if kind in named and pk.isdigit() else target

    counted = Counter((action, name(target)) for action, target in events)
    return [(action, target, 1 if action in READ_AGAIN else count) for (action, target), count in counted.items()]


def _files(deployment: Deployment) -> dict[str, str]:
    """Content of lake, runs and bank files; no lock, sealed file (it has a nonce) or run's own note of the time it took."""
    found = {}
    for place in ("lake", "runs", "bank"):
        for path in sorted((deployment.folder / place).rglob("*")):
            if path.is_file() and path.suffix != ".sealed" and path.name not in (".lock", "manifest.json"):
                found[str(path.relative_to(deployment.folder))] = _sha256(path)
    return found


def leftovers(deployment: Deployment) -> list[str]:
    """Parts and spill of runs that died."""
    return [
        str(path.relative_to(deployment.folder))
        for path in deployment.folder.rglob("*")
        if path.suffix == ".part" or path.name == "spill"
    ]


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
