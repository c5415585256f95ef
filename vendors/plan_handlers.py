"""Facts about customers' accounts in, actions on their links out."""

from __future__ import annotations

from customers.events import AwsAccountDeclared
from vendors.actions import links


def look_after_declaration(event: AwsAccountDeclared) -> None:
    """Look again at an account of which another plan was declared."""
    if event.kind == "plan":
        links.look_again(customer_id=event.customer_id, account_id=event.aws_account_id, at=event.at)
