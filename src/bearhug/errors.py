"""Everything a caller can get wrong, named once.

Features raise these; `app` alone turns them into responses: JSON to programs, a page to people.

* HubError
  - BadRequest 400
  - NotSignedIn 401
    · BadCredentials
  - Forbidden 403
    · GatedRepo
  - NotFound 404
    · RepoNotFound, RevisionNotFound, EntryNotFound
  - Conflict 409
    · NameTaken
  - Stale 412
  - TooLarge 413
  - RangeNotSatisfiable 416
  - Unprocessable 422
    · BadName, ChecksumMismatch
  - TooMany 429
  - NotImplementedHere 501
  - Unavailable 503
  - Moved 307: not a failure, but it ends a request the same way
"""


class HubError(Exception):
    """A failure the caller can act on.

    `code` travels in X-Error-Code, which huggingface_hub maps to its own exception classes
    (huggingface_hub/utils/_http.py, hf_raise_for_status). `details` join the JSON body;
    `headers` join the response's.
    """

    status = 500
    code = "InternalError"

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(message)
        self.message = message
        self.details = details
        self.headers: dict[str, str] = {}


class BadRequest(HubError):
    status, code = 400, "BadRequest"


class NotSignedIn(HubError):
    status, code = 401, "NotSignedIn"


class BadCredentials(NotSignedIn):
    """A token nobody holds. The Hub's exact words keep its client from reading "no such repo"."""

    code = "BadCredentials"

    def __init__(self) -> None:
        super().__init__("Invalid credentials in Authorization header")


class Forbidden(HubError):
    status, code = 403, "Forbidden"


class GatedRepo(Forbidden):
    """Its card may be read by everyone, its files by whom its owner lets in.

    `what` is such as `model ada/bert`, `path` where one may ask. The words as the Hub's; a
    visitor is told 401.
    """

    code = "GatedRepo"

    def __init__(self, what: str, *, visitor: bool, path: str) -> None:
        self.path = path
        if visitor:
            self.status = 401
            words = "You must have access to it and be authenticated to access it. Please log in."
            super().__init__(f"Access to {what} is restricted. {words}")
        else:
            super().__init__(
                f"Access to {what} is restricted and you are not in the authorized list."
            )


class NotFound(HubError):
    status, code = 404, "NotFound"


class RepoNotFound(NotFound):
    """Absent, or hidden from this caller: the same answer for both.

    A visitor is told 401, as the Hub does, so that clients ask for a token.
    """

    code = "RepoNotFound"

    def __init__(self, *, visitor: bool = False) -> None:
        super().__init__("Invalid username or password." if visitor else "Repository not found")
        if visitor:
            self.status = 401


class RevisionNotFound(NotFound):
    code = "RevisionNotFound"

    def __init__(self, revision: str) -> None:
        super().__init__(f"Invalid rev id: {revision}")


class EntryNotFound(NotFound):
    code = "EntryNotFound"


class Conflict(HubError):
    status, code = 409, "Conflict"


class NameTaken(Conflict):
    code = "NameTaken"


class Stale(HubError):
    status, code = 412, "Stale"


class TooLarge(HubError):
    status, code = 413, "TooLarge"


class RangeNotSatisfiable(HubError):
    status, code = 416, "RangeNotSatisfiable"


class Unprocessable(HubError):
    status, code = 422, "Unprocessable"


class BadName(Unprocessable):
    code = "BadName"


class ChecksumMismatch(Unprocessable):
    code = "ChecksumMismatch"


class TooMany(HubError):
    """Too often. `seconds` until it is worth asking again, sent as Retry-After."""

    status, code = 429, "TooMany"

    def __init__(self, message: str, *, seconds: int) -> None:
        super().__init__(message)
        self.headers["Retry-After"] = str(max(1, seconds))


class NotImplementedHere(HubError):
    status, code = 501, "NotImplemented"


class Unavailable(HubError):
    status, code = 503, "Unavailable"


class Moved(HubError):
    """The repo lives elsewhere now. `app` redirects, relatively, to the same page under `path`.

    `old` and `new` are `owner/name`; only their place in the asked address is exchanged.
    """

    status, code = 307, "Moved"

    def __init__(self, old: str, new: str) -> None:
        super().__init__(f"{old} is now {new}.")
        self.old = old
        self.new = new
