"""Killed again and again while many write, a server loses nothing that it has said is saved.

``make torture`` kills many times more often than ``make test``; DRAFTING_KILLS says how often.
"""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random

import pytest

from drafting.settings import Settings
from drafting.stores.opening import open_stores
from drafting.sync.replica import Replica
from tests.fakes import SteppedClock
from tests.services import Postgres, Server
from tests.torture.nursery import ELSEWHERE, POINTS
from tests.torture.scene import Nursery, Scene

KILLS = int(os.environ.get("DRAFTING_KILLS", "10"))
TEXTS = ["well.front.en", "well.water.en"]
AUTHORS = 3
PERSON = "river@example.org"
FOLDER = {
    "declaration.toml": """
slug = "well"
source_locale = "en"
authentic_locales = ["en"]
locales = ["en"]
preset = "plain"
sections = ["front", "water"]

[title]
en = "The Well"
""",
    "en.md": "# The Well\n\nWe drink from one.\n\n## Water {#water}\n\nIt is for all.\n",
}


def installation(folder: Path, environment: dict[str, str]) -> tuple[dict[str, str], str]:
    """The settings of a server with one declaration in it, and the token of somebody who may write there."""
    server = Server(folder / "data", environment)
    (folder / "well").mkdir()
    for name, content in FOLDER.items():
        (folder / "well" / name).write_text(content)
    commands = ["import", str(folder / "well"), "--as", PERSON], ["token", PERSON]
    done = [server.command_line(*command) for command in commands]
    assert [one.returncode for one in done] == [0, 0], done
    return server.environment, done[-1].stdout.strip()


def strike(postgres: Postgres) -> Callable[[], None]:
    def end_and_begin() -> None:
        postgres.stop("immediate")
        postgres.start()

    return end_and_begin


async def whatever_is_logged_reads_the_same(environment: dict[str, str], words: Mapping[str, str]) -> None:
    """With every update replayed, and from the checkpoint too; and no number is missing."""
    settings = Settings.from_environment(environment)
    stores = await open_stores(settings.database_url, settings.data, smtp=None, clock=SteppedClock())
    try:
        for text, expected in words.items():
            updates = await stores.log.read(text)
            stored = await stores.log.load(text)
            assert stored is not None
            assert [update.sequence for update in updates] == list(range(1, stored.sequence + 1))
            assert stored.checkpoint is not None, "no checkpoint was ever kept"
            for parts in ([update.data for update in updates], [stored.checkpoint, *stored.updates]):
                assert "\n".join(block.words for block in Replica(parts).text) == expected
    finally:
        await stores.close()


@pytest.mark.parametrize("store", ["sqlite", "postgres"])
async def test_no_acknowledged_edit_is_lost(store: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    postgres: Postgres | None = request.getfixturevalue("postgres") if store == "postgres" else None
    environment, token = installation(
        tmp_path, {"DRAFTING_DATABASE": postgres.create_database()} if postgres is not None else {}
    )
    random = Random(os.environ.get("DRAFTING_SEED", store))
    async with Nursery(environment) as nursery, Scene(nursery, token, TEXTS, AUTHORS, random) as scene:
        for number in range(KILLS):
            point = random.choice((ELSEWHERE, ELSEWHERE, *POINTS))
            count = random.randint(1, 3) if "checkpoint" in point else random.randint(1, 60)
            falls = point == ELSEWHERE and number % 3 == 0
            await scene.suffer(point, count, strike(postgres) if postgres is not None and falls else None)
        words = await scene.converge()
        assert postgres is not None or scene.refused == 0
    await whatever_is_logged_reads_the_same(environment, words)
