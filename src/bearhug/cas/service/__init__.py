"""What is done with chunks, and who may.

tokens.py    who may read and write which repo's files, and for how long
landing.py   xorbs and shards coming in, checked
converting.py  files that came whole, into chunks
reading.py   reconstructions, data addresses, questions for chunks
"""

from bearhug.cas.model import Access
from bearhug.cas.service.converting import objects_of
from bearhug.cas.service.landing import has_xorb, keep, land
from bearhug.cas.service.reading import answer, file_of, reconstruction, xorb_at
from bearhug.cas.service.tokens import (
    generation,
    headers_to_write,
    next_generation,
    read_access,
    ticket_of,
    write_access,
)

__all__ = [
    "Access",
    "answer",
    "file_of",
    "generation",
    "has_xorb",
    "headers_to_write",
    "keep",
    "land",
    "next_generation",
    "objects_of",
    "read_access",
    "reconstruction",
    "ticket_of",
    "write_access",
    "xorb_at",
]
