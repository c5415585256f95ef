"""Benchmarks: figures of one machine, for `make bench`."""
