"""Hostile expressions: functions that read files, run programs, sleep or load code, statements, escapes. All of them are refused."""

from __future__ import annotations

from datetime import date

import pytest

from niangjia.engines import policy
from niangjia.engines.policy.tests import samples

FUNCTIONS = """
    read_csv read_csv_auto read_parquet parquet_scan parquet_metadata read_json read_json_auto read_text read_blob read_ndjson glob sniff_csv
    csv_scan sqlite_scan postgres_scan mysql_scan delta_scan iceberg_scan query query_table getenv current_setting set_config
    getvariable setvariable system shell_exec load_extension fts3_tokenizer readfile writefile edit
    pg_read_file pg_read_binary_file pg_ls_dir pg_sleep pg_terminate_backend lo_import lo_export dblink dblink_exec xp_cmdshell sp_executesql
    openrowset load_file sleep benchmark version user current_user session_user database current_database current_schema inet_server_addr
    duckdb_tables duckdb_secrets duckdb_settings pragma_table_info sqlite_version uuid gen_random_uuid random setseed
    now today get_current_timestamp transaction_timestamp clock_timestamp epoch_ms hash md5 sha256 crypt pgp_sym_decrypt encode decode base64
    eval exec execute apply list_transform list_reduce array_agg string_agg json_extract xmlparse regexp_replace regexp_matches repeat lpad
    generate_series range unnest chr concat_ws format printf to_json nextval lastval txid_current
""".split()  # noqa: SIM905
SHAPES = ("{}('/etc/passwd') is null", "flag and {}(income) > 1", "case when {}() is null then true else false end")
STATEMENTS = """
    select 1|select income from facts|drop table facts|delete from facts|update facts set income = 0|insert into facts values (1)|create table t(a int)
    alter table facts add column a int|attach 'x.db' as x|detach x|copy facts to '/tmp/x'|copy facts from '/tmp/x'|export database '/tmp/x'|import database '/tmp/x'
    install httpfs|load httpfs|pragma database_list|set memory_limit = '1TB'|set enable_external_access = true|reset all|call pragma_version()|explain select 1
    vacuum|checkpoint|begin|commit|rollback|grant all on facts to public|truncate facts|with a as (select 1) select 1|values (1)|table facts|from facts|show tables
    describe facts|use main|prepare p as select 1|execute p|deallocate p|declare c cursor for select 1|do $$ begin end $$|merge into facts using t on true when matched then delete
""".replace("\n", "|").split("|")
TAILS = """
    ; drop table facts|; --|-- |/**/|/*!50000 or 1=1*/|# |union select 1|union all select null|intersect select 1|except select 1|into outfile '/tmp/x'
    limit 1|order by 1|group by 1|having 1 = 1|returning *|for update|offset 1|qualify true|tablesample 10%|pivot (sum(1) for a in (1))|::regclass|collate nocase
    at time zone 'UTC'|escape '!'|within group (order by 1)|filter (where true)|over ()|as alias|, 1|. income|[1]|{1: 2}|-> 1|->> 'a'|@> 1|&& flag|| flag|^ 1|~ 'a'|!~ 'a'|~* 'a'
    ilike 'a'|like 'a'|rlike 'a'|regexp 'a'|similar to 'a'|glob 'a'|sounds like 'a'|is json|is of (int)|overlaps flag|<=> flag|<< 1|>> 1|& 1|div 2|mod 2|\\g|\\! sh
""".replace("\n", "|").split("|")
ESCAPES = [
    "remark = 'a'' or true --'; drop table facts", "remark = U&'\\0041'", "remark = E'\\x41'", "remark = $$a$$", "remark = $a$a$a$", "remark = x'41'", "remark = b'1'",
    "remark = n'a'", "remark = 'a' 'b'", 'remark = "a"', "remark = `a`", "remark = [a]", "remark = 'a\x00'", "remark = 'a\u202eb'", "flag\u200b", "ﬂag", "flаg", "flag\u00a0and flag",
    "flag\x0band flag", "flag\x00", "ＦＬＡＧ", "1 = 1e308", "1 = 1e-5", "1 = .5e1", "1 = 0b1", "1 = 0o7", "1 = 1__0", "1 = ١", "1 = Infinity", "1 = 'NaN'::double", "1 = 1f", "1 = 1d",
    "__import__('os').system('sh')", "().__class__.__bases__", "flag if flag else flag", "flag or lambda: 1", "{{ flag }}", "${flag}", "%(flag)s", "{flag}", "f'{flag}'", "flag.__class__",
    "income.real > 1", "facts.*", "*.income", "excluded.income > 1", "main.facts.income > 1", "information_schema.tables is null", "sqlite_master is null", "pg_catalog.pg_class is null",
]  # fmt: skip
HOSTILE = [
    *(shape.format(name) for name in FUNCTIONS for shape in SHAPES),
    *(text.strip() for text in STATEMENTS if text.strip()),
    *(f"flag {tail.strip()}" for tail in TAILS if tail.strip()),
    *ESCAPES,
]


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> policy.Pack:
    return samples.pack(tmp_path_factory.mktemp("programs"))


def test_there_are_more_than_four_hundred_and_none_twice():
    assert len(HOSTILE) == len(set(HOSTILE)) >= 400


def test_every_one_is_refused_in_words(pack):
    let_through, wordless = [], []
    for text in HOSTILE:
        try:
            let_through.append((text, policy.rule_sql(pack, text, asof=date(2023, 10, 31))))
        except policy.PackError as error:
            wordless += [text for problem in error.problems if not (problem.zh and problem.en and problem.column >= 1)]
    assert (let_through, wordless) == ([], [])
