"""The words this feature speaks. No I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bearhug.errors import HubError, NotFound, Unprocessable

CONVERTED = "refs/convert/parquet"
"""The branch of a dataset where its rows stand as Parquet."""

Failure = Mapping[str, Any]
"""Why something of a dataset cannot be shown: code, error, cause_exception, cause_message,
cause_traceback (lines), as the API tells it."""


@dataclass(frozen=True)
class Shard:
    """A Parquet file of a split, by its path on CONVERTED. `etag` names its content."""

    path: str
    etag: str
    size: int
    rows: int


@dataclass(frozen=True)
class Split:
    config: str
    name: str
    position: int
    features: Mapping[str, Any] | None
    """As `datasets.Features.to_dict()`, in the order of the columns."""
    preview: str
    """The name of the small file with its first rows, below the cache; "" for none."""
    preview_rows: int
    failure: Failure | None
    rows: int | None
    """None until it has been converted."""
    bytes: int | None
    partial: bool
    shards: Sequence[Shard]
    statistics: Mapping[str, Any] | None
    statistics_failure: Failure | None

    @property
    def folder(self) -> str:
        """Where its shards lie on CONVERTED."""
        return f"{self.config}/{'partial-' if self.partial else ''}{self.name}"

    @property
    def parquet_bytes(self) -> int:
        return sum(shard.size for shard in self.shards)


@dataclass(frozen=True)
class Config:
    name: str
    builder: str
    original_bytes: int
    state: str
    """waiting, converting, done or failed."""
    progress: float
    failure: Failure | None
    info: Mapping[str, Any] | None
    splits: Sequence[Split] = ()

    @property
    def done(self) -> bool:
        return self.state == "done"

    @property
    def partial(self) -> bool:
        return any(split.partial for split in self.splits)


@dataclass(frozen=True)
class View:
    """What is known of a dataset's rows at `commit`; `wanted` is the commit they should be of."""

    repo_id: int
    wanted: str
    commit: str | None
    state: str
    """waiting, reading, converting, done, failed, or off where the author wants no viewer."""
    failure: Failure | None
    isolation: str
    configs: Sequence[Config] = field(default=())

    def config(self, name: str) -> Config:
        """Raises ResponseNotFound."""
        for config in self.configs:
            if config.name == name:
                return config
        raise ResponseNotFound(f"The config {name!r} does not exist in this dataset.")

    def split(self, config: str, name: str) -> Split:
        """Raises ResponseNotFound."""
        for split in self.config(config).splits:
            if split.name == name:
                return split
        raise ResponseNotFound(f"The split {name!r} does not exist in the config {config!r}.")

    @property
    def pending(self) -> list[Config]:
        return [config for config in self.configs if config.state in ("waiting", "converting")]

    @property
    def failed(self) -> list[Config]:
        return [config for config in self.configs if config.state == "failed"]

    @property
    def partial(self) -> bool:
        return any(config.partial for config in self.configs)


# --- what callers are told ------------------------------------------------------------------


class MissingParameter(Unprocessable):
    """A parameter that must be there is not. The code is the Hub's."""

    code = "MissingRequiredParameter"


class ResponseNotReady(HubError):
    """It is being worked on: ask again in a moment, as clients do at this code."""

    status, code = 500, "ResponseNotReady"

    def __init__(self) -> None:
        super().__init__(
            "The server is busier than usual and the response is not ready yet. Please retry later."
        )
        self.headers["Retry-After"] = "2"


class ResponseNotFound(NotFound):
    """No such config or split, or nothing is kept of it."""

    code = "ResponseNotFound"


class ViewerOff(HubError):
    """The dataset's author wants no viewer: `viewer: false` stands in its card."""

    status, code = 501, "DisabledViewerError"

    def __init__(self) -> None:
        super().__init__("The dataset viewer is disabled: its card says `viewer: false`.")


class VisitorsDataset(HubError):
    """No dataset of that name, or none that this caller may read."""

    status, code = 404, "ExternalAuthenticatedError"

    def __init__(self, *, visitor: bool) -> None:
        words = "The dataset does not exist, or is not accessible "
        if visitor:
            self.status, self.code = 401, "ExternalUnauthenticatedError"
            super().__init__(f"{words}without authentication (private or gated).")
        else:
            super().__init__(f"{words}with the current credentials (private or gated).")


class Unreadable(HubError):
    """The data itself cannot be shown; the details say what its author can mend."""

    status = 500

    def __init__(self, failure: Failure) -> None:
        told = {key: failure[key] for key in failure if key.startswith("cause_")}
        super().__init__(str(failure.get("error", "This dataset cannot be shown.")), **told)
        self.code = str(failure.get("code", "UnexpectedError"))


def told_of(error: HubError) -> Failure:
    """A failure of our own, in the shape of those that the reading program tells."""
    return {
        "code": error.code,
        "error": error.message,
        "cause_exception": type(error).__name__,
        "cause_message": error.message,
        "cause_traceback": [],
    }


EMPTY: Failure = {
    "code": "EmptyDatasetError",
    "error": "The dataset is empty: it has no file that the viewer reads.",
    "cause_exception": "EmptyDatasetError",
    "cause_message": "Add data as CSV, JSON Lines, Parquet, text, or folders of images, audio or"
    " video.",
    "cause_traceback": [],
}
