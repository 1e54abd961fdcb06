from __future__ import annotations

from niangjia.apps.accounts import queries
from niangjia.apps.accounts.models import Account


class AccountBackend:
    """
    Finds the account of a session. Logging in is `actions.authenticate`, the only way that counts failures:
    this backend authenticates nobody.
    """

    def authenticate(self, request: object, **credentials: object) -> None:
        return None

    def get_user(self, user_id: int) -> Account | None:
        """None once an account is disabled: its sessions end with the next request."""
        return queries.find_active(user_id)
