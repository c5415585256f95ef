"""Owns messages to people: a row for each, delivered once per key, visible when it fails.

Never decides who hears about what.
"""
