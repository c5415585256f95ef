"""The monthly review as data: its figures, files, seal and chain, and how anyone checks them; pure.

Nothing here asks a database, a network or a clock, so that `verify` gives everybody the answer it gives us.
"""
