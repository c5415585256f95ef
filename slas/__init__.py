"""Owns agreements, policies, calendars and clocks; publishes what became true of a promise.

A clock is a pure replay of the fact log. Never calls people: that is for escalations.
"""
