"""The words by which a ticket is found."""

from __future__ import annotations

from django.db import connection

from tickets.models import AudienceChoice, Ticket

_MAX_VECTOR_BYTES = 400_000  # Postgres refuses a vector of 1 MiB; a reply must never fail for that

_ADD = """
    INSERT INTO tickets_tickettext AS kept (customer_id, ticket_id, audience, vector)
    VALUES (%(customer)s, %(ticket)s, %(audience)s, strip(to_tsvector('english', %(text)s)))
    ON CONFLICT (customer_id, ticket_id, audience) DO UPDATE
    SET vector = CASE
        WHEN pg_column_size(kept.vector) < %(limit)s THEN kept.vector || excluded.vector
        ELSE kept.vector
    END
"""
_ADD_OWN = """
    INSERT INTO tickets_owntext AS kept (customer_id, ticket_id, vector)
    VALUES (%(customer)s, %(ticket)s, strip(to_tsvector('english', %(text)s)))
    ON CONFLICT (customer_id, ticket_id) DO UPDATE
    SET vector = CASE
        WHEN pg_column_size(kept.vector) < %(limit)s THEN kept.vector || excluded.vector
        ELSE kept.vector
    END
"""


def add_words(ticket: Ticket, audience: AudienceChoice, text: str) -> None:
    """Make a text's words find the ticket for those who may read the text."""
    with connection.cursor() as cursor:
        cursor.execute(
            _ADD_OWN if audience is AudienceChoice.CUSTOMER else _ADD,
            {
                "customer": ticket.customer_id,
                "ticket": ticket.pk,
                "audience": audience.value,
                "text": text[:60_000],
                "limit": _MAX_VECTOR_BYTES,
            },
        )
