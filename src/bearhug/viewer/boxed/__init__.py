"""The SQL console: each query in a process of its own that has one split to read, and no more.

console.py      what the hub asks
desk.py         what the process does with a query
"""
