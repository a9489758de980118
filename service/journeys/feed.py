"""Journey events in the order of the journal, page by page. Products are recognised when an event is made.

They are not kept with the decision: the catalogue changes more often than inquiries are read again, and so what was
asked last year is told by this year's catalogue without touching a row.
"""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model.keys import read_or_make_key
from service.journeys.event import About, Origin, cloud_event, language_of, told
from service.journeys.products import Catalogue
from service.journeys.pseudonyms import Pseudonyms
from service.settings import Settings
from service.storage.records import Inquiry, Step
from service.storage.store import Store

DEFAULT_SOURCE = "/loket"  # a URI reference, where nobody said how people reach the pages


@dataclass(frozen=True, slots=True)
class Page:
    """Some events.

    Attributes:
        events: As JSON of the CloudEvents format.
        cursor: Where the next page begins.
        more: Whether there is one already.
    """

    events: list[dict[str, Any]]
    cursor: int
    more: bool


@dataclass(frozen=True, slots=True)
class Journeys:
    """Makes events of what is stored."""

    store: Store
    origin: Origin
    pseudonyms: Pseudonyms
    catalogue: Catalogue

    def page(self, after: int, limit: int, steps: Collection[str] = (), until: int | None = None) -> Page:
        """The next events.

        Args:
            after: Where the page before ended; 0 for the beginning.
            limit: How many entries of the journal are looked at; what is not asked for is left out of them.
            steps: Only these kinds; empty for all.
            until: Not what comes after this entry.
        """
        found = self.store.feed.page(after, limit + 1)
        taken = [step for step in found[:limit] if until is None or step.number <= until]
        wanted = [step for step in taken if not steps or step.kind in steps]
        cursor = taken[-1].number if taken else after
        return Page(self.events(wanted), cursor, more=len(found) > len(taken))

    def events(self, steps: Collection[Step]) -> list[dict[str, Any]]:
        """These entries of the journal as events."""
        ids = dict.fromkeys(step.inquiry_id for step in steps)
        last = max((step.number for step in steps), default=0)
        histories, inquiries = self.store.feed.histories(ids, last), self.store.feed.inquiries(ids)
        wanted, made = {step.number for step in steps}, {}
        for inquiry_id in ids:
            inquiry = inquiries[inquiry_id]
            about = self.about(inquiry)
            for step, known in told(histories[inquiry_id], language_of(inquiry)):
                if step.number in wanted:
                    made[step.number] = cloud_event(self.origin, about, step, known)
        return [made[step.number] for step in steps]

    def about(self, inquiry: Inquiry) -> About:
        """What is the same for all steps of an inquiry."""
        customer = self.pseudonyms.of(inquiry.email, inquiry.id)
        return About(inquiry, customer, self.catalogue.find(texts_of(inquiry), inquiry.fields))


def texts_of(inquiry: Inquiry) -> tuple[str | None, ...]:
    """What a customer wrote, then its translation."""
    translation = (inquiry.decision or {}).get("translation") or {}
    return inquiry.subject, inquiry.text, translation.get("text")


def journeys_of(settings: Settings, store: Store) -> Journeys:
    """As configured; the key of the pseudonyms is made at first use.

    Raises:
        ModelError: The key cannot be read.
    """
    own = settings.journeys
    key_file = Path(own.key_file) if own.key_file else settings.data_dir / "keys" / "journeys.key"
    source = own.source or settings.web.public_url or DEFAULT_SOURCE
    pseudonyms = Pseudonyms(read_or_make_key(key_file, "the pseudonyms' key"))
    return Journeys(store, Origin(source, own.type_prefix), pseudonyms, catalogue_of(settings))


def catalogue_of(settings: Settings) -> Catalogue:
    """The products that are configured."""
    return Catalogue([one.product() for one in settings.products])
