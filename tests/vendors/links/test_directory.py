"""The directory: vendors, their plans with dates, and the times that they publish."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from core.models import DeskRecord
from core.tenancy import acting_as, worker_context
from tests.cast import Cast
from tests.conftest import Browse
from tests.vendors.links.test_coverage import declare, listed
from vendors.models import SupportPlan, Vendor, VendorTarget

HERE = "/desk/vendors/directory/"


def activity() -> list[tuple[str, dict[str, Any]]]:
    with acting_as(worker_context()):
        found = DeskRecord.objects.filter(type__startswith="vendors.").order_by("pk")
        return [(one.type, one.payload) for one in found]


def plan(name: str) -> SupportPlan:
    with acting_as(worker_context()):
        return SupportPlan.objects.get(vendor__slug="aws", name=name)


def typed(name: str = "Business", **changes: str) -> dict[str, str]:
    """Return a plan's form as it stands, changed."""
    return {
        "name": name,
        "takes_cases": "on",
        "severities": "low, normal, high, urgent",
        "offered_until": "2027-01-01",
        "accepted_from": "2000-01-01",
        "accepted_until": "2027-01-01",
        "reason": "AWS moved the date",
    } | changes


def test_aws_is_there_with_its_plans_and_times(cast: Cast, browse: Browse) -> None:
    client = browse(cast.engineer)
    assert "AWS Support" in client.get(HERE).content.decode()
    page = client.get(f"{HERE}aws/").content.decode()
    for name in ("Basic", "Business Support+", "Unified Operations"):
        assert name in page
    assert "1 Jan 2027" in page
    assert "own. They are shown beside its cases, never owed by us" in page
    assert "1 not confirmed." in page
    assert "Confirm<" not in page  # an engineer reads


def test_a_vendor_is_added_changed_and_switched_off(cast: Cast, browse: Browse) -> None:
    client = browse(cast.lead)
    there = client.post(f"{HERE}new/", {"name": "Megaport", "contact": "noc@megaport.example", "note": ""})
    assert there["Location"] == f"{HERE}megaport/"
    again = client.post(f"{HERE}new/", {"name": "Megaport", "contact": "x", "note": "kept"})
    assert again.status_code == 422
    assert again.context["form"].errors == {"name": ["There is a vendor of this name already."]}
    assert again.context["form"]["note"].value() == "kept"
    client.post(
        f"{HERE}megaport/", {"name": "Megaport", "contact": "1800 555 020", "note": "", "version": "1"}
    )
    stale = client.post(
        f"{HERE}megaport/", {"name": "Megaport", "contact": "other", "note": "", "version": "1"}
    )
    assert stale.status_code == 422
    client.post(f"{HERE}megaport/switch/", {"active": "no"})
    with acting_as(worker_context()):
        vendor = Vendor.objects.get(slug="megaport")
    assert (vendor.contact, vendor.is_active, vendor.way) == ("1800 555 020", False, "manual")
    assert [payload["kind"] for _, payload in activity()] == ["added", "changed", "switched off"]


def test_a_vendor_called_new_has_a_page_of_its_own(cast: Cast, browse: Browse) -> None:
    answer = browse(cast.lead).post(f"{HERE}new/", {"name": "New", "contact": "x", "note": ""})
    assert answer["Location"] == f"{HERE}new-vendor/"


def test_aws_is_not_switched_off(cast: Cast, browse: Browse) -> None:
    page = browse(cast.lead).post(f"{HERE}aws/switch/", {"active": "no"}, follow=True).content.decode()
    assert "AWS Support stays" in page


def test_an_engineer_changes_nothing(cast: Cast, browse: Browse) -> None:
    client = browse(cast.engineer)
    assert client.get(f"{HERE}new/").status_code == 403
    answer = client.post(f"{HERE}aws/", {"name": "X", "contact": "x", "note": "", "version": "1"})
    assert answer.status_code == 403
    with acting_as(worker_context()):
        assert Vendor.objects.get(slug="aws").name == "AWS Support"


def test_plans_are_the_administrators_and_want_a_reason(cast: Cast, browse: Browse) -> None:
    address = f"{HERE}aws/plans/{plan('Business').pk}/"
    assert browse(cast.lead).get(address).status_code == 403
    client = browse(cast.admin)
    bare = client.post(address, typed(reason=" "))
    assert (bare.status_code, set(bare.context["form"].errors)) == (422, {"reason"})
    assert activity() == []
    client.post(address, typed(accepted_until="2027-06-30"))
    assert plan("Business").accepted_until == date(2027, 6, 30)
    assert activity() == [
        (
            "vendors.plan_changed",
            {"vendor": "AWS Support", "plan": "Business", "reason": "AWS moved the date"},
        )
    ]
    page = browse(cast.admin).get("/desk/admin/activity/").content.decode()
    assert "changed the plan Business of AWS Support: AWS moved the date" in page


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"accepted_until": "1999-01-01"}, "accepted_until"),
        ({"accepted_from": ""}, "accepted_until"),
        ({"takes_cases": ""}, "accepted_from"),
        ({"offered_until": "soon"}, "offered_until"),
    ],
)
def test_days_that_make_no_sense_are_refused_beside_their_field(
    cast: Cast, browse: Browse, change: dict[str, str], field: str
) -> None:
    answer = browse(cast.admin).post(f"{HERE}aws/plans/{plan('Business').pk}/", typed(**change))
    assert (answer.status_code, set(answer.context["form"].errors)) == (422, {field})
    assert plan("Business").accepted_until == date(2027, 1, 1)


def test_a_changed_day_decides_who_falls_short(cast: Cast, browse: Browse) -> None:
    declare(cast, "Business")
    assert listed(browse, cast, "short") == []
    browse(cast.admin).post(f"{HERE}aws/plans/{plan('Business').pk}/", typed(accepted_until="2026-03-01"))
    assert listed(browse, cast, "short") == ["acme-prod"]


def test_the_name_by_which_customers_declare_a_plan_stays(cast: Cast, browse: Browse) -> None:
    pk = plan("Business").pk
    browse(cast.admin).post(f"{HERE}aws/plans/{pk}/", typed("Legacy"))
    assert plan("Business").pk == pk


def test_a_plan_is_added_to_a_vendor(cast: Cast, browse: Browse) -> None:
    client = browse(cast.admin)
    client.post(f"{HERE}new/", {"name": "Megaport", "contact": "x", "note": ""})
    there = client.post(f"{HERE}megaport/plans/new/", typed("Gold", severities="P2, P1, P1"))
    assert there["Location"] == f"{HERE}megaport/"
    with acting_as(worker_context()):
        added = SupportPlan.objects.get(vendor__slug="megaport")
    assert (added.name, added.severities, added.rank) == ("Gold", ["P2", "P1"], 0)


def test_times_are_added_and_never_changed(cast: Cast, browse: Browse) -> None:
    client = browse(cast.admin)
    with acting_as(worker_context()):
        before = list(VendorTarget.objects.values().order_by("pk"))
    given = {
        "plan": "Business Support+",
        "severity": "critical",
        "minutes": "20",
        "valid_from": "2026-06-01",
        "source": "The plans' page, 1 June 2026",
    }
    assert client.post(f"{HERE}aws/times/", given).status_code == 302
    for wrong in ({"minutes": "0"}, {"source": ""}, {"plan": "Gold"}, {"valid_from": "x"}):
        answer = client.post(f"{HERE}aws/times/", given | wrong)
        assert (answer.status_code, set(answer.context["target_form"].errors)) == (422, set(wrong))
    with acting_as(worker_context()):
        after = list(VendorTarget.objects.values().order_by("pk"))
    assert after[: len(before)] == before
    assert len(after) == len(before) + 1
    page = client.get(f"{HERE}aws/").content.decode()
    assert "20 min from 1 Jun 2026" in " ".join(page.split())  # not yet: the present one still holds
    assert "30 min" in page
    assert browse(cast.lead).post(f"{HERE}aws/times/", given).status_code == 403


def test_a_person_confirms_what_sources_disagree_about(cast: Cast, browse: Browse) -> None:
    with acting_as(worker_context()):
        [doubtful] = VendorTarget.objects.filter(is_confirmed=False)
    client = browse(cast.admin)
    address = f"{HERE}aws/times/{doubtful.pk}/confirm/"
    client.post(address)
    page = client.get(f"{HERE}aws/").content.decode()
    assert "not confirmed." not in page
    assert "compared by Desk Admin" in page
    with acting_as(worker_context()):
        doubtful.refresh_from_db()
        assert not doubtful.is_confirmed  # the row as it was
    assert [kind for kind, _ in activity()] == ["vendors.target_added"]
