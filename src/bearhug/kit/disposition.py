"""File names in headers."""

from urllib.parse import quote


def content_disposition(kind: str, filename: str) -> str:
    """`inline` or `attachment` with a name: plain for old readers, exact for others (RFC 6266)."""
    plain = "".join(c if " " <= c <= "~" and c not in '"\\%;' else "_" for c in filename)
    exact = quote(filename, safe="!#$&+-.^_`|~")  # attr-char of RFC 5987
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{exact}"
