"""What may be done with sheets and rounds."""

from niangjia.apps.assessments.actions.correcting import ask
from niangjia.apps.assessments.actions.scoring import adjust, confirm, note_looking, open_evidence, publish, withdraw
from niangjia.apps.assessments.actions.supervising import begin, note, rehome_rounds

__all__ = [
    "adjust", "ask", "begin", "confirm", "note", "note_looking", "open_evidence", "publish", "rehome_rounds", "withdraw",
]  # fmt: skip
