"""Connect accounts as a customer's lead does, in the browser, and let the sweep look."""

from __future__ import annotations

from typing import Any

from core.models import EventRecord
from core.tenancy import acting_as, worker_context
from customers.models import AwsAccount
from notifications.models import Notification
from tests.cast import House
from tests.conftest import Browse
from tests.vendors.factories import account_of
from tests.vendors.fake import FakeAws
from vendors.actions import looking
from vendors.models import AccountLink, PlanObservation


def page_of(house: House, part: str = "") -> str:
    """Return an address of the page that connects a house's account."""
    return f"/c/{house.customer.slug}/aws-accounts/{account_of(house.customer).pk}/connect/{part}"


def desk_page_of(house: House, part: str = "") -> str:
    return f"/desk/vendors/accounts/{house.customer.slug}/{account_of(house.customer).pk}/{part}"


def begin(house: House, browse: Browse, channel: str = "direct") -> AccountLink:
    """Begin to connect a house's account as its lead."""
    answer = browse(house.lead).post(page_of(house, "begin/"), {"channel": channel})
    assert answer.status_code == 302, answer.content.decode()
    return link_of(house)


def name_role(house: House, browse: Browse, *, arn: str | None = None, **typed: str) -> Any:
    """Type the role's ARN and press Verify."""
    number = account_of(house.customer).account_id
    given = {"role_arn": arn if arn is not None else f"arn:aws:iam::{number}:role/TrusstSupport"}
    return browse(house.lead).post(page_of(house, "role/"), {"channel": "direct"} | given | typed)


def connect(house: House, browse: Browse, aws: FakeAws, plan: str = "Business Support+") -> AccountLink:
    """Connect a house's account to the end, with a role that is as it should be."""
    link = begin(house, browse)
    aws.account(link.account_number, plan, external_id=link.external_id)
    assert name_role(house, browse).status_code == 302
    looking.look_due()
    return link_of(house)


def link_of(house: House) -> AccountLink:
    with acting_as(worker_context()):
        return (
            AccountLink.objects.select_related("vendor", "account", "customer")
            .filter(customer=house.customer)
            .order_by("-pk")[0]
        )


def account(house: House) -> AwsAccount:
    return account_of(house.customer)


def looks(link: AccountLink) -> list[PlanObservation]:
    """Return the looks at a link's account, the oldest first."""
    with acting_as(worker_context()):
        return list(PlanObservation.objects.filter(link=link).order_by("pk"))


def facts(house: House, kind: str) -> list[dict[str, Any]]:
    """Return what facts of a type about a house's accounts say."""
    with acting_as(worker_context()):
        found = EventRecord.objects.filter(customer_id=house.customer.pk, type=f"vendors.{kind}").order_by(
            "pk"
        )
        return [one.payload for one in found]


def mails(kind: str) -> list[Notification]:
    with acting_as(worker_context()):
        return list(Notification.objects.filter(kind=kind).order_by("pk"))
