"""The Playground: talk with any model that writes, or with two at once.

service.py   which models may be talked with
pages.py     the page; what is said on it goes to the public /v1/
"""
