"""Owns escalations: a ladder of alerts for each matter that needs a person, until someone takes it.

Publishes EscalationStepTaken and AlertAcknowledged. Never changes a clock or a ticket.
"""
