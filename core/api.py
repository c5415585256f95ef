"""API conventions: one error shape for every endpoint, after RFC 9457."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.serializers import as_serializer_error
from rest_framework.views import exception_handler as drf_exception_handler

from core.problems import Refused, Stale

PROBLEM_JSON = "application/problem+json"


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
    if isinstance(exc, Http404):
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
