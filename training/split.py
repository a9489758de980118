"""Which labels a training learns from, and which newer ones it is judged by."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from model.text import clean
from training.dataset import LabelledInquiry

_SHARE, _LEAST, _MOST = 0.2, 100, 2_000  # of the labels that are new: which share is held out, and its bounds


@dataclass(frozen=True)
class Split:
    """Labels to learn from, and newer ones held out, both oldest first."""

    learned: list[LabelledInquiry]
    held_out: list[LabelledInquiry]


def split(labels: Sequence[LabelledInquiry], seen: Collection[int], base: Sequence[LabelledInquiry] = ()) -> Split:
    """Hold out the newest labels that the champion has not seen either, so that both models meet them fresh.

    A fifth of the new labels, but at least 100, at most half of them, and at most 2,000. A text that is learned
    from is not held out as well; inquiries with several requests are neither, as a label is one category.

    Args:
        labels: Given by desks, or imported; each with `Given`.
        seen: The numbers of those that the champion learned from.
        base: What is learned from besides.
    """
    single = sorted((one for one in labels if one.given and not one.is_mixed), key=_when)
    fresh = [one for one in single if one.given and one.given.number not in seen]
    newest = fresh[len(fresh) - _count(len(fresh)) :]
    apart = {id(one) for one in newest}
    learned = [one for one in single if id(one) not in apart]
    known = {clean(one.text) for one in [*learned, *base]}
    return Split(learned, [one for one in newest if clean(one.text) not in known])


def _count(fresh: int) -> int:
    return min(max(round(fresh * _SHARE), min(_LEAST, fresh // 2)), _MOST)


def _when(inquiry: LabelledInquiry) -> tuple[float, str]:
    """Its time; of one moment, as of an import, in no order that means anything."""
    at = inquiry.given.at.timestamp() if inquiry.given else 0.0
    return at, hashlib.sha256(inquiry.text.encode("utf-8", "replace")).hexdigest()
