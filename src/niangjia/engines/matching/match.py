"""
The best matching as a flow of least cost through needs and helpers, each pair an arc that is used at most once.

Where there are more pairs than fit, each need's and each helper's best are taken first; the flow then tells which of the others would have
been worth it. Those are taken in and it flows anew, until none is: the matching is the best of all pairs, though few were looked at
together. What the others still promise after the last round is the gap.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from niangjia.engines.matching.points import Flags, Ints, Points, Weights
from niangjia.engines.matching.types import Helper, Matching, Need, Pair, Unfilled, Why

FIRST_ARCS = 600_000
ROUNDS = 8
FAR = 1 << 40


def match(
    needs: Sequence[Need],
    helpers: Sequence[Helper],
    weights: Weights = Weights(),
    *,
    fixed: Collection[tuple[str, str]] = (),
    barred: Collection[tuple[str, str]] = (),
    first_arcs: int = FIRST_ARCS,
    told: Callable[[float], None] = lambda share: None,
) -> Matching:
    """
    Of all ways to send helpers to needs one that places most, and of those the one with most points.

    `fixed` pairs (need, helper) stay whatever they score and take their seats first; `barred` pairs never are. Two calls give the same.
    """
    rows, columns = (
        {one.name: row for row, one in enumerate(needs)},
        {one.name: column for column, one in enumerate(helpers)},
    )
    points = Points(helpers, weights)
    wanted, free = (
        np.array([one.seats for one in needs], dtype=np.int64),
        np.array([one.seats for one in helpers], dtype=np.int64),
    )
    held = [(rows[need], columns[helper]) for need, helper in sorted(set(fixed))]
    for row, column in held:
        wanted[row], free[column] = max(0, wanted[row] - 1), max(0, free[column] - 1)
    closed = {(rows[need], columns[helper]) for need, helper in barred} | set(held)
    gain = _gains(needs, points, wanted, free, closed, told)
    chosen, bound = _best_flow(gain, wanted, free, first_arcs, told)
    pairs = [_pair(points, needs, row, column, is_fixed=True) for row, column in held]
    pairs += [_pair(points, needs, row, column, is_fixed=False) for row, column in chosen]
    score = sum(int(gain[pair]) for pair in chosen)
    taken = {name: 0 for name in rows}
    for pair in pairs:
        taken[pair.need] += 1
    unfilled = tuple(
        Unfilled(need.name, need.seats - taken[need.name], _why(points, need, gain[rows[need.name]]))
        for need in needs
        if taken[need.name] < need.seats
    )
    return Matching(tuple(pairs), unfilled, score, bound)


def _gains(
    needs: Sequence[Need],
    points: Points,
    wanted: Ints,
    free: Ints,
    closed: set[tuple[int, int]],
    told: Callable[[float], None],
) -> Ints:
    """Need by helper: the points with those for being placed at all; 0 = this pair cannot be."""
    table = np.zeros((len(needs), len(points.helpers)), dtype=np.int64)
    for row, need in enumerate(needs):
        able, parts = points.parts(need)
        table[row] = np.where(able, np.maximum(1, points.weights.placed + sum(parts.values())), 0)
        if row % 100 == 0:
            told(row / len(needs) / 2)
    for row, column in closed:
        table[row, column] = 0
    table[wanted == 0, :] = 0
    table[:, free == 0] = 0
    return table


def _best_flow(
    gain: Ints, wanted: Ints, free: Ints, first_arcs: int, told: Callable[[float], None]
) -> tuple[list[tuple[int, int]], int]:
    """The pairs, and a bound on what any pairs gain."""
    taken_in = _promising(gain, first_arcs)
    chosen, gap = np.empty((0, 2), dtype=np.int64), 0
    for turn in range(ROUNDS):
        rows, columns = np.nonzero(taken_in)
        used = _flow(gain, rows, columns, wanted, free)
        chosen = np.stack([rows[used], columns[used]], axis=1)
        to_need, to_helper = _distances(gain, rows, columns, used, wanted, free)
        promise = np.where(taken_in | (gain == 0), 0, np.maximum(0, gain - to_need[:, None] + to_helper[None, :]))
        gap = int(promise.sum())
        told(0.5 + (turn + 1) / ROUNDS / 2)
        if not gap:
            break
        taken_in |= promise > 0
    gained = int(gain[chosen[:, 0], chosen[:, 1]].sum())
    return [(int(row), int(column)) for row, column in chosen], gained + gap


def _promising(gain: Ints, most: int) -> Flags:
    """Each need's and each helper's best pairs, about `most` in all."""
    possible = gain > 0
    if int(possible.sum()) <= most:
        return possible
    kept = np.zeros(gain.shape, dtype=bool)
    for axis in (0, 1):
        each = min(gain.shape[axis], max(1, most // 2 // gain.shape[1 - axis]))
        best = np.argpartition(-gain, each - 1, axis=axis).take(range(each), axis=axis)
        np.put_along_axis(kept, best, True, axis=axis)
    return kept & possible


def _flow(gain: Ints, rows: Ints, columns: Ints, wanted: Ints, free: Ints) -> Flags:
    """Which of the arcs carry a pair."""
    needs, helpers = len(wanted), len(free)
    source, sink = needs + helpers, needs + helpers + 1
    flow = SimpleMinCostFlow()
    ones = np.ones(len(rows), dtype=np.int64)
    arcs = flow.add_arcs_with_capacity_and_unit_cost(rows, needs + columns, ones, -gain[rows, columns].astype(np.int64))
    flow.add_arcs_with_capacity_and_unit_cost(
        np.full(needs, source), np.arange(needs), wanted, np.zeros(needs, np.int64)
    )
    flow.add_arcs_with_capacity_and_unit_cost(
        needs + np.arange(helpers), np.full(helpers, sink), free, np.zeros(helpers, np.int64)
    )
    total = int(wanted.sum())
    flow.add_arc_with_capacity_and_unit_cost(source, sink, total, 0)
    flow.set_node_supply(source, total)
    flow.set_node_supply(sink, -total)
    status = flow.solve()
    assert status == flow.OPTIMAL, f"a flow that may go past everything ended as {status}"
    return flow.flows(arcs) > 0


def _distances(gain: Ints, rows: Ints, columns: Ints, used: Flags, wanted: Ints, free: Ints) -> tuple[Ints, Ints]:
    """
    How cheaply each need and each helper is reached by changing the flow, from its source (Bellman and Ford): in a best flow no way is
    shorter than these, so an arc that was left aside is worth taking in only where it makes one shorter.
    """
    gains = gain[rows, columns].astype(np.int64)
    filled, busy = np.bincount(rows[used], minlength=len(wanted)), np.bincount(columns[used], minlength=len(free))
    to_need = np.where(filled < wanted, 0, FAR)
    to_helper = np.full(len(free), FAR, dtype=np.int64)
    to_sink = 0
    while True:
        before = to_need.copy(), to_helper.copy(), to_sink
        np.minimum.at(to_helper, columns[~used], to_need[rows[~used]] - gains[~used])
        np.minimum.at(to_need, rows[used], to_helper[columns[used]] + gains[used])
        to_sink = min(to_sink, int(to_helper[busy < free].min(initial=FAR)))
        to_helper = np.where(busy > 0, np.minimum(to_helper, to_sink), to_helper)
        if to_sink == before[2] and (to_need == before[0]).all() and (to_helper == before[1]).all():
            return to_need, np.where(to_helper >= FAR // 2, to_sink, to_helper)


def _pair(points: Points, needs: Sequence[Need], row: int, column: int, *, is_fixed: bool) -> Pair:
    _, parts = points.parts(needs[row])
    told = {part: int(values[column]) for part, values in parts.items()}
    return Pair(needs[row].name, points.helpers[column].name, sum(told.values()), told, is_fixed)


def _why(points: Points, need: Need, gains: Ints) -> Why:
    return Why.TAKEN if (gains > 0).any() else points.why_nobody(need)
