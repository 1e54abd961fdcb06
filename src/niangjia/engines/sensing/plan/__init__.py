"""The monthly plan: named SQL steps, each with its grain, from the lake's files to one row per household."""
