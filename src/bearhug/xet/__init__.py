"""Files in chunks: xorbs and their layouts, files made of them, and reading those again.

Knows nothing of repos or of who may read: whoever calls has asked.
"""
