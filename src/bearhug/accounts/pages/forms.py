"""What a form held, and what to say beside its fields."""

from collections import defaultdict
from collections.abc import Mapping

from starlette.datastructures import FormData

from bearhug.accounts.model.profile import Profile
from bearhug.web.call import Call

Problems = Mapping[str, str] | None


def told(problems: Problems) -> Mapping[str, str]:
    """For templates, which ask of every field: "" where there is nothing to say."""
    return defaultdict(str, problems or {})


def profile_of(call: Call, form: FormData) -> Profile:
    """What a profile's form holds."""
    return Profile(
        call.text(form, "full_name"),
        call.text(form, "about"),
        call.text(form, "website"),
        "default_private" in form,
    )
