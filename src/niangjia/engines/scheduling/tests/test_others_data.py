"""Against what others reached: a short form here, all instances at sixty seconds each in ``benchmarks/scheduling.py``."""

from __future__ import annotations

import pytest

from niangjia.engines.scheduling import solve
from niangjia.engines.scheduling.tests import others_data

here = pytest.mark.skipif(
    not others_data.FOLDER.is_dir(), reason="the instances of others do not lie beside this checkout"
)


@here
@pytest.mark.parametrize("name", ["C201", "RC202"])
def test_a_hundred_visits_with_windows_are_within_five_percent_of_the_known_distance(name):
    problem, known = others_data.solomon(name)
    plan = solve(problem, seconds=60, idle_rounds=300)
    assert not plan.left_out
    assert plan.cost <= 10 * known * 105 / 100


@here
@pytest.mark.parametrize("name", ["InstanzCPLEX_HCSRP_10_1", "InstanzCPLEX_HCSRP_10_8"])
def test_home_care_with_double_visits_is_as_good_as_the_papers_solution(name):
    problem, known = others_data.home_care(name)
    plan = solve(problem, seconds=60)
    assert not plan.left_out and plan.is_best
    assert abs(plan.cost / known / 3 / others_data.THOUSAND - 1) <= 1 / others_data.THOUSAND
