"""Exports journeys: each step a row, with columns derived once, and nothing by which one could tell whose it was.

Read in two passes. The first sees every inquiry, since only the earlier ones tell whether a customer came back, and
only all of them tell which countries, languages and products are rare. The second reads the journal.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from model.lexical import Progress
from service.journeys.columns import (
    BUILT_IN,
    RARE,
    Column,
    Customer,
    Facts,
    Row,
    date_parts,
    family_of,
    hide_rare,
    outcome_of,
    step_values,
    text_chars,
)
from service.journeys.event import language_of, told
from service.journeys.feed import texts_of
from service.journeys.products import Catalogue, Product
from service.journeys.pseudonyms import Pseudonyms, normalised
from service.storage.records import Inquiry, Step
from service.storage.store import Store

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Export:
    """How journeys are exported.

    Attributes:
        pseudonyms: With a key of this export alone, so that two exports cannot be linked.
        catalogue: The products.
        zone: Where the dates are read.
        is_open: Whether a moment is in business hours; None where there are none.
        columns: The company's own.
        least: What fewer inquiries than these have in common is told as "other".
    """

    pseudonyms: Pseudonyms
    catalogue: Catalogue
    zone: ZoneInfo
    is_open: Callable[[datetime], bool] | None
    columns: tuple[Column, ...]
    least: int

    def names(self) -> dict[str, str]:
        """The columns in their order, and of which kind each is."""
        return BUILT_IN | {column.name: "text" for column in self.columns}

    def rows(
        self, store: Store, since: datetime | None, until: datetime | None, progress: Progress
    ) -> Iterator[list[Row]]:
        """The steps of a time, inquiry by inquiry, in portions.

        Args:
            store: Where they are.
            since: The first moment.
            until: The moment after the last.
            progress: Is told how many inquiries are done, of how many.
        """
        active = store.feed.active(since, until)
        total = store.inquiries.count_received()
        facts: dict[str, Facts] = {}
        for number, (inquiry_id, one) in enumerate(self._survey(store, active), 1):
            facts |= {inquiry_id: one} if one else {}
            if number % _CHUNK == 0:
                progress(number, total + len(active))
        hide_rare(facts.values(), [*RARE, *(column.name for column in self.columns if column.field)], self.least)
        for done, ids in enumerate(_portions(list(facts))):
            yield [
                row
                for inquiry_id, history in store.feed.histories(ids).items()
                for row in self._steps(history, facts[inquiry_id], since, until)
            ]
            progress(total + min((done + 1) * _CHUNK, len(facts)), total + len(facts))

    def _survey(self, store: Store, active: set[str]) -> Iterator[tuple[str, Facts | None]]:
        """Every inquiry, with what is kept of it if it had a step in the time."""
        customers: dict[str, Customer] = {}
        number = 0
        for inquiry in store.inquiries.all(_CHUNK):
            products = self.catalogue.find(texts_of(inquiry), inquiry.fields)
            came: Row = dict.fromkeys(("customer_inquiry", "days_since_last", "same_product_again"))
            if inquiry.email:
                customer = customers.setdefault(normalised(inquiry.email), Customer())
                came = customer.next(inquiry.received_at, products[0].name if products else None)
            number += inquiry.id in active
            yield inquiry.id, self._facts(number, inquiry, products, came) if inquiry.id in active else None

    def _facts(self, number: int, inquiry: Inquiry, products: tuple[Product, ...], came: Row) -> Facts:
        first, language = products[0] if products else None, language_of(inquiry)
        values = {
            "inquiry": number, "channel": inquiry.channel, "country": inquiry.country,
            "language": language, "language_family": family_of(language),
            "product": first.name if first else None, "product_kind": first.kind if first else None,
            "product_count": len(products), "text_chars": text_chars(inquiry.text),
            "customer": self.pseudonyms.of(inquiry.email, inquiry.id), **came,
        }  # fmt: skip
        values |= {column.name: column.of_form(inquiry.fields) for column in self.columns if column.field}
        return Facts(inquiry.received_at, values, language)

    def _steps(
        self, history: list[Step], facts: Facts, since: datetime | None, until: datetime | None
    ) -> Iterator[Row]:
        steps = list(told(history, facts.language))
        same = facts.values | outcome_of(facts.received_at, steps)
        for number, (step, known) in enumerate(steps, 1):
            if (since and step.at < since) or (until and step.at >= until):
                continue
            row = same | step_values(step, known, facts.received_at) | date_parts(step.at, self.zone)
            row |= {"step_number": number, "business_hours": self.is_open(step.at) if self.is_open else None}
            row |= {column.name: column.of_row(row) for column in self.columns if not column.field}
            yield {name: row[name] for name in self.names()}


def _portions(ids: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(ids), _CHUNK):
        yield ids[start : start + _CHUNK]
