"""A set of ports in memory, and the same with their own types."""

import pytest

from drafting.actions.ports import Ports
from tests.fakes import Fakes


@pytest.fixture
def fakes() -> Fakes:
    return Fakes()


@pytest.fixture
def ports(fakes: Fakes) -> Ports:
    return fakes.ports()
