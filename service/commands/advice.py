"""Advice on categories: what triage holds that none is about, and which ones are taken for each other."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np

from service.assembly import Loket
from service.handover import reading_of
from service.learning.replay import QUARTER, masked_text
from service.pipeline.masking.masker import Masker
from service.pipeline.routing import TRIAGE
from service.storage.records import Inquiry
from training.dataset import LabelledInquiry
from training.snapshot import Snapshot
from training.taxonomy_advice import Overlap, Proposal, centres, overlaps, proposals

_MOST = 600  # encoded for it: half a minute
_EXAMPLES = 3
_SHOWN_CHARS = 200


def advise(loket: Loket, version: str | None, at: datetime) -> dict[str, Any]:
    """Proposals and overlaps as JSON; texts are masked.

    Args:
        loket: Its parts.
        version: The model whose confusions and categories are looked at.
        at: Now.
    """
    manifest = loket.registry.manifest(version) if version else None
    if version is None or manifest is None or manifest.snapshot is None:
        return {"proposals": [], "overlaps": []}
    learned = Snapshot.of_content(loket.registry.snapshot(manifest.snapshot)).inquiries
    masker = Masker(loket.settings.privacy.patterns)
    classifier = loket.registry.load(version)
    found = [_overlap(one, learned, masker) for one in overlaps(classifier)]
    return {"proposals": _proposals(loket, learned, masker, at), "overlaps": found}


def _proposals(
    loket: Loket, learned: Sequence[LabelledInquiry], masker: Masker, at: datetime
) -> list[dict[str, Any]]:
    encoder = loket.pipeline.champion.encoder
    newest = loket.store.tickets.unreviewed([TRIAGE], TRIAGE, _MOST)
    waiting = [inquiry for _, inquiry in newest if inquiry.received_at >= at - QUARTER]
    if encoder is None or not waiting:
        return []
    texts = [reading_of(inquiry, loket.settings.cleaning.boilerplate).best for inquiry in waiting]
    some = _few_of_each(learned)
    labels = [one.label for one in some]
    known = centres(labels, encoder.encode([one.reading().best for one in some]))
    found = proposals(texts, encoder.encode(texts), known)
    return [_proposal(one, waiting, texts, masker) for one in found]


def _few_of_each(learned: Sequence[LabelledInquiry], most: int = 20) -> list[LabelledInquiry]:
    """Enough of each category to know where it lies."""
    random = np.random.default_rng(0)
    kept, counts = [], dict[str, int]()
    for place in random.permutation(len(learned)):
        one = learned[int(place)]
        counts[one.label] = counts.get(one.label, 0) + 1
        if counts[one.label] <= most:
            kept.append(one)
    return kept


def _proposal(one: Proposal, waiting: Sequence[Inquiry], texts: Sequence[str], masker: Masker) -> dict[str, Any]:
    shown = [masked_text(masker, texts[place], waiting[place])[:_SHOWN_CHARS] for place in one.places[:_EXAMPLES]]
    facts = {"terms": list(one.terms), "size": one.size, "nearest": one.nearest}
    return {"texts": shown, **facts, "similarity": round(one.similarity, 3)}


def _overlap(one: Overlap, learned: Sequence[LabelledInquiry], masker: Masker) -> dict[str, Any]:
    texts = [learned[place].reading().best for place in one.places[:_EXAMPLES]]
    shown = [masker.mask(text).text[:_SHOWN_CHARS] for text in texts]
    return {"a": one.a, "b": one.b, "confused": round(one.confused, 4), "n": one.n, "texts": shown}
