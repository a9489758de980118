"""Business hours, customer kinds and rules in the settings: what they mean, and the one line that refuses them."""

from datetime import UTC, datetime, timedelta

import pytest

from model import configuration
from model.errors import ConfigurationInvalid
from service.assembly import make_router
from service.pipeline.rules import Facts, Request
from service.settings import check

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CALENDARS = """
[calendars.office]
zone = "Europe/Amsterdam"
hours = { mon = ["09:00-12:30", "13:00-17:30"], tue = ["09:00-17:30"] }
holidays = "DE-BY"
closed = ["2026-12-24", 2026-12-28]

[calendars.default]
zone = "Asia/Tokyo"
hours = { fri = ["00:00-24:00"] }
"""
RULES = """
[customers.business]
fields = { vat_number = "*" }
domains = ["@Example.com"]

[[routes]]
name = "vip quotes"
category = "sales_quote"
country = ["at", "ch"]
customer = ["business"]
fields = { order_value = ">= 1000", product = ["lamp", "bulb"] }
hours = { calendar = "office", open = true }
desk = "care"
priority = "high"
due = "1h30m"

[[routes]]
name = "the press"
form = ["press"]
desk = "press"
"""
OFFICE_DESK = {"LOKET_DESKS__CARE__CALENDAR": "office"}
QUOTE = Request("sales_quote", 0.9, certain=True)
FACTS = Facts(
    country="AT", fields={"order_value": "1200", "product": "bulb"}, email_domain="example.com",
    received_at=MONDAY, at=MONDAY,
)  # fmt: skip


@pytest.fixture
def settings(tmp_path):
    """Settings of a file's text over the packaged company, and of variables."""

    def make(toml=CALENDARS + RULES, **variables):
        file = tmp_path / "loket.toml"
        file.write_text(toml, "utf-8")
        return check(configuration.read(variables, str(file)))

    return make


def refusal(settings, *arguments, **variables):
    with pytest.raises(ConfigurationInvalid) as caught:
        settings(*arguments, **variables)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_desk_has_its_calendar_or_the_default_one(settings):
    made = settings(**OFFICE_DESK)

    assert made.calendar("care").is_open(MONDAY)
    assert not made.calendar("care").is_open(datetime(2026, 12, 28, 12, tzinfo=UTC))
    assert not made.calendar("orders").is_open(MONDAY)
    assert made.calendar("orders").is_open(datetime(2026, 3, 6, 3, 0, tzinfo=UTC))


def test_without_a_calendar_a_desk_is_always_open(settings):
    assert settings("").calendar("care").is_always_open


def test_rules_of_the_file_route(settings):
    router = make_router(settings(**OFFICE_DESK))

    found = router.route_again(QUOTE, FACTS)

    assert (found.desk, found.rule, found.priority) == ("care", "vip quotes", "high")
    assert found.due_at == MONDAY + timedelta(minutes=90)
    assert found.reason == (
        "rule 'vip quotes': category sales_quote, country AT or CH, customer business, order_value >= 1000, "
        "product lamp or bulb, within the hours of office"
    )


def test_due_times_and_second_desks_are_those_of_the_desk(settings):
    variables = {"LOKET_DESKS__SALES__DUE": "2h", "LOKET_DESKS__SALES__AFTER_HOURS": "care"}
    router = make_router(settings(CALENDARS, **variables))

    found = router.route_again(QUOTE, FACTS)  # a Monday, and the default calendar opens on Fridays

    assert (found.desk, found.due_at) == ("care", None)


def test_a_rule_goes_on_to_mean_a_category_that_was_renamed(settings):
    renamed = {"LOKET_CATEGORIES__SALES_QUOTE__FORMERLY": '["quotation"]'}
    router = make_router(settings('[[routes]]\nname = "q"\ncategory = "quotation"\ndesk = "care"', **renamed))

    assert router.route_again(QUOTE, FACTS).desk == "care"


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("Europe/Amsterdam", "Europe/Atlantis", "calendars.office.zone: 'Europe/Atlantis' is not a time zone"),
        ("Europe/Amsterdam", "../zone", "calendars.office.zone: '../zone' is not a time zone"),
        ("09:00-12:30", "9-12", "calendars.office.hours.mon: '9-12' is not an interval such as 09:00-17:30"),
        ("09:00-12:30", "09:00-25:00", "calendars.office.hours.mon: '09:00-25:00' is not an interval"),
        ("09:00-12:30", "12:00-09:00", "ends before it begins"),
        ("09:00-12:30", "09:00-13:30", "calendars.office.hours.mon: its intervals are not apart and in order"),
        ("mon =", "monday =", "'mon', 'tue'"),
        ('["00:00-24:00"]', "[]", "calendars.default.hours: it is never open"),
        ("DE-BY", "XX", "calendars.office.holidays: the holidays of 'XX' are not known"),
        ("DE-BY", "DE-XX", "calendars.office.holidays: the holidays of 'DE-XX' are not known"),
        ("2026-12-24", "Christmas", "calendars.office.closed.0: 'Christmas' is not a date such as 2026-12-24"),
        ('"*" }\ndomains = ["@Example.com"]', '">= many" }', "customers.business.fields.vat_number: '>= many'"),
        ('fields = { vat_number = "*" }\ndomains = ["@Example.com"]', "", "nothing tells who is of this kind"),
        ('"vip quotes"', '""', "routes.''.name: String should have at least 1 character"),
        ('name = "vip quotes"', "", "routes.0.name: Field required"),
        ('"vip quotes"', f'"{"v" * 65}"', "String should have at most 64 characters"),
        ('priority = "high"', 'priority = "hot"', "routes.'vip quotes'.priority: Input should be 'low', 'normal'"),
        ("1h30m", "4 days", "routes.'vip quotes'.due: '4 days' is not a duration such as 4h, 90m or 1h30m"),
        ("1h30m", "", "routes.'vip quotes'.due: '' is not a duration"),
        (">= 1000", "=> 1000", "routes.'vip quotes'.fields.order_value: '=> 1000' is not a comparison"),
        ('["lamp", "bulb"]', '["lamp", "> 5"]', "routes.'vip quotes'.fields.product: a list holds values"),
        ('["lamp", "bulb"]', "[]", "routes.'vip quotes'.fields.product: a list holds values"),
        ("country =", "contry =", "routes.'vip quotes'.contry: is not a key that Loket knows"),
        ('desk = "press"', "", "routes.'the press'.desk: the rule says nothing"),
        ('form = ["press"]', 'form = "a"\nfields.form = "b"', "routes.'the press'.form: give either"),
        ('"the press"', '"vip quotes"', "routes.'vip quotes'.name: another rule has this name"),
        ('"sales_quote"', '"quotes"', "rule 'vip quotes': there is no category 'quotes'"),
        ('"at"', '"austria"', "rule 'vip quotes': there is no country 'AUSTRIA'"),
        ('"at"', '"xx"', "rule 'vip quotes': there is no country 'XX'"),
        ('["business"]', '"companies"', "rule 'vip quotes': there is no customer kind 'companies'"),
        ('calendar = "office"', 'calendar = "factory"', "rule 'vip quotes': there is no calendar 'factory'"),
        ('desk = "care"', 'desk = "vip"', "rule 'vip quotes': there is no desk 'vip'"),
        ('form = ["press"]', 'language = ["dutch"]', "rule 'the press': there is no language 'dutch'"),
    ],
)
def test_what_is_wrong_is_one_line_that_names_it(settings, right, wrong, said):
    toml = CALENDARS + RULES
    assert right in toml

    assert said in refusal(settings, toml.replace(right, wrong, 1))


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"LOKET_DESKS__CARE__CALENDAR": "factory"}, "desks.care.calendar: there is no calendar 'factory'"),
        ({"LOKET_DESKS__CARE__AFTER_HOURS": "moon"}, "desks.care.after_hours: there is no desk 'moon'"),
        ({"LOKET_DESKS__CARE__DUE": "soon"}, "desks.care.due: 'soon' is not a duration"),
        ({"LOKET_DESKS__CARE__DUE": "-4h"}, "desks.care.due: '-4h' is not a duration"),
    ],
)
def test_what_a_desk_names_must_be_there(settings, variables, said):
    assert said in refusal(settings, **variables)
