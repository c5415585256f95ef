"""A customer's lead connects an AWS account: the external ID is ours, and the role is proved safe before it is used."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import ProgrammingError, transaction

from core.tenancy import acting_as, worker_context
from customers.models import AwsAccount
from tests.cast import START, Cast, context_of
from tests.conftest import Browse, Clock
from tests.vendors.fake import FakeAws
from tests.vendors.links.setting_up import (
    account,
    begin,
    connect,
    desk_page_of,
    facts,
    link_of,
    looks,
    mails,
    name_role,
    page_of,
)
from vendors.actions import looking
from vendors.adapters.aws import adapter, errors
from vendors.models import AccountLink
from vendors.states import LinkState


# --- Check 1: the ARN's template, an external id of its own, and refusal of a role that is open ------------
def test_check_1_onboarding_yields_an_arn_template_and_an_external_id_of_its_own(
    cast: Cast, browse: Browse
) -> None:
    link = begin(cast.acme, browse)
    number = account(cast.acme).account_id
    assert uuid.UUID(link.external_id).version == 4
    page = browse(cast.acme.lead).get(page_of(cast.acme)).content.decode()
    assert f"arn:aws:iam::{number}:role/TrusstSupport" in page
    for snippet in ("cloudformation", "terraform", "trust"):
        [text] = re.findall(rf'<textarea[^>]*id="{snippet}"[^>]*>(.*?)</textarea>', page, re.DOTALL)
        assert link.external_id in text, snippet
        assert "123456789012" in text, snippet  # our principal
    assert "It sees every case of the account." in page
    assert f'value="{link.external_id}"' not in page  # shown, never typed
    assert begin(cast.globex, browse).external_id != link.external_id


@pytest.mark.parametrize(
    ("trusts", "how"), [("", "without an external id"), ("*", "with another external id")]
)
def test_check_1_a_role_that_is_open_is_refused_before_it_is_ok(
    cast: Cast, browse: Browse, aws: FakeAws, monkeypatch: pytest.MonkeyPatch, trusts: str, how: str
) -> None:
    link = begin(cast.acme, browse)
    aws.account(link.account_number, external_id="")  # lets anybody in
    if trusts == "*":  # whoever names any
        monkeypatch.setattr(
            aws.world, "may_assume", lambda number, role, external_id: external_id is not None
        )
    name_role(cast.acme, browse)
    looking.look_due()
    refused = link_of(cast.acme)
    assert (refused.standing, refused.refusal, refused.verified_at) == (
        LinkState.UNVERIFIED,
        "unsafe",
        None,
    )
    assert how in refused.state_evidence
    assert not refused.may_send
    assert not aws.called("DescribeSeverityLevels")
    page = browse(cast.acme.lead).get(page_of(cast.acme)).content.decode()
    assert "The role is not safe, so we do not use it" in page
    assert "sts:ExternalId equals the external ID below" in page
    assert account(cast.acme).checked_at == START  # nothing was seen of the plan


def test_check_1_a_safe_role_is_ok_after_both_refusals(cast: Cast, browse: Browse, aws: FakeAws) -> None:
    link = connect(cast.acme, browse, aws)
    assert (link.standing, link.refusal, link.verified_at) == (LinkState.OK, "", START)
    assert link.may_send
    tried = [one.parameters.get("ExternalId") for one in aws.called("AssumeRole")]
    assert tried[0] is None
    assert tried[1] not in (None, link.external_id)
    assert tried[2] == link.external_id
    assert facts(cast.acme, "link_added") == [{"link_id": link.pk, "account_number": link.account_number}]
    assert [(one["was"], one["now"]) for one in facts(cast.acme, "link_state_changed")] == [
        ("unverified", "ok")
    ]
    assert "Connected" in browse(cast.acme.lead).get(page_of(cast.acme)).content.decode()


# --- Check 2: the caller's account -------------------------------------------------------------------------
def test_check_2_a_role_of_another_account_is_refused_beside_its_field(cast: Cast, browse: Browse) -> None:
    begin(cast.acme, browse)
    typed = "arn:aws:iam::999999999999:role/TrusstSupport"
    answer = name_role(cast.acme, browse, arn=typed)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "This role is in account 999999999999" in page
    assert f'value="{typed}"' in page
    assert link_of(cast.acme).role_arn == ""


def test_check_2_a_link_whose_caller_is_in_another_account_is_rejected(
    cast: Cast, browse: Browse, aws: FakeAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = begin(cast.acme, browse)
    aws.account(link.account_number, external_id=link.external_id)
    name_role(cast.acme, browse)
    real = errors.reading
    monkeypatch.setattr(
        adapter,
        "reading",
        lambda call, **given: (
            {"Account": "999999999999"} if call.__name__ == "get_caller_identity" else real(call, **given)
        ),
    )
    looking.look_due()
    rejected = link_of(cast.acme)
    assert (rejected.standing, rejected.refusal) == (LinkState.UNVERIFIED, "unsafe")
    assert "999999999999" in rejected.state_evidence
    assert rejected.next_poll_at is None


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "arn:aws:iam::12345:role/TrusstSupport",
        "arn:aws:iam::１２３４５６７８９０１２:role/TrusstSupport",
        "arn:evil:iam::{number}:role/TrusstSupport",
        "arn:aws:iam::{number}:user/TrusstSupport",
        "arn:aws:iam::{number}:role/a b",
        "http://169.254.169.254/",
    ],
)
def test_what_is_no_role_is_refused_and_kept_in_the_field(cast: Cast, browse: Browse, typed: str) -> None:
    begin(cast.acme, browse)
    arn = typed.replace("{number}", account(cast.acme).account_id)
    answer = name_role(cast.acme, browse, arn=arn)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"role_arn"}
    assert answer.context["form"]["role_arn"].value() == arn
    assert link_of(cast.acme).verify_asked_at is None


# --- Check 3: one account, one customer --------------------------------------------------------------------
def test_check_3_the_same_account_for_two_customers_is_rejected_and_says_nothing_of_the_other(
    cast: Cast, browse: Browse, aws: FakeAws
) -> None:
    connect(cast.acme, browse, aws)
    number = account(cast.acme).account_id
    with acting_as(worker_context()):
        AwsAccount.objects.filter(customer=cast.globex.customer).update(account_id=number)
    second = connect(cast.globex, browse, aws)
    assert (second.standing, second.refusal) == (LinkState.UNVERIFIED, "taken")
    assert (second.verified_at, second.next_poll_at, second.may_send) == (None, None, False)
    page = browse(cast.globex.lead).get(page_of(cast.globex)).content.decode()
    assert "This account cannot be connected as it is." in page
    assert "Call the desk, which looks why." in page
    assert "Acme" not in page
    assert "acme" not in page
    assert link_of(cast.acme).may_send


def test_check_3_a_number_that_was_only_named_keeps_its_owner_from_nothing(
    cast: Cast, browse: Browse, aws: FakeAws
) -> None:
    with acting_as(worker_context()):
        AwsAccount.objects.filter(customer=cast.globex.customer).update(
            account_id=account(cast.acme).account_id
        )
    begin(cast.globex, browse)
    assert connect(cast.acme, browse, aws).standing is LinkState.OK


def test_nothing_is_connected_before_the_portal_has_a_principal(
    cast: Cast, browse: Browse, settings: Any
) -> None:
    settings.AWS_PRINCIPAL = ""
    answer = browse(cast.acme.lead).post(page_of(cast.acme, "begin/"), {"channel": "direct"})
    assert answer.status_code == 422
    assert "The desk has not set up its own access to AWS yet." in answer.content.decode()
    with acting_as(worker_context()):
        assert not AccountLink.objects.filter(customer=cast.acme.customer).exists()


def test_beginning_twice_begins_once(cast: Cast, browse: Browse) -> None:
    first = begin(cast.acme, browse)
    assert begin(cast.acme, browse).pk == first.pk
    assert len(facts(cast.acme, "link_added")) == 1


# --- Check 4, of links: nobody reaches another customer's ---------------------------------------------------
@pytest.mark.parametrize(
    ("part", "method"),
    [
        ("", "get"),
        ("state/", "get"),
        ("begin/", "post"),
        ("role/", "post"),
        ("look/", "post"),
        ("rotate/", "get"),
        ("retire/", "post"),
        ("key/", "post"),
    ],
)
def test_check_4_another_customers_link_is_not_found(
    cast: Cast, browse: Browse, aws: FakeAws, part: str, method: str
) -> None:
    link = connect(cast.acme, browse, aws)
    theirs = page_of(cast.acme, part)
    under_their_own = theirs.replace("/c/acme/", "/c/globex/")
    for address in (theirs, under_their_own):
        answer = getattr(browse(cast.globex.lead), method)(address, {"channel": "direct", "version": "1"})
        assert answer.status_code == 404, address
        assert link.external_id not in answer.content.decode()
    assert link_of(cast.acme).version == link.version


def test_check_4_the_database_shows_no_member_another_customers_link(
    cast: Cast, browse: Browse, aws: FakeAws
) -> None:
    connect(cast.acme, browse, aws)
    with acting_as(context_of(cast.globex.lead)):
        assert AccountLink.objects.count() == 0
        assert AccountLink.objects.update(verify_asked_at=START) == 0


def test_only_leads_connect(cast: Cast, browse: Browse) -> None:
    for member in (cast.acme.requester, cast.acme.coordinator):
        assert browse(member).get(page_of(cast.acme)).status_code == 403
        assert browse(member).post(page_of(cast.acme, "begin/"), {"channel": "direct"}).status_code == 403
    assert browse(cast.engineer).post(desk_page_of(cast.acme, "begin/")).status_code == 403
    assert browse(cast.manager).post(desk_page_of(cast.acme, "begin/")).status_code == 403


def test_the_database_lets_no_member_say_what_a_look_found(cast: Cast, browse: Browse) -> None:
    link = begin(cast.acme, browse)
    changes: list[dict[str, Any]] = [
        {"state": "ok"},
        {"verified_at": START},
        {"role_arn": "arn:aws:iam::1:role/x", "state": "ok"},
        {"options": {"severities": []}},
    ]
    for change in changes:
        with (
            acting_as(context_of(cast.acme.lead)),
            pytest.raises(ProgrammingError),
            transaction.atomic(),
        ):
            AccountLink.objects.filter(pk=link.pk).update(**change)
    with acting_as(context_of(cast.acme.lead)), pytest.raises(ProgrammingError), transaction.atomic():
        AccountLink.objects.create(
            customer=cast.acme.customer,
            vendor=link.vendor,
            external_id="mine",
            state="ok",
            state_since=START,
            created_at=START,
            created_by="Acme Lead",
        )
    assert link_of(cast.acme).standing is LinkState.UNVERIFIED


# --- Waiting for the look ----------------------------------------------------------------------------------
def test_the_page_says_that_we_are_looking_until_the_sweep_has_looked(
    cast: Cast, browse: Browse, aws: FakeAws
) -> None:
    link = begin(cast.acme, browse)
    aws.account(link.account_number, external_id=link.external_id)
    name_role(cast.acme, browse)
    client = browse(cast.acme.lead)
    assert not aws.calls  # no call within the request
    page = client.get(page_of(cast.acme)).content.decode()
    assert "We are looking" in page
    assert f'hx-get="{page_of(cast.acme, "state/")}"' in page
    assert "Look whether it is done" in page
    looking.look_due()
    state = client.get(page_of(cast.acme, "state/")).content.decode()
    assert "Connected" in state
    assert "hx-get" not in state


def test_a_role_that_does_not_exist_stays_unverified_and_says_what_to_check(
    cast: Cast, browse: Browse, aws: FakeAws
) -> None:
    begin(cast.acme, browse)
    name_role(cast.acme, browse)
    looking.look_due()
    link = link_of(cast.acme)
    assert (link.standing, link.refusal, link.state_evidence) == (
        LinkState.UNVERIFIED,
        "denied",
        "AccessDenied",
    )
    assert not link.standing.may_ask
    page = browse(cast.acme.lead).get(page_of(cast.acme)).content.decode()
    assert "The account does not let us in." in page
    assert mails("vendor") == []  # nothing that worked has stopped


def test_a_look_whose_worker_died_is_made_again(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = begin(cast.acme, browse)
    aws.account(link.account_number, external_id=link.external_id)
    name_role(cast.acme, browse)

    class Died(BaseException):
        pass

    def die(*given: object) -> None:
        raise Died

    with monkeypatch.context() as patch:
        patch.setattr(looking, "_look", die)
        with pytest.raises(Died):
            looking.look_due()
    assert looking.look_due() == 0  # the claim holds
    clock.advance(minutes=4)
    assert looking.look_due() == 1
    assert link_of(cast.acme).standing is LinkState.OK


def test_two_workers_look_once(cast: Cast, browse: Browse, aws: FakeAws) -> None:
    link = begin(cast.acme, browse)
    aws.account(link.account_number, external_id=link.external_id)
    name_role(cast.acme, browse)
    claimed = looking._claim()
    assert claimed is not None
    assert looking._claim() is None


def test_a_look_at_what_was_rotated_meanwhile_shows_nothing(cast: Cast, browse: Browse, aws: FakeAws) -> None:
    link = begin(cast.acme, browse)
    aws.account(link.account_number, external_id=link.external_id)
    name_role(cast.acme, browse)
    claimed = looking._claim()
    assert claimed is not None
    found = looking._look(*claimed)
    browse(cast.acme.lead).post(page_of(cast.acme, "rotate/"), {"version": link_of(cast.acme).version})
    with acting_as(worker_context()) as now:
        assert looking.store(link=claimed[0], look=found, at=now) is False
    assert link_of(cast.acme).standing is LinkState.UNVERIFIED
    assert looks(link) == []


# --- By hand, and back -------------------------------------------------------------------------------------
def test_partner_led_support_is_dealt_with_by_hand(cast: Cast, browse: Browse, aws: FakeAws) -> None:
    begin(cast.acme, browse)
    assert name_role(cast.acme, browse, arn="", channel="partner").status_code == 302
    link = link_of(cast.acme)
    assert (link.is_manual, link.channel, link.next_probe_at) == (True, "partner", None)
    assert looking.look_due() == 0
    assert not aws.calls
    page = browse(cast.lead).post(desk_page_of(cast.acme, "way/"), {"manual": "no"}, follow=True)
    assert "its cases are the partner&#x27;s" in page.content.decode()
    assert link_of(cast.acme).is_manual


def test_every_link_can_be_dealt_with_by_hand_and_be_looked_at_again(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock
) -> None:
    connect(cast.acme, browse, aws)
    aws.calls.clear()
    desk = browse(cast.lead)
    desk.post(desk_page_of(cast.acme, "way/"), {"manual": "yes"})
    by_hand = link_of(cast.acme)
    assert (by_hand.is_manual, by_hand.may_send, by_hand.next_poll_at) == (True, False, None)
    clock.advance(days=3)
    assert looking.look_due() == 0
    assert aws.calls == []
    desk.post(desk_page_of(cast.acme, "way/"), {"manual": "no"})
    assert looking.look_due() == 1
    assert link_of(cast.acme).may_send
    assert [one["kind"] for one in facts(cast.acme, "link_changed")] == ["role", "manual", "automatic"]


def test_the_desk_connects_an_account_as_well(cast: Cast, browse: Browse, aws: FakeAws) -> None:
    desk = browse(cast.lead)
    assert desk.post(desk_page_of(cast.acme, "begin/"), {"channel": "resold"}).status_code == 302
    link = link_of(cast.acme)
    aws.account(link.account_number, external_id=link.external_id)
    arn = f"arn:aws:iam::{link.account_number}:role/TrusstSupport"
    desk.post(desk_page_of(cast.acme, "role/"), {"channel": "resold", "role_arn": arn, "reads_only": "on"})
    looking.look_due()
    kept = link_of(cast.acme)
    assert (kept.standing, kept.channel, kept.reads_only, kept.may_send) == (
        LinkState.OK,
        "resold",
        True,
        False,
    )
    assert "From the vendor, sold by a partner" in desk.get(desk_page_of(cast.acme)).content.decode()


# --- Rotation ----------------------------------------------------------------------------------------------
def test_a_rotation_makes_the_old_id_void_until_the_new_one_is_verified(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock
) -> None:
    before = connect(cast.acme, browse, aws)
    clock.advance(hours=1)
    client = browse(cast.acme.lead)
    assert "Replace the external ID of" in client.get(page_of(cast.acme, "rotate/")).content.decode()
    assert link_of(cast.acme).external_id == before.external_id  # asking changes nothing
    client.post(page_of(cast.acme, "rotate/"), {"version": before.version})
    rotated = link_of(cast.acme)
    assert rotated.external_id != before.external_id
    assert (rotated.standing, rotated.verified_at, rotated.next_poll_at, rotated.may_send) == (
        LinkState.UNVERIFIED,
        None,
        None,
        False,
    )
    client.post(page_of(cast.acme, "look/"))
    looking.look_due()  # the role still trusts the old one
    assert link_of(cast.acme).refusal == "denied"
    aws.trust(rotated.account_number, rotated.external_id)
    client.post(page_of(cast.acme, "look/"))
    looking.look_due()
    assert link_of(cast.acme).standing is LinkState.OK
    assert len(facts(cast.acme, "link_rotated")) == 1


def test_a_rotation_sent_twice_is_made_once(cast: Cast, browse: Browse, aws: FakeAws) -> None:
    version = connect(cast.acme, browse, aws).version
    client = browse(cast.acme.lead)
    client.post(page_of(cast.acme, "rotate/"), {"version": version})
    first = link_of(cast.acme).external_id
    again = client.post(page_of(cast.acme, "rotate/"), {"version": version})
    assert again.status_code == 422
    assert "has changed since you opened this page" in again.content.decode()
    assert link_of(cast.acme).external_id == first


def test_of_the_desk_only_administrators_rotate(cast: Cast, browse: Browse, aws: FakeAws) -> None:
    connect(cast.acme, browse, aws)
    assert browse(cast.lead).get(desk_page_of(cast.acme, "rotate/")).status_code == 403
    assert browse(cast.admin).get(desk_page_of(cast.acme, "rotate/")).status_code == 200


# --- Check 25, of links: retiring --------------------------------------------------------------------------
def test_check_25_retiring_a_link_stops_calls_at_once_and_leaves_history_readable(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock
) -> None:
    link = connect(cast.acme, browse, aws)
    client = browse(cast.acme.lead)
    claimed_before = aws.called("DescribeSeverityLevels")
    assert "Retire the connection of" in client.get(page_of(cast.acme, "retire/")).content.decode()
    assert link_of(cast.acme).standing is LinkState.OK  # asking changes nothing
    client.post(page_of(cast.acme, "look/"))  # a look is due at this very moment
    client.post(page_of(cast.acme, "retire/"), {"version": link.version})
    retired = link_of(cast.acme)
    assert (retired.standing, retired.retired_by, retired.next_probe_at, retired.next_poll_at) == (
        LinkState.RETIRED,
        "Acme Lead",
        None,
        None,
    )
    aws.calls.clear()
    clock.advance(days=2)
    assert looking.look_due() == 0
    assert aws.calls == []
    assert claimed_before
    page = client.get(page_of(cast.acme)).content.decode()
    assert "What we saw of the plan" in page
    assert "low, normal, high, urgent, critical" in page
    desk = browse(cast.engineer).get(desk_page_of(cast.acme)).content.decode()
    assert link.external_id in desk
    assert "Retired (Acme Lead)" in desk


def test_a_look_that_was_under_way_when_the_link_was_retired_is_not_kept(
    cast: Cast, browse: Browse, aws: FakeAws
) -> None:
    connect(cast.acme, browse, aws)
    client = browse(cast.acme.lead)
    client.post(page_of(cast.acme, "look/"))
    claimed = looking._claim()
    assert claimed is not None
    found = looking._look(*claimed)
    client.post(page_of(cast.acme, "retire/"), {"version": 1})
    with acting_as(worker_context()) as now:
        assert looking.store(link=claimed[0], look=found, at=now) is False
    assert link_of(cast.acme).standing is LinkState.RETIRED


def test_a_retired_account_is_connected_anew_with_another_id(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock
) -> None:
    old = connect(cast.acme, browse, aws)
    client = browse(cast.acme.lead)
    client.post(page_of(cast.acme, "retire/"), {"version": old.version})
    assert client.post(page_of(cast.acme, "role/"), {"channel": "direct"}).status_code == 422
    clock.advance(hours=1)
    new = begin(cast.acme, browse)
    assert new.pk != old.pk
    assert new.external_id != old.external_id
    page = client.get(page_of(cast.acme)).content.decode()
    assert new.external_id in page
    assert "Earlier connections, retired:" in page


# --- Looks day by day --------------------------------------------------------------------------------------
def test_accounts_are_looked_at_daily_at_times_of_their_own(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock
) -> None:
    links = [connect(house, browse, aws) for house in (cast.acme, cast.globex)]
    due = [link_of(house).next_probe_at for house in (cast.acme, cast.globex)]
    assert due[0] != due[1]
    for at in due:
        assert at is not None
        assert timedelta(hours=12) <= at - START <= timedelta(hours=36)
    clock.advance(days=7)
    for _ in range(3):
        looking.look_due()
    assert [len(looks(link)) for link in links] == [2, 2]  # what was missed is not made up for


def test_another_plan_as_declared_is_looked_at_soon(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock
) -> None:
    link = connect(cast.acme, browse, aws)
    clock.advance(hours=2)
    browse(cast.acme.lead).post(
        f"/c/acme/aws-accounts/{account(cast.acme).pk}/",
        {"name": "acme-prod", "declared_plan": "Enterprise"},
    )
    assert looking.look_due() == 1
    assert len(looks(link)) == 2
