"""
Public notices and objections: one shape and one way for every room whose matters are announced and objected to.

The tables belong to those rooms; here are their common columns and what may be done with them. Always true here:
- a notice shows its own columns and nothing else, and takes itself down with its last day;
- the words of an objection and of its answer are sealed; whoever has no account follows theirs by a receipt number;
- an objection is answered once, by an officer who had no hand in the matter.
"""
