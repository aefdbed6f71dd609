"""What a caller of the viewer can get wrong, by the Hub's own codes where it has one."""

from bearhug.errors import HubError, NotImplementedHere, Unavailable, Unprocessable


class InvalidParameter(Unprocessable):
    """`where`, `orderby`, `offset`, `length` or `query` says something that cannot be."""

    code = "InvalidParameter"


class TooBigContent(NotImplementedHere):
    """What was asked for would read or send too much at once."""

    code = "TooBigContentError"


class TooManyColumns(NotImplementedHere):
    code = "TooManyColumnsError"


class UnreadableParquet(Unprocessable):
    """The file is no whole Parquet, or holds what no engine here reads."""

    code = "UnreadableParquet"


class AssetNotFound(HubError):
    """The row has no such picture, sound, film or document."""

    status, code = 404, "AssetNotFound"


class TookTooLong(HubError):
    """Stopped at its time limit, or there was no free worker within it."""

    status, code = 504, "TookTooLong"


class ViewerStopped(Unavailable):
    """A worker ended in the middle: for want of memory, or by what a file did to it."""

    code = "ViewerStopped"


class QueryFailed(Unprocessable):
    """DuckDB's own words about somebody's SQL."""

    code = "QueryFailed"


REFUSALS: dict[str, type[HubError]] = {
    refusal.code: refusal
    for refusal in (
        *(InvalidParameter, TooBigContent, TooManyColumns, UnreadableParquet),
        *(AssetNotFound, TookTooLong, ViewerStopped, QueryFailed),
    )
}
