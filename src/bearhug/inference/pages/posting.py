"""A widget's form without a script: posted, answered by a page in words."""

import base64
from typing import Any

from starlette.datastructures import FormData, UploadFile

from bearhug.errors import BadRequest
from bearhug.inference import asking
from bearhug.inference.asking import WAIT_SECONDS, Errand, Inferred
from bearhug.inference.pages.forms import Field
from bearhug.inference.pages.proposing import body_of
from bearhug.inference.pages.widgets import Widget
from bearhug.inference.room import Asker, ModelRoom
from bearhug.inference.service import Located
from bearhug.inference.tasks import TASKS, Sent
from bearhug.web.call import Call

MOST_FILE_BYTES = 8 * 1024**2


async def filled(widget: Widget, form: FormData) -> dict[str, Any]:
    """What the form's fields hold, by name: an example's, where one was chosen.

    Raises BadRequest for what only a script can send.
    """
    chosen = str(form.get("example", ""))
    if chosen.isdigit() and int(chosen) < len(widget.proposals):
        fills = dict(widget.proposals[int(chosen)].fills)
        if any(isinstance(each, dict) and "src" in each for each in fills.values()):
            raise BadRequest("An example's file is fetched by a script: choose a file of yours.")
        return fills
    fields = (*widget.form.fields, *widget.form.settings)
    return {each.name: await _value(each, form) for each in fields}


async def infer(call: Call, located: Located, widget: Widget, fills: dict[str, Any]) -> Inferred:
    """Raises BadRequest, and as asking.infer."""
    task = widget.form.task
    asked = await call.thread(TASKS[task].reads, Sent(body_of(widget.form, fills)))
    asker = Asker((await call.actor()).user_id, call.address)
    room: ModelRoom = call.hub.rooms["inference"]
    errand = Errand(str(located.repo.name), located, task, asked, asker, WAIT_SECONDS)
    return await asking.infer(room, errand)


async def _value(field: Field, form: FormData) -> Any:
    if field.kind in ("image", "audio"):
        return await _file(form.get(f"{field.name}[]"))
    if field.kind == "list":
        texts = (str(each).strip() for each in form.getlist(f"{field.name}[]"))
        return [each for each in texts if each]
    if field.kind == "table":
        raise BadRequest("A table is sent by a script: switch scripts on, or ask from code.")
    value = str(form.get(field.name, "")).strip()
    if field.kind == "switch":
        return bool(value)
    return _number(field, value) if field.kind == "number" and value else value


def _number(field: Field, value: str) -> float:
    try:
        number = float(value)
    except ValueError as error:
        raise BadRequest(f"{field.label}: write a number.") from error
    return int(number) if number.is_integer() else number


async def _file(sent: Any) -> str:
    if not isinstance(sent, UploadFile) or not sent.size:
        raise BadRequest("Choose a file first.")
    if sent.size > MOST_FILE_BYTES:
        raise BadRequest(f"A file may have {MOST_FILE_BYTES} bytes.")
    return base64.b64encode(await sent.read()).decode()
