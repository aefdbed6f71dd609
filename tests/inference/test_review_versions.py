"""One model's versions share their weights' name: none answers for another."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from bearhug.inference.engines.base import ModelFile, Upstream
from bearhug.inference.engines.remote import Remote
from bearhug.inference.engines.upstream import digest
from bearhug.inference.resident import Stage
from bearhug.inference.supervisor import Supervisor


@pytest.mark.model
def test_who_asks_while_another_version_wakes_gets_their_own(
    tmp_path: Path, smollm: ModelFile
) -> None:
    """A change that somebody proposes has a template of its own, and everyone's weights."""
    own, proposed = replace(smollm, version="main"), replace(smollm, version="refs/pr/1")

    async def ask() -> None:
        supervisor = Supervisor(tmp_path)
        waking = asyncio.create_task(supervisor.warm(proposed))
        while supervisor.status(own.key).stage is not Stage.LOADING:
            await asyncio.sleep(0)
        async with supervisor.lease(own):
            assert supervisor._residents[own.key].model.version == "main"
        await waking
        await supervisor.close()

    asyncio.run(ask())


def test_a_new_key_is_sent_from_the_next_question_on_and_named_nowhere(tmp_path: Path) -> None:
    async def ask() -> None:
        supervisor = Supervisor(tmp_path)
        names = set()
        for key in ("sesame", "open"):
            servers = (Upstream("http://127.0.0.1:9", models=("ada/*",), key=key),)
            names.add(digest(servers))
            model = ModelFile("ada/far", digest(servers), "upstream", (), 0, upstreams=servers)
            async with supervisor.lease(model) as answerer:
                assert isinstance(answerer, Remote)
                assert answerer.upstreams[0].key == key
        assert len(names) == 1
        await supervisor.close()

    asyncio.run(ask())
