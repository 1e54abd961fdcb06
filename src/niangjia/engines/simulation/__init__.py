"""Simulation: what a programme, or a changed one, would say of everybody the lake knows. Nothing live is read or written.

Always true here:
- a simulation knows the lake, the packs' texts and what it was handed in its request; it has no database to change;
- a fact that the month's feeds cannot give is unknown, and so is the answer that hangs on it; it is counted, never guessed;
- what is supposed for an unknown fact is named in the result;
- every row is decided by the packs' own batch SQL and says what the one-person answer says;
- a result holds counts and yuan; the list for outreach holds pseudonyms; neither holds a name.
"""

from niangjia.engines.simulation.asked import Pair, Request, Side, load_text, read_request, write_request
from niangjia.engines.simulation.funds import Exhaustion
from niangjia.engines.simulation.given import LakeFacts, load_lake_facts
from niangjia.engines.simulation.results import Cell, Gap, ProgramResult, Result, read_result, write_result
from niangjia.engines.simulation.run import Entitled, Lake, entitled, simulate
from niangjia.engines.simulation.showing import SMALLEST, Shown, ShownResult, hide_small

__all__ = [
    "SMALLEST", "Cell", "Entitled", "Exhaustion", "Gap", "Lake", "LakeFacts", "Pair", "ProgramResult", "Request", "Result", "Shown", "ShownResult", "Side",
    "entitled", "hide_small", "load_lake_facts", "load_text", "read_request", "read_result", "simulate", "write_request", "write_result",
]  # fmt: skip
