"""What people write about themselves, made fit to keep."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from bearhug.accounts.model.account import Refused

MOST_NAME, MOST_ABOUT, MOST_ADDRESS = 96, 1000, 254
EMAIL = re.compile(r"[^@\s<>\"]+@(?P<domain>[^@\s<>\"]+)")


@dataclass(frozen=True)
class Profile:
    """`default_private` is an organisation's or a person's choice for new repos."""

    full_name: str = ""
    about: str = ""
    website: str = ""
    default_private: bool = False

    def checked(self) -> "Profile":
        """The same, tidied. Raises Refused."""
        problems = {}
        full_name, about = line(self.full_name), lines(self.about)
        if len(full_name) > MOST_NAME:
            problems["full_name"] = f"At most {MOST_NAME} characters; this has {len(full_name)}."
        if len(about) > MOST_ABOUT:
            problems["about"] = f"At most {MOST_ABOUT} characters; this has {len(about)}."
        website = line(self.website)
        if website and "://" not in website:
            website = f"https://{website}"
        if website and not _is_web(website):
            problems["website"] = "An address of the web begins like this: https://bears.example."
        if problems:
            raise Refused(**problems)
        return Profile(full_name, about, website, self.default_private)


def line(text: str) -> str:
    """One line without control characters, its spaces single."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def lines(text: str) -> str:
    """Lines without control characters, none empty at either end."""
    kept = (line(each) for each in text.replace("\r\n", "\n").split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def email_problem(email: str) -> str:
    """Why this cannot be an address, and what could; "" if it can."""
    found = EMAIL.fullmatch(email)
    if not email:
        return "Give an address: you can sign in by it. No mail is sent."
    if len(email) > MOST_ADDRESS or not email.isprintable():
        return f"An address has at most {MOST_ADDRESS} plain characters."
    if found is None:
        return "An address looks like this: ada@bears.example."
    domain = found["domain"]
    if "." not in domain.strip("."):
        return f"This address ends too soon. Did you mean {email.rstrip('.')}.example?"
    if domain.startswith(".") or domain.endswith(".") or ".." in domain:
        return f"There is a dot too many after the @. Did you mean {_fewer_dots(email)}?"
    return ""


def _is_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and len(address) <= 500


def _fewer_dots(email: str) -> str:
    own, _, domain = email.partition("@")
    return f"{own}@{re.sub('[.]{2,}', '.', domain).strip('.')}"
