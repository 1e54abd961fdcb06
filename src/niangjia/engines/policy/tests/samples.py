"""Small vocabularies and packs for tests, written to a folder and read as any other."""

from __future__ import annotations

from pathlib import Path

from niangjia.engines import policy
from niangjia.engines.policy.tests.generated import FACTS_YAML

HEAD = """id: sample
title: {zh: 样例, en: Sample}
issuer: 演示
area: "3306"
unit: person
source: invented
entry: application
"""
RULES = """rules:
  - {id: first, when: flag, say: {zh: 甲, en: a}, clause: c}
"""


def vocabulary(folder: Path, text: str = FACTS_YAML) -> policy.Vocabulary:
    place = folder / "vocabulary" / "facts"
    place.mkdir(parents=True, exist_ok=True)
    (place / "all.yaml").write_text(text, encoding="utf-8")
    return policy.load_vocabulary(folder)


def pack(folder: Path, body: str = RULES, head: str = HEAD) -> policy.Pack:
    place = folder / "330600-demo" / "sample"
    place.mkdir(parents=True, exist_ok=True)
    (place / "program.yaml").write_text(head + body, encoding="utf-8")
    return policy.load_pack(place, vocabulary(folder))
