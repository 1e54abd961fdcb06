"""The feeds' declarations say what feeds.md says, and wrong ones are refused with the nearest right word."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from niangjia.engines.sensing.landing.feeds import FeedDeclarationError, read_feed
from niangjia.engines.sensing.tests.landing_samples import FEEDS
from niangjia.kernel.deployment import programs_folder

# The table of the feed contract: columns in its order, required ones marked with *.
CONTRACT = """
medical_settlement: setl_id*, mdtrt_id, certno*, psn_name, insutype, med_type, setl_time*, refd_setl_flag, medfee_sumamt*,
  fulamt_ownpay_amt, overlmt_selfpay, preselfpay_amt, fund_pay_sumamt*, hosp_part_amt, psn_part_amt*, acct_pay, acct_mulaid_pay,
  psn_cash_pay, insu_admdvs, dise_no
social_insurance: aac002*, aab001, aae140*, month*, aac040*, paid*, stop_reason
unemployment: id*, registered_on, benefit_from*, benefit_to, benefit_monthly*
pension: id*, retired_on*, pension_monthly*
disability: id*, kind*, grade*, from*, to
school: id*, stage*, ownership, fee_yearly*, aid_yearly, from*, to
low_income_scheme: household_no, id*, scheme*, from*, to
aid_payment: id*, scheme*, amount*, paid_on*
household: household_no*, id*, name, relation*, birth, sex, area*, from*, to, death_date
marriage: id_a*, id_b*, from*, to
real_estate: id*, property_no*, use*, area_m2, share, area
vehicle: id*, kind*, first_registered_on, price
business: id*, uscc*, role, capital, state*, from, to
event: id*, kind*, happened_on*, loss*, compensation
mutual_aid: id*, amount*, paid_on*
member: id*, name, union_code*, joined_on*, left_on, group, phone
canvass: id*, union_code*, reported_on*, cause*, income_12m, note
union: code*, parent, name*, level*, area, uscc, state
standard: area*, from*, dibao_monthly*, mean_housing_area_m2
"""


def test_all_nineteen_feeds_have_the_contracts_columns() -> None:
    contract = dict(line.split(": ", 1) for line in re.sub(r",\n\s+", ", ", CONTRACT.strip()).splitlines())
    declared = {
        feed.name: ", ".join(column.code + "*" * column.required for column in feed.columns.values())
        for feed in FEEDS.values()
    }
    assert declared == contract
    assert len(declared) == 19


def test_increments_are_the_six_of_the_contract() -> None:
    increments = {feed.name for feed in FEEDS.values() if feed.is_increment}
    assert increments == {"medical_settlement", "social_insurance", "aid_payment", "event", "mutual_aid", "canvass"}


def test_every_feed_says_who_owns_it_and_why_it_may_be_used() -> None:
    assert all(feed.owner and feed.legal_basis and feed.cadence and feed.lag for feed in FEEDS.values())
    assert all(column.sensitivity == "highest" for feed in FEEDS.values() for column in feed.id_columns)


@pytest.mark.parametrize(
    ("change", "word", "hint"),
    [
        (("required: true", "requird: true"), "requird", "required"),
        (("kind: snapshot", "kind: snapshoot"), "snapshoot", "snapshot"),
        (("type: date", "type: dat"), "dat", "date"),
        (("cadence:", "cadance:"), "cadance", "cadence"),
        (("[[from, to]]", "[[from, too]]"), "too", "to"),
        (("zh: 离婚日期", "zh: 登记日期"), "登记日期", "from"),
    ],
)
def test_a_wrong_word_is_named_with_its_file_and_the_nearest_right_one(
    tmp_path: Path, change: tuple[str, str], word: str, hint: str
) -> None:
    written = (programs_folder() / "vocabulary" / "feeds" / "marriage.yaml").read_text(encoding="utf-8")
    assert change[0] in written
    file = tmp_path / "marriage.yaml"
    file.write_text(written.replace(*change, 1), encoding="utf-8")
    with pytest.raises(FeedDeclarationError) as refused:
        read_feed(file)
    for message in (refused.value.zh, refused.value.en):
        assert "marriage.yaml" in message
        assert word in message
        assert hint in message
