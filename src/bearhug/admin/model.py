"""The words this feature speaks. No I/O."""

from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    GOOD = "ok"
    WARN = "warning"
    BAD = "failed"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at, and what to do if it is not well."""

    subject: str
    health: Health
    words: str


@dataclass(frozen=True)
class Holdings:
    """How much the hub holds."""

    users: int
    organisations: int
    models: int
    datasets: int
    spaces: int
    kernels: int
    object_bytes: int
    pack_bytes: int
    runs: int


@dataclass(frozen=True)
class FailedJob:
    """A job that was given up, and why."""

    id: int
    name: str
    args: str
    attempts: int
    error: str
    failed_at: int


@dataclass(frozen=True)
class Person:
    """An account as the operator's list shows it."""

    name: str
    email: str
    operator: bool
    disabled: bool
    repos: int
    created_at: int
