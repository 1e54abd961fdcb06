"""Programs: packs installed and pinned, the parameters a deployment fills in, and every decision made with them.

Always true here:
- an installed pack passed its check and never changes: its text is kept under its content hash, another text is another version; it
  replaces the one before from a day on, and a day about which others have decided only with reason and source;
- a text in the making is kept as typed; on the pages a colleague who wrote none of it publishes it, within their own division;
- a parameter value counts only after a second person approved it, says where it comes from, and is known from that day on;
- a decision never changes and carries all that is needed to make it again: text, facts, parameters, what was used of its caps, the
  day it is for and the day whose knowledge decided;
- what became known later makes decisions anew from those inputs: the new one stands beside the old, the difference waits for a
  person who had no hand in it, and is paid, had back or waived with a reason; never a silent edit;
- a decision that hangs on a parameter or standard without value is refused: the refusal names it, the area and the day.
"""
