"""How a request for a token ends."""

from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit, urlunsplit

from bearhug.accounts.model import Account
from bearhug.errors import HubError


class OAuthError(HubError):
    """Told as RFC 6749 §5.2 has it: `error` is one of the words that clients act on."""

    status, code = 400, "OAuthError"

    def __init__(self, error: str, description: str, *, status: int = 400) -> None:
        super().__init__(description, error=error, error_description=description)
        self.error = error
        self.status = status
        if status == 401:
            self.headers["WWW-Authenticate"] = f'Basic realm="oauth", error="{error}"'


class SentBack(Exception):
    """A request for consent that ends at the app, told in the address (RFC 6749 §4.1.2.1)."""

    def __init__(self, redirect_uri: str, state: str | None, error: str, description: str) -> None:
        super().__init__(description)
        self.redirect_uri = redirect_uri
        self.state = state
        self.error = error
        self.description = description

    def address(self, issuer: str) -> str:
        return back_to(
            self.redirect_uri,
            error=self.error,
            error_description=self.description,
            state=self.state,
            iss=issuer,
        )


@dataclass(frozen=True)
class Issued:
    """Tokens, fresh and in the clear: this answer is the only place where they are.

    `seconds` until the access token ends; `client_id` and `nonce` are for the id token.
    """

    account: Account
    access_token: str
    seconds: int
    scopes: tuple[str, ...]
    orgs: frozenset[int] = frozenset()
    refresh_token: str = ""
    client_id: str = ""
    nonce: str = ""
    picture: str = ""
    """The path of the account's picture."""


def back_to(redirect_uri: str, **params: str | None) -> str:
    """The app's address with these in its query, after what it has there already."""
    parts = urlsplit(redirect_uri)
    added = urlencode({name: value for name, value in params.items() if value is not None})
    query = f"{parts.query}&{added}" if parts.query else added
    return urlunsplit(parts._replace(query=query))
