"""Owns typed facts, the tenant context and the database's clock; knows no business word."""
