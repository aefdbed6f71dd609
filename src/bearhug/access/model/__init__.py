"""The words this feature speaks. No I/O beyond the list of countries."""

from bearhug.access.model.forms import Field, Form, form_of
from bearhug.access.model.gates import (
    AccessAsked,
    AccessDecided,
    Gate,
    OwnRequest,
    Request,
    Status,
)
from bearhug.access.model.groups import Group, GroupMember, Placed
from bearhug.access.model.reports import Report, Suspension

__all__ = [
    "AccessAsked",
    "AccessDecided",
    "Field",
    "Form",
    "Gate",
    "Group",
    "GroupMember",
    "OwnRequest",
    "Placed",
    "Report",
    "Request",
    "Status",
    "Suspension",
    "form_of",
]
