"""Xet's door: tokens, xorbs and shards coming in, files put together again, questions for chunks.

Contract: specs/XET.md. What is stored and how is `xet`'s affair, a foundation; here is who may.
"""
