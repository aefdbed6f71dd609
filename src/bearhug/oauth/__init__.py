"""Signing in elsewhere with an account of this hub: OAuth 2, OpenID Connect, trusted publishers.

model/      scopes, apps and their addresses, what a token answer is, what publishers must claim
store/      rows
service/    apps, consent, devices, tokens, publishers, the signing keys
issuers.py  the keys of others, fetched through the guard
api/        the endpoints that programs call
pages/      the pages that people see
"""
