"""Whatever parses as SQL but is not of the rule language is refused, with its reason and place."""

from __future__ import annotations

import sys
from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from niangjia.engines import policy
from niangjia.engines.policy.tests import samples

ASOF = date(2023, 10, 31)


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> policy.Pack:
    return samples.pack(tmp_path_factory.mktemp("programs"))


def refusal(pack: policy.Pack, text: str) -> policy.Problem:
    with pytest.raises(policy.PackError) as caught:
        policy.rule_sql(pack, text, asof=ASOF)
    return caught.value.problems[0]


@pytest.mark.parametrize(
    ("text", "column", "reason"),
    [
        ("income > (select 1)", 11, "no subqueries"),
        ("exists (select 1)", 9, "no subqueries"),
        ("income in (select income)", 12, "no subqueries"),
        ("income > any(income)", 10, "no subqueries"),
        ("read_csv('/etc/passwd') is null", 1, "no function"),
        ("read_text('/etc/passwd') = 'x'", 1, "no function"),
        ("getenv('HOME') = 'x'", 1, "no function getenv"),
        ("flag; drop table facts", 5, "semicolon"),
        ("flag -- yes", 6, "No comments"),
        ("flag /* yes */", 6, "No comments"),
        ("flag # yes", 6, "No comments"),
        ("flag union select true", 6, "no subqueries or statements"),
        ("row_number() over (order by income) = 1", 14, "no window"),
        ("sum(income) > 1", 1, "no aggregates"),
        ("count(*) > 1", 1, "no aggregates"),
        ("random() > 0", 1, "no chance"),
        ("current_date > birth", 1, "clock"),
        ("now() > birth", 1, "no function now"),
        ("today() > birth", 1, "no function today"),
        ("*", 1, "no *"),
        ("facts.income > 1", 1, "not qualified"),
        ('"income" > 1', 1, "not quoted"),
        ("`income` > 1", 1, "not quoted"),
        ("income[1] > 1", 7, "no lists"),
        ("{'a': 1} is null", 1, "no braces"),
        ("list_sum(x -> x + 1) > 1", 12, "no lambdas"),
        ("lambda x: x", 1, "no lambdas"),
        ("cast(income as integer) > 1", 1, "no casts"),
        ("income::varchar = 'x'", 7, "no casts"),
        ("try_cast(income as integer) > 1", 10, "no casts"),
        ("cast('2023-01-01' as date) > birth", 1, "no casts"),
        ("income > ?", 10, "no placeholders"),
        ("income > $1", 10, "no placeholders"),
        ("income > :limit", 10, "no placeholders"),
        ("income > @limit", 10, "no variables"),
        ("remark like '%a%a%a%a%'", 8, "no pattern matching"),
        ("remark similar to 'a+'", 8, "no pattern matching"),
        ("remark glob 'a*'", 8, "no pattern matching"),
        ("income > 40%", 12, "No percent signs"),
        ("income % 2 = 1", 8, "No percent signs"),
        ("size mod 2 = 1", 6, "no remainder"),
        ("income，cost", 7, "full-width"),
        ("income ＞ 1", 8, "full-width"),
        ("（flag）", 1, "full-width"),
        ("flag　and other_flag", 5, "full-width"),
        ("outcome_code = ‘V1’", 16, "full-width"),
        ("sex > 3", 1, "no fact or parameter called sex"),
        ("remark > 3", 1, "takes text"),
        ("remark > 'a'", 1, "only be compared with = or !="),
        ("flag + 1 > 1", 1, "takes a number"),
        ("flag > other_flag", 1, "only be compared with = or !="),
        ("income and flag", 1, "takes true or false"),
        ("not income", 5, "takes true or false"),
        ("birth > '2023-05-01'", 1, "takes a date"),
        ("birth > 20230501", 1, "takes a date"),
        ("birth + 1 > birth", 1, "takes a number"),
        ("income", 1, "takes true or false"),
        ("income > size", 1, "differ in unit"),
        ("income + size > 1", 1, "differ in unit"),
        ("outcome_code = 'V9'", 1, "not one of V1, V2, V3"),
        ("outcome_code in ('V1', 'v2')", 1, "not one of V1, V2, V3"),
        ("birth > date '2023-02-30'", 14, "not a date"),
        ("flag is true", 1, "null or not null"),
        ("income is distinct from cost", 11, "null or not null"),
        ("income = null", 10, "null cannot be written"),
        ("case flag when true then true end", 6, "conditions after `when`"),
        ("if(flag, true, false)", 4, "case when"),
        ("income == 1", 8, "== cannot be used"),
        ("income ** 2 > 1", 8, "** cannot be used"),
        ("income > 1e9", 10, "not a number"),
        ("income > 0x10", 10, "not a number"),
        ("income > 1_000", 10, "not a number"),
        ("remark = e'\\n'", 11, "prefix"),
        ("remark = 'a\tb'", 12, "invisible"),
        ("remark = 'open", 10, "no closing quote"),
        ("(flag", 1, "never closed"),
        ("flag)", 5, "closing bracket too many"),
        ("flag other_flag", 6, "cannot be read"),
        ("income > ", 8, "cannot be read"),
        ("", 1, "missing"),
        ("   ", 1, "missing"),
        ("interval '1' month is null", 1, "add_months"),
        ("add_months(birth, size) > joined", 1, "whole-number parameter"),
        ("add_months(birth, 2.5) > joined", 1, "whole-number parameter"),
        ("round(income, size) > 1", 15, "places of round"),
        ("size in (months_idle)", 10, "Only plain values"),
        ("remark || 'a' = 'b'", 8, "no joining"),
        ("income * income * income > 1", 1, "38 digits"),
        ("extract(year from birth) > 2000", 14, "no subqueries or statements"),
        ("remark = remark collate nocase", 17, "no collations"),
        ("收入 > 1", 1, "cannot be a name"),
        ("flag = struct_pack(a := 1)", 22, "no casts and no placeholders"),
        ("row(1, 2) is null", 1, "no function row"),
        ("(1, 2) is null", 2, "Only one expression"),
        ("xor(flag, other_flag)", 1, "no function"),
    ],
)
def test_it_is_refused_with_its_reason_and_place(pack, text, column, reason):
    problem = refusal(pack, text)
    assert reason in problem.en, problem.en
    assert problem.column == column, (problem.column, problem.en)
    assert problem.zh and problem.zh != problem.en


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("incom > 1", "income"),
        ("flags", "flag"),
        ("age_in_year(birth, asof) > 1", "age_in_years"),
        ("coalese(income, 0) > 1", "coalesce"),
        ("收入 > 1", "income"),
    ],
)
def test_a_typo_is_offered_the_nearest_right_word(pack, text, nearest):
    problem = refusal(pack, text)
    assert problem.nearest == nearest
    assert nearest in problem.zh and nearest in problem.en


@pytest.mark.parametrize(
    "text",
    ["(" * 1000 + "flag" + ")" * 1000, "not " * 900 + "flag", "- " * 1900 + "1 = 1", "case when flag then " * 150 + "true" + " end" * 150,
     "least(" * 600 + "1" + ")" * 600 + " > 1", "(" * 3999, "flag and " * 3000 + "flag"],
)  # fmt: skip
def test_nesting_is_counted_before_anything_recurses(pack, text):
    shallow = sys.getrecursionlimit()
    problem = refusal(pack, text)
    assert "deeper" in problem.en or "longer" in problem.en or "More than" in problem.en
    assert sys.getrecursionlimit() == shallow


def test_the_deepest_nesting_allowed_still_fits_in_the_stack(pack):
    assert policy.rule_sql(pack, "(" * 20 + "flag" + ")" * 20, asof=ASOF)
    assert policy.rule_sql(pack, " and ".join(["flag"] * 240), asof=ASOF)


def test_a_long_sum_is_refused_rather_than_recursed_into(pack):
    assert "too long a chain" in refusal(pack, "+".join(["income"] * 200) + " > 1").en


def test_divisions_nested_until_the_sql_explodes_are_refused(pack):
    problem = refusal(pack, "least(" * 18 + "size" + ", size)" * 18 + " > 1")
    assert "Too many nested" in problem.en


@settings(max_examples=400, deadline=None)
@example(text="\x00")
@example(text="'" * 3)
@example(text="date date '2023-01-01'")
@given(text=st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(["income", "flag", "birth", "'V1'", "1", "2.5", "(", ")", ",", "+", "-", "*", "/", "=", "<>", "<", ">=", "and", "or", "not", "is", "null", "between", "in", "case", "when", "then", "else", "end", "date", "least", "round", "sum", "over", "select", "from", ";", "--", ".", "::", "?", '"', "`", "[", "]", "{", "}", "%", "，", "*"]), max_size=14).map(" ".join),
))  # fmt: skip
def test_any_text_is_either_a_rule_or_a_worded_refusal(pack, text):
    try:
        sql = policy.rule_sql(pack, text, asof=ASOF)
    except policy.PackError as error:
        assert all(problem.zh and problem.en and problem.column >= 1 for problem in error.problems)
    else:
        assert not any(word in sql.lower() for word in ("select", "from", ";", "--", "/*", "read_", "getenv"))
