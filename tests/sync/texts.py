"""Texts for the tests: drawn at random, or made by clients that write at random."""

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st
from pycrdt import Doc

from drafting.domain import prose
from drafting.domain.prose import KINDS, MAX_DEPTH, Block, Run
from drafting.sync import markup
from drafting.sync.rewrite import rewrite

LETTERS = "abc déß अआ 中文 \u2028 شكر 😀👩‍🚀 e\u0301"
words = st.text(alphabet=LETTERS, max_size=24)
links = st.sampled_from([None, None, "https://example.org/é", "mailto:a@example.org"])
ids = st.sampled_from([f"b{number}" for number in range(12)])
runs = st.builds(Run, words.filter(bool), strong=st.booleans(), em=st.booleans(), link=links) | st.builds(
    lambda note: Run("", note=note), ids
)


def joined(parts: Sequence[Run]) -> tuple[Run, ...]:
    block = markup.RawBlock(None)
    for run in parts:
        block.add(run)
    return tuple(block.runs)


blocks = st.builds(
    Block,
    id=ids,
    kind=st.sampled_from(sorted(KINDS)),
    runs=st.lists(runs, max_size=4).map(joined),
    depth=st.integers(0, MAX_DEPTH),
    of=st.none() | ids,
)
texts = st.lists(blocks, max_size=8, unique_by=lambda block: block.id).map(tuple)


def live(text: prose.Text, client: int = 1) -> tuple[Doc[Any], markup.Roots]:
    """A live text with these words."""
    doc: Doc[Any] = Doc(client_id=client)
    body = markup.roots(doc)
    with doc.transaction():
        rewrite(body, text)
    return doc, body
