"""Rows as their keeper sees them: what may go, what must hold, what it all takes.

sweeping.py   what nobody holds, and what rows there are for stored bytes
checking.py   every row once, for fsck and the scrub
figures.py    sizes: said, stored, shared
"""
