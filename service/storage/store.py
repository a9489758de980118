"""The store of one process: one engine, and a part for each kind of record."""

from sqlalchemy import Engine, text

from service.storage.disclosures import Disclosures
from service.storage.engine import make_engine, reading
from service.storage.golden import GoldenInquiries
from service.storage.heartbeats import Heartbeats
from service.storage.inquiries import Inquiries
from service.storage.journal import of_inquiry
from service.storage.labels import Labels
from service.storage.late_translations import LateTranslations
from service.storage.people import People
from service.storage.provider_figures import ProviderFigures
from service.storage.records import Event
from service.storage.retrainings import Retrainings
from service.storage.shadow import Citations, ShadowDecisions
from service.storage.tickets import Tickets
from service.storage.translations import Translations
from service.storage.weeks import Weeks


class Store:
    """Everything that is kept. Made after a fork, never before."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.inquiries = Inquiries(engine)
        self.tickets = Tickets(engine)
        self.people = People(engine)
        self.heartbeats = Heartbeats(engine)
        self.translations = Translations(engine)
        self.disclosures = Disclosures(engine)
        self.provider_figures = ProviderFigures(engine)
        self.late_translations = LateTranslations(engine)
        self.labels = Labels(engine)
        self.golden_inquiries = GoldenInquiries(engine)
        self.retrainings = Retrainings(engine)
        self.shadow_decisions = ShadowDecisions(engine)
        self.citations = Citations(engine)
        self.weeks = Weeks(engine)

    @classmethod
    def at(cls, url: str) -> "Store":
        """Open the database at an address."""
        return cls(make_engine(url))

    def journal(self, inquiry_id: str) -> list[Event]:
        """What happened to an inquiry, oldest first."""
        return of_inquiry(self.engine, inquiry_id)

    def ping(self) -> None:
        """Ask the database for an answer.

        Raises:
            StorageUnavailable: There is none.
        """
        with reading(self.engine) as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()
