"""The canonical form: the same words give the same digest, other words another, whatever carries them."""

import unicodedata

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from drafting.domain.prose import (
    Block,
    Run,
    Text,
    block_digest,
    canonical,
    canonical_bytes,
    digest,
    from_json,
    is_href,
    normal_runs,
    short_code,
    title,
    to_json,
)

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Cf", "Cn"]), max_size=12)
RUNS = st.builds(Run, WORDS, st.booleans(), st.booleans(), st.sampled_from([None, "https://example.org/"]))
BLOCKS = st.builds(
    Block,
    st.from_regex(r"[A-Za-z0-9_-]{1,8}", fullmatch=True),
    st.sampled_from(["paragraph", "heading1", "bullet", "quote"]),
    st.lists(RUNS, max_size=4).map(tuple),
    st.integers(0, 5),
)
TEXTS = st.lists(BLOCKS, max_size=5).map(tuple)


@given(TEXTS)
def test_a_text_survives_being_stored(text: Text) -> None:
    assert from_json(to_json(text)) == text


@given(TEXTS)
def test_identities_and_authorship_of_blocks_do_not_change_the_digest(text: Text) -> None:
    renamed = tuple(Block(f"other{n}", b.kind, b.runs, b.depth, "source") for n, b in enumerate(text))
    assert digest(renamed) == digest(text)


@given(TEXTS)
def test_composed_and_decomposed_letters_are_the_same_words(text: Text) -> None:
    decomposed = tuple(
        Block(
            b.id,
            b.kind,
            tuple(Run(unicodedata.normalize("NFD", r.text), r.strong, r.em, r.link) for r in b.runs),
            b.depth,
        )
        for b in text
    )
    assert digest(decomposed) == digest(text)


@given(st.lists(RUNS, max_size=5), st.integers(0, 30))
def test_where_runs_are_cut_does_not_matter(runs: list[Run], at: int) -> None:
    cut: list[Run] = []
    for run in runs:
        place = min(at, len(run.text))
        cut += [Run(run.text[:place], *run.marks), Run(run.text[place:], *run.marks)]
    assert normal_runs(cut) == normal_runs(runs)


@given(TEXTS)
def test_the_quick_bytes_are_those_of_the_standard(text: Text) -> None:
    assert canonical_bytes(text) == rfc8785.dumps(canonical(text))


def test_another_word_mark_kind_or_link_is_another_text() -> None:
    base = (Block("a", "paragraph", (Run("Water is a common."),)),)
    others = [
        (Block("a", "paragraph", (Run("Water is no common."),)),),
        (Block("a", "quote", (Run("Water is a common."),)),),
        (Block("a", "paragraph", (Run("Water is a common.", strong=True),)),),
        (Block("a", "paragraph", (Run("Water is a common.", link="https://example.org/"),)),),
    ]
    assert len({digest(base), *map(digest, others)}) == 5


def test_empty_blocks_carry_no_meaning() -> None:
    text = (Block("a", "paragraph", (Run("Words"),)), Block("b", "paragraph"), Block("c", "quote", (Run("  "),)))
    assert digest(text) == digest(text[:1])


def test_footnotes_are_numbered_by_reference_so_their_ids_do_not_matter() -> None:
    def text(first: str, second: str) -> Text:
        return (
            Block("p", "paragraph", (Run("One"), Run("", note=first), Run(" two"), Run("", note=second))),
            Block(first, "footnote", (Run("First"),)),
            Block(second, "footnote", (Run("Second"),)),
        )

    assert digest(text("a", "b")) == digest(text("x", "y"))
    assert b'"note":1' in canonical_bytes(text("a", "b"))


def test_a_footnote_elsewhere_does_not_change_a_blocks_own_digest() -> None:
    block = Block("p", "paragraph", (Run("One"), Run("", note="b")))
    assert block_digest(block) == block_digest(Block("q", "paragraph", (Run("One"), Run("", note="z"))))


def test_the_canonical_bytes_are_the_published_ones() -> None:
    text = (Block("a", "heading1", (Run("Eau"),)), Block("b", "bullet", (Run("l’"), Run("eau", em=True)), 1))
    assert (
        canonical_bytes(text)
        == (
            '[{"kind":"heading1","runs":[{"text":"Eau"}]},'
            '{"depth":1,"kind":"bullet","runs":[{"text":"l’"},{"em":true,"text":"eau"}]}]'
        ).encode()
    )
    assert title(text) == "Eau"


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "java\tscript:alert(1)",
        "JAVASCRIPT:alert(1)",
        " https://example.org",
        "data:text/html,x",
        "//example.org",
        "https://",
        'https://example.org/"onclick',
        "https://example.org/<b>",
        "https://example.org/" + "a" * 2000,
    ],
)
def test_only_plain_web_and_mail_addresses_are_links(address: str) -> None:
    assert not is_href(address)


def test_web_and_mail_addresses_are_links() -> None:
    assert all(is_href(a) for a in ("https://example.org/a?b=c#d", "http://x", "mailto:a@example.org"))


def test_a_short_code_is_readable_aloud() -> None:
    code = short_code("sha256:" + "f" * 64)
    assert code == "ZZZZ ZZZZ"
    assert not set("ILOU") & set(short_code(digest(())))
