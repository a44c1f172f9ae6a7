"""Spoilt updates and frames: what the check lets through does no harm. For a while here, longer by ``make fuzz``."""

import subprocess
import sys
from pathlib import Path

import pytest
from pycrdt import Doc

from drafting.sync import markup
from drafting.sync.check import Known, Refused, check
from drafting.sync.wire import uint
from tests.hostile.cases import Case, is_in_order, kept
from tests.hostile.fuzzing import Child, judged, parse
from tests.hostile.oracle import Found
from tests.hostile.order import could_be_made
from tests.hostile.stock import Stock
from tests.hostile.updates import take_apart

CASES = kept()
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("case", [case for _, case in CASES], ids=[name for name, _ in CASES])
def test_what_was_found_once_does_no_harm(case: Case) -> None:
    assert is_in_order(case.log)
    outcome = judged(case)
    assert not isinstance(outcome, Found), outcome


def test_spoilt_updates_do_no_harm(tmp_path: Path) -> None:
    """In a process of its own, so that one that ends it fails this test alone."""
    command = [
        sys.executable,
        "-m",
        "tests.hostile.fuzzing",
        "--count",
        "4000",
        "--seed",
        "7",
        "--folder",
        str(tmp_path),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr


def test_stock_yjs_reads_the_same() -> None:
    stock = Stock()
    for name, case in CASES:
        if not isinstance(judged(case), str) and could_be_made(case.log, case.update):
            assert stock.difference([*case.log, case.update]) is None, name
    stock.close()


def test_the_fuzzer_sees_what_ends_a_process(tmp_path: Path) -> None:
    """A watchman that finds nothing has to be one that would."""
    child = Child(parse(["--count", "1", "--folder", str(tmp_path)]))
    child.find(CASES[0][1], Found("planted"))
    assert [path.name[:6] for path in tmp_path.glob("*.case")] == ["found-"]


def test_updates_are_put_together_as_they_were_taken_apart() -> None:
    for _, case in CASES:
        if case.log:
            assert take_apart(case.log[-1]).encode() == case.log[-1]


def test_false_origins_are_seen_by_the_order_alone() -> None:
    log = [_typed("abc")]
    update = b"\x01\x01\x05\x00\xc4\x01\x02\x01\x00\x01x\x00"
    assert not could_be_made(log, update)
    assert not isinstance(judged(Case(tuple(log), update)), Found)


def _typed(words: str) -> bytes:
    doc: Doc[object] = Doc(client_id=1)
    markup.roots(doc).body.insert(0, words, {})
    return doc.get_update()


def test_a_few_bytes_cannot_fill_a_text_for_everybody() -> None:
    """So many deleted units count like written ones, and nobody could write any more."""
    huge = b"\x01\x01\x05\x00\x01\x01\x04body" + uint(1 << 30) + b"\x00"
    with pytest.raises(Refused, match="too much"):
        check(huge, Known())


def test_nobody_can_say_that_words_of_others_are_halves_or_stand_in_the_map() -> None:
    """Else honest updates that build upon them would be refused, and their authors shut out."""
    known = Known()
    known.take(check(_typed("abc"), known))
    own = b"\x01\x05\x00\x04\x01\x04body\x01x"
    for false in (b"\x04\x01\x04body\x04" + "😀".encode(), b"\x28\x01\x06blocks\x07b1.kind\x02\x77\x02b1\x77\x02b2"):
        update = b"\x02" + own + b"\x01\x01\x00" + false + b"\x00"
        checked = check(update, known)
        assert checked.written == {5: 1}
        assert not {place for place in checked.halves | checked.properties if place >> 31 == 1}
