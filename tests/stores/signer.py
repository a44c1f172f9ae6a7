"""A process that keeps requests to sign, many at once, and prints the id of each that is durable, until it is killed.

``python -m tests.stores.signer DATABASE_URL DATA_FOLDER``
"""

import asyncio
import sys
from itertools import count
from pathlib import Path

from drafting.stores.opening import Stores, open_stores
from tests.stores.conftest import Hands
from tests.stores.test_signatures import asked, signature

AT_ONCE = 20


async def sign_on(stores: Stores, clock: Hands, numbers: "count[int]") -> None:
    for n in numbers:
        await stores.signatures.request(asked(signature(clock, f"s{n}", f"person{n}@people.example")), clock.now())
        print(f"s{n}", flush=True)


async def main(url: str, data: str) -> None:
    clock = Hands()
    stores = await open_stores(url, Path(data), smtp=None, clock=clock)
    numbers = count()
    await asyncio.gather(*(sign_on(stores, clock, numbers) for _ in range(AT_ONCE)))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
