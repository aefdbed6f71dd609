"""The operator's pages."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bearhug.admin import service as admin
from bearhug.hub import Transaction
from bearhug.web.call import Call


async def overview(request: Request) -> Response:
    """What the hub holds and does, and whether it is well."""
    call = Call.of(request)
    holdings, waiting, failed = await call.read_slow(admin.overview)
    stored, swept = await call.read_slow(admin.storage)
    findings = await call.thread(admin.examine, call.hub)
    return await call.page(
        "admin/overview.html",
        holdings=holdings,
        waiting=waiting,
        failed=failed,
        findings=findings,
        stored=stored,
        swept=swept,
    )


async def people(request: Request) -> Response:
    """Everybody with an account."""
    call = Call.of(request)
    after = request.query_params.get("after", "")
    found = await call.read_slow(admin.people, after)
    more = found[-1].name if len(found) == admin.PEOPLE_A_PAGE else ""
    return await call.page("admin/people.html", people=found, more=more)


async def change_person(request: Request) -> Response:
    """Lock out or let in, make an operator or no longer."""
    call = Call.of(request)
    form = await call.form()
    name = request.path_params["name"]
    acts = {
        "disable": (admin.set_disabled, True, "is locked out"),
        "enable": (admin.set_disabled, False, "may come in again"),
        "promote": (admin.set_operator, True, "operates this hub too"),
        "demote": (admin.set_operator, False, "no longer operates this hub"),
    }
    act = acts.get(call.text(form, "act"))
    if act is None:
        return call.redirect("/admin/people", flash="Nothing was changed.")
    work, value, words = act

    def change(tx: Transaction) -> None:
        work(tx, name, value)

    await call.write(change)
    return call.redirect("/admin/people", flash=f"{name} {words}.")


async def try_again(request: Request) -> Response:
    """Put a job back that was given up."""
    call = Call.of(request)
    await call.write(admin.try_again, request.path_params["job"])
    return call.redirect("/admin", flash="It will be tried again.")


routes: list[BaseRoute] = [
    Route("/admin", overview),
    Route("/admin/people", people),
    Route("/admin/people/{name:seg}", change_person, methods=["POST"]),
    Route("/admin/jobs/{job:int}/again", try_again, methods=["POST"]),
]
