"""Owns the tenants: customers, their people, the desk's people, and what a customer has.

Publishes MemberInvited, MemberJoined and InvitationRevoked. Never knows a ticket.
"""
