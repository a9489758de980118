"""Settings of journeys: what is wrong is named in one line."""

import pytest

from model import configuration
from model.errors import ConfigurationInvalid
from service.settings import check

SECRET = "whsec_" + "A" * 32
RECEIVER = f'[[journeys.receivers]]\nname = "a"\nurl = "https://a.example.com/"\nsecret = "{SECRET}"\n'


@pytest.fixture
def settings(tmp_path):
    def make(toml):
        file = tmp_path / "loket.toml"
        file.write_text(toml, "utf-8")
        return check(configuration.read({}, str(file)))

    return make


def test_everything_has_a_default_but_products_and_receivers(settings):
    made = settings("")

    assert (made.journeys.type_prefix, made.journeys.least, made.journeys.receivers, made.products) == (
        "org.loket", 5, (), (),
    )  # fmt: skip


def test_a_secret_is_not_shown(settings):
    made = settings(RECEIVER)

    assert "AAAA" not in repr(made)


@pytest.mark.parametrize(
    ("toml", "named"),
    [
        ('[[products]]\nname = "a"\n[[products]]\nname = "a"', r"products\.1\.name: 'a' is another"),
        ('[[products]]\nname = "-"', r"products\.0\.name: '-' holds no word"),
        ('[[products]]\nname = "a"\nkind = "thing"', r"products\.0\.kind"),
        ('journeys.source = "no uri"', r"journeys\.source"),
        ('journeys.type_prefix = "Loket"', r"journeys\.type_prefix"),
        ("journeys.least = 0", r"journeys\.least"),
        ('journeys.zone = "Mars/Phobos"', r"journeys\.zone: 'Mars/Phobos' is not a time zone"),
        ('journeys.calendar = "lost"', r"journeys\.calendar: there is no calendar 'lost'"),
        (RECEIVER * 2, r"journeys\.receivers: two have the same name"),
        (RECEIVER.replace("https", "http"), r"receivers\.0: url begins with https://"),
        (RECEIVER.replace("whsec_", ""), r"receivers\.0\.secret"),
        (RECEIVER + 'types = ["lost"]', r"receivers\.0\.types\.0: 'lost' is not a step"),
        (RECEIVER + "batch = 1001", r"receivers\.0\.batch"),
        ("[journeys.columns.country]\nconstant = 'x'", r"journeys\.columns: 'country' is a column already"),
        ("[journeys.columns.a]", r"columns\.a: a column has one of"),
        ("[journeys.columns.a]\nconstant = 'x'\nfield = 'y'", r"columns\.a: a column has one of"),
        ("[journeys.columns.a]\nof = 'customer'\nbuckets = [1]", r"columns\.a: there is no number 'customer'"),
        ("[journeys.columns.a]\nof = 'confidence'", r"columns\.a: buckets belong"),
        ("[journeys.columns.a]\nconstant = 'x'\nbuckets = [1]", r"columns\.a: buckets belong"),
        ("[journeys.columns.a]\nfield = 'x'\nbuckets = [2, 1]", r"columns\.a: buckets are bounds that ascend"),
        ("[journeys.columns.a]\nfield = 'x'\nbuckets = [nan]", r"columns\.a\.buckets"),
    ],
)
def test_what_is_wrong_is_named(settings, toml, named):
    with pytest.raises(ConfigurationInvalid, match=named):
        settings(toml)
