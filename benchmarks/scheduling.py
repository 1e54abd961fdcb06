"""Plans against what others reached: Solomon's routes and home care of 10 and 25 patients, `--seconds` for each."""

from __future__ import annotations

import argparse
import time
from decimal import Decimal

from niangjia.engines.scheduling import solve
from niangjia.engines.scheduling.tests import others_data


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seconds", type=int, default=60)
    asked.add_argument("--threads", type=int, default=2)
    asked.add_argument(
        "names", nargs="*", help="instances; none = all of Solomon's that have a known distance, and all of 10 patients"
    )
    given = asked.parse_args()
    names = given.names or [*others_data.solomon_names(), *others_data.home_care_names(10)]
    for name in names:
        is_route = name in others_data.solomon_names()
        problem, known = others_data.solomon(name) if is_route else others_data.home_care(name)
        started = time.perf_counter()
        plan = solve(problem, seconds=given.seconds, threads=given.threads, idle_rounds=10**9)
        cost = Decimal(plan.cost) / (10 if is_route else 3 * others_data.THOUSAND)
        print(
            f"{name:24} known {known:9.2f} ours {cost:9.2f} {100 * (cost / known - 1):+6.2f} % left out {len(plan.left_out)} "
            f"{'best' if plan.is_best else '    '} {time.perf_counter() - started:5.1f} s",
            flush=True,
        )


if __name__ == "__main__":
    main()
