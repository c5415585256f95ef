"""Owns vendors, the links to customers' accounts there, their cases, and whose time it was.

Publishes what happens to links, plans and cases. A vendor's times are shown and never owed: nothing here starts or
meets a clock, and no vendor's word ends a ticket.
"""
