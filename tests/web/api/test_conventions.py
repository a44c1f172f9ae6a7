"""What holds for every operation: who calls, what is refused and how, lists, keys, the description."""

import json
import re
from typing import Any

import pytest

from drafting.domain.errors import Code
from drafting.domain.prose import RULES
from drafting.web.api.table import operations
from tests.web.api.conftest import API, D, Installation, Program

NETWORK = {"slug": "orillas", "name": "Red Orillas"}


async def test_without_a_token_only_what_is_public(here: Installation) -> None:
    for operation in operations:
        path = re.sub(r"{\w+}", "1", operation.path)
        answer = await here.nobody(operation.method, path)
        assert (answer.status_code == 401) == (not operation.is_public) or answer.status_code in (404, 401, 422)
        if answer.status_code == 401:
            assert answer.headers["www-authenticate"] == "Bearer"
            assert answer.json()["code"] == "sign_in"


@pytest.mark.parametrize("header", ["Bearer wrong", "Basic YTpi", "Bearer", "bearer  "])
async def test_a_bad_token_is_no_token(here: Installation, header: str) -> None:
    problem = await here.nobody("GET", "/declarations", 401, headers={"authorization": header})
    assert problem["code"] == "sign_in"


async def test_a_refusal_is_a_problem_in_the_language_asked_for(here: Installation, anong: Program) -> None:
    answer = await anong("GET", "/declarations/unknown", headers={"accept-language": "fr"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"] == "not_found"
    assert problem["declaration"] == "unknown"
    assert problem["status"] == 404
    assert problem["detail"].endswith(".")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({**NETWORK, "shrot": "x"}, "shrot"),
        ({"name": "x"}, "slug"),
        ({**NETWORK, "name": 7}, "name"),
        ({**NETWORK, "card": {"whoo": "x"}}, "card.whoo"),
        ({**NETWORK, "name": "x" * 301}, "name"),
        ([], "body"),
        ("{", "body"),
        ("[" * 50_000, "body"),
        ({**NETWORK, "slug": "UPPER"}, "slug"),
    ],
)
async def test_a_body_that_does_not_fit_is_named(here: Installation, body: Any, field: str) -> None:
    anong = await here.program("anong")
    data = body if isinstance(body, str) else json.dumps(body)
    answer = await anong("POST", "/networks", content=data, headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert (answer.json()["code"], answer.json()["field"]) == ("bad_input", field)


async def test_a_form_of_a_foreign_page_is_not_json(here: Installation) -> None:
    anong = await here.program("anong")
    answer = await anong("POST", "/networks", content=json.dumps(NETWORK), headers={"content-type": "text/plain"})
    assert answer.json()["field"] == "Content-Type"


async def test_a_body_has_a_limit(here: Installation) -> None:
    anong = await here.program("anong")
    answer = await anong("POST", "/networks", content=b" " * (here.settings.body_bytes + 1))
    assert answer.status_code == 413


async def test_unknown_paths_and_methods(here: Installation) -> None:
    assert (await here.nobody("GET", "/nothing/here", 404))["code"] == "not_found"
    answer = await here.nobody("DELETE", D)
    assert answer.status_code == 405
    assert answer.json()["detail"]
    assert answer.headers["allow"] == "GET, HEAD"
    assert answer.headers["content-type"] == "application/problem+json"


async def test_numbers_in_paths_and_queries_are_numbers(here: Installation, anong: Program) -> None:
    await anong("GET", f"{D}/editions/one", 404)
    await anong("GET", f"{D}/sections/front/revisions/99999999999999", 404)
    assert (await anong("GET", f"{D}/ledger?after=x", 422))["field"] == "after"
    for at in ("yesterday", "2030-03-01T00:00:00", "9999-12-31T23:00:00-12:00"):
        assert (await anong("GET", f"{D}/matrix?at={at}", 422))["field"] == "at"


async def test_lists_come_in_parts(here: Installation) -> None:
    anong = await here.program("anong")
    for slug in ("one", "two", "three"):
        await anong("POST", "/networks", 201, json={"slug": slug, "name": slug.title()})
    first = await anong("GET", "/networks?limit=2", 200)
    assert [item["slug"] for item in first["items"]] == ["one", "two"]
    second = await anong("GET", first["next"].removeprefix(API), 200)
    assert [item["slug"] for item in second["items"]] == ["three"]
    assert second["next"] is None


async def test_the_same_key_acts_once(here: Installation) -> None:
    anong = await here.program("anong")
    headers = {"idempotency-key": "a key of mine"}
    first = await anong("POST", "/networks", json=NETWORK, headers=headers)
    again = await anong("POST", "/networks", json=NETWORK, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert again.headers["content-type"] == "application/json"
    assert len((await anong("GET", "/networks", 200))["items"]) == 1


async def test_a_key_is_for_one_request_of_one_caller(here: Installation) -> None:
    anong, salma = await here.program("anong"), await here.program("salma")
    headers = {"idempotency-key": "key"}
    await anong("POST", "/networks", 201, json=NETWORK, headers=headers)
    problem = await anong("POST", "/networks", 422, json={**NETWORK, "slug": "other"}, headers=headers)
    assert problem["field"] == "Idempotency-Key"
    await salma("POST", "/networks", 201, json={**NETWORK, "slug": "other"}, headers=headers)


async def test_what_was_refused_may_be_tried_again_under_its_key(here: Installation) -> None:
    anong, salma = await here.program("anong"), await here.program("salma")
    await salma("POST", "/networks", 201, json=NETWORK)
    headers = {"idempotency-key": "key"}
    await anong("POST", "/networks", 409, json=NETWORK, headers=headers)
    await anong("POST", "/networks", 201, json={**NETWORK, "slug": "other"}, headers=headers)


async def test_prose_says_what_a_text_may_hold(here: Installation) -> None:
    assert await here.nobody("GET", "/prose.json", 200) == RULES


async def test_the_description_holds_every_operation(here: Installation) -> None:
    whole = await here.nobody("GET", "/openapi.json", 200)
    assert whole["openapi"].startswith("3.1")
    described = {
        (method.upper(), path): operation
        for path, methods in whole["paths"].items()
        for method, operation in methods.items()
    }
    assert set(described) == {(operation.method, operation.path) for operation in operations}
    assert all(operation["summary"] for operation in described.values())
    names = re.findall(r"#/components/schemas/([\w\[\].]+)", json.dumps(whole))
    assert set(names) <= set(whole["components"]["schemas"])
    assert set(whole["components"]["schemas"]["Problem"]["properties"]["code"]["enum"]) == {code.value for code in Code}


def test_names_of_operations_are_different() -> None:
    names = [operation.name for operation in operations]
    assert len(names) == len(set(names))
