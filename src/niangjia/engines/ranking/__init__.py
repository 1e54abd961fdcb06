"""Ranking: who is where after a round, by its published rule, from the jury's marks and the public's votes; the same for whoever counts again."""

from niangjia.engines.ranking.rank import rank
from niangjia.engines.ranking.types import CutTie, Entry, Placed, Ranking, Rule, TieBreak

__all__ = ["CutTie", "Entry", "Placed", "Ranking", "Rule", "TieBreak", "rank"]
