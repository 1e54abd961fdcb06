"""Words that everyone in the house uses: months, money, areas, identity numbers, refusals.

Always true here: nothing knows a database, a clock or the network.
"""
