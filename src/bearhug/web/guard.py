"""What a browser may be made to do here by somebody else's page: nothing."""

from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from bearhug.errors import Forbidden

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), payment=()",
}


def refuse_cross_site(request: HTTPConnection, method: str, base_url: str) -> None:
    """Raises Forbidden if another site's page sent this with our cookie.

    A browser says where a request began (Sec-Fetch-Site; over plain HTTP and in older ones only
    Origin) and a page cannot make it lie, so no hidden form field is needed. `base_url` is where
    the hub is to a browser: a proxy may have put its own name into Host. A Bearer token is not
    sent by itself, so it needs no guard; a password once typed is. Rule as in Go's net/http
    CrossOriginProtection.
    """
    if method in SAFE or request.headers.get("authorization", "").lower().startswith("bearer "):
        return
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None:
        allowed = site in ("same-origin", "none")
    elif origin is not None:
        allowed = _host(origin) in (request.headers.get("host"), _host(base_url))
    else:
        allowed = not request.cookies
    if not allowed:
        raise Forbidden("This was sent by another site's page. Open the hub and do it there.")


def _host(origin: str) -> str:
    """Of an origin, the host and port; "null" for what is none."""
    try:
        return urlsplit(origin).netloc or "null"
    except ValueError:
        return "null"
