"""Accounts: who may log in, on which post, and what that post allows.

Always true here:
- what is not granted in `permissions` is refused;
- a person acts on one post at a time, and the post says which part of the union tree is seen;
- whoever owes something first (a password somebody else set, a second factor) is led there before any other page;
- who stands in for a colleague and that colleague are one pair of hands for four eyes, and the record names both;
- a program acts by a token for one account on one of its own posts, within the token's scopes and never beyond the post; only the hash of
  its secret is kept, and it ends with the post, the account and the password;
- what a program asked for with an idempotency key is done once, and the answer is written with it;
- no role both runs the system and does its business; the auditor only reads.
"""
