"""Measurements: run by `make bench`, never as tests. Every figure is a ratio within one run on one machine."""
