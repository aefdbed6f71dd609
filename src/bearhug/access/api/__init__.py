"""Access as JSON.

requests.py       gates: HfApi's access requests
groups.py         resource groups of organisations
organisations.py  members' roles, network security, tokens an organisation refuses
credentials.py    ending tokens that leaked
"""

from bearhug.access.api import credentials, groups, organisations, requests

routes = [
    *requests.router.routes,
    *groups.router.routes,
    *organisations.router.routes,
    *credentials.router.routes,
]
