"""Access as pages.

gates.py     asking at a gate; one's own requests; what other pages show of a gate
owners.py    a gate's setting, its lists, its report
groups.py    resource groups of an organisation
reports.py   reporting; the operators' list
"""

from bearhug.access.pages import gates, groups, owners, reports
from bearhug.access.pages.gates import around

routes = [*gates.routes, *owners.routes, *groups.routes, *reports.routes]

__all__ = ["around", "routes"]
