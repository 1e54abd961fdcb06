"""The cockpit: figures of a province, a city or a county on the map, in the tree, through the months; each opens the rows it counts.

Always true here:
- which figures there are and on which page they stand is data (``programs/vocabulary/cockpit.yaml``); this room only shows them;
- every number comes from the newest roll-up and says as of when; none is counted here;
- a number links to its rows, and there are as many rows as it says;
- whose figures are shown is found in one place (`asked.Asked.of`): the viewer's union or one below it, nobody else's;
- a rate over fewer than ten is not shown, nor what would give it away.
"""
