"""Xet: how files are cut into chunks, packed into xorbs and described by shards.

Written from specs/XET.md. Hashes are 32 raw bytes here; `hashes.text` spells them.
"""
