"""Matching: which helper goes to which need, best for all of them together, with the points that say why each pair."""

from niangjia.engines.matching.match import match
from niangjia.engines.matching.points import Points, Weights
from niangjia.engines.matching.types import Helper, Matching, Need, Pair, Unfilled, Why

__all__ = ["Helper", "Matching", "Need", "Pair", "Points", "Unfilled", "Weights", "Why", "match"]
