"""Bytes: objects on disk or in a cloud, and how they come in."""

from bearhug.storage.incoming import Incoming, Received
from bearhug.storage.objects import (
    BLOCK_BYTES,
    Objects,
    Stored,
    check_hex,
    check_key,
    lfs_key,
    pack_key,
    xorb_key,
)
from bearhug.storage.open import CannotOpen, open_objects
from bearhug.storage.parts import Parts
from bearhug.storage.sigv4 import Credentials

__all__ = [
    "BLOCK_BYTES",
    "CannotOpen",
    "Credentials",
    "Incoming",
    "Objects",
    "Parts",
    "Received",
    "Stored",
    "check_hex",
    "check_key",
    "lfs_key",
    "open_objects",
    "pack_key",
    "xorb_key",
]
