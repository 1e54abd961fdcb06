"""What matters that were done count for, as a target reads it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from niangjia.apps.matters.tests import begun
from niangjia.apps.targets import queries as targets
from niangjia.engines import counting
from niangjia.jobs import rollup
from niangjia.kernel.deployment import Deployment


def test_workers_covered_by_agreements_are_counted_for_their_target(db, tmp_path: Path):
    place, offered = begun.build(), {"offered_on": "2023-11-01", "offer_topics": ["skill_grade_pay"]}
    for employer, workers in (("轴承公司", "186"), ("丝绸公司", "14")):
        card = place.open(place.town.grassroots, "skill-pay-bargaining", bargaining_employer=employer, **offered)
        card = place.act(place.town.grassroots, card, "agreed", employer_reply="同意")
        signed = {"agreement_signed_on": "2023-11-05", "covered_workers": workers}
        place.act(place.town.county, place.act(place.town.grassroots, card, "signed", **signed), "filed")
    deployment = Deployment.create(tmp_path / "data", "330600", is_demo=True, name="虚构")
    assert rollup.make(deployment, now=place.now)["tally"] == 4
    read, programme = rollup.open_newest(deployment), targets.get_programme("workforce-reform-2022")
    assert isinstance(read, counting.Rollup)
    measures = {one.id: targets.measure_of(programme, one) for one in programme.indicators if one.counts}
    span = {"within": place.town["X"].id, "since": date(2023, 1, 1), "until": date(2023, 12, 31)}
    found = {name: int(read.figure(one, **span).value or 0) for name, one in measures.items()}
    assert (found["agreements"], found["covered"], found["firms"], found["passed"]) == (2, 200, 0, 0)
