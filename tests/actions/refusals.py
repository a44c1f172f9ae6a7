"""What a refused action says."""

from collections.abc import Awaitable, Mapping
from typing import Any

import pytest

from drafting.domain.errors import Code, Refusal


async def refused(code: Code, call: Awaitable[Any]) -> Mapping[str, Any]:
    """Await a call that has to be refused with that code; its data."""
    with pytest.raises(Refusal) as caught:
        await call
    assert caught.value.code is code, caught.value
    return caught.value.data
