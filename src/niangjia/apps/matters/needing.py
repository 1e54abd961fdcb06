"""With which answers an outcome may be chosen: what the text says of it (`needs`), so that what is counted is what was found."""

from __future__ import annotations

from niangjia.apps.matters import moving, questions, reading
from niangjia.apps.matters.models import Matter
from niangjia.apps.matters.problems import DoesNotFit
from niangjia.apps.programs import published
from niangjia.engines.policy.pack import Pack, Stage


def require(matter: Matter, pack: Pack, stage: Stage, outcome: str) -> None:
    """An answer that is not given fits none. Raises DoesNotFit: the first that does not fit."""
    given = {name: rows[-1].text for name, rows in moving.answers_of(matter).items()}
    for name, fitting in stage.needs.get(outcome, {}).items():
        if given.get(name) in fitting:
            continue
        wording = published.wording()
        (question,) = questions.named([name], pack, wording)
        raise DoesNotFit(
            name,
            {one: wording.code("outcomes", outcome, one) for one in questions.LANGUAGES},
            question.title,
            [reading.shown(question, text) for text in fitting],
            reading.shown(question, given[name]) if name in given else None,
            is_looked_up=any(one.id == name and one.register for one in pack.form),
        )
