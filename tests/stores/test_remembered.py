"""Idempotency keys."""

import asyncio

import pytest

from drafting.domain.errors import Code, Refusal
from drafting.stores.opening import Stores
from drafting.stores.remembered import GIVEN_UP, KEPT, Answer
from tests.stores.conftest import Hands

ANSWER = Answer(201, b'{"n":1}', {"content-type": "application/json"})


async def test_the_same_request_gets_the_same_answer_for_a_day(stores: Stores, clock: Hands) -> None:
    assert await stores.remembered.begin("ana", "k1", "f") is None
    await stores.remembered.finish("ana", "k1", ANSWER)
    assert await stores.remembered.begin("ana", "k1", "f") == ANSWER
    assert await stores.remembered.begin("bo", "k1", "f") is None
    clock.time += KEPT
    assert await stores.remembered.begin("ana", "k1", "f") is None


async def test_another_request_under_the_key_is_refused(stores: Stores) -> None:
    await stores.remembered.begin("ana", "k1", "f")
    for _ in range(2):
        with pytest.raises(Refusal) as refused:
            await stores.remembered.begin("ana", "k1", "other")
        assert (refused.value.code, refused.value.data["reason"]) == (Code.BAD_INPUT, "reused")
        await stores.remembered.finish("ana", "k1", ANSWER)


async def test_of_many_at_once_one_goes_on(stores: Stores) -> None:
    begun = await asyncio.gather(
        *(stores.remembered.begin("ana", "k1", "f") for _ in range(20)), return_exceptions=True
    )
    assert begun.count(None) == 1
    refused = [one for one in begun if isinstance(one, Refusal)]
    assert {(one.code, one.data["reason"]) for one in refused} == {(Code.TAKEN, "running")}
    assert len(refused) == 19


async def test_what_failed_or_was_lost_may_be_tried_again(stores: Stores, clock: Hands) -> None:
    await stores.remembered.begin("ana", "k1", "f")
    await stores.remembered.forget("ana", "k1")
    assert await stores.remembered.begin("ana", "k1", "f") is None
    clock.time += GIVEN_UP
    assert await stores.remembered.begin("ana", "k1", "f") is None
