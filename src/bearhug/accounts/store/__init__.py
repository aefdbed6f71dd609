"""Account rows in and out. Every SQL statement of this feature is here.

people.py        accounts and avatars
members.py       who is in which organisation
credentials.py   sessions, tokens, failed attempts
"""
