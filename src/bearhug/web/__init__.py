"""The shell every page and route stands in. Knows no feature.

doors.py       which route answers: one trie over raw path segments
call.py        what a handler is given: transactions, forms, pages
guard.py       cross-site requests, security headers
explain.py     errors as JSON or as a page
tracing.py     request ids, the log, metrics
templating.py  Jinja, its filters, static files
"""
