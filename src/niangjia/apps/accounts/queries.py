"""Reading accounts and posts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.models import Account, ApiToken, Passkey, Post, RecoveryCode, Sitting, Subject, TotpSecret
from niangjia.apps.accounts.policy import password_policy
from niangjia.apps.accounts.resealing import sealed_columns as sealed_columns
from niangjia.apps.accounts.types import (
    Absence,
    Due,
    Holder,
    PasskeyCard,
    PostCard,
    Recognised,
    Role,
    Scope,
    SecondFactors,
    SittingCard,
    StandingIn,
    TokenCard,
    Viewer,
)
from niangjia.apps.organizations import queries as organizations
from niangjia.apps.organizations import scope
from niangjia.apps.organizations.types import Violation
from niangjia.engines.policy.parameters import area_prefix
from niangjia.kernel import looking
from niangjia.kernel.problems import Refusal


class NoSuchPost(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "此账户没有在任的这一岗位。请重新登录并选择岗位，或联系本级管理员。",
            "This account does not hold that post now. Log in again and choose a post, or ask your administrator.",
        )


class NoSuchAccount(Refusal):
    """The same for what does not exist and for what is outside the administrator's part of the tree."""

    def __init__(self) -> None:
        super().__init__(
            "没有这个账户，或不在您的管辖范围内。请从“组织与岗位”里打开。",
            "There is no such account, or it is outside your part of the tree. Open it from the page of unions and posts.",
        )


# A matter prepared by one of the two is mostly through by then, from the finding to the bank's receipt; for ever would leave a small
# union without other eyes.
HANDS_STAY_JOINED = timedelta(days=180)


def _lasts(today: date) -> Q:
    """Where somebody stands in, the post it comes from must be held too: what its holder no longer has, nobody has for them."""
    is_own = Q(stands_in_for__isnull=True)
    lasts = Q(stands_in_for__ends_before__isnull=True) | Q(stands_in_for__ends_before__gt=today)
    is_held = Q(ends_before__isnull=True) | Q(ends_before__gt=today)
    return (
        is_held
        & Q(starts_on__lte=today, account__is_active=True)
        & (is_own | (lasts & Q(stands_in_for__account__is_active=True)))
    )


def _held(today: date) -> QuerySet[Post]:
    return Post.objects.filter(_lasts(today))


@looking.once
def find_active(account_id: int) -> Account | None:
    """None as well for one that is disabled."""
    return Account.objects.filter(pk=account_id, is_active=True).first()


def get_account(account_id: int) -> Account:
    """For reading, and for the web's own log-in. Raises Account.DoesNotExist."""
    return Account.objects.get(pk=account_id)


def get_account_in_reach(viewer: Viewer, account_id: int) -> Account:
    """
    For reading, by an administrator in whose part of the tree all its posts lie. Raises NotAllowed; NoSuchAccount: also for one that is not there.
    """
    permissions.require(viewer, "accounts.manage")
    paths = [path or "" for path in Post.objects.filter(account_id=account_id).values_list("org__path", flat=True)]
    if not paths or not all(scope.covers(viewer.org_path, path) for path in paths):
        raise NoSuchAccount
    return get_account(account_id)


def is_active(account_id: int) -> bool:
    """False as well for an account that is not there."""
    return Account.objects.filter(pk=account_id, is_active=True).exists()


def get_viewer(*, account_id: int, post_id: int, today: date) -> Viewer:
    """
    The one who asks, on that post, checked afresh: an ended post or a disabled account is refused with the next request.

    Raises:
        NoSuchPost: not this account's post, or not held today.
    """
    post = (
        _held(today).select_related("account", "org", "stands_in_for").filter(pk=post_id, account_id=account_id).first()
    )
    if post is None:
        raise NoSuchPost
    return _viewer(post, _joined(account_id, today))


def recognise(
    *,
    account_id: int,
    post_id: int | None,
    sitting_id: int | None = None,
    today: date,
    along: Mapping[str, QuerySet] | None = None,
) -> Recognised:
    """
    The account's posts of today as `list_posts` orders them, and the one who asks on the post `post_id`, or on the first if it is not held
    today. No posts, no viewer. `along`: of other rooms, each one value that is answered in the same question.
    """
    posts = _in_order(
        _held(today)
        .filter(account_id=account_id)
        .select_related("account", "org", "stands_in_for__account")
        .annotate(
            is_joined=_any(
                _handed(today).filter(account_id=account_id),
                _handed(today).filter(stands_in_for__account_id=account_id),
            ),
            has_factor=_any(
                TotpSecret.objects.filter(account_id=account_id), Passkey.objects.filter(account_id=account_id)
            ),
            sitting_seen_at=Subquery(open_sitting(account_id, sitting_id).values("seen_at")),
            **{name: Subquery(found) for name, found in (along or {}).items()},
        )
    )
    if not posts:
        return Recognised()
    first = posts[0]
    looking.know(find_active, account_id, answer=first.account)
    looking.know(person_of, account_id, answer=first.account.person_id)
    looking.know_each(
        persons_ever_of, {account_id: frozenset({first.account.person_id, *first.account.was_person_ids} - {None})}
    )
    organizations.know(post.org for post in posts)
    chosen = next((post for post in posts if post.pk == post_id), first)
    read = vars(first)
    return Recognised(
        posts=tuple(_card(post) for post in posts),
        viewer=_viewer(chosen, _joined(account_id, today) if read["is_joined"] else frozenset()),
        has_second_factor=read["has_factor"],
        sitting_seen_at=read["sitting_seen_at"],
        along={name: read[name] for name in along or {}},
    )


def open_sitting(account_id: int, sitting_id: int | None) -> QuerySet[Sitting]:
    """That sitting of that account, if it was not ended: one row or none."""
    return Sitting.objects.filter(pk=sitting_id or 0, account_id=account_id, ended_at__isnull=True)


def _viewer(post: Post, joined_ids: frozenset[int]) -> Viewer:
    role = Role(post.role)
    return Viewer(
        account_id=post.account_id,
        post_id=post.pk,
        name=post.account.name,
        role=role,
        org_id=post.org_id,
        # A worker's scope is the worker: membership of a union opens nobody else's data.
        org_path="" if role is Role.WORKER else post.org.path or "",
        person_id=post.account.person_id if role is Role.WORKER else None,
        for_account_id=post.stands_in_for.account_id if post.stands_in_for else None,
        joined_ids=joined_ids,
    )


def _joined(account_id: int, today: date) -> frozenset[int]:
    """Accounts that are one pair of hands with this one: standing in is going on, or has ended lately."""
    return joined_with([account_id], today=today)


def _handed(today: date) -> QuerySet[Post]:
    """Posts on which somebody stands in now or did so lately."""
    since = today - HANDS_STAY_JOINED
    return Post.objects.filter(stands_in_for__isnull=False, starts_on__lte=today, ends_before__gt=since)


def _any(first: QuerySet, second: QuerySet) -> ExpressionWrapper:
    return ExpressionWrapper(Exists(first) | Exists(second), output_field=BooleanField())


def joined_with(account_ids: Iterable[int], *, today: date) -> frozenset[int]:
    """Accounts that are one pair of hands with one of these, as `Viewer.joined_ids` says of one; without the accounts themselves."""
    ids = set(account_ids)
    pairs = (
        _handed(today)
        .filter(Q(account_id__in=ids) | Q(stands_in_for__account_id__in=ids))
        .values_list("account_id", "stands_in_for__account_id")
    )
    return frozenset(one for pair in pairs for one in pair if one is not None) - ids


def list_stand_ins(viewer: Viewer, *, today: date) -> list[tuple[PostCard, str]]:
    """Colleagues to whom the viewer's post can be handed: each other account with a post of its own at that very union that may hold both, by name."""
    found = _held(today).filter(org_id=viewer.org_id, stands_in_for__isnull=True).exclude(role=Role.WORKER)
    once: dict[int, tuple[PostCard, str]] = {}
    for post in (
        found.exclude(account_id=viewer.account_id).select_related("org", "account").order_by("account__name", "pk")
    ):
        once.setdefault(post.account_id, (_card(post), post.account.name))
    roles: dict[int, set[Role]] = {account_id: {viewer.role} for account_id in once}
    for account_id, role in _held(today).filter(account_id__in=once).values_list("account_id", "role"):
        roles[account_id].add(Role(role))
    return [found for account_id, found in once.items() if not permissions.collide(roles[account_id])]


def list_unions_with(path: str, roles: Iterable[Role], *, today: date) -> list[Holder]:
    """Where somebody holds one of these roles today: at the union of `path` or above it, the nearest first. None for an empty path."""
    above = [int(step) for step in path.split("/") if step]
    posts = _held(today).filter(org_id__in=above, role__in=list(roles)).select_related("org")
    names = {post.org_id: post.org.name for post in posts}
    held = {(post.org_id, Role(post.role)) for post in posts}
    return [
        Holder(names[org_id], tuple(role for role in Role if (org_id, role) in held))
        for org_id in reversed(above)
        if org_id in names
    ]


def list_standing_in(account_id: int, *, today: date) -> list[StandingIn]:
    """Hand-overs that last or are to come, from this account and to it, the next first."""
    found = Post.objects.filter(
        Q(account_id=account_id) | Q(stands_in_for__account_id=account_id),
        stands_in_for__isnull=False, ends_before__gt=today,
    ).select_related("account", "org", "stands_in_for__account")  # fmt: skip
    return [
        StandingIn(
            post_id=post.pk,
            role=Role(post.role),
            org_name=post.org.name,
            from_name=post.stands_in_for.account.name,
            to_name=post.account.name,
            starts_on=post.starts_on,
            last_on=post.ends_before - timedelta(days=1),
            is_mine=post.account_id != account_id,
        )
        for post in found.order_by("starts_on", "pk")
        if post.stands_in_for and post.ends_before
    ]


def list_posts(account_id: int, *, today: date) -> list[PostCard]:
    """Posts held today, one's own before those on which one stands in, oldest first; the first is the one to begin with."""
    return [_card(post) for post in _posts_of(account_id, today)]


def _posts_of(account_id: int, today: date) -> list[Post]:
    return _in_order(
        _held(today).filter(account_id=account_id).select_related("account", "org", "stands_in_for__account")
    )


def _in_order(posts: Iterable[Post]) -> list[Post]:
    return sorted(posts, key=lambda post: (bool(post.stands_in_for_id), post.starts_on, post.pk))


def find_due(
    viewer: Viewer,
    *,
    is_proved_elsewhere: bool = False,
    now: datetime,
    account: Account | None = None,
    has_factor: bool | None = None,
) -> Due | None:
    """
    What the viewer must do before anything else, the first thing first. `is_proved_elsewhere`: this session came by a sign-on of others
    that asked a second factor there; neither the house's password nor its second factor was used. `account`, `has_factor`: the viewer's,
    where they have been read.
    """
    if is_proved_elsewhere:
        return None
    account = account or Account.objects.only("must_change_password", "password_set_at").get(pk=viewer.account_id)
    if account.must_change_password:
        return Due.OWN_PASSWORD
    if password_policy().has_expired(account.password_set_at, now):
        return Due.NEW_PASSWORD
    if not requires_second_factor(viewer.role):
        return None
    has_one = has_second_factor(viewer.account_id) if has_factor is None else has_factor
    return None if has_one else Due.SECOND_FACTOR


def requires_second_factor(role: Role) -> bool:
    """Whether a post of this role is opened with a second factor only. In the demo none is."""
    return settings.SECOND_FACTOR == "staff" and role is not Role.WORKER


def has_second_factor(account_id: int) -> bool:
    return bool(with_second_factor({account_id}))


def with_second_factor(account_ids: set[int]) -> set[int]:
    """Those of the accounts that have a second factor."""
    totp, passkeys = (model.objects.filter(account_id__in=account_ids) for model in (TotpSecret, Passkey))
    return set(totp.values_list("account_id", flat=True).union(passkeys.values_list("account_id", flat=True)))


def list_second_factors(account_id: int) -> SecondFactors:
    totp = TotpSecret.objects.filter(account_id=account_id).only("enrolled_at").first()
    return SecondFactors(
        totp_since=totp.enrolled_at if totp else None,
        recovery_count=RecoveryCode.objects.filter(account_id=account_id, used_at__isnull=True).count(),
        passkeys=tuple(
            PasskeyCard(one.pk, one.name, one.added_at, one.last_used_at)
            for one in Passkey.objects.filter(account_id=account_id).order_by("added_at", "pk")
        ),
    )


def list_sittings(account_id: int, *, seen_since: datetime, begun_since: datetime) -> list[SittingCard]:
    """Where the account is signed in now, used last first: `seen_since` and `begun_since` are the limits of a session."""
    found = Sitting.objects.filter(
        account_id=account_id, ended_at__isnull=True, seen_at__gt=seen_since, started_at__gt=begun_since
    )
    return [
        SittingCard(one.pk, one.device, one.address, one.started_at, one.seen_at)
        for one in found.order_by("-seen_at", "-pk")
    ]


def list_tokens(account_id: int, *, now: datetime) -> list[TokenCard]:
    """Tokens of an account that still open something, issued last first."""
    return _token_cards(ApiToken.objects.filter(account_id=account_id), now)


def list_tokens_at(org_id: int, *, now: datetime) -> list[TokenCard]:
    """Tokens on posts of that very union that still open something; the caller has bounded the union."""
    return _token_cards(ApiToken.objects.filter(post__org_id=org_id), now)


def _token_cards(found: QuerySet[ApiToken], now: datetime) -> list[TokenCard]:
    living = found.filter(
        revoked_at__isnull=True, expires_at__gt=now, post__in=_held(timezone.localdate(now)).values("pk")
    )
    return [
        TokenCard(
            id=token.pk,
            account_id=token.account_id,
            account_name=token.account.name,
            name=token.name,
            scopes=tuple(Scope(one) for one in token.scopes.split()),
            role=Role(token.post.role),
            org_name=token.post.org.name,
            tail=token.tail,
            issued_at=token.issued_at,
            expires_at=token.expires_at,
            last_used_at=token.last_used_at,
        )
        for token in living.select_related("account", "post__org").order_by("-issued_at", "-pk")
    ]


def list_holders(*, org_id: int, role: Role, today: date) -> list[int]:
    """Ids of the accounts that hold `role` at that very union today."""
    return list(
        _held(today)
        .filter(org_id=org_id, role=role)
        .order_by("account_id")
        .values_list("account_id", flat=True)
        .distinct()
    )


def holders_at(org_ids: Iterable[int], *, action: str, today: date) -> dict[int, list[int]]:
    """By union, the accounts that hold a post there today which allows `action`; those who stand in as well."""
    roles = [role for role in Role if permissions.allows(role, action)]
    found: dict[int, list[int]] = {}
    held = _held(today).filter(org_id__in=set(org_ids), role__in=roles).order_by("org_id", "account_id")
    people: dict[int, tuple[str, int | None]] = {}
    columns = ("org_id", "account_id", "account__name", "account__person_id")
    for org_id, account_id, name, person_id in held.values_list(*columns).distinct():
        found.setdefault(org_id, []).append(account_id)
        people[account_id] = (name, person_id)
    looking.know_each(people_of, people)
    looking.know_each(names_of, {account_id: name for account_id, (name, _person_id) in people.items()})
    return found


def holders_of_area(area: str, *, action: str, today: date) -> list[int]:
    """Accounts with a post that allows `action` at a union of the smallest division that holds `area` and has such a post."""
    roles = [role for role in Role if permissions.allows(role, action)]
    nearest: dict[str, list[int]] = {}
    held = _held(today).filter(role__in=roles).order_by("account_id")
    for account_id, of_union in held.values_list("account_id", "org__area").distinct():
        division = area_prefix(of_union)
        if area.startswith(division) and account_id not in nearest.setdefault(division, []):
            nearest[division].append(account_id)
    return nearest[max(nearest, key=len)] if nearest else []


def accounts_of_persons(person_ids: Iterable[int]) -> dict[int, int]:
    """By registry id, the accounts of those persons who have one that is in use."""
    found = Account.objects.filter(person_id__in=set(person_ids), is_active=True)
    return {person_id: pk for person_id, pk in found.values_list("person_id", "pk") if person_id is not None}


def list_colleagues(org_path: str, *, action: str, today: date) -> list[tuple[PostCard, str]]:
    """
    Who holds today a post that allows `action` at the union of `org_path` or at one above it, with their names: the nearest union
    first, then by name; each account once.
    """
    parts = org_path.split("/")[:-1]
    paths = ["/".join(parts[:length]) + "/" for length in range(1, len(parts) + 1)]
    roles = [role for role in Role if permissions.allows(role, action)]
    found = _held(today).filter(org__path__in=paths, role__in=roles).select_related("org", "account")
    nearest_first = sorted(found, key=lambda post: (-len(post.org.path or ""), post.account.name, post.pk))
    once: dict[int, tuple[PostCard, str]] = {}
    for post in nearest_first:
        once.setdefault(post.account_id, (_card(post), post.account.name))
    return list(once.values())


def list_accounts(viewer: Viewer) -> QuerySet[Account]:
    """Accounts with a post, present or past, in the viewer's part of the tree; by name. For reading."""
    posts = scope.within(Post.objects.all(), viewer.org_path, "org__path")
    return Account.objects.filter(pk__in=posts.values("account_id")).order_by("username")


def list_posts_at(org_id: int, *, today: date) -> list[tuple[PostCard, str]]:
    """Posts held at that very union today with the holder's name, by role. The caller has bounded the union."""
    found = (
        _held(today)
        .filter(org_id=org_id)
        .select_related("org", "account", "stands_in_for__account")
        .order_by("role", "starts_on", "id")
    )
    return [(_card(post), post.account.name) for post in found]


def lasting_posts(org_id: int, today: date) -> QuerySet[Post]:
    """Posts at that very union that have not ended, also those that begin later; in order of number. For reading."""
    return Post.objects.filter(Q(ends_before__isnull=True) | Q(ends_before__gt=today), org_id=org_id).order_by("pk")


def list_lasting_posts(org_id: int, *, today: date) -> list[tuple[PostCard, str]]:
    """`lasting_posts` as cards, with the holder's name. The caller has bounded the union."""
    found = lasting_posts(org_id, today).select_related("org", "account", "stands_in_for__account")
    return [(_card(post), post.account.name) for post in found]


def list_ending_posts(path: str, *, today: date, until: date) -> list[tuple[PostCard, str]]:
    """Posts held today at `path` or below that end by `until`, soonest first, with the holder's name."""
    found = scope.within(_held(today).filter(ends_before__lte=until), path, "org__path")
    rows = found.select_related("org", "account", "stands_in_for__account").order_by("ends_before", "pk")
    return [(_card(post), post.account.name) for post in rows[:200]]


def list_never_used(path: str, *, today: date, opened_before: datetime) -> list[tuple[PostCard, str]]:
    """Posts held at `path` or below since before that moment by enabled accounts that nobody ever signed in to, oldest first."""
    held = _held(today).filter(
        account__last_login__isnull=True, account__is_active=True, starts_on__lt=opened_before.date()
    )
    rows = scope.within(held, path, "org__path").select_related("org", "account", "stands_in_for__account")
    return [(_card(post), post.account.name) for post in rows.order_by("starts_on", "pk")[:200]]


def list_disabled_at(org_id: int) -> QuerySet[Account]:
    """Disabled accounts that hold or held a post at that very union, by name. For reading; the caller has bounded the union."""
    posts = Post.objects.filter(org_id=org_id)
    return Account.objects.filter(pk__in=posts.values("account_id"), is_active=False).order_by("username")


def subjects_of(account_ids: Iterable[int]) -> dict[int, dict[str, str]]:
    """Who accounts are at sign-ons of others: account → provider → subject."""
    found: dict[int, dict[str, str]] = {}
    for account_id, provider, subject in Subject.objects.filter(account__in=set(account_ids)).values_list(
        "account_id", "provider", "subject"
    ):
        found.setdefault(account_id, {})[provider] = subject
    return found


def find_account_id(username: str) -> int | None:
    return Account.objects.filter(username=username.strip().lower()).values_list("id", flat=True).first()


def ids_named(name: str) -> set[int]:
    """Accounts whose holder's name has this in it; without scope, for who then reads within theirs."""
    return set(Account.objects.filter(name__contains=name).values_list("pk", flat=True)[:200])


def roles_of_posts(post_ids: Iterable[int]) -> dict[int, Role]:
    return {pk: Role(role) for pk, role in Post.objects.filter(pk__in=set(post_ids)).values_list("id", "role")}


def unions_of(account_ids: Iterable[int]) -> dict[int, frozenset[int]]:
    """By account, every union where it holds or held a post of staff."""
    found: dict[int, set[int]] = {}
    rows = Post.objects.filter(account__in=set(account_ids)).exclude(role=Role.WORKER)
    for account_id, org_id in rows.values_list("account_id", "org_id"):
        found.setdefault(account_id, set()).add(org_id)
    return {account_id: frozenset(orgs) for account_id, orgs in found.items()}


@looking.once_each
def names_of(account_ids: Iterable[int]) -> dict[int, str]:
    return dict(Account.objects.filter(pk__in=set(account_ids)).values_list("id", "name"))


def know_names(accounts: Iterable[Account]) -> None:
    """Accounts that came along with something else: the page that is made now need not ask for their names."""
    know_named({one.pk: one.name for one in accounts})


def know_named(names: dict[int, str]) -> None:
    """As `know_names`, of names that came along by `name_of`."""
    looking.know_each(names_of, names)


def name_of(account: str) -> Subquery:
    """The name of the account whose number stands in this column."""
    return Subquery(Account.objects.filter(pk=OuterRef(account)).values("name"))


@looking.once
def person_of(account_id: int) -> int | None:
    """The registry's id of the person behind an account, or None: for conflicts of interest."""
    return Account.objects.filter(pk=account_id).values_list("person_id", flat=True).first()


@looking.once_each
def people_of(account_ids: Iterable[int]) -> dict[int, tuple[str, int | None]]:
    """By account, its name and the registry's id of the person behind it, null = not known; one query."""
    rows = Account.objects.filter(pk__in=set(account_ids)).values_list("id", "name", "person_id")
    return {account_id: (name, person_id) for account_id, name, person_id in rows}


@looking.once_each
def persons_ever_of(account_ids: Iterable[int]) -> dict[int, frozenset[int]]:
    """By account, every person of the registry that it is or was said to be, untied since or not, so that nobody hides by it; none: left out."""
    rows = Account.objects.filter(pk__in=set(account_ids)).values_list("id", "person_id", "was_person_ids")
    ever = {account_id: frozenset({person, *was} - {None}) for account_id, person, was in rows}
    return {account_id: persons for account_id, persons in ever.items() if persons}


def list_absences(account_ids: Iterable[int], *, today: date) -> list[Absence]:
    """Hand-overs going on today that concern these accounts, as the one who is away or the one who stands in; one query."""
    ids = set(account_ids)
    found = Post.objects.filter(
        Q(account_id__in=ids) | Q(stands_in_for__account_id__in=ids),
        stands_in_for__isnull=False, starts_on__lte=today, ends_before__gt=today,
    ).select_related("stands_in_for__account", "account")  # fmt: skip
    return [
        Absence(
            away_id=post.stands_in_for.account_id,
            away_name=post.stands_in_for.account.name,
            by_id=post.account_id,
            by_name=post.account.name,
            org_id=post.org_id,
            last_on=post.ends_before - timedelta(days=1),
        )
        for post in found.order_by("ends_before", "pk")
        if post.stands_in_for and post.ends_before
    ]


def verify(*, today: date) -> list[Violation]:
    """ROLES: no account holds posts today that must stay apart. HEIR: no post lasts at a union that has a successor. Reads only."""
    roles: dict[int, set[Role]] = {}
    for account_id, role in _held(today).values_list("account_id", "role"):
        roles.setdefault(account_id, set()).add(Role(role))
    stranded = _held(today).filter(org__successor__isnull=False).values_list("pk", flat=True)
    return [
        Violation(
            "HEIR",
            f"post:{post_id}",
            "岗位所在工会已有承接工会。请结束岗位。",
            "The post's union has a successor. End the post.",
        )
        for post_id in stranded
    ] + [
        Violation(
            "ROLES",
            f"account:{account_id}",
            "同一账户兼任须分离的岗位。请终止其一。",
            "One account holds posts that must stay apart. End one of them.",
        )
        for account_id, held in sorted(roles.items())
        if permissions.collide(held)
    ]


def _card(post: Post) -> PostCard:
    return PostCard(
        id=post.pk,
        account_id=post.account_id,
        role=Role(post.role),
        org_id=post.org_id,
        org_name=post.org.name,
        starts_on=post.starts_on,
        ends_before=post.ends_before,
        for_name=_name_of_absent(post),
    )


def _name_of_absent(post: Post) -> str:
    """Only where it was read along: a list of colleagues does not ask for it row by row."""
    if post.stands_in_for_id is None or "stands_in_for" not in post._state.fields_cache:
        return ""
    return post.stands_in_for.account.name if post.stands_in_for else ""
