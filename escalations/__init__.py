"""Owns escalations: a ladder of alerts for each matter that needs a person, until someone takes it; and the
hand-over, with which a customer's Level 1 passes a ticket to the desk. Policies and rotas say who is called.

Publishes EscalationStepTaken, AlertAcknowledged, AcknowledgementLapsed, HandOverOffered and HandOverAccepted.
Never changes a clock, and a ticket only through the actions of tickets.
"""
