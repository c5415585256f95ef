"""Which accounts fall short of the agreed plan, now or soon, and who is told when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.tenancy import acting_as, worker_context
from customers import actions as customers
from customers.models import AwsAccount, Member, SupportState
from tests.cast import START, Cast
from tests.conftest import Browse, Clock
from tests.vendors.fake import FakeAws
from tests.vendors.links.setting_up import account, begin, connect, desk_page_of, facts, link_of, mails
from vendors.actions import coverage, looking

LIST = "/desk/vendors/accounts/"
#: The day on which legacy Business ends, in UTC.
END = datetime(2027, 1, 1, tzinfo=UTC)


def declare(cast: Cast, plan: str, state: str = SupportState.MET) -> None:
    """Let Acme's account have been declared and seen like this."""
    with acting_as(worker_context()):
        AwsAccount.objects.filter(pk=account(cast.acme).pk).update(declared_plan=plan, support_state=state)


def listed(browse: Browse, cast: Cast, show: str) -> list[str]:
    """Return the names of the accounts that the desk's list shows."""
    page = browse(cast.engineer).get(f"{LIST}?show={show}")
    assert page.status_code == 200
    return [row.account.name for row in page.context["page"].object_list]


EVERY = ["acme-prod", "globex-prod", "initech-prod"]


def test_the_list_shows_every_account_with_what_is_known(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock
) -> None:
    connect(cast.acme, browse, aws)
    clock.advance(hours=3)
    assert listed(browse, cast, "") == EVERY
    page = browse(cast.engineer).get(LIST).content.decode()
    assert "Business Support+" in page
    assert "3h ago" in page.replace("</time>", "")
    assert "Connected" in page
    assert "From the vendor itself" in page
    assert page.count("Not connected") == 3  # two rows and the filter


def test_the_filters(cast: Cast, browse: Browse, aws: FakeAws, clock: Clock) -> None:
    link = connect(cast.acme, browse, aws)
    connect(cast.globex, browse, aws, "Basic")
    assert listed(browse, cast, "short") == ["globex-prod"]
    assert listed(browse, cast, "unconnected") == ["initech-prod"]
    assert listed(browse, cast, "unreachable") == []
    assert listed(browse, cast, "no-such") == EVERY
    aws.fail("AssumeRole", "AccessDenied", times=9, status=403, account=None)
    clock.advance(days=2)
    looking.look_due()
    assert listed(browse, cast, "unreachable") == ["acme-prod", "globex-prod"]
    # What was seen last stays so: the other account is still short, and this one is not.
    assert listed(browse, cast, "short") == ["globex-prod"]
    assert link_of(cast.acme).pk == link.pk


@pytest.mark.parametrize(
    ("days", "soon", "short"),
    [(91, [], []), (90, ["acme-prod"], []), (1, ["acme-prod"], []), (0, [], ["acme-prod"])],
)
def test_legacy_business_falls_short_on_its_day(
    cast: Cast, browse: Browse, clock: Clock, days: int, soon: list[str], short: list[str]
) -> None:
    declare(cast, "Business")
    clock.set(END - timedelta(days=days))
    assert listed(browse, cast, "soon") == soon
    assert listed(browse, cast, "short") == short


def test_the_last_second_of_the_last_day_still_serves(cast: Cast, browse: Browse, clock: Clock) -> None:
    declare(cast, "Business")
    clock.set(END - timedelta(seconds=1))
    assert listed(browse, cast, "short") == []
    clock.advance(seconds=1)
    assert listed(browse, cast, "short") == ["acme-prod"]
    page = browse(cast.engineer).get(desk_page_of(cast.acme)).content.decode()
    assert "Business does not serve since" in " ".join(page.split())


def test_what_was_seen_goes_before_what_was_declared(cast: Cast, browse: Browse, aws: FakeAws) -> None:
    declare(cast, "Basic")
    assert listed(browse, cast, "short") == []  # it was seen to take cases
    declare(cast, "Basic", SupportState.UNKNOWN)
    assert listed(browse, cast, "short") == ["acme-prod"]
    declare(cast, "Enterprise", SupportState.NOT_MET)
    assert listed(browse, cast, "short") == ["acme-prod"]


def test_severities_without_critical_are_legacy_business_whatever_was_declared(
    cast: Cast, browse: Browse, aws: FakeAws, clock: Clock
) -> None:
    clock.set(END - timedelta(days=50))
    connect(cast.acme, browse, aws, "Business")  # Business Support+ was declared
    assert listed(browse, cast, "soon") == ["acme-prod"]


def test_the_list_asks_as_often_for_many_accounts(cast: Cast, browse: Browse, aws: FakeAws) -> None:
    connect(cast.acme, browse, aws)
    client = browse(cast.engineer)
    client.get(LIST)

    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            client.get(LIST)
        return len(caught)

    few = asked()
    with acting_as(worker_context()) as now:
        for number in range(30):
            customers.add_aws_account(
                customer=cast.acme.customer,
                name=f"acme-{number}",
                account_id=f"{200000000000 + number}",
                declared_plan="Business",
                support_state=SupportState.MET,
                at=now,
            )
    assert asked() == few


# --- Notices ------------------------------------------------------------------------------------------------
def test_leads_are_told_60_30_and_7_days_before_and_on_the_day_once_each(
    cast: Cast, browse: Browse, clock: Clock
) -> None:
    declare(cast, "Business")
    told = []
    for days in (61, 60, 59, 31, 30, 29, 8, 7, 6, 1, 0, -1, -30):
        clock.set(END - timedelta(days=days))
        coverage.notify_due()
        coverage.notify_due()  # the sweep comes again within the day
        told.append((days, len(mails("aws_plan"))))
    assert told == [
        (61, 0),
        (60, 1),
        (59, 1),
        (31, 1),
        (30, 2),
        (29, 2),
        (8, 2),
        (7, 3),
        (6, 3),
        (1, 3),
        (0, 4),
        (-1, 4),
        (-30, 4),
    ]
    before, on_the_day = mails("aws_plan")[0], mails("aws_plan")[-1]
    assert "serves until 1 January 2027" in before.subject
    assert "Choose Business Support+ or a larger plan." in before.body
    assert "/c/acme/aws-accounts/" in before.body
    assert "does not serve since 1 January 2027" in on_the_day.body
    assert "counts as yours" not in on_the_day.body  # as long as AWS takes cases, no wait is the customer's
    assert {mail.recipient_name for mail in mails("aws_plan")} == {"Acme Lead"}
    assert [one["kind"] for one in facts(cast.acme, "plan_notice")] == ["ends", "ends", "ends", "ended"]


def test_an_account_that_is_short_by_its_declaration_alone_is_told_without_blame(
    cast: Cast, browse: Browse
) -> None:
    declare(cast, "Developer", SupportState.UNKNOWN)
    coverage.notify_due()
    coverage.notify_due()
    [mail] = mails("aws_plan")
    assert "Its plan, as declared, is Developer." in mail.body
    assert "counts as yours" not in mail.body
    assert "We saw it" not in mail.body


def test_a_portal_that_slept_tells_of_the_latest_notice_alone(
    cast: Cast, browse: Browse, clock: Clock
) -> None:
    declare(cast, "Business")
    clock.set(END - timedelta(days=5))
    coverage.notify_due()
    assert [mail.dedupe_key.split(":")[-3] for mail in mails("aws_plan")] == ["7"]


def test_a_customer_without_a_lead_is_told_as_soon_as_it_has_one(
    cast: Cast, browse: Browse, clock: Clock
) -> None:
    declare(cast, "Business")
    with acting_as(worker_context()):
        Member.objects.filter(pk=cast.acme.lead.pk).update(is_active=False)
    clock.set(END - timedelta(days=20))
    coverage.notify_due()
    assert (mails("aws_plan"), facts(cast.acme, "plan_notice")) == ([], [])
    with acting_as(worker_context()):
        Member.objects.filter(pk=cast.acme.lead.pk).update(is_active=True)
    coverage.notify_due()
    assert len(mails("aws_plan")) == 1


def test_the_lead_is_told_now_after_a_preview_and_once_a_day(
    cast: Cast, browse: Browse, clock: Clock
) -> None:
    declare(cast, "Business")
    clock.set(END - timedelta(days=80))  # before the first notice
    desk, page = browse(cast.lead), desk_page_of(cast.acme, "tell/")
    preview = desk.get(page).content.decode()
    assert "Acme Lead, lead@acme.example" in preview
    assert "serves until 1 January 2027" in preview
    assert mails("aws_plan") == []
    assert "are told" in desk.post(page, follow=True).content.decode()
    assert "told today already" in desk.post(page, follow=True).content.decode()
    assert len(mails("aws_plan")) == 1
    assert "Leads told" in desk.get(desk_page_of(cast.acme)).content.decode()
    clock.advance(days=1)
    desk.post(page)
    assert len(mails("aws_plan")) == 2
    assert browse(cast.engineer).get(page).status_code == 403


def test_there_is_nothing_to_tell_of_an_account_that_is_well(cast: Cast, browse: Browse) -> None:
    desk, page = browse(cast.lead), desk_page_of(cast.acme, "tell/")
    assert "There is nothing to tell" in desk.get(page).content.decode()
    assert "does not fall short" in desk.post(page, follow=True).content.decode()
    assert mails("aws_plan") == []


def test_accounts_out_of_use_are_nobodys_matter(cast: Cast, browse: Browse, clock: Clock) -> None:
    declare(cast, "Business")
    with acting_as(worker_context()):
        AwsAccount.objects.filter(pk=account(cast.acme).pk).update(is_active=False)
    clock.set(END)
    assert coverage.notify_due() == 0
    assert "acme-prod" not in listed(browse, cast, "")


# --- The customer's page ------------------------------------------------------------------------------------
def test_the_customer_reads_the_same_truth(cast: Cast, browse: Browse, aws: FakeAws, clock: Clock) -> None:
    client = browse(cast.acme.lead)
    page = client.get("/c/acme/aws-accounts/").content.decode()
    assert "Not connected" in page
    assert ">Connect<" in page
    begin(cast.acme, browse)
    assert "See what to do" in client.get("/c/acme/aws-accounts/").content.decode()
    link = link_of(cast.acme)
    aws.account(link.account_number, "Basic", external_id=link.external_id)
    arn = f"arn:aws:iam::{link.account_number}:role/TrusstSupport"
    client.post(
        f"/c/acme/aws-accounts/{account(cast.acme).pk}/connect/role/", {"channel": "direct", "role_arn": arn}
    )
    looking.look_due()
    page = client.get("/c/acme/aws-accounts/").content.decode()
    assert "Connected, plan too low" in page
    assert "SubscriptionRequiredException" in page
    assert "Choose Business Support+ or a larger plan." in page
    assert "the time for which a ticket waits for AWS counts as yours" in page
    coordinators = browse(cast.acme.coordinator).get("/c/acme/aws-accounts/").content.decode()
    assert "SubscriptionRequiredException" in coordinators
    assert "/connect/" not in coordinators


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (91, ""),
        (90, "Business serves until 1 January 2027."),
        (-1, "Business does not serve since 1 January 2027."),
    ],
)
def test_the_customer_reads_when_its_plan_ends(
    cast: Cast, browse: Browse, clock: Clock, days: int, said: str
) -> None:
    declare(cast, "Business")
    clock.set(END - timedelta(days=days))
    page = browse(cast.acme.lead).get("/c/acme/aws-accounts/").content.decode()
    assert (said in page) if said else ("serve" not in page.replace("The plan serves, but", ""))


def test_the_plans_to_choose_from_are_the_directorys(cast: Cast, browse: Browse) -> None:
    page = browse(cast.acme.lead).get("/c/acme/aws-accounts/new/").content.decode()
    for plan in ("Basic", "Developer", "Business", "Business Support+", "Enterprise", "Unified Operations"):
        assert f'<option value="{plan}"' in page
    assert START.year == 2026
