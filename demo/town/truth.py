"""What is known about the town beforehand: the stories planted and the number of every wart."""

from __future__ import annotations

import duckdb

from demo.town import divisions, stories, tables
from niangjia.kernel.months import Month

INVENTED = (
    "全部人物、身份证号、姓名、企业、工会、村（社区）代码、金额和标准均为虚构，仅县（市、区）和乡镇（街道）为真实名称。"
    " Every person, ID number, name, firm, union, village code, amount and standard is invented; only counties and towns are real."
)
TYPED_WARTS_IN = ("medical_settlement", "member", "vehicle", "real_estate")
TOLD_IN_FULL = 3_000  # stories; of larger towns the first ones only


def count_stories(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    return dict(
        connection.execute(
            "SELECT story, count(*) FROM story WHERE story <> 'wedding-bride' GROUP BY 1 ORDER BY 1"
        ).fetchall()
    )


def planted(connection: duckdb.DuckDBPyConnection, plan: tables.Plan) -> list[dict[str, object]]:
    """
    One entry per planted household: its story, household number, members, and what sensing must show in which live month.

    `triggers` are the least that must fire that month; `absent` means that the household is not active that month.
    """
    rows = connection.execute(
        "SELECT story.story, story.turn, any_value(household_no), list(id ORDER BY i), list(name ORDER BY i) FROM story JOIN person USING (h)"
        " WHERE story.story <> 'wedding-bride' GROUP BY h, story.story, story.turn ORDER BY h LIMIT ?",
        [TOLD_IN_FULL],
    ).fetchall()
    neighbour = divisions.read_city(plan.home).neighbour[:4]
    live = {month.index for month in plan.live}
    entries: list[dict[str, object]] = []
    for name, turn, household_no, ids, names in rows:
        story = stories.STORIES[name]
        expects = [
            told
            for expect in story.expects
            if turn + expect.month in live and (told := _expect(expect, turn, min(live), neighbour))
        ]
        entries.append(
            {
                "story": name,
                "zh": story.zh,
                "en": story.en,
                "turn": Month.from_index(turn).text,
                "household_no": household_no,
                "ids": ids,
                "names": names,
                "expects": expects,
            }
        )
    return entries


def _expect(expect: stories.Expect, turn: int, first: int, neighbour: str) -> dict[str, object] | None:
    """None when nothing can be said: whether a household stays or leaves is not seen in the first month that is sensed."""
    told: dict[str, object] = {"month": Month.from_index(turn + expect.month).text}
    for key in ("triggers", "state", "label", "suppressed", "absent"):
        value = getattr(expect, key)
        if value and not (value in ("EXITED", "CONTINUING") and turn + expect.month == first):
            told[key] = (
                list(value) if key == "triggers" else value.format(neighbour=neighbour) if key == "label" else value
            )
    return told if len(told) > 1 else None


def count_typed_warts(connection: duckdb.DuckDBPyConnection, query: str) -> dict[str, int]:
    """Warts of one feed and month that every form carries; the feed's SQL marks them in a column `wart` that is not written."""
    return dict(
        connection.execute(f"SELECT wart, count(*) FROM ({query}) WHERE wart IS NOT NULL GROUP BY 1").fetchall()
    )
