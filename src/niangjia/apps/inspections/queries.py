"""Reads of the auditor's desk, in the viewer's part of the tree. Every one asks for ``audit.view``."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime
from statistics import median

from django.conf import settings

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts import queries as accounts
from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.audit import queries as audit
from niangjia.apps.audit.types import Event, Hand
from niangjia.apps.cases import queries as cases
from niangjia.apps.contests import queries as contests
from niangjia.apps.funds import queries as funds
from niangjia.apps.inspections import conflicts, drawing, hands
from niangjia.apps.inspections.problems import NotFound
from niangjia.apps.inspections.types import Again, Found, Item, Reader, Result, Sample, SampleKind, Search
from niangjia.apps.matters import queries as matters
from niangjia.kernel.months import Month
from niangjia.kernel.sealing import keys_in, prefix_of

UNUSUAL_TIMES, UNUSUAL_FEWEST, FEWEST_COLLEAGUES = 3, 10, 3
_KINDS = {"registry.view": "listed", "registry.search": "searched", "lists.export": "exported", "list.export": "exported", "funds.export_batch": "exported", "bulletins.export": "exported"}  # fmt: skip


def list_readers(viewer: Viewer, *, since: datetime, until: datetime) -> list[Reader]:
    """
    How often each account of the viewer's part of the tree looked, the unusual first. Unusual: at least `UNUSUAL_FEWEST` times and more than
    `UNUSUAL_TIMES` times the median of at least `FEWEST_COLLEAGUES` others of the same role.
    """
    permissions.require(viewer, "audit.view")
    counted = audit.count_reads(viewer, since=since, until=until)
    roles = accounts.roles_of_posts({post for _account, post, _action, _count in counted})
    by_one: dict[tuple[int, Role], Counter[str]] = {}
    for account, post, action, count in counted:
        if (role := roles.get(post)) and role is not Role.WORKER:
            by_one.setdefault((account, role), Counter())[_KINDS.get(action, "opened")] += count
    totals = {key: counts.total() for key, counts in by_one.items()}
    found = []
    for (account, role), counts in by_one.items():
        others = [total for (one, its_role), total in totals.items() if its_role is role and one != account]
        middle = median(others) if len(others) >= FEWEST_COLLEAGUES else None
        total = totals[account, role]
        is_unusual = middle is not None and total >= UNUSUAL_FEWEST and total > UNUSUAL_TIMES * middle
        found.append(Reader(account, role, dict(counts), total, middle, is_unusual))
    return sorted(found, key=lambda one: (not one.is_unusual, -one.total, one.account_id))


def list_samples(viewer: Viewer) -> list[Sample]:
    """Drawn in the viewer's part of the tree, latest first; findings are not opened."""
    permissions.require(viewer, "audit.view")
    return [_sample(event, []) for event in audit.list_events(viewer, action="inspections.draw", limit=200)]


def get_sample(viewer: Viewer, sample_id: int) -> Sample:
    """With what was found of each row, remarks opened. Raises NotFound."""
    permissions.require(viewer, "audit.view")
    drawn = audit.find_events(viewer, action="inspections.draw").filter(seq=sample_id).first()
    if drawn is None:
        raise NotFound
    return _sample(audit.event_of(drawn), audit.list_about(f"sample:{sample_id}", actions=("inspections.judge",)))


def _sample(drawn: Event, judged: list[Event]) -> Sample:
    said = drawn.detail
    last: dict[str, Event] = {}
    for event in judged:  # latest first
        last.setdefault(event.detail["ref"], event)
    order = drawing.draw(said["seed"], said["items"], len(said["items"]))
    items = tuple(_item(drawn.seq, ref, said["items"][ref], last.get(ref)) for ref in order)
    return Sample(
        drawn.seq, SampleKind(said["kind"]), said["month"], said["seed"], said["size"], said["population"], said["population_hash"], items,
        drawn.account_id, drawn.at, drawn.org_path,
    )  # fmt: skip


def _item(sample_id: int, ref: str, mark: str, event: Event | None) -> Item:
    if event is None:
        return Item(ref, mark)
    remark = _opened(event.detail.get("remark", ""), f"{sample_id}/{ref}")
    return Item(ref, mark, Result(event.detail["result"]), remark, event.account_id, event.at)


def _opened(sealed: str, key: str) -> str:
    return keys_in(settings.KEYS_FOLDER).open(bytes.fromhex(sealed), f"inspections:{key}").decode() if sealed else ""


def draw_again(viewer: Viewer, sample: Sample) -> Again | None:
    """The sample from the rows of today; null where it was drawn in another part of the tree than the viewer's own."""
    if viewer.org_path != sample.org_path:
        return None
    rows = drawing.population(viewer, sample.kind, Month(sample.month))
    hashed = drawing.hash_of(rows)
    drawn = drawing.draw(sample.seed, rows, sample.size)
    items = tuple(
        replace(one, now="GONE" if one.ref not in rows else "SAME" if rows[one.ref] == one.mark else "CHANGED")
        for one in sample.items
    )
    return Again(len(rows), hashed, hashed == sample.population_hash, drawn == [one.ref for one in sample.items], items)


def chain_of(viewer: Viewer, of: str) -> list[Hand]:
    """The hands of ``case:12``, ``matter:3`` or ``payment:5`` in order. Raises NotFound."""
    permissions.require(viewer, "audit.view")
    kind, _colon, number = of.partition(":")
    if not number.isascii() or not number.isdecimal() or len(number) > 18:
        raise NotFound
    if kind == "payment":
        payment = funds.hands.get_payment(viewer, int(number))
        kind, number = matter_of(payment.reservation.case_ref)
        if kind not in ("case", "matter") or not number.isdecimal():  # an award, a trip: its money's hands alone
            return hands.in_order(funds.hands.hands_of({payment.reservation_id: of}))
    seen = {"case": cases.hands.visible_ids, "matter": matters.hands.visible_ids}.get(kind)
    if seen is None or int(number) not in seen(viewer, [int(number)]):
        raise NotFound
    wanted = [int(number)]
    found = hands.gather(wanted if kind == "case" else [], wanted if kind == "matter" else [])
    return found.get(f"{kind}:{number}", [])


def matter_of(case_ref: str) -> tuple[str, str]:
    """Of the funds' reference ``case:12:special-grant``: what it pays for."""
    kind, _colon, rest = case_ref.partition(":")
    return kind, rest.partition(":")[0]


def find_conflicts(viewer: Viewer, month: Month) -> list[Found]:
    """What the rules find now in everything that was done or paid in a month in the viewer's part of the tree. It is asked of every room: dear."""
    chains, (since, until) = chains_of_month(viewer, month), drawing.span_of(month)
    return conflicts.find(chains, contests.hands.list_marked(viewer, since=since, until=until))


def last_search(viewer: Viewer, month: Month) -> Search | None:
    """What was found when somebody of the viewer's union last searched a month, with what was said of each; null: nobody did. Raises NotAllowed."""
    permissions.require(viewer, "audit.view")
    event = next(iter(audit.list_about(searches_of(viewer, month), actions=("inspections.search",), most=1)), None)
    if event is None:
        return None
    said: dict[str, Event] = {}
    for one in audit.list_events(viewer, action="inspections.look_into", limit=2_000):
        said.setdefault(one.object.removeprefix("conflict:"), one)
    found = conflicts.read(event.detail["found"])
    return Search(event.at, event.account_id, [_with_note(one, said.get(one.key)) for one in found])


def searches_of(viewer: Viewer, month: Month) -> str:
    return f"conflicts:{month}/{viewer.org_id}"


def chains_of_month(viewer: Viewer, month: Month) -> dict[str, list[Hand]]:
    """Whose hands everything went through that was done or paid in a month in the viewer's part of the tree. Raises NotAllowed."""
    permissions.require(viewer, "audit.view")
    since, until = drawing.span_of(month)
    ids: dict[str, set[int]] = {
        "case": set(cases.hands.list_moved(viewer, since=since, until=until).values_list("pk", flat=True)),
        "matter": set(matters.hands.list_moved(viewer, since=since, until=until).values_list("pk", flat=True)),
    }
    paid = funds.hands.list_paid_in(viewer, since=since, until=until)
    for case_ref in paid.values_list("reservation__case_ref", flat=True):
        kind, number = matter_of(case_ref)
        if kind in ids and number.isdecimal():
            ids[kind].add(int(number))
    return hands.gather(cases.hands.visible_ids(viewer, ids["case"]), matters.hands.visible_ids(viewer, ids["matter"]))


def _with_note(found: Found, event: Event | None) -> Found:
    if event is None:
        return found
    return replace(
        found, looked_at=event.at, looked_by=event.account_id, remark=_opened(event.detail["remark"], found.key)
    )


def decisions_of(viewer: Viewer, refs: list[str]) -> list[int]:
    """The decisions that these rows rest on. The caller has bounded them."""
    ids: dict[str, list[int]] = {"case": [], "matter": [], "payment": []}
    for ref in refs:
        kind, _colon, number = ref.partition(":")
        ids.setdefault(kind, []).append(int(number))
    found = [pk for pks in cases.hands.decisions_of(ids["case"]).values() for pk in pks]
    found += [pk for pks in matters.hands.decisions_of(ids["matter"]).values() for pk in pks]
    named = funds.hands.decision_refs_of(ids["payment"]).values()
    return sorted({*found, *(int(ref.rpartition(":")[2]) for ref in named)})


def count_sealed_with(key_id: str) -> int:
    """Events of the chain with a remark that this key sealed: the chain is never written anew, so the key is needed as long as they are."""
    return audit.count_saying(prefix_of(key_id).hex(), actions=("inspections.judge", "inspections.look_into"))


def last_of(viewer: Viewer, action: str) -> Event | None:
    """The latest replay or check that somebody of the viewer's part of the tree made."""
    permissions.require(viewer, "audit.view")
    return next(iter(audit.list_events(viewer, action=action, limit=1)), None)
