"""Owns tickets, their conversation, severity and lifecycle; publishes what happens to them.

Never knows an objective, a clock or a ladder: what it shows of them is written down into its columns.
"""
