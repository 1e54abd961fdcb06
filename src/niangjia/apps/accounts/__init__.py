"""Accounts: who may log in, on which post, and what that post allows.

Always true here:
- what is not granted in `permissions` is refused;
- a person acts on one post at a time, and the post says which part of the union tree is seen;
- no role both runs the system and does its business; the auditor only reads.
"""
