"""Forms of the inbox that must not act: not ours, out of date, made up, or wrong."""

import pytest


@pytest.fixture
def database_url(tmp_path):
    """Of one kind: what is refused never reaches it."""
    return f"sqlite:///{tmp_path / 'loket.sqlite3'}"


def told(page):
    return " ".join(page.find(attrs={"role": ["status", "alert"]}).text.split())


BUTTONS = ["confirm", "correct", "close"]


@pytest.mark.parametrize(
    "token", ["", "0" * 64, "caf\u00e9", None], ids=["empty", "made up", "letters", "another's"]
)
@pytest.mark.parametrize("button", BUTTONS)
def test_a_form_without_our_token_is_refused(person, lay, press, as_laid, tree, button, token):
    anna, bob, ticket = person("anna", "orders"), person("bob", "orders"), lay("orders")
    bobs = tree(bob.get(f"/tickets/{ticket.id}")).find("input", attrs={"name": "token"})["value"]

    answer = press(anna, ticket, button, token=bobs if token is None else token, category="order_change")

    assert (answer.status_code, as_laid(ticket)) == (403, ticket)


@pytest.mark.parametrize("button", BUTTONS)
def test_a_form_with_no_token_at_all_is_refused_and_its_page_says_what_to_do(person, lay, store, tree, button):
    client, ticket = person("anna", "orders"), lay("orders")

    answer = client.post(f"/tickets/{ticket.id}/{button}", headers={"Accept": "text/html"})

    assert (answer.status_code, store.tickets.get(ticket.id)) == (403, ticket)
    assert tree(answer).find(class_="lead").text == "This page is out of date. Go back, reload it and try again."


@pytest.mark.parametrize("button", BUTTONS)
def test_whose_session_is_over_is_asked_to_sign_in_and_changes_nothing(app, lay, store, button):
    ticket = lay("orders")

    answer = app.test_client().post(f"/tickets/{ticket.id}/{button}", data={"category": "order_change"})

    assert (answer.status_code, answer.location, store.tickets.get(ticket.id)) == (303, "/sign-in", ticket)


@pytest.mark.parametrize("version", ["", "-1", "one", "1" * 400, "\u0661"], ids=ascii)
def test_a_version_that_cannot_be_one_proves_nothing(person, lay, press, store, version):
    anna, bob, ticket = person("anna", "orders"), person("bob", "orders"), lay("orders")
    press(bob, ticket, "correct", category="order_change")
    changed = store.tickets.get(ticket.id)

    answer = press(anna, ticket, "correct", category="return_refund", version=version)

    assert (answer.status_code, store.tickets.get(ticket.id)) == (409, changed)


WRONG = {
    "nothing": ({"category": "", "desk": ""}, "Choose another category or desk."),
    "no such category": ({"category": "weather"}, "There is no category 'weather'"),
    "no such desk": ({"desk": "attic"}, "There is no desk 'attic'"),
}


@pytest.mark.parametrize(("chosen", "problem"), WRONG.values(), ids=WRONG)
def test_a_wrong_correction_is_told_on_the_page_and_changes_nothing(
    person, lay, press, as_laid, tree, chosen, problem
):
    client, ticket = person("anna", "orders"), lay("orders")

    answer = press(client, ticket, "correct", **chosen)

    assert (answer.status_code, told(tree(answer))) == (422, problem)
    assert as_laid(ticket) == ticket


@pytest.mark.parametrize("on", ["", "finance", "nowhere", "//evil.example"])
def test_nobody_is_led_to_a_desk_that_is_not_theirs(person, lay, press, on):
    answer = press(person("anna", "orders"), lay("orders"), "close", on=on)

    assert (answer.status_code, answer.location.partition("?")[0]) == (303, "/desks")
