"""Both help desks as one, for the promises that both keep."""

from service.delivery.http import Client
from service.delivery.zammad.sender import ZammadSender
from service.delivery.zammad.settings import ZammadSettings
from service.delivery.zendesk.sender import ZendeskSender
from service.delivery.zendesk.settings import ZendeskSettings
from tests.service.delivery.stand_ins import zammad, zendesk


class Case:
    """A stand-in, and how a test asks it what it has."""

    def __init__(self, stand_in):
        self.stand_in = stand_in

    def table(self, **changed):
        own = {
            "kind": self.kind, "name": "help", "desk": ["orders", "finance"], "url": self.stand_in.url,
            "allow_private": True, "customer": "website@example.com",
        }  # fmt: skip
        return own | self.own | changed

    def settings(self, **changed):
        return self.settings_type.model_validate(self.table(**changed))

    def sender(self, seconds=5.0, **changed):
        settings = self.settings(**changed)
        client = Client(allow_private=True, ca_file=settings.ca_file, seconds=seconds, answer_max_bytes=1_000_000)
        return self.sender_type(settings, client)

    def only(self):
        """The one ticket that there is."""
        [number] = self.stand_in.tickets
        return number


class ZammadCase(Case):
    kind, settings_type, sender_type, actor = "zammad", ZammadSettings, ZammadSender, "zammad:help"
    create, note = ("POST", "tickets"), ("POST", "ticket_articles")
    agent, rule, loket = zammad.AGENT, zammad.SYSTEM, zammad.LOKET
    own = {  # noqa: RUF012
        "token": zammad.TOKEN, "webhook_secret": zammad.SECRET,
        "groups": {"orders": "Orders", "care": "Customer Care", "finance": "Finance"},
        "fields": {"category": "loket_category", "confidence": "loket_confidence", "receipt": "loket_receipt"},
    }  # fmt: skip

    def create_calls(self):
        return self.stand_in.made("tickets")

    def title(self, number):
        return self.stand_in.tickets[number]["title"]

    def group(self, number):
        return self.stand_in._expanded(number)["group"]

    def is_closed(self, number):
        return self.stand_in._expanded(number)["state"] == "closed"

    def tags(self, number):
        return self.stand_in.tags[number]

    def texts(self, number):
        """What the customer is shown to have written, and what only agents see."""
        articles = self.stand_in.articles[number]
        assert all(one["content_type"] == "text/plain" for one in articles)
        shown = [one["body"] for one in articles if not one["internal"]]
        return shown, [one["body"] for one in articles if one["internal"]]

    def category_field(self, number):
        return self.stand_in.tickets[number].get("loket_category")

    def moves(self, number, group, by=zammad.AGENT):
        self.stand_in.changed(number, by, group=group)

    def names_category(self, number, category, by=zammad.AGENT):
        self.stand_in.changed(number, by, loket_category=category)

    def closes(self, number, by=zammad.AGENT):
        self.stand_in.changed(number, by, state="closed")

    def reopens(self, number, by=zammad.AGENT):
        self.stand_in.changed(number, by, state="open")

    def webhook(self, number, at, **said):
        return self.stand_in.webhook(number, **said)


class ZendeskCase(Case):
    kind, settings_type, sender_type, actor = "zendesk", ZendeskSettings, ZendeskSender, "zendesk:help"
    create, note = ("POST", "tickets.json"), ("PUT", "tickets/35000.json")
    agent, rule, loket = zendesk.AGENT, zendesk.RULE, zendesk.LOKET
    _numbers = {name: number for number, name in zendesk.GROUPS.items()}  # noqa: RUF012
    own = {  # noqa: RUF012
        "email": zendesk.EMAIL, "token": zendesk.TOKEN, "webhook_secret": zendesk.SECRET,
        "groups": {"orders": "98001", "care": "98002", "finance": "98004"},
        "fields": {"category": 7001, "confidence": 7002, "receipt": 7003},
    }  # fmt: skip

    def create_calls(self):
        return self.stand_in.made("tickets.json")

    def title(self, number):
        return self.stand_in.tickets[number]["subject"]

    def group(self, number):
        return zendesk.GROUPS[self.stand_in.tickets[number]["group_id"]]

    def is_closed(self, number):
        return self.stand_in.tickets[number]["status"] in {"solved", "closed"}

    def tags(self, number):
        return set(self.stand_in.tickets[number]["tags"])

    def texts(self, number):
        comments = self.stand_in.comments[number]
        shown = [one["body"] for one in comments if one["public"]]
        return shown, [one["body"] for one in comments if not one["public"]]

    def category_field(self, number):
        fields = {field["id"]: field["value"] for field in self.stand_in.tickets[number]["custom_fields"]}
        return fields.get(7001)

    def moves(self, number, group, by=zendesk.AGENT):
        self.stand_in.changed(number, by, group_id=self._numbers[group])

    def names_category(self, number, category, by=zendesk.AGENT):
        """Choosing in a dropdown takes the old value's tag away."""
        old = self.category_field(number)
        tags = sorted({*self.tags(number)} - {old} | {category})
        self.stand_in.changed(number, by, tags=tags, custom_fields=[{"id": 7001, "value": category}])

    def closes(self, number, by=zendesk.AGENT):
        self.stand_in.changed(number, by, status="solved")

    def reopens(self, number, by=zendesk.AGENT):
        self.stand_in.changed(number, by, status="open")

    def webhook(self, number, at, **said):
        return self.stand_in.webhook(number, at, **said)


CASES = {"zammad": (zammad.Zammad, ZammadCase), "zendesk": (zendesk.Zendesk, ZendeskCase)}
