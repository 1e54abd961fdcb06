"""From this month's households and last month's list to states: NEW CONTINUING RETURNED EXITED HELD STALE."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from niangjia.engines.policy.pack import Trigger
from niangjia.engines.sensing.own import OwnHistory, Persons
from niangjia.engines.sensing.plan.steps import Workbench, text
from niangjia.kernel.months import Month

EMPTY_HISTORY = """SELECT NULL::VARCHAR AS household_key, NULL::VARCHAR AS first_month, NULL::VARCHAR AS first_active_month, false AS is_active,
    NULL::VARCHAR[] AS triggers, NULL::VARCHAR[] AS causes, NULL::VARCHAR AS grade, 0 AS stale_months, NULL::VARCHAR AS area WHERE false"""
EMPTY_MEMBERS = "SELECT NULL::VARCHAR AS household_key, NULL::UUID AS person WHERE false"


def load_history(bench: Workbench, folder: Path | None) -> None:
    """Tables: past (one row per household ever listed), past_member (its persons when last seen)."""
    past = f"SELECT * FROM read_parquet({text(folder / 'history.parquet')})" if folder else EMPTY_HISTORY
    members = f"SELECT * FROM read_parquet({text(folder / 'history_members.parquet')})" if folder else EMPTY_MEMBERS
    bench.make("past", "one row per household ever listed", past)
    bench.make("past_member", "one row per person and household ever listed", members)


def match(bench: Workbench, month: Month) -> None:
    """
    Table kept: one row per current household that is the same as one on an earlier list.

    Same = it shares most persons. A split household goes on as the part with most of its persons (tie: the one that still
    triggers, then the one that is sensed, then the smaller one, then that of the eldest); merged households go on as the one that
    brings most persons (tie: an active one, then the older case, then the smaller one, of which more has come, then that of the eldest).
    """
    bench.make(
        "shared",
        "one row per pair of an earlier and a current household with a person in common",
        """
        SELECT pm.household_key, p.household, count(*) AS persons, any_value(past.is_active) AS is_active, any_value(past.first_month) AS first_month, any_value(o.size) AS old_size, min(p.birth_date) AS eldest
        FROM past_member pm JOIN person p USING (person) JOIN past USING (household_key)
        JOIN (SELECT household_key, count(*) AS size FROM past_member GROUP BY household_key) o USING (household_key)
        GROUP BY pm.household_key, p.household""",
    )
    bench.make(
        "kept",
        "one row per current household that goes on under its key",
        """
        WITH heir AS (
            SELECT s.*, row_number() OVER (PARTITION BY household_key ORDER BY persons DESC, (h.household IS NOT NULL) DESC, (f.household IS NOT NULL) DESC, n.size, eldest, smallest) AS place
            FROM shared s LEFT JOIN hit h USING (household) LEFT JOIN fact f USING (household)
            JOIN (SELECT household, min(person) AS smallest, count(*) AS size FROM person
                  WHERE household IN (SELECT household FROM shared) GROUP BY household) n USING (household))
        SELECT household, household_key FROM (
            SELECT *, row_number() OVER (PARTITION BY household ORDER BY persons DESC, is_active DESC, first_month, old_size, eldest, household_key) AS rank
            FROM heir WHERE place = 1) WHERE rank = 1""",
    )
    bench.make(
        "keyed",
        "one row per household that triggers or goes on under a key",
        f"""
        SELECT c.household, coalesce(k.household_key, substr(sha256({text(month)} || n.smallest::VARCHAR), 1, 16)) AS household_key
        FROM (SELECT household FROM hit UNION SELECT household FROM kept) c
        JOIN (SELECT household, min(person) AS smallest FROM person
              WHERE household IN (SELECT household FROM hit UNION SELECT household FROM kept) GROUP BY household) n USING (household)
        LEFT JOIN kept k USING (household)""",
    )
    bench.drop("shared", "kept")


def own_persons(bench: Workbench, own: OwnHistory, month: Month, recent_months: int) -> None:
    """Table own_person: one row per person and mark of the house's own history (S-FILED, S-RECENT, S-PAID, S-OPTOUT, file-exit)."""
    bench.make(
        "own_person", "one row per person and mark of the house's own history", _own_sql(own, month, recent_months)
    )


def own_marks(bench: Workbench, change_share: str) -> None:
    """Table own_mark: S-FILED and S-RECENT only for the causes they were about, S-RECENT only while the figures are alike."""
    bench.make(
        "own_mark",
        "one row per household and mark",
        f"""
        WITH joined AS (SELECT p.household, o.* FROM own_person o JOIN person p ON p.person = o.person)
        SELECT household, mark FROM joined WHERE mark IN ('S-PAID', 'S-OPTOUT', 'file-exit') GROUP BY ALL
        UNION SELECT j.household, j.mark FROM joined j JOIN hit h USING (household) WHERE mark = 'S-FILED' AND list_has_any(h.causes, j.causes)
        UNION SELECT j.household, j.mark FROM joined j JOIN hit h USING (household) JOIN fact f USING (household)
        WHERE mark = 'S-RECENT' AND list_has_all(j.causes, h.causes)
          AND {_little_changed("f.household_income", "j.income", change_share)} AND {_little_changed("f.oop_net", "j.oop_net", change_share)}""",
    )


def _little_changed(now: str, then: str, share: str) -> str:
    return f"(({now} IS NULL AND {then} IS NULL) OR coalesce(abs({now} - {then}) < {share} * greatest(abs({then}), 0.01), false))"


def _own_sql(own: OwnHistory, month: Month, recent_months: int) -> str:
    rows: list[str] = []

    def add(
        mark: str, persons: Persons, causes: tuple[str, ...] = (), income: object = None, oop_net: object = None
    ) -> None:
        listed = "[" + ", ".join(text(cause) for cause in causes) + "]::VARCHAR[]"
        figures = ", ".join("NULL" if value is None else str(value) for value in (income, oop_net))
        rows.extend(f"({text(mark)}, {text(person)}::UUID, {listed}, {figures})" for person in persons)

    for file in own.open_files:
        add("S-FILED", file.persons, (file.cause,))
    for verified in own.not_in_hardship:
        if verified.verified_on > month.plus(-recent_months).last_day:
            add("S-RECENT", verified.persons, verified.causes, verified.income, verified.oop_net)
    for persons in own.paid_this_year:
        add("S-PAID", persons)
    for persons in own.file_exits:
        add("file-exit", persons)
    add("S-OPTOUT", own.opted_out)
    if not rows:
        return "SELECT NULL::VARCHAR AS mark, NULL::UUID AS person, NULL::VARCHAR[] AS causes, NULL::DECIMAL(16,2) AS income, NULL::DECIMAL(16,2) AS oop_net WHERE false"
    return f"""SELECT mark, person, causes, income::DECIMAL(16,2) AS income, oop_net::DECIMAL(16,2) AS oop_net
        FROM (VALUES {", ".join(rows)}) AS own(mark, person, causes, income, oop_net)"""


def states(bench: Workbench, came: frozenset[str], triggers: Iterable[Trigger], stale_months: int) -> None:
    """Table row_state: one row per row of the list, with its state and reasons."""
    pairs = [
        f"({text(trigger.id)}, {text(feed)}, {str(feed in trigger.needs).lower()})"
        for trigger in triggers
        for feed in sorted(({*trigger.needs} - came) or ({*trigger.unsure_without} - came))
    ]
    bench.make(
        "silent_feed",
        "one row per trigger and feed that did not come",
        f"SELECT * FROM (VALUES {', '.join(pairs)}) AS silent(trigger, feed, is_needed)"
        if pairs
        else "SELECT NULL::VARCHAR AS trigger, NULL::VARCHAR AS feed, false AS is_needed WHERE false",
    )
    bench.make(
        "waiting",
        "one row per formerly active household whose triggers wait for a feed",
        """
        SELECT household_key, list_sort(list(DISTINCT 'feed-missing:' || feed)) AS reasons
        FROM (SELECT household_key, unnest(triggers) AS trigger FROM past WHERE is_active) formerly JOIN silent_feed USING (trigger)
        WHERE is_needed OR EXISTS (SELECT 1 FROM undecided u WHERE u.household_key = formerly.household_key AND u.trigger = formerly.trigger)
        GROUP BY household_key""",
    )
    bench.make(
        "row_state",
        "one row per row of the list",
        f"""
        WITH everyone AS (
            SELECT coalesce(k.household_key, past.household_key) AS household_key, k.household,
                   h.household IS NOT NULL AS fires, coalesce(s.is_held, false) AS is_held,
                   coalesce(past.is_active, false) AS was_active, past.first_active_month IS NOT NULL AS was_ever_active,
                   coalesce(past.stale_months, 0) AS stale_months, f.household IS NOT NULL AS is_sensed, f.moved_to
            FROM keyed k FULL JOIN past ON past.household_key = k.household_key
            LEFT JOIN hit h ON h.household = k.household LEFT JOIN suppression s ON s.household = k.household
            LEFT JOIN fact f ON f.household = k.household),
        placed AS (
            SELECT e.*, EXISTS (SELECT 1 FROM own_mark o WHERE o.household = e.household AND o.mark = 'file-exit') AS has_file_exit,
                   NOT EXISTS (SELECT 1 FROM past_member pm WHERE pm.household_key = e.household_key AND pm.person NOT IN (SELECT person FROM dead)) AS is_dead,
                   EXISTS (SELECT 1 FROM past_member pm WHERE pm.household_key = e.household_key AND pm.person IN (SELECT person FROM person)) AS is_here
            FROM everyone e),
        judged AS (
            SELECT p.*, w.reasons AS waits_for,
                   CASE WHEN fires AND is_held THEN 'HELD'
                        WHEN fires AND was_active THEN 'CONTINUING'
                        WHEN fires AND was_ever_active THEN 'RETURNED'
                        WHEN fires THEN 'NEW'
                        -- A death, a move, a merger and a closed file are known; anything else may be the missing feed's silence.
                        WHEN was_active AND w.household_key IS NOT NULL AND stale_months < {stale_months}
                             AND household IS NOT NULL AND NOT is_dead AND NOT has_file_exit THEN 'STALE'
                        WHEN was_active THEN 'EXITED' END AS state
            FROM placed p LEFT JOIN waiting w USING (household_key))
        SELECT j.household_key, j.household, j.state, j.is_sensed,
               CASE WHEN state = 'STALE' THEN waits_for
                    WHEN state <> 'EXITED' THEN []
                    WHEN has_file_exit THEN ['file-exit']
                    WHEN is_dead THEN ['dead']
                    WHEN NOT is_here OR moved_to IS NOT NULL THEN ['moved']
                    WHEN household IS NULL OR NOT is_sensed THEN ['not-sensed']
                    ELSE ['threshold'] END::VARCHAR[] AS reasons
        FROM judged j WHERE state IS NOT NULL""",
    )
    bench.drop("silent_feed", "waiting", "undecided")


def keep_history(bench: Workbench, month: Month) -> None:
    """Tables for next month: future (one row per household ever listed), future_member (one row per person of these)."""
    bench.make(
        "future",
        "one row per household ever listed",
        f"""
        SELECT household_key, coalesce(past.first_month, {text(month)}) AS first_month,
               CASE WHEN s.state IN ('NEW', 'RETURNED', 'CONTINUING') THEN coalesce(past.first_active_month, {text(month)}) ELSE past.first_active_month END AS first_active_month,
               coalesce(s.state IN ('NEW', 'RETURNED', 'CONTINUING', 'STALE'), false) AS is_active,
               CASE WHEN s.state IN ('NEW', 'RETURNED', 'CONTINUING', 'HELD') THEN h.triggers ELSE past.triggers END AS triggers,
               CASE WHEN s.state IN ('NEW', 'RETURNED', 'CONTINUING', 'HELD') THEN h.causes ELSE past.causes END AS causes,
               CASE WHEN s.state IN ('NEW', 'RETURNED', 'CONTINUING', 'HELD') THEN h.grade ELSE past.grade END AS grade,
               CASE WHEN s.state = 'STALE' THEN coalesce(past.stale_months, 0) + 1 ELSE 0 END AS stale_months,
               coalesce(a.area, past.area) AS area
        FROM past FULL JOIN row_state s USING (household_key)
        LEFT JOIN hit h ON h.household = s.household LEFT JOIN household_area a ON a.household = s.household
        ORDER BY household_key""",
    )
    bench.make(
        "row_member",
        "one row per person of a row of the list",
        """
        SELECT s.household_key, p.person FROM row_state s JOIN person p USING (household) WHERE s.state <> 'EXITED' OR s.is_sensed
        UNION ALL SELECT s.household_key, pm.person FROM row_state s JOIN past_member pm USING (household_key)
        WHERE s.household IS NULL OR (s.state = 'EXITED' AND NOT s.is_sensed)
        ORDER BY household_key, person""",
    )
    bench.make(
        "future_member",
        "one row per person ever listed, with the household of the last list that had the person",
        """
        WITH today AS (SELECT s.household_key, p.person FROM row_state s JOIN person p USING (household) WHERE s.state <> 'EXITED' OR s.is_sensed)
        SELECT household_key, person FROM today
        UNION ALL SELECT household_key, person FROM past_member
        WHERE household_key NOT IN (SELECT household_key FROM today) AND person NOT IN (SELECT person FROM today)
        ORDER BY household_key, person""",
    )
