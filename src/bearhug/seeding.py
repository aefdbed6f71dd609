"""What the official client's own tests expect of the hub that they talk to.

Users, organisations and tokens as in huggingface_hub/tests/testing_constants.py, and what its
tests of OAuth and of listings presuppose. The secrets are public: for an empty hub on a
developer's machine, never for one that people use.
"""

from bearhug.accounts import service as accounts
from bearhug.accounts.model import TokenRole
from bearhug.accounts.store import credentials, people
from bearhug.errors import Conflict
from bearhug.files import service as files
from bearhug.files.model import Add, Proposal
from bearhug.hub import OPERATOR, Hub, Transaction
from bearhug.identity.service import DAY, digest
from bearhug.oauth import service as oauth
from bearhug.oauth.store import apps
from bearhug.repos import service as repos
from bearhug.repos.model import RepoKind

DUMMY, ENTERPRISE, BOT = "__DUMMY_HUB_USER__", "EnterpriseAdmin", "hub.js"
USERS = (
    (DUMMY, "Dummy User", "hf_HubCITokenXXXXXXXXXXXXXXXXXXXXX"),
    ("DVUser", "", "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"),
    (ENTERPRISE, "", "hf_enterprise_admin_token"),
    (BOT, "", "hf_hub.js"),
    ("julien-c", "Julien", "hf_julien_c_of_the_client_tests"),
)
"""Name, full name, and the secret of a token that may write."""

PASSWORD = "__DUMMY_TRANSFORMERS_PASS__"
BOT_ID = "62f264b9f3c90f4b6514a269"
BOT_COOKIE = "huggingface-hub.js-cookie"
BOT_AVATAR = "934b830e9fdaa879487852f79eef7165"
BOT_NAME, BOT_EMAIL = "@huggingface/hub CI bot", "eliott@huggingface.co"
BOT_SITE = "https://github.com/huggingface/hub.js"
APP, APP_SECRET, APP_SCOPES = "dummy-app", "dummy-secret", ("openid", "profile", "email")
APP_ADDRESS = "http://localhost:3000"
AVATAR = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><rect width="1" height="1"/></svg>'
)
CARD = """---
pipeline_tag: text-generation
library_name: transformers
---

# A model of the task that the tests ask for
"""


def seed(hub: Hub) -> None:
    """Fill an empty hub. Raises Conflict for one that is in use."""
    hub.write(_people, accounts.hash_password(PASSWORD))
    hub.write(_model)
    files.commit_now(
        hub,
        OPERATOR,
        RepoKind.MODEL,
        "hub.js/a-text-generator",
        Proposal((Add("README.md", CARD.encode()),), "Say what it does"),
    )


def _people(tx: Transaction, hashed: str) -> None:
    if not accounts.is_first(tx):
        raise Conflict("--data: this folder holds a hub in use. Give the name of a new one.")
    ids = {name: _user(tx, name, full, secret, hashed) for name, full, secret in USERS}
    dummy, admin, bot = (ids[name] for name in (DUMMY, ENTERPRISE, BOT))
    accounts.create_org(tx, "valid_org_hub", full_name="Dummy Hub Org", admin_id=dummy)
    accounts.create_org(tx, "HuggingFaceH4", full_name="Hugging Face H4")
    org = accounts.create_org(tx, "EnterpriseOrgPrivate", admin_id=admin)
    people.set_profile(tx.db, org.id, full_name="", about="", website="", default_private=True)
    _bot(tx, bot)
    _app(tx, bot)


def _user(tx: Transaction, name: str, full_name: str, secret: str, hashed: str) -> int:
    """A user, the first of whom operates the hub no more than the others do."""
    email = BOT_EMAIL if name == BOT else f"{name}@example.org"
    account = accounts.create_user(tx, name, email, hashed, operator=False)
    people.set_profile(
        tx.db, account.id, full_name=full_name, about="", website="", default_private=False
    )
    credentials.add_token(
        tx.db,
        account.id,
        "the client's own tests",
        sha256=digest(secret),
        role=TokenRole.WRITE,
        scopes=(),
        ending=secret[-4:],
        at=tx.now,
        until=None,
    )
    return account.id


def _bot(tx: Transaction, bot: int) -> None:
    """Whom the tests sign in by OAuth, with what they expect to be told of them."""
    people.set_wire_id(tx.db, bot, BOT_ID)
    people.set_profile(
        tx.db, bot, full_name=BOT_NAME, about="", website=BOT_SITE, default_private=False
    )
    people.put_avatar(
        tx.db, bot, sha256=BOT_AVATAR, media_type="image/svg+xml", image=AVATAR.encode()
    )
    credentials.add_session(
        tx.db,
        bot,
        sha256=digest(BOT_COOKIE),
        user_agent="the client's own tests",
        address="127.0.0.1",
        at=tx.now,
        until=tx.now + tx.hub.settings.session_days * DAY,
    )


def _app(tx: Transaction, bot: int) -> None:
    """What the tests sign in to, let in already."""
    oauth.keep(tx, APP, APP, secret=APP_SECRET, redirect_uris=(APP_ADDRESS,), scopes=APP_SCOPES)
    app = oauth.find(tx, APP)
    apps.put_grant(tx.db, app.id, bot, scopes=APP_SCOPES, orgs=(), at=tx.now)


def _model(tx: Transaction) -> None:
    repos.create(tx, RepoKind.MODEL, "a-text-generator", owner=BOT)
