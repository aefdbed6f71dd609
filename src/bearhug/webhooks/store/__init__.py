"""Rows in and out. Every SQL statement of this feature is here.

hooks.py        webhooks and what they watch
deliveries.py   what is to be sent, and what was
"""
