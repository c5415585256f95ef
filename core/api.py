"""API conventions: one error shape for every endpoint, after RFC 9457, and its place in the schema."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404
from drf_spectacular.authentication import SessionScheme
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ComponentRegistry
from rest_framework import authentication, exceptions, parsers, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import as_serializer_error
from rest_framework.views import exception_handler as drf_exception_handler

from core.problems import Refused, Stale

PROBLEM_JSON = "application/problem+json"


class SessionAuthentication(authentication.SessionAuthentication):
    """The browser's session; without one the answer is 401, so that a client can tell it from 403."""

    def authenticate_header(self, request: Request) -> str:
        return "Session"


class _SessionScheme(SessionScheme):  # type: ignore[no-untyped-call]
    target_class = "core.api.SessionAuthentication"


class BodyTooLarge(exceptions.APIException):
    """A request body beyond what the portal reads into memory."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "This is more than the portal takes at once. Send long texts as files."
    default_code = "too_large"


class JSONParser(parsers.JSONParser):
    """JSON in UTF-8, read no further than Django reads any other body."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise BodyTooLarge
        try:
            return super().parse(BytesIO(body), media_type, {**(parser_context or {}), "encoding": "utf-8"})
        except RecursionError:
            raise exceptions.ParseError("JSON parse error - this is nested too deeply.") from None


def problem(
    *,
    status_code: int,
    title: str,
    detail: str = "",
    errors: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """Build the one error answer: type, title, status, detail, and errors by field."""
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status_code, "detail": detail}
    if errors:
        body["errors"] = errors
    return Response(body, status=status_code, content_type=PROBLEM_JSON, headers=headers)


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Turn every expected failure into a problem document; an unexpected one stays a server error."""
    if isinstance(exc, Stale):
        return problem(status_code=status.HTTP_409_CONFLICT, title="Changed meanwhile", detail=exc.reason)
    if isinstance(exc, Refused):
        errors = {exc.field: [exc.reason]} if exc.field else None
        return problem(
            status_code=status.HTTP_422_UNPROCESSABLE_ENTITY,
            title="Not possible now",
            detail=exc.reason,
            errors=errors,
        )
    if isinstance(exc, exceptions.ValidationError):
        found = as_serializer_error(exc)
        return problem(
            status_code=status.HTTP_400_BAD_REQUEST,
            title="Invalid input",
            detail="Some fields need your attention.",
            errors={name: _messages(value) for name, value in found.items()},
        )
    if isinstance(exc, RequestDataTooBig):
        exc = BodyTooLarge()
    elif isinstance(exc, SuspiciousOperation):
        exc = exceptions.ParseError("This request is not one that a client of ours sends.")
    elif isinstance(exc, Http404):
        exc = exceptions.NotFound("There is nothing here that you may see.")
    elif isinstance(exc, PermissionDenied):
        exc = exceptions.PermissionDenied(str(exc) or None)
    response = drf_exception_handler(exc, context)
    if response is None:
        return None
    detail = response.data.get("detail", "") if isinstance(response.data, dict) else ""
    answer = problem(
        status_code=response.status_code,
        title=response.status_text,
        detail=str(detail),
    )
    for name in ("WWW-Authenticate", "Retry-After", "Allow"):
        if name in response.headers:
            answer.headers[name] = response.headers[name]
    return answer


def _messages(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _messages(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_messages(inner) if isinstance(inner, dict | list) else str(inner) for inner in value]
    return [str(value)]


# --- The schema ----------------------------------------------------------------------------------------
class ProblemSerializer(serializers.Serializer[Any]):
    """Every error answer, after RFC 9457; `detail` is a reason that a person can act on."""

    type = serializers.CharField(help_text="Always about:blank: the status says what kind it is.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(allow_blank=True)
    errors = serializers.DictField(  # type: ignore[assignment]
        required=False, help_text="Reasons by the name of the field at fault."
    )


_PROBLEMS = {
    "400": "The input is malformed, or a field needs attention.",
    "401": "Nobody is signed in.",
    "403": "The caller's role does not include this.",
    "404": "There is nothing here that the caller may see.",
    "406": "The caller accepts nothing but what the portal does not send.",
}
_PROBLEMS_OF_WRITING = {
    "409": "It changed since the caller read it.",
    "413": "The body is too large.",
    "415": "The body is of a type that is not read here.",
    "422": "The rules do not allow this now.",
}


class PortalSchema(AutoSchema):
    """Describes what no endpoint repeats: that it may answer with a problem document."""

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: ComponentRegistry
    ) -> dict[str, Any] | None:
        operation: dict[str, Any] | None = super().get_operation(
            path, path_regex, path_prefix, method, registry
        )
        if operation is None:
            return None
        writes = method.upper() not in ("GET", "HEAD", "OPTIONS")
        problems = _PROBLEMS | _PROBLEMS_OF_WRITING if writes else _PROBLEMS
        component = self.resolve_serializer(ProblemSerializer, "response")
        for status_code, meaning in problems.items():
            operation["responses"][status_code] = {
                "description": meaning,
                "content": {PROBLEM_JSON: {"schema": component.ref}},
            }
        return operation
