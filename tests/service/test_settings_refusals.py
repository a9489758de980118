"""What is wrong in the settings is one line that names the file or variable, and the key."""

import json

import pytest

from model import configuration
from model.errors import ConfigurationInvalid
from service.settings import Settings, check

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
TABLES = ["", "translation.libretranslate"] + [
    name for name, field in Settings.model_fields.items() if hasattr(field.annotation, "model_fields")
]
WRONG = [
    ("data_dir", [], "not a valid path"),
    ("categories", 7, "dictionary"),
    ("desks", [], "dictionary"),
    ("routing.threshold", 1.01, "less than or equal to 1"),
    ("routing.threshold", -0.1, "greater than or equal to 0"),
    ("routing.threshold", float("nan"), "equal to"),
    ("routing.threshold", "high", "valid number"),
    ("routing.untranslated_threshold", 0.9, "is not a key that Loket knows"),
    ("routing.target_precision", 97, "less than or equal to 1"),
    ("routing.misroute_cost", 0, "greater than 0"),
    ("routing.look_cost", -1, "greater than 0"),
    ("desks.orders.target_precision", "high", "valid number"),
    ("desks.orders.misroute_cost", 0, "greater than 0"),
    ("classifier.encoder", [], "string"),
    ("translation", "google", "dictionary"),
    ("translation.providers", "google", "tuple"),
    ("translation.providers", ["google", "babelfish"], "'google', 'google_cloud', 'deepl'"),
    ("translation.libretranslate.url", "ftp://127.0.0.1", "not an http or https address"),
    ("translation.libretranslate.url", "127.0.0.1:5000", "not an http or https address"),
    ("translation.libretranslate.url", "http://", "not an http or https address"),
    ("translation.libretranslate.url", "http://[", "Invalid"),
    ("translation.deadline_seconds", 0, "greater than 0"),
    ("translation.deadline_seconds", 61, "less than or equal to 60"),
    ("translation.google.concurrency", 2.5, "integer"),
    ("translation.google.concurrency", 0, "greater than or equal to 1"),
    ("translation.google.per_second", 0, "greater than 0"),
    ("translation.attempts", 0, "greater than or equal to 1"),
    ("translation.memory_days", -1, "greater than or equal to 0"),
    ("translation.late_hours", -1, "greater than or equal to 0"),
    ("privacy.policy", "secret", "'never', 'masked' or 'plain'"),
    ("privacy.countries.germany", "never", "should match pattern"),
    ("privacy.countries.de", "sometimes", "'never', 'masked' or 'plain'"),
    ("privacy.patterns.order", "LK-(", "is not a regular expression"),
    ("privacy.patterns.order", "x*", "finds the empty text"),
    ("languages.engines", [], "at least 1 item"),
    ("languages.engines", ["guess"], "'py3langid', 'cld2'"),
    ("translation.breaker_failures", 0, "greater than or equal to 1"),
    ("translation.breaker_pause_seconds", -1, "greater than 0"),
    ("languages.site", ["nl", "dutch"], "'dutch' is not a language"),
    ("cleaning.boilerplate", "a line", "tuple"),
    ("database.url", [], "string"),
    ("models.key_file", {}, "string"),
    ("models.url", "", "at least 1 character"),
    ("worker.threads", 65, "less than or equal to 64"),
    ("worker.lease_seconds", "long", "valid number"),
    ("worker.poll_seconds", 0, "greater than 0"),
    ("worker.attempts", 11, "less than or equal to 10"),
    ("web.allowed_origins", ["https://example.com/form"], "is not an origin"),
    ("web.trusted_proxies", -1, "greater than or equal to 0"),
    ("web.secure_cookies", "perhaps", "boolean"),
    ("web.session_hours", 0, "greater than 0"),
]
each_wrong_value = pytest.mark.parametrize(
    ("key", "value", "said"), WRONG, ids=[f"{key}={value}" for key, value, _ in WRONG]
)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "loket.toml"


@pytest.fixture
def settings(file):
    """Settings of a file's text and of variables, as a process reads them."""

    def make(toml="", **variables):
        file.write_text(toml, "utf-8")
        return check(configuration.read(variables, str(file)))

    return make


def refusal(settings, toml="", **variables):
    with pytest.raises(ConfigurationInvalid) as caught:
        settings(toml, **variables)
    return str(caught.value)


def variable_of(key):
    return "LOKET_" + key.upper().replace(".", "__")


@pytest.mark.parametrize("table", TABLES)
def test_an_unknown_key_is_named_with_its_file(settings, file, table):
    toml = f"[{table}]\nnonsense = 1" if table else "nonsense = 1"

    assert refusal(settings, toml) == f"{file}: {table}.nonsense: is not a key that Loket knows".replace(" .", " ")


@pytest.mark.parametrize("table", [*TABLES, "categories.spam", "desks.junk"])
def test_an_unknown_key_is_named_with_its_variable(settings, table):
    key = f"{table}.nonsense".lstrip(".")
    variable = variable_of(key)

    assert refusal(settings, **{variable: "1"}) == f"{variable}: {key}: is not a key that Loket knows"


@each_wrong_value
def test_a_wrong_value_is_named_with_its_file(settings, file, key, value, said):
    line = refusal(settings, f"{key} = {json.dumps(value).lower()}")

    assert line.startswith(f"{file}: {key}")
    assert said in line
    assert "\n" not in line


@each_wrong_value
def test_a_wrong_value_is_named_with_its_variable(settings, key, value, said):
    variable = variable_of(key)

    line = refusal(
        settings, "routing.threshold = 0.5", **{variable: value if isinstance(value, str) else json.dumps(value)}
    )

    assert line.startswith(f"{variable}: {key}")
    assert said in line
    assert "\n" not in line


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        (OWN.replace('desk = "kitchen"', 'desk = "bar"'), "categories.menu.desk: there is no desk 'bar'"),
        (OWN.replace('desk = "kitchen"', "desk = 7.5"), "categories.menu.desk: String should match pattern"),
        (OWN.replace("0.9", "1.9"), "categories.menu.threshold: Input should be less than or equal to 1"),
        (OWN.replace("threshold", "treshold"), "categories.menu.treshold: is not a key that Loket knows"),
        (OWN.replace('name = "Kitchen"', ""), "desks.kitchen.name: Field required"),
        ('[categories.menu]\ndesk = "care"', "categories: Dictionary should have at least 2 items"),
        ('[desks.kitchen]\nname = "Kitchen"', "desks: triage is needed"),
        ('[desks."Big Kitchen"]\nname = "Kitchen"', "desks.Big Kitchen"),
        ('[categories."a/b"]\ndesk = "care"', "categories.a/b"),
        ('[translation]\nproviders = ["libretranslate"]', "translation.providers: libretranslate needs"),
        (
            "[worker]\nlease_seconds = 12.0",
            "worker.lease_seconds: must be longer than translation.deadline_seconds",
        ),
        ("[worker", "Expected ']'"),
    ],
)
def test_what_does_not_fit_together_is_named_with_its_file(settings, file, toml, said):
    line = refusal(settings, toml)

    assert line.startswith(f"{file}: ")
    assert said in line
    assert "\n" not in line


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("LOKET_WORKER__LEASE_SECONDS", "5"),
        ("LOKET_TRANSLATION__PROVIDERS", '["libretranslate"]'),
        ("LOKET_CATEGORIES__SPAM__DESK", "nowhere"),
    ],
)
def test_what_does_not_fit_together_is_named_with_its_variable(settings, variable, value):
    assert refusal(settings, **{variable: value}).startswith(f"{variable}: ")


def test_a_key_with_a_line_break_is_one_line_too(settings):
    assert "\n" not in refusal(settings, '[categories."a\\nb"]\ndesk = "care"')


def test_a_value_under_what_is_no_table_is_refused(settings):
    line = refusal(settings, LOKET_WORKER="4", LOKET_WORKER__THREADS="4")

    assert line == "LOKET_WORKER__THREADS: worker is not a table"


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ConfigurationInvalid, match=r"nowhere\.toml: cannot be read: No such file"):
        configuration.read({"LOKET_CONFIG": str(tmp_path / "nowhere.toml")})


def test_a_wrong_secret_is_not_shown(settings):
    assert "hunter2" not in refusal(settings, LOKET_TRANSLATION__LIBRETRANSLATE__API_KEY='["hunter2"]')


DESK_ERRORS = [
    ("misroute_cost = 5", "desks.kitchen.misroute_cost: misroute_cost and look_cost need each other"),
    ("look_cost = 5", "desks.kitchen.look_cost: misroute_cost and look_cost need each other"),
    (
        "target_precision = 0.9\nmisroute_cost = 5\nlook_cost = 1",
        "desks.kitchen.target_precision: give a target_precision or costs, not both",
    ),
]


@pytest.mark.parametrize(("said", "line"), DESK_ERRORS)
def test_of_errors_either_precision_or_both_costs_are_given(settings, said, line):
    assert line.partition(": ")[2] in refusal(settings, OWN.replace('"Kitchen"', f'"Kitchen"\n{said}'))


@pytest.mark.parametrize(("said", "line"), DESK_ERRORS)
def test_costs_that_do_not_fit_are_named_with_their_desk(settings, file, said, line):
    assert refusal(settings, OWN.replace('"Kitchen"', f'"Kitchen"\n{said}')) == f"{file}: {line}"


def test_a_cost_without_the_other_is_named_with_its_variable(settings):
    assert refusal(settings, LOKET_ROUTING__LOOK_COST="5").startswith("LOKET_ROUTING__LOOK_COST: routing.")


@pytest.mark.parametrize("costs", ["misroute_cost = inf, look_cost = 1", "misroute_cost = 1, look_cost = inf"])
def test_a_cost_is_finite(settings, costs):
    assert "finite" in refusal(settings, f"routing = {{{costs}}}")


def test_an_encoder_has_a_name(settings):
    assert "classifier.encoder" in refusal(settings, LOKET_CLASSIFIER__ENCODER="")
