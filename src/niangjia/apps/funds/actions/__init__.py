"""
Writes: each one transaction, safe to repeat, recorded in audit. Amounts are yuan with two places.

`viewer` needs the permission named, and the fund must lie in the viewer's part of the tree.
"""

from niangjia.apps.funds.actions.batches import (
    approve_batch,
    cancel_batch,
    mark_sent,
    prepare_batch,
    record_bank_file,
    remove_payment,
    seal_batch,
)
from niangjia.apps.funds.actions.budgets import add_to_budget, approve_request, buy_goods, open_budget, withdraw_request
from niangjia.apps.funds.actions.goods import give_goods
from niangjia.apps.funds.actions.receipts import close_receipt_entry, receive_receipt, repay
from niangjia.apps.funds.actions.recoveries import receive_back
from niangjia.apps.funds.actions.rehoming import rehome_budgets
from niangjia.apps.funds.actions.reservations import approve, cancel, reserve, serve_queue
from niangjia.apps.funds.problems import BatchUnderWay, BudgetsCollide

__all__ = [
    "BatchUnderWay",
    "BudgetsCollide",
    "add_to_budget",
    "approve",
    "approve_batch",
    "approve_request",
    "buy_goods",
    "cancel",
    "cancel_batch",
    "close_receipt_entry",
    "give_goods",
    "mark_sent",
    "open_budget",
    "prepare_batch",
    "receive_back",
    "receive_receipt",
    "record_bank_file",
    "rehome_budgets",
    "remove_payment",
    "repay",
    "reserve",
    "seal_batch",
    "serve_queue",
    "withdraw_request",
]
