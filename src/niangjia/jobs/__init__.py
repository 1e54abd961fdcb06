"""Scheduled and long work: the one place where engines, apps and adapters meet in bulk.

Always true here: a job may be killed at any moment and run again; it then ends as if it had not been killed.
The clock is read here (or by the caller), never below.
"""
