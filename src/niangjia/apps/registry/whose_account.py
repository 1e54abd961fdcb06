"""Whose account it is, said by an ID number: the register knows the person, and an administrator who may not look anything up there names one."""

from __future__ import annotations

from datetime import datetime

from niangjia.apps.accounts import actions
from niangjia.apps.accounts import queries as accounts
from niangjia.apps.accounts.types import Viewer
from niangjia.apps.audit import actions as audit
from niangjia.apps.registry.fields import keys
from niangjia.apps.registry.models import Person
from niangjia.kernel import identity
from niangjia.kernel.problems import Refusal


class NobodyOfThatNumber(Refusal):
    """The same for what is no ID number and for a number that the register does not hold."""

    def __init__(self) -> None:
        super().__init__(
            "登记册里没有这个身份证号的人。请逐位核对；还没有登记的，先由其工会登记。",
            "The register holds nobody of that ID number. Check each digit; who is not registered yet is registered by their union first.",
        )


def say_whose_account(*, viewer: Viewer, account_id: int, id_number: str, now: datetime) -> int:
    """
    Tie the account to the person of this ID number, wherever in the tree they are a member; return the person's id. A number that is nobody's
    is on record as well, without the number. Safe to repeat.

    Raises: NotAllowed, NoSuchAccount, NobodyOfThatNumber, and what `accounts.actions.link_person` raises.
    """
    accounts.get_account_in_reach(viewer, account_id)  # before anything is looked up: a probe is answered nowhere else
    read = identity.read_id_number(id_number)
    blind = keys().blind(read, "registry.person.id_number") if read else ""
    found = Person.objects.filter(id_number_blind=blind).order_by("id").values_list("id", flat=True).first()
    if not blind or found is None:
        audit.record(viewer, action="accounts.person_not_found", object=f"account:{account_id}", now=now)
        raise NobodyOfThatNumber
    actions.link_person(viewer=viewer, account_id=account_id, person_id=found, now=now)
    return found
