"""
Faults that must be found out, called in a child.

Those of the product take away one thing that it rests on, before it works: the harness must find them. Those of a finished
deployment are done behind the product's back, as by a hand on the server or a dying disk: `niangjia verify` must tell them.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from contextlib import closing, nullcontext
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from niangjia.kernel.deployment import Deployment

# --- the product's ---


class _NoTransaction:
    def atomic(self, *args, **kwargs):
        return nullcontext()


def dispatch_in_no_transaction() -> None:
    """A case, its order and its history are written one after the other, each for good at once."""
    from niangjia.apps.cases.actions import opening
    from niangjia.apps.workorders.actions import dispatching

    opening.transaction = dispatching.transaction = _NoTransaction()


def files_written_in_place() -> None:
    """What should be there whole or not at all is written under its own name, in two halves."""
    from niangjia.engines.sensing.landing import storage

    def write(path, content):
        storage.make_folder(path.parent)
        with open(path, "wb") as handle:
            handle.write(content[: len(content) // 2])
            handle.flush()
            os.fsync(handle.fileno())
            handle.write(content[len(content) // 2 :])

    storage.write = write


# --- a finished deployment's ---


def a_payment_line_is_deleted(deployment: Deployment) -> None:
    _sql(deployment, "DELETE FROM funds_payment WHERE id = (SELECT max(id) FROM funds_payment)")


def a_payment_is_raised(deployment: Deployment) -> None:
    _sql(deployment, "UPDATE funds_payment SET amount = amount + 1 WHERE id = (SELECT max(id) FROM funds_payment)")


def a_transfer_is_deleted(deployment: Deployment) -> None:
    _sql(deployment, "DELETE FROM funds_ledgertransfer WHERE id = (SELECT max(id) FROM funds_ledgertransfer)")


def a_bank_file_is_altered(deployment: Deployment) -> None:
    (path,) = (deployment.folder / "bank").iterdir()
    path.write_bytes(path.read_bytes().replace(b"500.00", b"900.00", 1))


def a_bank_file_belongs_to_no_batch(deployment: Deployment) -> None:
    (path,) = (deployment.folder / "bank").iterdir()
    shutil.copy(path, path.with_name("FF2023089999.csv"))


def an_order_lies_at_a_union_that_is_not_there(deployment: Deployment) -> None:
    _sql(
        deployment,
        "UPDATE workorders_workorder SET org_id = 999999 WHERE id = (SELECT max(id) FROM workorders_workorder)",
        """UPDATE workorders_workordermove SET to_org_id = 999999
           WHERE order_id = (SELECT max(id) FROM workorders_workorder)
           AND step = (SELECT step FROM workorders_workorder ORDER BY id DESC LIMIT 1)""",
    )


def an_orders_history_loses_a_move(deployment: Deployment) -> None:
    _sql(
        deployment,
        "DELETE FROM workorders_workordermove WHERE order_id = (SELECT max(id) FROM workorders_workorder) AND step = 1",
    )


def a_case_is_deleted(deployment: Deployment) -> None:
    case = "(SELECT max(id) FROM cases_case)"
    _sql(
        deployment,
        *(f"DELETE FROM {table} WHERE case_id = {case}" for table in ("cases_casemove", "cases_casealert")),
        f"DELETE FROM cases_case WHERE id = {case}",
    )


def a_decisions_pack_has_an_unknown_hash(deployment: Deployment) -> None:
    _sql(
        deployment,
        "UPDATE programs_packversion SET content_hash = replace(content_hash, substr(content_hash, 1, 8), '00000000') "
        "WHERE id IN (SELECT version_id FROM programs_decision)",
    )


def a_decisions_pack_is_deleted(deployment: Deployment) -> None:
    _sql(deployment, "DELETE FROM programs_packversion WHERE id IN (SELECT version_id FROM programs_decision)")


def a_decision_is_altered(deployment: Deployment) -> None:
    _sql(deployment, "UPDATE programs_decision SET outcome = 'REFUSED', amount = NULL, tier = ''")


def a_decisions_facts_are_altered(deployment: Deployment) -> None:
    _sql(deployment, "UPDATE programs_decision SET facts = replace(facts, 'V1', 'V2')")


def an_alert_is_graded_anew(deployment: Deployment) -> None:
    _sql(
        deployment,
        "UPDATE alerts_hardshipalert SET grade = 'RED' WHERE id = (SELECT max(id) FROM alerts_hardshipalert WHERE grade <> 'RED')",
    )


def an_alert_is_deleted(deployment: Deployment) -> None:
    _sql(deployment, "DELETE FROM alerts_hardshipalert WHERE id = (SELECT max(id) FROM alerts_hardshipalert)")


def a_persons_account_is_anothers(deployment: Deployment) -> None:
    first, last = (f"(SELECT {which}(id) FROM registry_person WHERE bank_account <> '')" for which in ("min", "max"))
    _sql(
        deployment,
        f"""UPDATE registry_person SET (bank_account, bank_account_blind) =
            (SELECT bank_account, bank_account_blind FROM registry_person WHERE id = {first}) WHERE id = {last}""",
    )


def the_audits_end_is_cut(deployment: Deployment) -> None:
    """From the last anchor on; what came after it would be missed only until the next one, ten minutes later."""
    last = json.loads((deployment.folder / "audit-anchors.jsonl").read_text(encoding="utf-8").splitlines()[-1])["seq"]
    _sql(
        deployment,
        f"DELETE FROM audit_auditevent WHERE seq >= {last}",
        f"UPDATE audit_audithead SET seq = {last} - 1, hash = (SELECT hash FROM audit_auditevent WHERE seq = {last} - 1)",
    )


def the_anchors_are_removed(deployment: Deployment) -> None:
    (deployment.folder / "audit-anchors.jsonl").unlink()


def pages_of_the_database_are_zeroed(deployment: Deployment) -> None:
    with closing(sqlite3.connect(deployment.folder / "db.sqlite3")) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = database.execute("PRAGMA page_size").fetchone()
        (root,) = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'audit_auditevent'").fetchone()
    with open(deployment.folder / "db.sqlite3", "r+b") as file:
        file.seek((root - 1) * page)
        file.write(bytes(page))


def a_photo_is_altered(deployment: Deployment) -> None:
    path = _kept_files(deployment)[0]
    _replace(path, path.read_bytes()[:-1] + b"x")


def a_photo_is_removed(deployment: Deployment) -> None:
    _kept_files(deployment)[0].unlink()


def two_photos_are_exchanged(deployment: Deployment) -> None:
    first, second = _kept_files(deployment)
    content = [path.read_bytes() for path in (second, first)]
    for path, others in zip((first, second), content, strict=True):
        _replace(path, others)


def a_photo_loses_its_row(deployment: Deployment) -> None:
    for path in _kept_files(deployment):
        os.utime(path, (0, 0))  # long ago: no upload is under way
    _sql(deployment, "DELETE FROM files_file WHERE id = (SELECT max(id) FROM files_file)")


def a_photos_row_is_altered(deployment: Deployment) -> None:
    _sql(deployment, "UPDATE files_file SET digest = replace(digest, substr(digest, 1, 8), '00000000')")


def a_visits_photo_belongs_to_no_visit(deployment: Deployment) -> None:
    _sql(deployment, "UPDATE files_file SET owner_kind = 'visit'")


def a_lake_file_is_truncated(deployment: Deployment) -> None:
    path = _lake_file(deployment)
    content = path.read_bytes()
    _replace(path, content[: len(content) // 2])


def a_lake_file_has_another_amount(deployment: Deployment) -> None:
    path = _lake_file(deployment)
    table = pq.read_table(path)
    place = table.column_names.index("psn_part_amt")
    doubled = pa.compute.multiply(table.column(place), 2).cast(table.schema.field(place).type)
    path.unlink()  # another name of the same file is the copy's origin
    pq.write_table(table.set_column(place, "psn_part_amt", doubled), path, compression="snappy")


def a_batch_is_taken_out_of_the_lake(deployment: Deployment) -> None:
    batch = _lake_file(deployment).stem
    for path in [*deployment.lake.rglob(f"{batch}.*")]:
        path.unlink()


def the_names_of_a_batch_are_removed(deployment: Deployment) -> None:
    next(iter(sorted((deployment.lake / "vault").iterdir()))).unlink()


def a_batch_report_is_torn(deployment: Deployment) -> None:
    path = deployment.lake / "batches" / f"{_lake_file(deployment).stem}.json"
    _replace(path, path.read_bytes()[:100])


def a_runs_signals_are_anothers(deployment: Deployment) -> None:
    """And its manifest says so: whoever replaces the one replaces the other."""
    (folder,) = (path.parent for path in deployment.runs.rglob("signals.parquet"))
    signals = pq.read_table(folder / "signals.parquet")
    (folder / "signals.parquet").unlink()
    pq.write_table(signals.take(list(range(signals.num_rows))[::-1]), folder / "signals.parquet")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["hashes"]["signals.parquet"] = hashlib.sha256((folder / "signals.parquet").read_bytes()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def a_runs_signals_are_replaced(deployment: Deployment) -> None:
    (path,) = deployment.runs.rglob("signals.parquet")
    signals = pq.read_table(path)
    path.unlink()
    pq.write_table(signals.slice(1), path)


def a_runs_manifest_is_torn(deployment: Deployment) -> None:
    (path,) = deployment.runs.rglob("manifest.json")
    _replace(path, path.read_bytes()[:100])


def a_run_is_removed(deployment: Deployment) -> None:
    (path,) = deployment.runs.rglob("manifest.json")
    shutil.rmtree(path.parents[1])


def _sql(deployment: Deployment, *statements: str) -> None:
    """Past triggers and foreign keys, which hold nobody who has the file; each statement must find a row."""
    with closing(sqlite3.connect(deployment.folder / "db.sqlite3", isolation_level=None)) as database:
        database.execute("PRAGMA foreign_keys=OFF")
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            assert database.execute(statement).rowcount, f"nothing to damage: {statement}"


def _lake_file(deployment: Deployment) -> Path:
    """Settlements of the month, not of the last batch."""
    return next(iter(sorted(deployment.lake.glob("medical_settlement/month=*/*.parquet"))))


def _replace(path: Path, content: bytes) -> None:
    path.unlink()
    path.write_bytes(content)


def _kept_files(deployment: Deployment) -> list[Path]:
    return sorted(path for path in (deployment.folder / "files").rglob("*") if path.is_file())
