"""A process that carries what lies in the outbox to an SMTP server, until it is killed.

``python -m tests.stores.carrying DATABASE_URL DATA_FOLDER PORT``
"""

import asyncio
import sys
from pathlib import Path

from drafting.stores.opening import open_stores
from tests.stores.conftest import Hands


async def main(url: str, data: str, port: str) -> None:
    stores = await open_stores(url, Path(data), smtp=f"smtp://127.0.0.1:{port}", clock=Hands())
    await stores.courier.work()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
