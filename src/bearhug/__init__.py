"""Bearhug: the hub you hold."""

__version__ = "0.1.0"
