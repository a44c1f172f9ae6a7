"""What makes a translated block approved, outdated or missing; and a section's translation, once it is whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from drafting.domain.prose import Text, block_digest


class ReviewState(StrEnum):
    """What somebody last said of a translated block."""

    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"


class TranslationState(StrEnum):
    """What a translator sees. Outdated is a question of its own, answered beside it."""

    UNTRANSLATED = "untranslated"
    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"


@dataclass(frozen=True, slots=True)
class Review:
    """The last word on a source block's translation: digests of both sides as they were seen then."""

    block: str
    locale: str
    state: ReviewState
    source_digest: str
    target_digest: str
    account: str
    network: str | None
    at: datetime
    reason: str = ""
    source_body: str = ""


@dataclass(frozen=True, slots=True)
class Translation:
    """A whole section in one locale, immutable, bound to the revision that it renders."""

    locale: str
    revision_digest: str
    text_digest: str
    body: str
    at: datetime
    approved_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BlockState:
    """A source block as a translator sees it; ``target`` is the id of the block that renders it, if any."""

    block: str
    target: str | None
    state: TranslationState
    outdated: bool
    review: Review | None = None


def block_states(source: Text, target: Text, reviews: Mapping[str, Review]) -> list[BlockState]:
    """The state of every non-empty source block; ``reviews`` by source block id, for one locale.

    Approval holds only while both digests that were reviewed are those of today; a changed source makes it outdated.
    """
    rendering = {block.of: block for block in reversed(target) if block.of and not block.is_empty}
    out = []
    for block in source:
        if block.is_empty:
            continue
        made = rendering.get(block.id)
        review = reviews.get(block.id)
        if made is None:
            out.append(BlockState(block.id, None, TranslationState.UNTRANSLATED, False, review))
            continue
        outdated = review is not None and review.source_digest != block_digest(block)
        same = review is not None and review.target_digest == block_digest(made)
        out.append(BlockState(block.id, made.id, _state(review, same, outdated), outdated, review))
    return out


def _state(review: Review | None, same: bool, outdated: bool) -> TranslationState:
    if review is None or not same or review.state is ReviewState.REJECTED:
        return TranslationState.DRAFT
    if review.state is ReviewState.APPROVED:
        return TranslationState.DRAFT if outdated else TranslationState.APPROVED
    return TranslationState.DRAFT if outdated else TranslationState.IN_REVIEW


def summary(states: Sequence[BlockState]) -> tuple[TranslationState, int, int, int]:
    """A whole text: its least state, and how many blocks are approved, outdated, and there in all."""
    ranks = list(TranslationState)
    least = min((s.state for s in states), key=ranks.index, default=TranslationState.UNTRANSLATED)
    if least is TranslationState.UNTRANSLATED and any(s.target for s in states):
        least = TranslationState.DRAFT
    approved = sum(s.state is TranslationState.APPROVED for s in states)
    return least, approved, sum(s.outdated for s in states), len(states)
