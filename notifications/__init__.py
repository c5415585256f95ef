"""Owns messages to people: a row for each, delivered once per key, visible when it fails.

Publishes MessageSentAgain. Never decides who hears about what.
"""
