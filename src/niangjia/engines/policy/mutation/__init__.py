"""Mutation: does a pack's own ``cases.yaml`` notice when one number, comparison, date or rule in it is changed?

Always true here:
- the file is never touched: a changed copy is read from memory, by the same reader, and decided by the same engine;
- a mutant counts as noticed when a case fails, or can no longer be decided; nothing else notices on the cases' behalf;
- a mutant that the reader refuses is no mutant; one that Z3 proves to decide every input alike (`prove`) is none either, and how
  many there were is said;
- one that nobody noticed is named with its place, and a case that would notice it is written, decided by both before it is shown.
"""

from __future__ import annotations

from niangjia.engines.policy.mutation.running import Report, Survivor, mutate_pack

__all__ = ["Report", "Survivor", "mutate_pack"]
