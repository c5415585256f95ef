"""A team of the desk, for the tests that need one."""

from __future__ import annotations

from core.tenancy import acting_as
from customers import desk_admin_actions
from customers.models import Team
from tests.cast import Cast, actor_of, context_of


def networks(cast: Cast) -> Team:
    """Add the team Networks, which the desk's lead leads and the engineer is in."""
    with acting_as(context_of(cast.admin)) as now:
        return desk_admin_actions.add_team(
            actor=actor_of(cast.admin), at=now, name="Networks", lead=cast.lead, people=[cast.engineer]
        )
