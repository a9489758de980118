"""Every failure is problem details: each of our errors with the status of the table, and what Flask refuses too."""

import pytest

from model import errors as model_errors
from service import errors

STATUS = {
    errors.InvalidInput: 422,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.TooManyAttempts: 429,
    errors.StorageUnavailable: 503,
    errors.ModelUnavailable: 503,
    errors.ServiceError: 500,
    errors.CannotStart: 500,
    model_errors.ModelError: 409,
    model_errors.ArtifactInvalid: 409,
    model_errors.VersionNotFound: 404,
    model_errors.PromotionRefused: 409,
    model_errors.TrainingDataInvalid: 409,
    model_errors.EncoderUnavailable: 409,
    model_errors.ConfigurationInvalid: 500,
}
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def database_url(tmp_path):
    """One database will do."""
    return f"sqlite:///{tmp_path / 'loket.sqlite3'}"


@pytest.fixture
def answer_to(app):
    """What the API answers when a view raises."""

    def get(error):
        def view():
            raise error

        app.add_url_rule("/api/v1/raises", view_func=view)
        return app.test_client().get("/api/v1/raises")

    return get


def test_the_table_knows_every_error():
    ours = {
        one
        for module in (errors, model_errors)
        for one in vars(module).values()
        if isinstance(one, type) and issubclass(one, Exception)
    }
    assert ours == STATUS.keys()


@pytest.mark.parametrize("error", STATUS, ids=lambda error: error.__name__)
def test_every_error_reaches_its_status(answer_to, problem, error):
    answer = answer_to(error("Said to a person."))

    assert problem(answer) == (STATUS[error], [])
    assert (answer.json["detail"] == "Said to a person.") == (STATUS[error] != 500)


@pytest.mark.parametrize("error", [one for one in STATUS if issubclass(one, errors.ServiceError)])
def test_an_error_without_a_message_says_its_docstring(error):
    assert str(error()) == error.__doc__


def test_an_error_of_a_field_names_it(answer_to, problem):
    answer = answer_to(errors.InvalidInput("is not a colour", field="colour"))

    assert problem(answer) == (422, ["colour"])
    assert answer.json["detail"] == "colour: is not a colour"
    assert answer.json["errors"] == [{"field": "colour", "message": "is not a colour"}]


@pytest.mark.parametrize("error", [errors.TooManyAttempts, errors.StorageUnavailable, errors.ModelUnavailable])
def test_what_passes_says_when_to_try_again(answer_to, error):
    assert int(answer_to(error()).headers["Retry-After"]) > 0


def test_what_needs_a_key_says_which_kind(answer_to):
    assert answer_to(errors.Unauthenticated()).headers["WWW-Authenticate"] == "Bearer"


def test_what_nobody_foresaw_is_logged_and_not_told(answer_to, problem, caplog):
    answer = answer_to(KeyError("secret"))

    assert problem(answer) == (500, [])
    assert "secret" not in answer.get_data(as_text=True)
    [logged] = caplog.records
    assert (logged.path, logged.exc_info[0]) == ("/api/v1/raises", KeyError)


@pytest.mark.parametrize(
    "path", ["/lost", "/api", "/api/v1", "/api/v1/lost", "/api/v1/inquiries/", "/api/v2/desks"]
)
def test_an_unknown_url_is_a_404(client, problem, path):
    assert problem(client.get(path)) == (404, [])


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/api/v1/inquiries", {"POST", "OPTIONS"}),
        ("DELETE", "/api/v1/inquiries/1", {"GET", "HEAD", "OPTIONS"}),
        ("GET", "/api/v1/classify", {"POST", "OPTIONS"}),
        ("PUT", "/api/v1/desks", {"GET", "HEAD", "OPTIONS"}),
        ("GET", "/api/v1/tickets/1/close", {"POST", "OPTIONS"}),
        ("PATCH", "/healthz", {"GET", "HEAD", "OPTIONS"}),
        ("INVENTED", "/api/v1/models", {"GET", "HEAD", "OPTIONS"}),
    ],
)
def test_a_wrong_method_is_a_405_that_says_which_are_right(client, problem, method, path, allowed):
    answer = client.open(path, method=method)

    assert problem(answer) == (405, [])
    assert set(answer.headers["Allow"].split(", ")) == allowed


def test_a_browser_gets_a_page_from_pages_and_a_problem_from_the_api(client, problem):
    page, answer = client.get("/lost", headers=BROWSER), client.get("/api/v1/lost", headers=BROWSER)

    assert (page.status_code, page.content_type) == (404, "text/html; charset=utf-8")
    assert "<h1>Not Found</h1>" in page.get_data(as_text=True)
    assert problem(answer) == (404, [])
