"""Medical cost per person, net of refunds: M1, M5, M6 of `sensing.md` §4 as `feeds.md` reads them."""

from __future__ import annotations

from niangjia.engines.sensing.plan.sources import Inputs, increment_sql, settled_sql
from niangjia.engines.sensing.plan.steps import Workbench, text

_SETTLEMENT = ["setl_id", "mdtrt_id", "person", "med_type", "refd_setl_flag", "psn_part_amt"]
_LOOK_BACK = 15  # M6 compares W12 with the W12 three months earlier


def build(bench: Workbench, inputs: Inputs, left_out: str, exact_above: str) -> None:
    """
    Tables left behind: medical (one row per patient), visit (person, largest net visit), orphan_refund, care_place.

    `left_out`: SQL list of med_type codes outside M1–M5. `exact_above`: visits are put together only for persons whose
    payments of the window reach this sum; for the others it is an upper bound of M5 that is below every threshold.
    """
    window = inputs.month.window(_LOOK_BACK)
    rows = settled_sql(inputs, "medical_settlement", window, _SETTLEMENT)
    _orphans(bench, inputs)
    counted = _counted(rows, left_out)
    bench.make(
        "medical",
        "one row per patient of T-14 … T",
        f"""
        SELECT person,
               sum(CASE WHEN back <= 11 THEN psn_part_amt ELSE 0 END)::DECIMAL(16,2) AS oop_total,
               sum(CASE WHEN back <= 11 AND NOT refd_setl_flag THEN psn_part_amt ELSE 0 END)::DECIMAL(16,2) AS oop_largest_bound,
               sum(CASE WHEN back <= 2 THEN psn_part_amt WHEN back >= 12 THEN -psn_part_amt ELSE 0 END)::DECIMAL(16,2) AS oop_jump
        FROM ({counted}) GROUP BY person""",
    )
    bench.make(
        "visit",
        "one row per patient who paid much in W12: the largest net visit",
        f"""
        SELECT person, greatest(0, max(net))::DECIMAL(16,2) AS oop_largest_visit FROM (
            SELECT person, coalesce(mdtrt_id, setl_id) AS visit, mdtrt_id IS NULL AS is_single, sum(psn_part_amt) AS net FROM ({counted})
            WHERE back <= 11 AND person IN (SELECT person FROM medical WHERE oop_largest_bound >= {exact_above}) GROUP BY ALL)
        GROUP BY person""",
    )
    _care_place(bench, inputs)


def visits_of(bench: Workbench, inputs: Inputs, left_out: str, persons: str) -> None:
    """Put the visits of `persons` (a SELECT) together too: the rows that are shown carry the exact figure."""
    rows = settled_sql(inputs, "medical_settlement", inputs.month.window(12), _SETTLEMENT)
    bench.make(
        "visit",
        "one row per patient who paid much or is on the list: the largest net visit",
        f"""
        SELECT * FROM visit WHERE person NOT IN ({persons}) UNION ALL
        SELECT person, greatest(0, max(net))::DECIMAL(16,2) FROM (
            SELECT person, coalesce(mdtrt_id, setl_id) AS visit, mdtrt_id IS NULL AS is_single, sum(psn_part_amt) AS net
            FROM ({_counted(rows, left_out)}) WHERE back <= 11 AND person IN ({persons}) GROUP BY ALL)
        GROUP BY person""",
    )


def _counted(rows: str, left_out: str) -> str:
    """Rows that count. Settlements apart from refunds, so that their keys, which are long texts, need not be read to sum them up."""
    kind = f"(med_type IS NULL OR med_type NOT IN ({left_out}))"
    return f"""SELECT * FROM ({rows}) WHERE NOT refd_setl_flag AND {kind}
        UNION ALL SELECT * FROM ({rows}) WHERE refd_setl_flag AND {kind} AND setl_id NOT IN (SELECT setl_id FROM orphan_refund)"""


def _orphans(bench: Workbench, inputs: Inputs) -> None:
    """A refund needs an earlier settlement of the same person and mdtrt_id, in any batch; tried again each run."""
    known = [month for month in inputs.increments.get("medical_settlement", {}) if month <= inputs.month]
    earlier = increment_sql(inputs, "medical_settlement", known, ["person", "mdtrt_id", "refd_setl_flag", "setl_time"])
    refunds = increment_sql(
        inputs,
        "medical_settlement",
        inputs.month.window(_LOOK_BACK),
        ["setl_id", "mdtrt_id", "person", "refd_setl_flag", "setl_time", "_seq", "_row"],
    )
    bench.make(
        "refund",
        "one row per refund of T-14 … T",
        f"""
        SELECT setl_id, mdtrt_id, person, arg_max(setl_time, (_seq, _row)) AS setl_time, max(_seq) AS _seq,
               arg_max(_row, (_seq, _row)) AS _row, arg_max(back, (_seq, _row)) AS back
        FROM ({refunds}) WHERE refd_setl_flag GROUP BY setl_id, mdtrt_id, person""",
    )
    bench.make(
        "orphan_refund",
        "one row per refund without its settlement",
        f"""
        SELECT * FROM refund r WHERE mdtrt_id IS NULL OR NOT EXISTS (
            SELECT 1 FROM (SELECT person, mdtrt_id, setl_time FROM ({earlier}) WHERE NOT refd_setl_flag
                           AND mdtrt_id IN (SELECT mdtrt_id FROM refund)) s
            WHERE s.person = r.person AND s.mdtrt_id = r.mdtrt_id AND s.setl_time <= r.setl_time)""",
    )
    bench.drop("refund")


def _care_place(bench: Workbench, inputs: Inputs) -> None:
    """Who is insured elsewhere, for S-MOVED. No area on the row = insured at home (the feed is the home bureau's)."""
    known = [month for month in inputs.increments.get("medical_settlement", {}) if month <= inputs.month]
    rows = settled_sql(inputs, "medical_settlement", known, ["person", "setl_time", "insu_admdvs", "_seq", "_row"])
    edge = f"DATE {text(inputs.month.plus(-2).first_day)}"
    at_home = "(insu_admdvs IS NULL OR starts_with(insu_admdvs, getvariable('home_city')))"
    bench.make(
        "care_place",
        "one row per patient insured elsewhere at some time: where now, and whether since T-2",
        f"""
        SELECT person, arg_max(left(insu_admdvs, 4), (setl_time, _seq, _row)) AS city_now,
               coalesce(arg_max(NOT {at_home}, (setl_time, _seq, _row)) FILTER (setl_time <= {edge}), false)
               AND NOT coalesce(bool_or({at_home}) FILTER (setl_time > {edge}), false) AS is_elsewhere
        FROM ({rows}) WHERE person IN (SELECT person FROM ({rows}) WHERE NOT {at_home}) GROUP BY person""",
    )
