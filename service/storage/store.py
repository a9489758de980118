"""The store of one process: one engine, and a part for each kind of record."""

from sqlalchemy import Engine, text

from service.storage.clock import Clock
from service.storage.deliveries import Deliveries
from service.storage.disclosures import Disclosures
from service.storage.engine import make_engine, reading
from service.storage.feed import Feed
from service.storage.feed_positions import FeedPositions
from service.storage.golden import GoldenInquiries
from service.storage.heartbeats import Heartbeats
from service.storage.history import History
from service.storage.inquiries import Inquiries
from service.storage.journal import of_inquiry
from service.storage.labels import Labels
from service.storage.late_translations import LateTranslations
from service.storage.outbox import Outbox
from service.storage.people import People
from service.storage.presence import Presence
from service.storage.provider_figures import ProviderFigures
from service.storage.reads import Reads
from service.storage.recall import Recalls
from service.storage.records import Event
from service.storage.remote_tickets import RemoteTickets
from service.storage.retrainings import Retrainings
from service.storage.shadow import Citations, ShadowDecisions
from service.storage.sign_in_flows import SignInFlows
from service.storage.ticket_list import TicketLists
from service.storage.tickets import Tickets
from service.storage.translations import Translations
from service.storage.weeks import Weeks
from service.storage.whole_journal import WholeJournal

NOTHING_DELIVERED = Outbox()


class Store:
    """Everything that is kept. Made after a fork, never before."""

    def __init__(self, engine: Engine, outbox: Outbox = NOTHING_DELIVERED) -> None:
        self.engine = engine
        self.inquiries = Inquiries(engine, outbox)
        self.tickets = Tickets(engine, outbox)
        self.people = People(engine)
        self.reads = Reads(engine)
        self.sign_in_flows = SignInFlows(engine)
        self.whole_journal = WholeJournal(engine)
        self.deliveries = Deliveries(engine)
        self.remote_tickets = RemoteTickets(engine)
        self.heartbeats = Heartbeats(engine)
        self.translations = Translations(engine)
        self.disclosures = Disclosures(engine)
        self.provider_figures = ProviderFigures(engine)
        self.late_translations = LateTranslations(engine, outbox)
        self.labels = Labels(engine)
        self.golden_inquiries = GoldenInquiries(engine)
        self.retrainings = Retrainings(engine)
        self.shadow_decisions = ShadowDecisions(engine)
        self.citations = Citations(engine)
        self.weeks = Weeks(engine)
        self.recalls = Recalls(engine, outbox)
        self.clock = Clock(engine)
        self.lists = TicketLists(engine)
        self.feed = Feed(engine)
        self.feed_positions = FeedPositions(engine)
        self.history = History(engine)
        self.presence = Presence(engine)

    @classmethod
    def at(cls, url: str, outbox: Outbox = NOTHING_DELIVERED) -> "Store":
        """Open the database at an address; changes of tickets are posted in the outbox."""
        return cls(make_engine(url), outbox)

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
