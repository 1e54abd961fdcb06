"""
Pieces of work of one size to people, each piece to one who may take it, the loads as even as they can be.

Plain Python: this is a semi-matching. Each piece goes, along a path of exchanges, to the least loaded person that can be reached; that is
least of all assignments for every convex cost of the loads (Harvey, Ladner, Lovász, Tamir: Semi-matchings for bipartite graphs and load
balancing, 2006). A solver for assignment problems would want a column for each place at each desk, and another dependency.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping, Sequence


def balance(
    tasks: Sequence[int], loads: Mapping[int, int], barred: Mapping[int, Collection[int]] | None = None
) -> dict[int, int | None]:
    """
    Who takes each task, by task; None where everybody is barred.

    `loads`: what each person has already, in pieces; of two with the same load the one named first is taken. `barred`: by task, who may
    not take it. As many are placed as can be; the sum of the squared loads is the smallest there is. Two calls give the same.
    """
    closed = {task: set((barred or {}).get(task, ())) for task in tasks}
    load = dict(loads)
    rank = {person: place for place, person in enumerate(loads)}
    taken: dict[int, int | None] = {}
    held: dict[int, list[int]] = {person: [] for person in loads}
    for task in tasks:
        came_by: dict[int, int] = {}  # person → the task that would be handed to them
        queue = deque([task])
        seen = {task}
        while queue:
            moving = queue.popleft()
            for person in load:
                if person not in came_by and person not in closed[moving]:
                    came_by[person] = moving
                    queue.extend(other for other in held[person] if other not in seen)
                    seen.update(held[person])
        if not came_by:
            taken[task] = None
            continue
        chosen = person = min(came_by, key=lambda one: (load[one], rank[one]))
        load[chosen] += 1
        while True:  # hand along the path, from its end back to the new task
            moving = came_by[person]
            before = taken.get(moving)
            held[person].append(moving)
            taken[moving] = person
            if before is None:
                break
            held[before].remove(moving)
            person = before
    return taken
