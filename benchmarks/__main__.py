"""Run every benchmark: `python -m benchmarks`, or one of them: `python -m benchmarks keystrokes`."""

import os
import platform
import sys

from benchmarks import history, keystrokes, pages, painting
from benchmarks.measuring import ROUNDS

ALL = {
    "history": history.measure,
    "keystrokes": keystrokes.measure,
    "pages": pages.measure,
    "painting": painting.measure,
}

print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.system()}; {ROUNDS} rounds by turns")
print(f"{'one of':<58}{'median':>10}{'least':>10}{'most':>10}")
for name in sys.argv[1:] or ALL:
    for row in ALL[name]():
        print(row, flush=True)
