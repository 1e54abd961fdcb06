"""How an operation says which scope of a token and which right of a post it asks for. One that says neither cannot be written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from ninja.security import HttpBearer

from niangjia.apps.accounts import actions as accounts
from niangjia.apps.accounts import permissions
from niangjia.apps.accounts.types import Bearer, Scope, Viewer
from niangjia.portals.api.problems import ScopeMissing, Wrong, at, pointer

SAFE = ("GET",)


class ApiRequest(HttpRequest):
    """`viewer`: who asks, set by the token. `canonical`: the body in one form, set when it was read."""

    viewer: Viewer
    canonical: bytes


class Token(HttpBearer):
    """The token of the request: known, with the scope, on a post with the right. The view then finds `request.viewer`."""

    def __init__(self, scope: Scope, right: str) -> None:
        if right not in permissions.ACTIONS:
            raise KeyError(right)
        super().__init__()
        self.scope, self.right = scope, right
        self.asked: frozenset[str] = frozenset()  # what may stand in the query: set when the operation is declared

    def authenticate(self, request: HttpRequest, token: str) -> Bearer:
        bearer = accounts.use_token(secret=token, now=timezone.now())
        if self.scope not in bearer.scopes:
            raise ScopeMissing(self.scope)
        permissions.require(bearer.viewer, self.right)
        if request.method not in SAFE and request.content_type != "application/json":
            raise Wrong("media-type")
        if unknown := sorted(set(request.GET) - self.asked):
            # A filter that is misspelt would otherwise give everything.
            raise Wrong(
                "invalid", [at("query", pointer(name), "没有这一项", "There is no such item") for name in unknown]
            )
        request.viewer = bearer.viewer  # type: ignore[attr-defined]
        return bearer


View = Callable[..., Any]


def reads(
    router: Router, path: str, shape: type[Schema], *, scope: Scope, right: str, summary: str
) -> Callable[[View], View]:
    """A safe operation. `right`: an action of `accounts.permissions`."""
    statuses = (401, 403, 422) if "{" not in path else (401, 403, 404, 422)
    return _operation(router.get, path, shape, scope, right, summary, statuses)


def writes(
    router: Router, path: str, shape: type[Schema], *, scope: Scope, right: str, summary: str
) -> Callable[[View], View]:
    """An unsafe operation: it takes an idempotency key and answers through `once.once`."""
    return _operation(router.post, path, shape, scope, right, summary, (400, 401, 403, 404, 409, 413, 415, 422, 429))


def _operation(
    add: Any, path: str, shape: type[Schema], scope: Scope, right: str, summary: str, statuses: tuple[int, ...]
) -> Callable[[View], View]:
    def declare(view: View) -> View:
        told = {status: {"$ref": f"#/components/responses/Problem{status}"} for status in statuses}
        door = Token(scope, right)
        said = f"{(view.__doc__ or '').strip()}\n\n范围 scope `{scope}` · 权限 right `{right}`"
        add(
            path,
            auth=door,
            response={200: shape},
            summary=summary,
            description=said.strip(),
            operation_id=view.__name__,
            openapi_extra={"responses": told, "x-scope": scope.value, "x-right": right},
        )(view)
        models = view._ninja_operation.models  # type: ignore[attr-defined]
        queries = (model for model in models if model.__ninja_param_source__ == "query")
        door.asked = frozenset(name for model in queries for name in model.__ninja_flatten_map__)
        return view

    return declare
