"""Triggers, grade and suppression: the pack's rules over the facts."""

from __future__ import annotations

from collections.abc import Callable

from niangjia.engines.sensing.pack import Limits, SensingPack
from niangjia.engines.sensing.plan.steps import Workbench, text

ILLNESS_OR_DISASTER = "['因病', '因灾']"
REPORTED = "reported"
"""The cause of a trigger whose rows carry their own causes (the canvass)."""


def triggers(bench: Workbench, pack: SensingPack, sql: Callable[[str], str]) -> None:
    """Table hit: one row per household that triggers, with triggers, causes and grade before property."""
    marks = {trigger.id: trigger.name for trigger in pack.triggers}
    bench.make(
        "triggered",
        "one row per household that triggers: one column per trigger",
        f"""
        SELECT * FROM (SELECT household, {", ".join(f"(({sql(trigger.when.text)}) IS TRUE) AS {trigger.name}" for trigger in pack.triggers)} FROM fact)
        WHERE {" OR ".join(marks.values())}""",
    )
    _respect_optout(bench, pack)
    listed = " || ".join(f"CASE WHEN {column} THEN [{text(trigger)}] ELSE [] END" for trigger, column in marks.items())
    causes = " || ".join(
        f"CASE WHEN {trigger.name} THEN "
        + ("coalesce(f.canvass_causes, [])" if trigger.cause == REPORTED else f"[{text(trigger.cause)}]")
        + " ELSE [] END"
        for trigger in pack.triggers
    )
    bench.make(
        "cause",
        "one row per household that triggers",
        f"""
        SELECT t.*, list_sort({listed}) AS triggers, list_sort(list_distinct({causes})) AS causes
        FROM triggered t JOIN fact f USING (household)""",
    )
    grades = " ".join(
        f"WHEN ({sql(grade.when.text)}) IS TRUE THEN {text(grade.id)}" for grade in pack.grades if grade.when
    )
    property_sql = f"(({sql(pack.pack.property.text)}) IS TRUE)" if pack.pack.property else "false"
    last = next(grade.id for grade in pack.grades if not grade.when)
    order = [grade.id for grade in pack.grades]
    steps = " ".join(
        f"WHEN {text(grade)} THEN {text(order[min(place + 1, len(order) - 1)])}" for place, grade in enumerate(order)
    )
    bench.make(
        "hit",
        "one row per household that triggers",
        f"""
        WITH graded AS (
            SELECT household, area, triggers, causes, CASE {grades} ELSE {text(last)} END AS grade, {property_sql} AS needs_property_explanation
            FROM (SELECT f.*, c.* EXCLUDE (household), len(causes) AS cause_count, list_has_any(causes, {ILLNESS_OR_DISASTER}) AS has_illness_or_disaster
                  FROM cause c JOIN fact f USING (household)))
        SELECT household, area, triggers, causes, needs_property_explanation,
               CASE WHEN needs_property_explanation THEN CASE grade {steps} END ELSE grade END AS grade
        FROM graded""",
    )
    bench.drop("cause", "triggered")


def undecided(bench: Workbench, pack: SensingPack, sql: Callable[[str], str]) -> None:
    """Table undecided: one row per household that was active, and trigger whose condition cannot be told now."""
    listed = " || ".join(
        f"CASE WHEN ({sql(trigger.when.text)}) IS NULL THEN [{text(trigger.id)}] ELSE [] END"
        for trigger in pack.triggers
    )
    bench.make(
        "undecided",
        "one row per formerly active household and trigger that cannot be told",
        f"""
        SELECT household_key, unnest({listed}) AS trigger
        FROM (SELECT f.*, k.household_key FROM fact f JOIN keyed k USING (household) JOIN past USING (household_key) WHERE past.is_active)""",
    )


def _respect_optout(bench: Workbench, pack: SensingPack) -> None:
    """Who withdrew consent is not profiled: reported by a canvass, only the report counts."""
    reported = next((trigger.name for trigger in pack.triggers if trigger.cause == REPORTED), None)
    if reported is None:
        return
    others = ", ".join(f"{trigger.name} = false" for trigger in pack.triggers if trigger.name != reported)
    bench.connection.execute(f"""
        UPDATE triggered SET {others} WHERE {reported} AND household IN (
            SELECT household FROM person JOIN own_person USING (person) WHERE mark = 'S-OPTOUT')""")


def suppression(bench: Workbench, pack: SensingPack, limits: Limits, came: frozenset[str], province: str) -> None:
    """
    Table suppression: one row per household that triggers: suppress_code, labels, is_held, confidence.

    The first code that matches is shown; every label applies; only the codes of `feeds.md` make the row HELD.
    """
    uses = _confidence_sql(pack, came, limits.number("optional_feed_weight"))

    def marked(mark: str) -> str:
        return f"EXISTS (SELECT 1 FROM own_mark o WHERE o.household = h.household AND o.mark = {text(mark)})"

    reported = [f"h.triggers = [{text(trigger.id)}]" for trigger in pack.triggers if trigger.cause == REPORTED]
    reported_only = " OR ".join(reported) or "FALSE"
    bench.make(
        "suppression",
        "one row per household that triggers",
        f"""
        WITH tested AS (
            SELECT h.household, h.triggers, h.needs_property_explanation, f.moved_to, f.schemes, f.is_bereaved, f.has_unregistered_worker, f.has_no_standard,
                   f.is_every_worker_retired AS is_retired, {marked("S-FILED")} AS is_filed, {marked("S-PAID")} AS is_paid,
                   {marked("S-RECENT")} AS is_recent, {marked("S-OPTOUT")} AS is_opted_out, {uses} AS confidence, ({reported_only}) AS is_reported_only
            FROM hit h JOIN fact f USING (household))
        SELECT household, confidence,
               CASE WHEN moved_to IS NOT NULL THEN 'S-MOVED' WHEN is_retired THEN 'S-RETIRED' WHEN schemes IS NOT NULL THEN 'S-SCHEME'
                    WHEN is_filed THEN 'S-FILED' WHEN is_paid THEN 'S-PAID' WHEN is_recent THEN 'S-RECENT'
                    WHEN needs_property_explanation THEN 'S-PROP' WHEN is_opted_out THEN 'S-OPTOUT'
                    WHEN confidence < {limits.number("confidence_minimum")} THEN 'S-LOWCONF' END AS suppress_code,
               list_sort(
                   CASE WHEN needs_property_explanation THEN ['needs-property-explanation'] ELSE [] END
                   || coalesce(list_transform(schemes, lambda scheme: 'scheme:' || scheme), [])
                   || CASE WHEN starts_with(moved_to, {text(province)}) THEN ['transfer:' || moved_to] ELSE [] END
                   || CASE WHEN has_unregistered_worker THEN ['no-register'] ELSE [] END
                   || CASE WHEN is_bereaved AND list_contains(triggers, 'T-INC-1') THEN ['bereaved'] ELSE [] END
                   || CASE WHEN has_no_standard THEN ['no-standard'] ELSE [] END) AS labels,
               (moved_to IS NOT NULL AND NOT starts_with(moved_to, {text(province)})) OR is_retired OR is_filed OR is_recent
                   OR (is_opted_out AND NOT is_reported_only) OR confidence < {limits.number("confidence_minimum")} AS is_held
        FROM tested""",
    )


def _confidence_sql(pack: SensingPack, came: frozenset[str], optional: str) -> str:
    """
    Weight of the feeds that came over the weight of all that the fired triggers read: required 1, optional less.

    Registers that are carried forward from last month do not count: they are there.
    """
    present, whole = [], []
    for feed in sorted({feed for trigger in pack.triggers for feed in trigger.feeds}):
        weight = "CASE"
        if needing := [text(trigger.id) for trigger in pack.triggers if feed in trigger.needs]:
            weight += f" WHEN list_has_any(h.triggers, [{', '.join(needing)}]) THEN 1"
        if using := [text(trigger.id) for trigger in pack.triggers if feed in trigger.feeds]:
            weight += f" WHEN list_has_any(h.triggers, [{', '.join(using)}]) THEN {optional}"
        weight += " ELSE 0 END"
        whole.append(weight)
        if feed in came:
            present.append(weight)
    # Hundredths, half up, in whole numbers: a confidence is compared and shown, so it must be exact.
    have, all_of = (f"(({' + '.join(weights) or '0'})::DECIMAL(9,4) * 10000)::BIGINT" for weights in (present, whole))
    return f"((({have} * 200) // {all_of} + 1) // 2 * 0.01)::DECIMAL(4,2)"
