"""The monthly list: taken in whole, looked at, released, and never overwritten."""

from __future__ import annotations

import time
from datetime import timedelta
from decimal import Decimal

import pytest

from niangjia.apps.accounts.permissions import NotAllowed
from niangjia.apps.alerts import actions as alerts
from niangjia.apps.alerts import queries, wording
from niangjia.apps.alerts.models import HardshipAlert, SensingRun
from niangjia.apps.alerts.types import AlertFilter, RunInfo, RunKind, RunState, SignalRow
from niangjia.apps.audit import queries as audit_queries
from niangjia.apps.programs.tests import town
from niangjia.kernel.months import Month

OCTOBER, NOVEMBER = Month("2023-10"), Month("2023-11")
SAYS = {"T-ILL-2": {"zh": "医疗自付 {oop_net} 元，收入 {household_income} 元", "en": "Own medical cost {oop_net}"}}
pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return town.build()


def signal(place, household_id, state="NEW", union="XG", **more) -> SignalRow:
    values = {
        "grade": "ORANGE",
        "causes": ("因病",),
        "triggers": ("T-ILL-2",),
        "M4": Decimal("23500.005"),
        "size": 2,
    } | more
    if state == "EXITED":
        values |= {"causes": (), "triggers": (), "grade": "", "reasons": ("threshold",)}
    return SignalRow(household_id=household_id, org_id=place[union].id, area=place[union].area, state=state, **values)


def receive(rows, month=OCTOBER, *, content="a", kind=RunKind.MONTHLY, announced=None, **more):
    rows = list(rows)
    info = RunInfo(
        month=month,
        run_id=f"{month}-{content}-{kind}",
        manifest_hash="m" * 64,
        list_hash=content * 64,
        row_count=len(rows) if announced is None else announced,
        kind=kind,
        says=SAYS,
    )
    return alerts.receive_run(viewer=None, run=info, rows=rows, now=town.NOW, **more)


def release(place, month=OCTOBER, viewer=None):
    viewer = viewer or place.city
    alerts.draw_sample(viewer=viewer, month=month, now=town.NOW)
    ids = list(queries.list_sample(viewer, month).values_list("alert_id", flat=True))
    alerts.record_sample(viewer=viewer, alert_ids=ids, is_right=True, now=town.NOW)
    return alerts.release(viewer=viewer, month=month, now=town.NOW)


def homes(place, count, union="XG", start=1):
    return [home for home, _ in town.households(list(range(start, start + count)), place[union]).values()]


def test_a_list_taken_in_twice_stands_once(place):
    rows = [signal(place, home) for home in homes(place, 3)]
    first = receive(rows)
    assert receive(rows) == first
    assert HardshipAlert.objects.count() == 3
    assert len(audit_queries.list_about(f"run:{first.id}")) == 1


def test_a_list_whose_taking_in_was_cut_off_is_seen_by_nobody_and_goes_on_where_it_stopped(place, monkeypatch):
    monkeypatch.setattr(alerts, "CHUNK", 2)
    rows = [signal(place, home) for home in homes(place, 5)]

    def cut(done):
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        receive(rows, progress=cut)
    assert HardshipAlert.objects.count() == 4
    assert queries.list_alerts(place.city, AlertFilter()).count() == 0
    assert [breach.rule for breach in queries.verify()] == ["INV 8"]
    assert receive(rows).state == RunState.RECEIVED
    assert queries.list_alerts(place.city, AlertFilter()).count() == 5
    assert queries.verify() == []


def test_half_a_list_that_nobody_saw_gives_way_to_the_repeated_run(place, monkeypatch):
    monkeypatch.setattr(alerts, "CHUNK", 1)
    rows = [signal(place, home) for home in homes(place, 2)]

    def cut(done):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        receive(rows, progress=cut)
    receive(rows[1:], content="b")
    assert list(HardshipAlert.objects.values_list("household_id", flat=True)) == [rows[1].household_id]


def test_fewer_rows_than_announced_are_refused_and_not_shown(place):
    with pytest.raises(alerts.ListIncomplete):
        receive([signal(place, home) for home in homes(place, 2)], announced=3)
    assert queries.list_alerts(place.city, AlertFilter()).count() == 0


def test_a_second_list_of_one_month_with_other_content_is_refused(place):
    receive([signal(place, home) for home in homes(place, 2)])
    with pytest.raises(alerts.TwoListsOfOneMonth, match="2023-10"):
        receive([signal(place, homes(place, 1, start=9)[0])], content="b")
    assert HardshipAlert.objects.count() == 2


def test_a_correction_is_kept_as_differences_and_changes_nothing(place):
    first, second, third = homes(place, 3)
    receive([signal(place, first), signal(place, second)])
    release(place)
    before = list(HardshipAlert.objects.order_by("pk").values())
    card = receive([signal(place, first, grade="RED"), signal(place, third)], content="b", kind=RunKind.CORRECTION)
    assert card.kind is RunKind.CORRECTION
    assert list(HardshipAlert.objects.order_by("pk").values()) == before
    found = {row.household_id: row.kind for row in queries.list_differences(place.city, OCTOBER)}
    assert found == {first: "CHANGED", second: "REMOVED", third: "ADDED"}
    assert queries.list_differences(place.county, OCTOBER) == queries.list_differences(place.city, OCTOBER)
    assert alerts.release_correction(viewer=place.city, month=OCTOBER, now=town.NOW) == 1
    assert alerts.release_correction(viewer=place.city, month=OCTOBER, now=town.NOW) == 0


def test_a_correction_of_a_month_without_a_list_is_refused(place):
    with pytest.raises(queries.NoListYet):
        receive([signal(place, homes(place, 1)[0])], kind=RunKind.CORRECTION)


def test_the_grade_is_compared_with_the_list_before(place):
    one, two, three, four = homes(place, 4)
    receive(
        [signal(place, one, grade="ORANGE"), signal(place, two, grade="RED"), signal(place, three), signal(place, four)]
    )
    receive(
        [
            signal(place, one, "CONTINUING", grade="RED"),
            signal(place, two, "CONTINUING", grade="YELLOW"),
            signal(place, three, "CONTINUING", grade="ORANGE"),
            signal(place, four, "EXITED"),
        ],
        NOVEMBER,
    )
    changes = dict(HardshipAlert.objects.filter(month="2023-11").values_list("household_id", "change"))
    assert changes == {one: "ESCALATED", two: "EASED", three: "SAME", four: ""}
    counts = queries.count_states(place.city, NOVEMBER)
    assert counts.by_state["CONTINUING"] == 3 and counts.by_state["EXITED"] == 1 and counts.active == 3
    assert counts.by_change == {"ESCALATED": 1, "EASED": 1, "SAME": 1}


def test_the_balance_of_a_list_holds_and_a_wrong_one_is_told(place):
    one, two, three, four = homes(place, 4)
    receive([signal(place, one), signal(place, two), signal(place, three)])
    receive(
        [
            signal(place, one, "CONTINUING"),
            signal(place, two, "EXITED"),
            signal(place, three, "HELD", suppress_code="S-FILED"),
            signal(place, four, "RETURNED"),
        ],
        NOVEMBER,
    )
    balance = queries.list_invariant(NOVEMBER)
    assert balance.holds and (balance.active_before, balance.active_to_held, balance.active_now) == (3, 1, 2)
    assert queries.verify() == []
    HardshipAlert.objects.filter(household_id=four).update(state="EXITED")
    assert [breach.rule for breach in queries.verify()] == ["LIST"]


def test_the_balance_a_union_reads_counts_its_own_part_and_what_moved(place):
    """Another union's numbers are none of its business, and they would not add up beside its own."""
    one, two, three, four = homes(place, 4)
    receive([signal(place, one), signal(place, two), signal(place, three, union="YG")])
    receive(
        [
            signal(place, one, "CONTINUING"),
            signal(place, two, "CONTINUING", union="YG"),
            signal(place, three, "CONTINUING", union="XG"),
            signal(place, four, union="YG"),
        ],
        NOVEMBER,
    )
    release(place, NOVEMBER)
    whole = queries.balance_of(place.city, NOVEMBER)
    assert (whole.active_before, whole.new, whole.came, whole.went, whole.active_now) == (3, 1, 0, 0, 4)
    own = queries.balance_of(place.county, NOVEMBER)
    assert own.holds and (own.active_before, own.new, own.came, own.went, own.active_now) == (2, 0, 1, 1, 2)


def test_the_sample_is_thirty_or_five_percent_and_can_be_drawn_again_by_its_seed(place):
    receive([signal(place, home) for home in homes(place, 700)])
    assert alerts.draw_sample(viewer=place.city, month=OCTOBER, now=town.NOW) == 35
    drawn = set(queries.list_sample(place.city, OCTOBER).values_list("alert_id", flat=True))
    assert alerts.draw_sample(viewer=place.city, month=OCTOBER, now=town.NOW, seed="another") == 35
    assert drawn == set(queries.list_sample(place.city, OCTOBER).values_list("alert_id", flat=True))
    assert SensingRun.objects.get().sample_seed == "a" * 64


def test_a_short_list_is_looked_at_whole(place):
    receive([signal(place, home) for home in homes(place, 7)])
    assert alerts.draw_sample(viewer=place.city, month=OCTOBER, now=town.NOW) == 7


def test_nothing_is_released_before_the_sample_was_looked_at(place):
    receive([signal(place, home) for home in homes(place, 3)])
    with pytest.raises(alerts.SampleNotLookedAt):
        alerts.release(viewer=place.city, month=OCTOBER, now=town.NOW)
    alerts.draw_sample(viewer=place.city, month=OCTOBER, now=town.NOW)
    with pytest.raises(alerts.SampleNotLookedAt):
        alerts.release(viewer=place.city, month=OCTOBER, now=town.NOW)
    assert queries.sample_progress(place.city, OCTOBER).is_complete is False


def test_a_sample_with_too_many_errors_asks_for_a_reason(place):
    receive([signal(place, home) for home in homes(place, 3)])
    alerts.draw_sample(viewer=place.city, month=OCTOBER, now=town.NOW)
    ids = list(queries.list_sample(place.city, OCTOBER).values_list("alert_id", flat=True))
    assert alerts.record_sample(viewer=place.city, alert_ids=ids, is_right=False, now=town.NOW, note="已搬走") == 3
    with pytest.raises(alerts.SampleIsWrong):
        alerts.release(viewer=place.city, month=OCTOBER, now=town.NOW)
    assert (
        alerts.release(viewer=place.city, month=OCTOBER, now=town.NOW, reason="逐户更正后发布").state
        == RunState.RELEASED
    )


def test_a_released_list_stays_released_by_whom_it_was(place):
    receive([signal(place, home) for home in homes(place, 2)])
    first = release(place)
    again = alerts.release(viewer=place.city, month=OCTOBER, now=town.NOW + timedelta(days=1))
    assert again == first


def test_a_county_does_not_release_a_list_that_reaches_beyond_it(place):
    receive([signal(place, homes(place, 1)[0]), signal(place, homes(place, 1, "YG", 50)[0], union="YG")])
    alerts.draw_sample(viewer=place.city, month=OCTOBER, now=town.NOW)
    with pytest.raises(alerts.ListIsWider):
        alerts.release(viewer=place.county, month=OCTOBER, now=town.NOW)


@pytest.mark.parametrize("who", ["township", "grassroots", "finance", "auditor"])
def test_who_may_not_release_is_refused(place, who):
    viewer = getattr(place, who)
    receive([signal(place, homes(place, 1)[0])])
    for act in (
        lambda: alerts.draw_sample(viewer=viewer, month=OCTOBER, now=town.NOW),
        lambda: alerts.record_sample(viewer=viewer, alert_ids=[1], is_right=True, now=town.NOW),
        lambda: alerts.release(viewer=viewer, month=OCTOBER, now=town.NOW),
        lambda: alerts.release_correction(viewer=viewer, month=OCTOBER, now=town.NOW),
        lambda: alerts.receive_run(viewer=viewer, run=RunInfo(NOVEMBER, "r", "m", "l", 0), rows=[], now=town.NOW),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_everyone_sees_their_part_of_the_tree_and_only_released_lists_below(place):
    mine, theirs = homes(place, 1)[0], homes(place, 1, "YG", 50)[0]
    receive([signal(place, mine), signal(place, theirs, union="YG")])
    assert queries.list_alerts(place.city, AlertFilter()).count() == 2
    assert queries.list_alerts(place.township, AlertFilter()).count() == 0
    release(place)
    assert [alert.household_id for alert in queries.list_alerts(place.township, AlertFilter())] == [mine]
    assert [alert.household_id for alert in queries.list_alerts(place.other_county, AlertFilter())] == [theirs]
    other = HardshipAlert.objects.get(household_id=theirs)
    with pytest.raises(queries.NotFound):
        queries.get_alert(place.county, other.pk)
    assert queries.timeline(place.county, theirs) == []
    with pytest.raises(NotAllowed):
        queries.list_alerts(place.grassroots, AlertFilter())


def test_a_list_is_narrowed_by_month_area_cause_grade_state_suppression_and_person(place):
    one, two, three = homes(place, 3)
    receive(
        [
            signal(place, one, grade="RED", causes=("因病", "因学")),
            signal(place, two, grade="YELLOW", causes=("失业",), suppress_code="S-PROP"),
            signal(place, three, "HELD", suppress_code="S-FILED"),
        ]
    )
    release(place)

    def found(**narrow):
        return {alert.household_id for alert in queries.list_alerts(place.county, AlertFilter(**narrow))}

    assert found(month=OCTOBER) == {one, two, three} and found(month=NOVEMBER) == set()
    assert found(area="330624001000") == {one, two, three} and found(area="330681") == set()
    assert found(cause="因学") == {one} and found(grade="YELLOW") == {two} and found(state="HELD") == {three}
    assert (
        found(suppressed=True) == {two, three}
        and found(suppressed=False) == {one}
        and found(active_only=True) == {one, two}
    )
    assert found(text=town.id_number(3)) == found(text="13800000002") == set(), "such a number belongs in no address"
    assert found(text="H3") == {three}
    assert [alert.household_id for alert in queries.list_alerts(place.county, AlertFilter(month=OCTOBER))][0] == one
    assert queries.tally(place.county, OCTOBER).by_cause == {"因病": 1, "因学": 1, "失业": 1}
    assert queries.tally(place.county, OCTOBER).by_area == {"330624": 2}


def test_a_row_says_in_words_why_it_is_on_the_list(place):
    receive(
        [
            signal(
                place,
                homes(place, 1)[0],
                suppress_code="S-PROP",
                labels=("needs-property-explanation", "scheme:dibao", "transfer:3301"),
            )
        ]
    )
    alert = queries.list_alerts(place.city, AlertFilter()).get()
    said = [sentence.zh for sentence in queries.why_on_list(place.city, alert.pk)]
    assert said[0] == "医疗自付 23,500.01 元，收入"
    assert said[1:] == ["财产超过标准，需要说明情况", "请说明财产情况", "已享受低保", "已迁往杭州市，移交当地工会"]


def test_a_scheme_has_a_name_in_english_and_no_code():
    for code in ("dibao", "tekun", "dibian", "rigid"):
        said = wording.label(f"scheme:{code}").en
        assert code not in said and said.isascii(), said
    assert (
        wording.label("scheme:tekun").en == "Already in a civil-affairs scheme: support for people in extreme hardship"
    )


def test_a_reason_is_the_branch_that_was_true_and_never_a_share_of_nothing():
    say = {
        "zh": "自付 {oop_net} 元，达到年收入 {household_income} 元的四成", "en": "{oop_net} of {household_income}",
        "zh:no-income": "自付 {oop_net} 元，没有查到家庭收入", "en:no-income": "{oop_net}, no income found",
        "zh:unknown": "自付达到年收入的四成", "en:unknown": "four tenths", "zh:bereaved": "唯一有收入的人去世", "en:bereaved": "bereaved",
    }  # fmt: skip

    def told(income, oop_net=Decimal("1314.50"), *labels) -> str:
        return wording.reason("T", say, {"I2": income, "M4": oop_net}, labels).zh

    assert told(Decimal(3000)) == "自付 1,314.50 元，达到年收入 3,000.00 元的四成"
    assert told(Decimal(0)) == "自付 1,314.50 元，没有查到家庭收入"
    assert told(None) == told(Decimal(3000), None) == "自付达到年收入的四成"
    assert told(Decimal(3000), Decimal(1), "bereaved") == "唯一有收入的人去世"
    assert wording.suppression("S-PAID").is_note and not wording.label("bereaved").is_note


def test_a_packs_sentence_reaches_nothing_but_figures():
    assert wording.fill("{I5.__class__} {x} {I5}", {"I5": Decimal("0.5000")}) == "{I5.__class__} 0.5"


def test_the_worker_reads_the_latest_released_list_only(place):
    home = homes(place, 1)[0]
    receive([signal(place, home)])
    assert queries.why_households_are_on_lists([home]) == {}
    release(place)
    assert len(queries.why_households_are_on_lists([home])[home]) == 1


def test_the_timeline_shows_every_month(place):
    home = homes(place, 1)[0]
    receive([signal(place, home)])
    release(place)
    receive([signal(place, home, "EXITED")], NOVEMBER)
    release(place, NOVEMBER)
    assert [(moment.month, moment.state) for moment in queries.timeline(place.county, home)] == [
        (NOVEMBER, "EXITED"),
        (OCTOBER, "NEW"),
    ]


def test_ten_thousand_rows_are_taken_in_by_chunks(place):
    """Not a timed test: prints the seconds for the report."""
    rows = [signal(place, home) for home in homes(place, 2000)]
    start = time.perf_counter()
    receive(rows)
    print(f"{len(rows)} rows in {time.perf_counter() - start:.2f} s")
    assert HardshipAlert.objects.count() == 2000
