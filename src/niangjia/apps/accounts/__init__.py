"""Accounts: who may log in, on which post, and what that post allows.

Always true here:
- what is not granted in `permissions` is refused;
- a person acts on one post at a time, and the post says which part of the union tree is seen;
- whoever owes something first (a password somebody else set, a second factor) is led there before any other page;
- who stands in for a colleague and that colleague are one pair of hands for four eyes, and the record names both;
- no role both runs the system and does its business; the auditor only reads.
"""
