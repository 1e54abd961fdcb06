"""The API as a whole: its document, how it reads and writes JSON, and how every problem is told."""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import REF_TEMPLATE, OpenAPISchema
from ninja.parser import Parser
from ninja.renderers import JSONRenderer

from niangjia.kernel.problems import Refusal
from niangjia.portals.api import problems
from niangjia.portals.design.pages import Access, page

VERSION = "1.0.0"
_ABOUT = """工会帮扶系统的接口：工单、个案、申请、决定、项目。说明与示例程序见 docs/guides/api.md。

The API of the unions' assistance system: orders, cases, applications, decisions, programmes. Guide and example client:
docs/guides/api.md. Codes are stable; words are for people. Lists are in order of id, so that what is new comes last."""
TAGS = {
    "orders": "工单 · work orders, and each step of one",
    "applications": "申请 · requests for help, and reporting a worker found in hardship",
    "matters": "申请事项 · applications to programmes, stage by stage, and an officer's step of one",
    "cases": "个案 · cases and where they stand",
    "decisions": "决定 · what was decided, how much, by which clause and why",
    "programs": "项目 · programmes as everybody may read them",
}


_PARTS = {
    "order_id": "工单编号 · id of the work order",
    "case_id": "个案编号 · id of the case",
    "decision_id": "决定编号 · id of the decision",
    "area": "项目的区划代码 · division code of the programme",
    "matter": "编号（SX…）或 id · its number (SX…) or id",
    "program_id": "项目代号 · id of the programme",
}
_HEADERS: dict[int, dict[str, Any]] = {
    401: {"WWW-Authenticate": {"schema": {"type": "string", "const": "Bearer"}}},
    429: {"Retry-After": {"description": "秒 · seconds", "schema": {"type": "string", "pattern": "^[0-9]+$"}}},
}
_REPLAYED: dict[str, Any] = {
    "Idempotent-Replayed": {
        "description": "true：早先办过，这是当时的回答 · true: it was done before, and this is the answer of then",
        "schema": {"type": "string", "const": "true"},
    }
}


class Strict(Parser):
    """JSON in UTF-8 without anything a database or a log would stumble over; kept in one form to tell two requests apart."""

    def parse_body(self, request: HttpRequest) -> Any:
        try:
            said = json.loads(request.body.decode("utf-8"), parse_constant=_refuse)
            request.canonical = json.dumps(said, sort_keys=True, ensure_ascii=False).encode("utf-8")  # type: ignore[attr-defined]
        except (ValueError, RecursionError) as error:
            raise HttpError(400, "") from error
        if not isinstance(said, dict) or "\\u0000" in request.body.decode("utf-8"):
            raise HttpError(400, "")
        return said


def _refuse(name: str) -> None:
    raise ValueError(name)


class Plain(JSONRenderer):
    json_dumps_params = {"ensure_ascii": False}


class Api(NinjaAPI):
    _document: OpenAPISchema | None = None

    def get_openapi_schema(self, **more: Any) -> OpenAPISchema:
        """As the framework makes it from the types, with the problems that every operation may answer. Made once: it takes a while."""
        if self._document is None:
            self._document = self._made(**more)
        return self._document

    def _made(self, **more: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**more)
        described = problems.Problem.model_json_schema(ref_template=REF_TEMPLATE, mode="serialization")
        schema["components"]["schemas"] |= described.pop("$defs") | {"Problem": described}
        schema["components"]["responses"] = {
            f"Problem{status}": {
                "description": "; ".join(
                    f"{kind.zh} · {kind.en}" for kind in problems.KINDS.values() if kind.status == status
                ),
                **({"headers": _HEADERS[status]} if status in _HEADERS else {}),
                "content": {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            }
            for status in sorted({kind.status for kind in problems.KINDS.values()} - {405, 500})
        }
        for operation in (said for methods in schema["paths"].values() for said in methods.values()):
            operation["security"] = [{"Token": [operation["x-scope"]]}]
            for parameter in operation["parameters"]:
                parameter.pop("examples", None)  # they stand in its schema; here they would have to be named
                parameter["schema"].pop("description", None)
                if parameter["in"] == "path":
                    parameter["description"] = _PARTS[parameter["name"]]
            if "requestBody" in operation:
                operation["responses"][200]["headers"] = _REPLAYED
        schema["components"]["securitySchemes"]["Token"]["description"] = (
            "访问令牌，在“登录与安全”签发 · an access token, issued under “Sign-in and safety”"
        )
        return schema


api = Api(
    title="娘家 Niangjia",
    version=VERSION,
    description=_ABOUT,
    urls_namespace="api",
    docs_decorator=page(Access.PUBLIC),  # type: ignore[arg-type]
    parser=Strict(),
    renderer=Plain(),
    openapi_extra={
        "tags": [{"name": name, "description": said} for name, said in TAGS.items()],
        "info": {"license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}},
    },
)


@api.exception_handler(Refusal)
def _refused(request: HttpRequest, refusal: Any) -> Any:
    return problems.of_refusal(request, refusal)


@api.exception_handler(problems.Wrong)
def _wrong(request: HttpRequest, wrong: Any) -> Any:
    return problems.answer(wrong.code, errors=wrong.errors)


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: Any) -> Any:
    return problems.of_validation(error.errors)


@api.exception_handler(HttpError)
def _unread(request: HttpRequest, error: Any) -> Any:
    return problems.answer("token" if error.status_code == 401 else "malformed")


@api.exception_handler(Http404)
def _nowhere(request: HttpRequest, error: Any) -> Any:
    return problems.answer("not-found")


@api.exception_handler(RequestDataTooBig)
def _too_large(request: HttpRequest, error: Any) -> Any:
    return problems.answer("too-large")
