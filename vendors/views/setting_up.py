"""What the pages that connect an account have in common, for the customer's lead and for the desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from customers.models import AwsAccount
from vendors import pushing
from vendors.access import links as access
from vendors.access.coverage import row_of
from vendors.adapters.aws import roles
from vendors.forms.links import ChannelForm, RoleForm
from vendors.link_words import explain
from vendors.models import AccountLink
from vendors.states import LinkState


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """Where the forms of a page lead; `base` is how the addresses' names begin."""

    base: str
    parts: dict[str, Any]

    def to(self, name: str = "", **more: Any) -> str:
        return reverse(f"{self.base}-{name}" if name else self.base, kwargs=self.parts | more)

    def all(self) -> dict[str, str]:
        return {
            name: self.to(name) for name in ("begin", "role", "look", "rotate", "retire", "key", "state")
        } | {"page": self.to()}


def is_live(link: AccountLink | None) -> bool:
    """Tell whether there is a link that is not retired."""
    return link is not None and link.standing is not LinkState.RETIRED


def page_of(
    account: AwsAccount, link: AccountLink | None, addresses: Addresses, now: datetime, **more: Any
) -> dict[str, Any]:
    """Return what a page about the connection of an account shows."""
    found: dict[str, Any] = {
        "account": account,
        "customer": account.customer,
        "link": link,
        "is_live": is_live(link),
        "explained": explain(link),
        "row": row_of(account, now),
        "to": addresses.all(),
        "begin_form": ChannelForm(),
        "earlier": access.earlier_links_of(account, link),
        "now": now,
    }
    if link is not None:
        found |= {
            "known": access.last_known(link),
            "looks": list(access.looks_at(link)[: access.MOST_LOOKS]),
            "keys": [
                (key, addresses.to("key-revoke", key_id=key.pk)) for key in access.valid_keys(link, now)
            ],
            "form": RoleForm(link=link),
            "snippets": snippets_of(link),
            "options": access.options_of(link),
        }
    return found | more


def snippets_of(link: AccountLink) -> dict[str, str]:
    """Return what the customer copies to make the role, and the rule that tells us of changes."""
    role = {
        "principal": settings.AWS_PRINCIPAL,
        "role_name": settings.AWS_ROLE_NAME,
        "external_id": link.external_id,
    }
    address = reverse("inbound-vendor", kwargs={"token": pushing.token_of(link.pk)})
    return {
        "principal": role["principal"],
        "role_name": role["role_name"],
        "arn": roles.arn_template(account_number=link.account_number, role_name=role["role_name"]),
        "policy": roles.policy_text(),
        "policy_reads": roles.policy_text(reads_only=True),
        "trust": roles.trust_text(principal=role["principal"], external_id=link.external_id),
        "cloudformation": roles.cloudformation(**role),
        "cloudformation_reads": roles.cloudformation(**role, reads_only=True),
        "terraform": roles.terraform(**role),
        "terraform_reads": roles.terraform(**role, reads_only=True),
        "event_rule": roles.event_rule(url=f"{settings.PORTAL_BASE_URL}{address}", header=pushing.KEY_HEADER),
    }
