"""
The API: what the portals show and do for orders, cases, applications, decisions and programmes, for programs with a token.

Always true here:
- a token opens what its scopes name, on the post it was issued on, and never more: the same queries and actions as the pages, with the
  same `viewer`; what lies outside looks as if it were not there;
- identities leave masked, and nothing opens them; deciding, approving and paying stay with a person at a page;
- an unsafe call carries an idempotency key: sent again it is answered again, not done again;
- everything that is not done is told as a problem (RFC 9457) in Chinese and English, with what to do.
"""
