"""Rows of OAuth.

apps.py        apps, what people have allowed them, and the repos they made
flows.py       codes, and devices that wait
tokens.py      access, refresh and exchanged tokens
publishers.py  trusted publishers
"""
