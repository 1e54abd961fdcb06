"""Asks Z3 whether some input makes claims true, within a time limit: yes with one such input, no, or not answered."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import z3

from niangjia.engines.policy.expressions.types import Kind
from niangjia.engines.policy.prove.reading import Reading
from niangjia.engines.policy.prove.translate import Day, Formula, Term, Variable, is_true

Status = Literal["yes", "no", "unanswered"]

# For making an example rounder than Z3's own: a question that needs longer is left as it is, and so is what remains of an example.
_MOMENT_MS = 100
_PATIENCE_SECONDS = 1


@dataclass(frozen=True)
class Answer:
    """`model`: of "yes", the input that Z3 found."""

    status: Status
    model: Any = None
    solver: Any = None


def ask(readings: Sequence[Reading], claims: Iterable[Formula], *, limit_ms: int) -> Answer:
    """Is there an input, inside every domain, that makes all claims true?"""
    solver = z3.Solver()
    solver.set("timeout", limit_ms)
    for reading in readings:
        solver.add(*reading.constraints)
    solver.add(*claims)
    found = solver.check()
    if found == z3.sat:
        return Answer("yes", solver.model(), solver)
    return Answer("no" if found == z3.unsat else "unanswered")


def number_in(model: Any, value: Any) -> int:
    return int(model.eval(value, model_completion=True).as_long())


def truth_in(model: Any, formula: Formula) -> bool:
    return formula if isinstance(formula, bool) else z3.is_true(model.eval(formula, model_completion=True))


def whole_in(model: Any, term: Term) -> int | None:
    """The integer that the term has in the model, None where it is unknown."""
    return number_in(model, term.value) if truth_in(model, term.known) else None


def three_valued(model: Any, term: Term) -> bool | None:
    return truth_in(model, term.value) if truth_in(model, term.known) else None


def value_in(model: Any, variable: Variable, texts: Callable[[int], str], scale: int = 0) -> object:
    """An input as people and cases write it."""
    if not truth_in(model, variable.term.known):
        return None
    value = variable.term.value
    if isinstance(value, Day):
        month = number_in(model, value.month)
        return date(month // 12, month % 12 + 1, number_in(model, value.day))
    if variable.kind is Kind.BOOLEAN:
        return truth_in(model, value)
    if variable.kind is Kind.TEXT:
        return texts(number_in(model, value))
    whole = number_in(model, value)
    return Decimal(whole).scaleb(-scale) if scale else whole


def rounder(answer: Answer, wishes: Sequence[tuple[Variable, Sequence[Formula]]]) -> Any:
    """
    Another model of the same claims, in which as many inputs as possible have the first wish that can be had.

    Z3's own examples are right but look odd (83,838.17); an officer reads 60,000 more easily.
    """
    solver, kept, model = answer.solver, list[Formula](), answer.model
    solver.set("timeout", _MOMENT_MS)
    patient_until = time.perf_counter() + _PATIENCE_SECONDS
    for _, formulas in wishes:
        for formula in formulas if time.perf_counter() < patient_until else ():
            if isinstance(formula, bool):
                continue
            if truth_in(model, formula) or solver.check(*kept, formula) == z3.sat:
                if not truth_in(model, formula):
                    model = solver.model()
                kept.append(formula)
                break
    return model


__all__ = [
    "Answer",
    "Status",
    "ask",
    "is_true",
    "number_in",
    "rounder",
    "three_valued",
    "truth_in",
    "value_in",
    "whole_in",
]
