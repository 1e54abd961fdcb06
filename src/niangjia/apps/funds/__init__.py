"""Funds: earmarked money in double entry, from budget to the worker's bank card or hands.

Always true here:
- money only moves by a transfer from one account to another; a transfer is never changed or deleted;
- a balance is never below zero, and always equals the sum of its transfers;
- one book counts what everybody used of every cap, whichever programme and union pays: what would fill a window over its limit is
  refused when it is reserved, also if it comes late or is dated back;
- a reservation is paid at most once: it stands in at most one living payment, a payment in exactly one batch;
- who prepares does not approve, who approves does not pay out, and who verified or reviewed the case does neither;
- who entered a payee's account neither approves nor pays out the batch it stands in.
"""
