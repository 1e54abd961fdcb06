"""Every address of the API. Each operation names its scope and right (`doors`), so that no address is without a policy."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path

from niangjia.portals.api import (
    applications,
    cases,
    decisions,
    matters,
    objections,
    orders,
    problems,
    programs,
    stepping,
)
from niangjia.portals.api.service import api
from niangjia.portals.design.pages import Access, page

TOPICS = (orders, stepping, applications, matters, objections, cases, decisions, programs)

for topic in TOPICS:
    api.add_router("", topic.router)


@page(Access.PUBLIC, methods=("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"))
def nowhere(request: HttpRequest, **parts: Any) -> HttpResponse:
    return problems.answer("not-found")


nowhere.csrf_exempt = True  # type: ignore[attr-defined]


def _by_token(pattern: Any) -> Any:
    """The framework's view with its policy, and its 405 as a problem."""
    view, methods = pattern.callback, _methods()[pattern.name]

    def guarded(request: HttpRequest, **parts: Any) -> HttpResponse:
        response = view(request, **parts)
        if response.status_code == 405:
            told = problems.answer("method")
            told.headers["Allow"] = response.headers["Allow"]
            return told
        return response

    guarded.policy, guarded.methods = Access.TOKEN, methods  # type: ignore[attr-defined]
    guarded.csrf_exempt = True  # type: ignore[attr-defined]  # no cookie opens it
    return path(str(pattern.pattern), guarded, name=pattern.name)


def _methods() -> dict[str, tuple[str, ...]]:
    return {
        operation.view_func.__name__: tuple(operation.methods)
        for router in (topic.router for topic in TOPICS)
        for view in router.path_operations.values()
        for operation in view.operations
    }


_patterns: list[Any] = list(api.urls[0])
_made = {pattern.name: pattern for pattern in _patterns}
_documents = [_made.pop(name) for name in ("openapi-json", "openapi-view")]
del _made["api-root"]

app_name = "api"
urlpatterns = [
    *_documents,
    *(_by_token(pattern) for pattern in _made.values()),
    path("", nowhere, name="api-root"),
    re_path(r"^.*$", nowhere, name="nowhere"),
]
