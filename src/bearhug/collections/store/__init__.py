"""Rows of collections in and out.

rows.py     collections: one, an owner's, listings
items.py    what is in them
"""
