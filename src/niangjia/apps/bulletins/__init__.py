"""Bulletins (信息通报): drafted from the figures, edited by people, issued under a number, withdrawn for a reason.

Always true here:
- a kind of bulletin is its file (``programs/bulletins/*.yaml``);
- a figure in the text stands as a reference 〔title：value〕 that keeps what was counted, from where and as of when; where people changed it,
  the counted one and their reason stay beside it;
- every edit is kept; who edits what somebody else has changed meanwhile is refused, with what changed;
- who drafted, or wrote the last edit, neither reviews nor issues;
- an issued text never changes; its figures are pinned in it. Numbers of a union and a year run from one without a gap, and stay with what was withdrawn.
"""
