"""A customer's lead looks after its AWS accounts; coordinators read how each one stands."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import ProgrammingError, transaction

from core.models import DeskRecord, EventRecord
from core.tenancy import acting_as, worker_context
from customers.coverage import Coverage, standing_of
from customers.models import AwsAccount, SupportState
from tests.cast import START, Cast, context_of
from tests.conftest import Browse, Clock

PAGE = "/c/acme/aws-accounts/"


def accounts() -> list[AwsAccount]:
    with acting_as(worker_context()):
        return list(AwsAccount.objects.filter(customer__slug="acme").order_by("pk"))


def facts() -> list[tuple[str, str]]:
    with acting_as(worker_context()):
        found = EventRecord.objects.filter(type="customers.aws_account_declared").order_by("pk")
        return [(one.payload["kind"], one.actor_name) for one in found]


def declared(**changes: str) -> dict[str, str]:
    return {"name": "acme-prod", "declared_plan": "Business Support+"} | changes


@pytest.mark.parametrize(
    ("state", "allowed_by", "expected", "steps"),
    [
        (SupportState.MET, "Acme Lead", Coverage.READY, 0),
        (SupportState.MET, "", Coverage.LIMITED, 1),
        (SupportState.NOT_MET, "Acme Lead", Coverage.NO_ACCESS, 3),
        (SupportState.UNKNOWN, "Acme Lead", Coverage.NOT_CHECKED, 2),
    ],
)
def test_an_account_stands_as_its_plan_and_the_permission_say(
    state: str, allowed_by: str, expected: Coverage, steps: int
) -> None:
    standing = standing_of(
        AwsAccount(support_state=state, cases_allowed_by=allowed_by), on=START.date(), terms=()
    )
    assert (standing.coverage, len(standing.steps)) == (expected, steps)


def test_a_lead_adds_an_account_which_is_not_checked_yet(cast: Cast, browse: Browse) -> None:
    answer = browse(cast.acme.lead).post(
        f"{PAGE}new/", declared(name="acme-dev", account_id="7730-1184-0096", may_open_cases="on")
    )
    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    added = accounts()[1]
    assert (added.name, added.account_id, added.declared_plan, added.declared_at) == (
        "acme-dev",
        "773011840096",
        "Business Support+",
        START,
    )
    assert (added.support_state, added.checked_at) == (SupportState.UNKNOWN, None)
    assert (added.cases_allowed_by, added.cases_allowed_at) == ("Acme Lead", START)
    assert facts() == [("added", "Acme Lead"), ("plan", "Acme Lead"), ("allowed", "Acme Lead")]
    with acting_as(worker_context()):
        assert not DeskRecord.objects.filter(actor_name="Acme Lead").exists()


def test_an_account_that_is_there_already_is_refused_beside_its_field(cast: Cast, browse: Browse) -> None:
    there = accounts()[0]
    answer = browse(cast.acme.lead).post(f"{PAGE}new/", declared(account_id=there.account_id))
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"account_id": ["This customer has this account already."]}
    assert answer.context["form"]["name"].value() == "acme-prod"
    assert ([one.pk for one in accounts()], facts()) == ([there.pk], [])


@pytest.mark.parametrize("account_id", ["", "12", "12345678901a", "１２３４５６７８９０１２"])
def test_what_is_no_account_id_is_refused(cast: Cast, browse: Browse, account_id: str) -> None:
    answer = browse(cast.acme.lead).post(f"{PAGE}new/", declared(account_id=account_id))
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"account_id"}
    assert (len(accounts()), facts()) == (1, [])


def test_another_plan_does_not_pass_for_a_check(cast: Cast, browse: Browse, clock: Clock) -> None:
    clock.advance(hours=1)
    account = accounts()[0]
    client = browse(cast.acme.lead)
    client.post(f"{PAGE}{account.pk}/", declared(declared_plan="Basic"))
    changed = accounts()[0]
    assert (changed.declared_plan, changed.declared_at) == ("Basic", START + timedelta(hours=1))
    assert (changed.support_state, changed.checked_at) == (SupportState.MET, START)
    assert changed.was_declared_since
    assert "You have named another plan since" in client.get(PAGE).content.decode()


def test_a_permission_is_given_and_taken_back(cast: Cast, browse: Browse) -> None:
    client, address = browse(cast.acme.lead), f"{PAGE}{accounts()[0].pk}/"
    client.post(address, declared(may_open_cases="on"))
    client.post(address, declared(may_open_cases="on"))
    assert accounts()[0].cases_allowed_by == "Acme Lead"
    client.post(address, declared())
    assert (accounts()[0].cases_allowed_by, accounts()[0].cases_allowed_at) == ("", None)
    assert [kind for kind, _ in facts()] == ["allowed", "forbidden"]


def test_a_retired_account_is_no_longer_offered_and_can_be_taken_back(cast: Cast, browse: Browse) -> None:
    client, address = browse(cast.acme.lead), f"{PAGE}{accounts()[0].pk}/switch/"
    assert "acme-prod" in client.get("/c/acme/report/").content.decode()
    client.post(address, {"active": "no"}, follow=True)
    assert accounts()[0].is_active is False
    assert "acme-prod" not in client.get("/c/acme/report/").content.decode()
    client.post(address, {"active": "yes"})
    assert accounts()[0].is_active is True
    assert [kind for kind, _ in facts()] == ["retired", "took back"]


def test_a_coordinator_reads_and_changes_nothing(cast: Cast, browse: Browse) -> None:
    client, account = browse(cast.acme.coordinator), accounts()[0]
    page = client.get(PAGE)
    assert [standing.coverage for _, standing in page.context["in_use"]] == [Coverage.LIMITED]
    assert client.post(f"{PAGE}{account.pk}/", declared(name="Taken over")).status_code == 403
    assert client.post(f"{PAGE}{account.pk}/switch/", {"active": "no"}).status_code == 403
    assert client.post(f"{PAGE}new/", declared(account_id="1" * 12)).status_code == 403
    assert ([(one.name, one.is_active) for one in accounts()], facts()) == ([("acme-prod", True)], [])


def test_an_account_of_another_customer_is_not_found(cast: Cast, browse: Browse) -> None:
    account = accounts()[0]
    client = browse(cast.globex.lead)
    assert client.get(f"/c/globex/aws-accounts/{account.pk}/").status_code == 404
    assert client.post(f"/c/globex/aws-accounts/{account.pk}/", declared(name="Theirs")).status_code == 404
    assert (accounts()[0].name, facts()) == ("acme-prod", [])


def test_the_database_lets_no_member_say_what_a_check_found(cast: Cast) -> None:
    account = accounts()[0]
    with (
        acting_as(context_of(cast.acme.lead)),
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
    ):
        AwsAccount.objects.filter(pk=account.pk).update(support_state=SupportState.NOT_MET)
    assert accounts()[0].support_state == SupportState.MET
