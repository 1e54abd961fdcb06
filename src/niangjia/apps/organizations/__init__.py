"""Organizations: the union tree, from the province down to the firm, and the working days it counts in.

Always true here:
- a union's `path` is its ancestors' ids and its own; a move rewrites the whole subtree in the same transaction;
- only `scope` (`within`, `inside`, `outside`) turns a path into a filter: what it leaves out, nobody sees;
- the tree has no loops and no orphans.
"""
