"""What is asked, of whom: the form's fields of a stage, and the facts that the rules need and nobody knows yet. All of it from the pack."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from niangjia.apps.matters import reading
from niangjia.apps.matters.lifecycle import Flow, flow_of
from niangjia.apps.matters.types import Paper, Question
from niangjia.engines.policy.pack import FormField, Pack, Stage
from niangjia.engines.policy.published import Wording
from niangjia.engines.policy.vocabulary import Fact

LANGUAGES = ("zh", "en")
UPLOADED = ("photo", "file")
IDENTITY = ("name", "id_number", "phone")
SIGNED = "signature"
"""A worker signs by handing in, signed in with their own account; an officer ticks that a paper was signed."""

Says = Mapping[str, str]


def of_applicant(pack: Pack, wording: Wording, *, is_known: bool = True) -> list[Question]:
    """
    What the applicant is asked at first: the first stage's fields, then facts that the rules need and the form does not name. Left out is
    what the union finds out itself, what is the day of asking, and signatures; of whom the register knows (`is_known`), who they are.
    """
    flow = flow_of(pack)
    unasked = {SIGNED, *(IDENTITY if is_known else ())}
    fields = [
        one
        for one in fields_of(pack, flow, flow.first)
        if wording.is_asked(one.id) and one.type not in unasked and not one.register
    ]
    asked = [of_field(one, pack, wording) for one in fields if one.type not in UPLOADED]
    return [*asked, *(of_fact(one, wording) for one in facts_to_ask(pack, wording))]


def of_stage(pack: Pack, stage: Stage, wording: Wording) -> list[Question]:
    """The fields of one stage, as whoever works on it fills them in; what a register answers is not asked."""
    unasked = set(wording.of_today)
    fields = [one for one in fields_of_stage(pack, stage) if one.type not in UPLOADED and one.id not in unasked]
    fields = [one for one in fields if not one.register]
    return [of_field(one, pack, wording) for one in fields]


def fields_of_stage(pack: Pack, stage: Stage) -> list[FormField]:
    return fields_of(pack, flow_of(pack), stage)


def named(names: Iterable[str], pack: Pack, wording: Wording) -> list[Question]:
    """Questions by name, wherever the form has them; a fact of the vocabulary that the form does not name is asked as such."""
    by_id = {one.id: one for one in pack.form}
    facts = pack.vocabulary.facts
    found = []
    for name in dict.fromkeys(names):
        if name in by_id and by_id[name].type not in UPLOADED:
            found.append(of_field(by_id[name], pack, wording))
        elif name in facts:
            found.append(of_fact(facts[name], wording))
    return found


def facts_in(texts: Mapping[str, str], pack: Pack, wording: Wording) -> dict[str, object]:
    """Answers as the facts that the rules know by their names. An answer that no longer reads is not known."""
    facts = pack.vocabulary.facts
    asked = [one for one in named(texts, pack, wording) if one.name in facts]
    return {one.name: reading.value_of(one, texts[one.name]) for one in asked}


def signed_in(pack: Pack, stage: Stage) -> list[str]:
    """Fields that the applicant signs by handing this stage in from their own account."""
    return [one.id for one in fields_of(pack, flow_of(pack), stage) if one.type == SIGNED]


def fields_of(pack: Pack, flow: Flow, stage: Stage) -> list[FormField]:
    """A field without a stage, or of one that the pack does not have, belongs to the first."""
    known = {one.id for one in flow.stages}
    return [one for one in pack.form if (one.stage if one.stage in known else flow.first.id) == stage.id]


def facts_to_ask(pack: Pack, wording: Wording) -> list[Fact]:
    """Facts of the rules that stand in no form, that somebody can be asked for: no enterprise's, no free writing."""
    inside = {one.id for one in pack.form}
    reach = pack.vocabulary.reach(pack.unit)
    found = []
    for name in pack.facts:
        fact = pack.vocabulary.facts.get(name)
        if fact is None or name in inside or fact.grain not in reach or not wording.is_asked(name):
            continue
        if fact.kind != "text" or fact.values:
            found.append(fact)
    return found


def uploads_of(pack: Pack, stage: str) -> dict[str, FormField]:
    """Photo and file fields of one stage, by code: what whoever works on it can add there."""
    flow = flow_of(pack)
    return {one.id: one for one in fields_of(pack, flow, flow.stage(stage)) if one.type in UPLOADED}


def papers_of(pack: Pack, stages: Iterable[str]) -> list[Paper]:
    """What is to be shown at these stages, each paper once; a photo or file field is a paper of its own name."""
    flow, wording_of = flow_of(pack), {*stages}
    found: dict[str, Paper] = {}
    for stage in flow.stages:
        for field in fields_of(pack, flow, stage) if stage.id in wording_of else ():
            codes = (*field.evidence, *((field.id,) if field.type in UPLOADED else ()))
            for code in codes:
                standing = found.get(code)
                title = field.title if code == field.id else {}
                found[code] = Paper(
                    code,
                    standing.title if standing else title,
                    (*standing.proves, field.title) if standing else (field.title,),
                    field.is_required or bool(standing and standing.is_required),
                )
    return list(found.values())


def of_field(field: FormField, pack: Pack, wording: Wording) -> Question:
    fact = pack.vocabulary.facts.get(field.id)
    asked = (
        wording.question(fact)
        if fact is not None and field.id in wording.questions
        else wording.questions.get(field.id)
    )
    kind = "boolean" if field.type == SIGNED else field.type
    codes = field.values or (fact.values if fact else ())
    return Question(
        name=field.id,
        kind=kind,
        title=field.title,
        ask=asked.ask if asked and asked.ask else _asked(field.title, kind),
        help=asked.help if asked else {},
        unit=wording.unit(fact) if fact else {"zh": "元", "en": "yuan"} if kind == "money" else {},
        values={code: _words(wording, field.id, code) for code in codes},
        is_required=field.is_required,
        papers=field.evidence,
        low=fact.minimum if fact else None,
        high=fact.maximum if fact else None,
        is_past=bool(asked and asked.is_past),
        union_level=field.union_level,
        required_for=field.required_for,
    )


def of_fact(fact: Fact, wording: Wording) -> Question:
    asked = wording.question(fact)
    return Question(
        name=fact.name,
        kind="choice" if fact.kind == "text" else fact.kind,
        title=fact.title,
        ask=asked.ask,
        help=asked.help,
        unit=asked.unit,
        values={code: _words(wording, fact.name, code) for code in fact.values},
        is_required=False,
        is_fact=True,
        low=fact.minimum,
        high=fact.maximum,
        is_past=asked.is_past,
    )


def _words(wording: Wording, name: str, code: str) -> Says:
    return {language: wording.value(name, code, language) for language in LANGUAGES}


def _asked(title: Says, kind: str) -> Says:
    zh, en = title.get("zh", ""), title.get("en", "")
    if kind == "boolean":
        return {"zh": f"是否属实：{zh}？", "en": f"Is this so: {en}?"}
    return {"zh": f"请填写：{zh}", "en": f"{en[:1].upper()}{en[1:]}?"}
