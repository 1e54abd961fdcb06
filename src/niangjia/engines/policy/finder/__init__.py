"""Which programmes a worker may have: the fewest questions that can still change an answer, then every answer with its reason.

Always true here:
- a fact is asked only while an example shows that it matters: one subject, two values of that fact, two different answers;
- "I don't know" is an answer; nobody is refused for it;
- nothing of a reader is kept: not by the finder, not in its caches.
"""

from niangjia.engines.policy.finder.finding import Finder, Finding, Next
from niangjia.engines.policy.finder.mattering import Mind, Witness

__all__ = ["Finder", "Finding", "Mind", "Next", "Witness"]
