"""The schema describes the API as it is, and its page loads nothing from elsewhere."""

from __future__ import annotations

import re
from io import StringIO
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.test import Client
from django.urls import get_resolver

WRITES = {"post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    """Generate the schema, validated, with every warning an error."""
    out = StringIO()
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=out)
    generated: dict[str, Any] = yaml.safe_load(out.getvalue())
    return generated


def operations(schema: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]


def test_every_address_of_the_api_is_in_it(schema: dict[str, Any]) -> None:
    names = [name for name in get_resolver().reverse_dict if isinstance(name, str)]
    addresses = {
        "/" + re.sub(r"%\((\w+)\)s", r"{\1}", get_resolver().reverse_dict.getlist(name)[0][0][0][0])
        for name in names
        if name.startswith("api-") and name not in ("api-schema", "api-docs")
    }
    assert set(schema["paths"]) == addresses


def test_every_operation_has_a_name_of_its_own_and_says_what_it_does(schema: dict[str, Any]) -> None:
    found = operations(schema)
    assert len({operation["operationId"] for _, _, operation in found}) == len(found)
    for path, method, operation in found:
        assert operation.get("summary") or operation.get("description"), (path, method)


def test_every_change_describes_what_it_reads(schema: dict[str, Any]) -> None:
    for path, method, operation in operations(schema):
        if method in WRITES:
            content = operation["requestBody"]["content"]
            assert "application/json" in content, path
            takes_files = path.endswith(("/tickets/", "/messages/", "/pass/"))
            assert ("multipart/form-data" in content) is takes_files, path


def test_every_operation_describes_its_answer_and_its_refusals(schema: dict[str, Any]) -> None:
    for path, method, operation in operations(schema):
        answers = operation["responses"]
        [good] = [status for status in answers if status.startswith("2")]
        assert answers[good]["content"]["application/json"]["schema"], (path, method)
        expected = {"400", "401", "403", "404", "406"}
        if method in WRITES:
            expected |= {"409", "413", "415", "422"}
        assert set(answers) - {good} == expected, (path, method)
        for status in expected:
            assert answers[status]["content"] == {
                "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
            }


def test_a_problem_is_described(schema: dict[str, Any]) -> None:
    problem = schema["components"]["schemas"]["Problem"]
    assert set(problem["properties"]) == {"type", "title", "status", "detail", "errors"}
    assert set(problem["required"]) == {"type", "title", "status", "detail"}


def test_the_list_is_described_in_pages_with_its_filters(schema: dict[str, Any]) -> None:
    listed = schema["paths"]["/api/v1/c/{customer}/tickets/"]["get"]
    names = {one["name"] for one in listed["parameters"] if one["in"] == "query"}
    assert names == {"q", "open", "status", "severity", "mine", "level_1", "cursor"}
    [content] = listed["responses"]["200"]["content"].values()
    page = schema["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]
    assert {"next", "previous", "results"} <= set(page["properties"])


def test_the_page_loads_only_what_is_ours(db: None, client: Client) -> None:
    page = client.get("/api/docs/")
    assert page.status_code == 200
    html = page.content.decode()
    loaded = re.findall(r'(?:src|href)="([^"]*)"', html)
    assert loaded
    for address in loaded:
        assert re.match(r"(/static/|/api/|\?)", address), address
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>\s*\S", html), "a script in the page would not run"
    assert "default-src 'none'" in page["Content-Security-Policy"]
    assert page["X-Frame-Options"] == "DENY"


def test_the_schema_is_served(db: None, client: Client) -> None:
    answer = client.get("/api/schema/")
    assert answer.status_code == 200
    assert answer.content.startswith(b"openapi:")
