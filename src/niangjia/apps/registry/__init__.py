"""Registry: persons, households, memberships and consent; the only room that knows who a pseudonym is.

Always true here:
- ID numbers, names, phones and bank accounts lie sealed, found by blind index, and leave masked;
- opening one asks a right, a reason and leaves a trace;
- a person is in one household at a time; spells end, they are never erased.
"""
