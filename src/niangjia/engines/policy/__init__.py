"""Programmes as data: a pack and facts → granted, refused or cannot tell; how much; by which clause; why.

Always true here:
- an author's text is parsed, checked against a whitelist and typed before anything runs; only our own tree is ever run;
- the same pack gives the same answer to the cent on DuckDB (`batch_sql`) and for one person (`compile_program`);
- what is not known stays not known: it never becomes a zero or a refusal;
- no clock, no network, no database: the day and the facts come in.
"""

from niangjia.engines.policy.batch import batch_sql, rule_sql
from niangjia.engines.policy.cases import (
    CaseResult,
    check_folder,
    check_pack,
    check_packs,
    list_packs,
    load_parameters,
    overlaps,
    read_folder,
    run_cases,
)
from niangjia.engines.policy.decision import Decision, Trace
from niangjia.engines.policy.explain import Change, Explanation, LineStep, Step, Value
from niangjia.engines.policy.notes import asides_of, notes, notes_of
from niangjia.engines.policy.pack import Pack
from niangjia.engines.policy.packs import load_pack
from niangjia.engines.policy.parameters import BadOverride
from niangjia.engines.policy.problems import (
    FactError,
    MissingParameter,
    NothingToDecide,
    OutsideArea,
    PackError,
    Problem,
)
from niangjia.engines.policy.program import Program, compile_program, counts_for
from niangjia.engines.policy.schema import program_schema
from niangjia.engines.policy.values import ReadFacts, read_facts
from niangjia.engines.policy.vocabulary import Fact, Vocabulary, load_vocabulary

__all__ = [
    "BadOverride",
    "CaseResult",
    "Change",
    "Decision",
    "Explanation",
    "Fact",
    "FactError",
    "LineStep",
    "MissingParameter",
    "NothingToDecide",
    "OutsideArea",
    "Pack",
    "PackError",
    "Problem",
    "Program",
    "ReadFacts",
    "Step",
    "Trace",
    "Value",
    "Vocabulary",
    "batch_sql",
    "check_folder",
    "check_pack",
    "check_packs",
    "compile_program",
    "counts_for",
    "list_packs",
    "load_pack",
    "load_parameters",
    "load_vocabulary",
    "notes",
    "asides_of",
    "notes_of",
    "overlaps",
    "program_schema",
    "read_facts",
    "read_folder",
    "rule_sql",
    "run_cases",
]
