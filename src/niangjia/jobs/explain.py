"""What a program says of one person in one month: the list's reasons, or a pack's rules, with the nearest change."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from niangjia.apps.audit import actions as audit
from niangjia.apps.programs import queries as programs
from niangjia.apps.programs.types import DecisionCard, Subject, SubjectKind
from niangjia.apps.registry import queries as registry
from niangjia.engines import sensing
from niangjia.jobs import operating
from niangjia.jobs.export_list import NoList
from niangjia.kernel.deployment import Deployment, programs_folder
from niangjia.kernel.identity import read_id_number
from niangjia.kernel.months import Month
from niangjia.kernel.problems import Refusal


class NotAPerson(Refusal):
    def __init__(self, text: str) -> None:
        super().__init__(
            f"“{text[:6]}…”不是身份证号，也不是 32 位假名。请核对。",
            f"{text[:6]!r}… is neither an ID number nor a pseudonym of 32 characters. Please check.",
        )


class NotOnThatList(Refusal):
    def __init__(self, month: Month) -> None:
        super().__init__(
            f"此人不在 {month} 的名单上：当月数据没有触发任何一条，或其家庭没有职工。",
            f"This person is not on the list of {month}: nothing fired, or the household has no worker.",
        )


@dataclass(frozen=True)
class Answer:
    """`lines` and `lines_en` are sentences in order; `figures` is the household's row of the list, null = UNKNOWN."""

    program: str
    month: Month
    outcome: str
    lines: tuple[str, ...]
    lines_en: tuple[str, ...]
    figures: dict[str, Any]


def explain(deployment: Deployment, person: str, program: str, month: Month, *, reason: str, now: datetime) -> Answer:
    """
    Explain `program` (a pack's id, the sensing pack's included) for `person` (ID number or pseudonym) in `month`.

    Logged with the reason, the person and the operator, also when the person is not on the list; the person can read it.

    Raises:
        ReasonMissing, NotAPerson, NoList, NotOnThatList.
        NoPackHere, MissingParameter, MissingStandard: the program cannot be asked there.
    """
    reason = operating.require_reason(reason)
    pseudonym = _pseudonym(deployment, person)
    folder = sensing.official_run(deployment.runs, month)
    if folder is None:
        raise NoList(month)
    row = _row_of(folder, pseudonym)
    person_id = registry.find_person_id(pseudonym)
    audit.record(
        None,
        action="programs.explain",
        object=f"person:{person_id}" if person_id else f"pseudonym:{pseudonym}",
        reason=reason,
        detail={
            "what": program,
            "month": str(month),
            "household": row["household_key"] if row else "",
            "operator": operating.operator(),
        },
        now=now,
    )
    if row is None:
        raise NotOnThatList(month)
    pack = sensing.load_sensing_pack(programs_folder())
    return _why_listed(pack, month, row) if program == pack.id else _what_program_says(program, month, row, pseudonym)


def in_words(answer: Answer) -> str:
    figures = "  ".join(f"{name}={'未知' if value is None else value}" for name, value in answer.figures.items())
    return "\n".join(
        [
            f"{answer.program} · {answer.month} · {answer.outcome}",
            *(f"  · {line}" for line in answer.lines),
            f"  {figures}",
            *(f"    {line}" for line in answer.lines_en),
        ]
    )


def _pseudonym(deployment: Deployment, person: str) -> str:
    if re.fullmatch(r"[0-9a-fA-F]{32}", person.replace("-", "")):
        return person.replace("-", "").lower()
    number = read_id_number(person)
    if number is None:
        raise NotAPerson(person)
    return deployment.keys().pseudonym_of(number)


def _row_of(folder: Path, pseudonym: str) -> dict[str, Any] | None:
    members = pq.read_table(folder / "members.parquet").to_pylist()
    keys = [row["household_key"] for row in members if sensing.pseudonym_text(row["person"]) == pseudonym]
    if not keys:
        return None
    signals = pq.read_table(folder / "signals.parquet")
    rows = signals.filter(pc.is_in(signals["household_key"], pc.cast(keys, signals["household_key"].type))).to_pylist()
    return next((row for row in rows if row["state"] != "EXITED"), rows[0] if rows else None)


_FIGURES = ("I2", "I3", "I4", "I5", "M4", "M5", "size", "students", "dis_grade", "months_uninsured", "confidence")
_FACT_OF = {"oop_net": "M4", "oop_max_stay": "M5", "household_income": "I2", "months_uninsured": "months_uninsured"}


def _figures(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in _FIGURES}


def _why_listed(pack: sensing.SensingPack, month: Month, row: dict[str, Any]) -> Answer:
    fired = [trigger for trigger in (row["triggers"] or "").split("|") if trigger]

    def words(language: str) -> tuple[str, ...]:
        said = [f"{trigger}：{_filled(pack.says[trigger][language], row)}" for trigger in fired]
        said += [
            word
            for word in (row["suppress_code"], *(row["labels"] or "").split("|"), *(row["reasons"] or "").split("|"))
            if word
        ]
        return tuple(said)

    return Answer(
        pack.id, month, f"{row['state']} {row['grade'] or ''}".strip(), words("zh"), words("en"), _figures(row)
    )


def _filled(sentence: str, row: dict[str, Any]) -> str:
    return re.sub(r"\{(\w+)\}", lambda match: str(row.get(_FACT_OF.get(match[1], ""), "…")), sentence)


def _what_program_says(program: str, month: Month, row: dict[str, Any], pseudonym: str) -> Answer:
    """The decision that was made, if one was; else what the program says to what sensing knows: the rest are questions to ask."""
    for card in _decisions(pseudonym, row["household_key"]):
        if card.pack_id == program:
            outcome = f"{card.outcome.value} {card.tier} {card.amount if card.amount is not None else ''}".strip()
            return Answer(
                program,
                month,
                outcome,
                tuple(line.zh for line in card.trace),
                tuple(line.en for line in card.trace),
                _figures(row),
            )
    facts = {"household_size": row["size"], "income_12m": row["I2"], "medical_own_cost_12m": row["M4"]}
    said = programs.explain(program, area=row["area"] or "", asof=month.last_day, facts=facts)
    zh, en = (tuple(said[language].as_text().splitlines()) for language in ("zh", "en"))
    return Answer(program, month, said["zh"].decision.outcome, zh, en, _figures(row))


def _decisions(pseudonym: str, household_key: str) -> list[DecisionCard]:
    person_id, household_id = registry.find_person_id(pseudonym), registry.find_household_id(household_key)
    found = programs.list_decisions_about(Subject(SubjectKind.PERSON, person_id)) if person_id else []
    return found + (programs.list_decisions_about(Subject(SubjectKind.HOUSEHOLD, household_id)) if household_id else [])
