"""Rules can be read by programs: a customer's own agreement, and every version by the desk."""

from __future__ import annotations

from tests.cast import Cast
from tests.conftest import Browse, Call
from tests.slas.rules import confirm, newest, with_day


def test_a_member_reads_the_agreement_in_force(cast: Cast, call: Call) -> None:
    answer = call(cast.acme.requester).get("/api/v1/c/acme/agreement/")
    assert answer.status_code == 200
    assert answer.data["is_best_effort"] is False
    agreement = answer.data["agreement"]
    assert (agreement["number"], agreement["starts_on"], agreement["ends_on"]) == (
        "MS-ACME",
        "2026-01-01",
        "2026-12-31",
    )
    assert agreement["goals"] == {"respond": 95, "update": 95, "restore": 95, "resolve": 95}
    assert agreement["policy"]["objectives"][0] == {
        "severity": "P1",
        "metric": "respond",
        "kind": "both",
        "target_seconds": 1800,
        "calendar": "always",
        "at_risk_percent": 75,
        "clause": "",
    }
    assert agreement["business_hours"]["holidays"]["2026-01-26"] == "Australia Day"


def test_the_hours_are_those_that_hold_now(cast: Cast, call: Call, browse: Browse) -> None:
    confirm(browse(cast.admin), newest(), with_day(newest(), "2026-03-05"))
    hours = call(cast.acme.requester).get("/api/v1/c/acme/agreement/").data["agreement"]["business_hours"]
    assert (hours["version"], hours["holidays"]["2026-03-05"]) == (2, "Day of mourning")


def test_without_an_agreement_it_is_best_effort(cast: Cast, call: Call) -> None:
    answer = call(cast.initech.lead).get("/api/v1/c/initech/agreement/")
    assert answer.data == {"is_best_effort": True, "agreement": None}


def test_the_desk_reads_every_version(cast: Cast, call: Call, browse: Browse) -> None:
    confirm(browse(cast.admin), newest(), with_day(newest(), "2026-03-05"))
    listed = call(cast.engineer).get("/api/v1/rules/calendars/").data
    assert [(one["region"], one["version"]) for one in listed if one["region"] == "NSW"] == [
        ("NSW", 2),
        ("NSW", 1),
    ]
    one = call(cast.engineer).get(f"/api/v1/rules/calendars/{newest().pk}/").data
    assert (one["created_by"], one["note"]) == ("Desk Admin", "The state declared a day of mourning")
    assert one["content_hash"] == newest().content_hash
    [policy] = call(cast.engineer).get("/api/v1/rules/policies/").data
    assert policy["reopen_seconds"] == 144_000
    assert call(cast.engineer).get(f"/api/v1/rules/policies/{policy['id']}/").data == policy


def test_the_rules_are_the_desks_to_read(cast: Cast, call: Call) -> None:
    for address in ("/api/v1/rules/calendars/", "/api/v1/rules/policies/"):
        answer = call(cast.acme.lead).get(address)
        assert answer.status_code == 403
        assert answer.json()["detail"] == "This page is for the service desk."
    assert call(cast.engineer).get("/api/v1/rules/calendars/999999/").status_code == 404
