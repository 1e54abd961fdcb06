"""What is not wrong but worth a look: words of a pack or of the vocabulary that nothing asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from niangjia.engines.policy.expressions import tree
from niangjia.engines.policy.pack import Pack
from niangjia.engines.policy.problems import Problem
from niangjia.engines.policy.vocabulary import NAME


def notes(packs: Sequence[Pack]) -> list[Problem]:
    """
    Of all packs of a folder that passes `check_folder`: parameters that no rule, sentence or notice uses, form fields of facts
    that the programme does not ask for, facts that no programme asks for.
    """
    found = [note for pack in packs if not pack.triggers for note in notes_of(pack)]
    asked = {name for pack in packs for name in _names(pack)}
    for name in packs[0].vocabulary.facts if packs else ():
        if name not in asked:
            found.append(
                Problem(
                    "vocabulary/facts",
                    0,
                    0,
                    f"没有项目问到事实 {name}。",
                    f"No programme asks for the fact {name}.",
                    name,
                )
            )
    return found


# Words with which authors talk to each other; a worker reads clauses as the paper's own.
_ASIDE = re.compile(
    r"待填|待[^，；。、]{0,6}确认|待核|报道|默认|未见(?!新)|常识|转抄|转载|本项目|A\*|[（(]?\bP\d\b|\.(?:md|txt|csv)\b|\b[A-Z]-[A-Z]{2,}|\bV\d"
)


def asides_of(pack: Pack) -> Iterator[tuple[str, str]]:
    """(where, text): clauses, sentences for everybody and the source that hold an author's remark, a code or a file name."""
    parts = (pack.rules, pack.tiers, pack.benefit, pack.caps, pack.approvals, pack.triggers, pack.measures)
    told: list[tuple[str, str]] = [(name, one.clause) for name, one in pack.parameters.items()]
    for one in (one for many in parts for one in many):
        told.append((one.id, one.clause))  # type: ignore[attr-defined]
        told += [(one.id, said) for key in ("say", "public") for said in getattr(one, key, {}).values()]  # type: ignore[attr-defined]
    told += [("source", text) for text in (pack.source.title, pack.source.issuer)]
    return ((name, text) for name, text in told if _ASIDE.search(text))


def notes_of(pack: Pack) -> Iterator[Problem]:
    """Of one pack by itself."""
    for name, text in asides_of(pack):
        yield Problem(pack.file, 0, 0, f"{name}：“{text}”里有给编者看的话、代码或文件名，请移到 note。", f"{name}: {text!r} holds an author's remark, a code or a file name; put it into `note`.", name)  # fmt: skip
    used = _names(pack)
    says = [dict(one.say) for many in (pack.rules, pack.tiers, pack.benefit, pack.caps, pack.approvals) for one in many]  # type: ignore[attr-defined]
    said = set(re.findall(NAME, str([pack.notice, *says])))
    for name in pack.parameters:
        if name not in used and name not in said:
            yield Problem(pack.file, 0, 0, f"规则、句子和公示都没有用到参数 {name}。", f"No rule, sentence or notice uses the parameter {name}.", name)  # fmt: skip
    for field in pack.form:
        if field.id in pack.vocabulary.facts and field.id not in used:
            yield Problem(pack.file, 0, 0, f"表单要填 {field.id}，但规则没有用到。", f"The form asks for {field.id}, but no rule does.", field.id)  # fmt: skip


def _names(pack: Pack) -> set[str]:
    nodes = [*pack.nodes, *(trigger.when.node for trigger in pack.triggers), *(grade.when.node for grade in pack.grades if grade.when),
             *([pack.property.node] if pack.property else [])]  # fmt: skip
    return {*tree.facts_in(*nodes), *tree.parameters_in(*nodes)}
