"""The digest of a batch's content."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from niangjia.apps.funds.models import Payment


def content_digest(payments: Iterable[Payment]) -> str:
    """SHA-256 over what the approver approves: line, reference, person, amount. A later change of any shows."""
    digest = hashlib.sha256()
    for payment in sorted(payments, key=lambda payment: payment.line):
        digest.update(f"{payment.line}|{payment.reference}|{payment.person_id}|{payment.amount:.2f}\n".encode())
    return digest.hexdigest()
