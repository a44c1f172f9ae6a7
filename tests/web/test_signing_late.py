"""When letters take their time, page and API say so, as long as it is true and no longer."""

from pathlib import Path

import pytest

from drafting.web.visits import LOOKS_AT_MAIL
from tests.web.signing import FORM, OpenEdition, open_edition
from tests.web.test_signing import TYPED

IN_TIME = "Nothing there? Look again in ten minutes"


@pytest.fixture
async def edition(tmp_path: Path) -> OpenEdition:
    return await open_edition(tmp_path)


def expect(edition: OpenEdition, minutes: int | None) -> None:
    """From now on the outbox says so."""
    edition.coalition.fakes.mail.minutes = minutes
    edition.coalition.fakes.clock.step(seconds=LOOKS_AT_MAIL.total_seconds())


@pytest.mark.parametrize(
    ("minutes", "sentence"),
    [
        (25, "your letter may take 25 minutes"),
        (60, "your letter may take an hour or more"),
        (None, "No letters can leave at the moment"),
    ],
)
async def test_a_long_outbox_is_told(edition: OpenEdition, minutes: int | None, sentence: str) -> None:
    assert sentence not in (await edition.client.post(FORM, data=TYPED)).text
    assert await edition.ask() == {}
    expect(edition, minutes)
    assert sentence in (await edition.client.post(FORM, data=TYPED)).text
    assert await edition.ask() == {"letter": {"minutes": minutes}}
    expect(edition, 9)
    page = (await edition.client.post(FORM, data=TYPED)).text
    assert sentence not in page
    assert IN_TIME in page
    assert await edition.ask() == {}
