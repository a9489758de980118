"""Labelling: one inquiry after the other, each by one key or button, nothing over what was not seen."""

import re

import pytest
from selenium.webdriver import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.expected_conditions import presence_of_element_located, staleness_of
from selenium.webdriver.support.wait import WebDriverWait

from service.pipeline.decision import Translation

PASSWORD = "correct horse battery"
NEXT = {"follow_redirects": True}
one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def press(tree):
    """Press the button of a labelling page that carries a key; answers the next page's answer."""

    def act(client, answer, key, **tampered):
        form = tree(answer).find("form", class_="choices")
        carried = {one["name"]: one["value"] for one in form.find_all("input", type="hidden")}
        button = form.find("button", attrs={"data-key": key})
        return client.post(form["action"], data=carried | {"category": button["value"]} | tampered, **NEXT)

    return act


def shown(page):
    return page.select_one(".text").text


def told(page):
    found = page.find(attrs={"role": ["status", "alert"]})
    return found and " ".join(found.text.split())


def label_of(store, ticket):
    found = store.labels.of_ticket(ticket.id)
    return [(one.category, one.source, one.by) for one in found]


def test_one_inquiry_is_asked_about_with_its_translation_and_what_the_model_thinks(person, lay, tree):
    english = Translation(status="translated", text="Where is my order?", provider="google")
    lay("triage", decision={"translation": english, "reason": "order_status at 0.87, below 0.90"})

    page = tree(person("anna", "triage").get("/label", **NEXT))

    assert [one.text for one in page.select(".text")] == ["Waar blijft mijn bestelling?", "Where is my order?"]
    assert page.find(class_="chip").text == "order_status"
    assert "below 0.90" in page.find(class_="why").text
    assert "0 labelled · 1 waits" in page.find(class_="sitting").text


def test_nine_categories_have_keys_and_all_others_are_in_a_list(person, lay, tree, loket):
    lay("orders")

    page = tree(person("anna", "orders").get("/label", **NEXT))

    buttons = {one["data-key"]: one.get("value") for one in page.select("[data-key]")}
    others = [one.text for one in page.find("select")("option")][1:]
    assert list(buttons) == ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "s"]
    assert [buttons[key] for key in "12"] == ["order_status", "billing_invoice"]
    assert (buttons["0"], buttons["s"]) == ("out_of_scope", None)
    assert sorted([*others, *(buttons[key] for key in "123456789")]) == sorted(loket.settings.categories)


def test_what_the_ticket_says_already_is_confirmed(person, lay, press, store, tree):
    client, ticket = person("anna", "orders"), lay("orders")

    page = tree(press(client, client.get("/label", **NEXT), "1"))

    assert label_of(store, ticket) == [("order_status", "confirmation", "user:anna")]
    assert store.tickets.get(ticket.id).review == "confirmed"
    assert (told(page), page.find(class_="empty").text) == (
        "The last one: order_status, on Orders", "Nothing waits for a label.",
    )  # fmt: skip


def test_another_category_is_a_correction_and_moves_the_ticket(person, lay, press, store, tree):
    client, ticket = person("anna", "orders"), lay("orders")

    page = tree(press(client, client.get("/label", **NEXT), "2"))

    assert label_of(store, ticket) == [("billing_invoice", "correction", "user:anna")]
    assert store.tickets.get(ticket.id).desk == "finance"
    assert told(page) == "The last one lies on another desk now."


def test_what_lies_on_triage_is_corrected_to_its_desk_though_the_category_was_right(person, lay, press, store):
    client, ticket = person("anna", "triage"), lay("triage")

    press(client, client.get("/label", **NEXT), "1")

    assert label_of(store, ticket) == [("order_status", "correction", "user:anna")]
    assert store.tickets.get(ticket.id).desk == "orders"


def test_none_of_these_belongs_to_no_category_and_goes_to_triage(person, lay, press, store, tree):
    client, ticket = person("anna", "orders", "triage"), lay("orders")

    page = tree(press(client, client.get("/label", **NEXT), "0"))

    assert label_of(store, ticket) == [("out_of_scope", "correction", "user:anna")]
    assert told(page) == "The last one: belongs to no category, on Triage"
    card = tree(client.get(f"/tickets/{ticket.id}"))
    assert card.find(class_="chip").text == "belongs to no category"
    assert "belongs to no category (Triage)" in card.find(class_="journal").text


@one_database
def test_none_of_these_is_offered_on_the_tickets_page_too(person, lay, tree):
    page = tree(person("anna", "orders").get(f"/tickets/{lay('orders').id}"))

    assert page.find("option", value="out_of_scope").text == "none of these"


def test_the_next_one_is_shown_with_how_many_were_labelled_and_how_many_wait(person, lay, press, store, tree):
    client = person("anna", "orders")
    for number in range(3):
        lay("orders", text=f"Inquiry {number}", after_seconds=number)

    first = client.get("/label", **NEXT)
    second = press(client, first, "1")

    assert shown(tree(first)) != shown(tree(second))
    assert "1 labelled · 2 wait" in tree(second).find(class_="sitting").text


def test_skipping_stores_nothing_and_asks_the_others_first(person, lay, store, tree):
    client = person("anna", "orders")
    tickets = [lay("orders", text=f"Inquiry {number}", after_seconds=number) for number in range(3)]

    pages = [tree(client.get("/label", **NEXT))]
    for _ in range(2):
        pages.append(tree(client.get(pages[-1].find(attrs={"data-key": "s"})["href"], **NEXT)))

    assert len({shown(page) for page in pages}) == 3
    assert [label_of(store, ticket) for ticket in tickets] == [[], [], []]


def test_a_page_that_is_loaded_again_shows_the_same(person, lay, tree):
    client = person("anna", "orders")
    for number in range(3):
        lay("orders", text=f"Inquiry {number}", after_seconds=number)

    place = client.get("/label").location

    assert len({shown(tree(client.get(place))) for _ in range(3)}) == 1


def test_two_people_are_asked_about_different_inquiries(person, lay, tree):
    anna, bob = person("anna", "orders"), person("bob", "orders")
    for number in range(4):
        lay("orders", text=f"Inquiry {number}", after_seconds=number)

    ours = anna.get("/label").location
    asked = ours.partition("?")[0].rpartition("/")[2]
    anna.get(ours)

    theirs = bob.get(f"/label?then={asked}").location  # chosen for bob before anna opened it

    assert asked not in theirs.partition("?")[0]
    assert shown(tree(bob.get(theirs))) != shown(tree(anna.get(ours)))


def test_to_look_at_it_keeps_the_ticket_where_it_is(person, lay, store):
    ticket = lay("orders")

    person("anna", "orders").get("/label", **NEXT)

    assert store.tickets.get(ticket.id).opened_by == "user:anna"


def test_what_somebody_else_changed_meanwhile_is_told_and_the_next_one_is_shown(person, lay, press, store, tree):
    anna, bob = person("anna", "orders"), person("bob", "orders", "finance")
    tickets = [lay("orders", text=f"Inquiry {number}", after_seconds=number) for number in range(2)]
    ours, theirs = anna.get("/label", **NEXT), None
    place = tree(ours).find("form", class_="choices")["action"]
    theirs = bob.get(place)
    press(bob, theirs, "2")  # it lies on finance now, which anna does not see

    page = tree(press(anna, ours, "1"))

    changed = next(one for one in tickets if one.id in place)
    assert label_of(store, changed) == [("billing_invoice", "correction", "user:bob")]
    assert told(page).startswith("Somebody else changed that ticket meanwhile; nothing was stored.")
    assert (shown(page) != shown(tree(ours)), "0 labelled" in page.find(class_="sitting").text) == (True, True)


@one_database
def test_a_page_that_was_seen_too_long_ago_labels_nothing(person, lay, press, store, tree):
    client, ticket = person("anna", "orders"), lay("orders")

    press(client, client.get("/label", **NEXT), "1", version="0")

    assert label_of(store, ticket) == []


@one_database
@pytest.mark.parametrize("category", ["", "no_such_category", "x\ny"])
def test_without_a_category_there_is_one_asked_for(person, lay, press, store, tree, category):
    client, ticket = person("anna", "orders"), lay("orders")

    page = tree(press(client, client.get("/label", **NEXT), "1", category=category))

    assert (told(page), label_of(store, ticket)) == ("Choose a category.", [])
    assert "0 labelled" in page.find(class_="sitting").text


@one_database
def test_other_desks_tickets_are_neither_shown_nor_labelled(person, lay, press, store, tree):
    client, other, own = person("anna", "orders"), lay("hr"), lay("orders", after_seconds=1)

    page = client.get(f"/label/{other.id}", **NEXT)
    form = tree(page).find("form", class_="choices")
    carried = {one["name"]: one["value"] for one in form.find_all("input", type="hidden")}
    client.post(f"/label/{other.id}", data=carried | {"category": "careers"})

    assert own.id in form["action"]
    assert label_of(store, other) == []


@one_database
@pytest.mark.parametrize(
    "query", ["?done=x", "?done=99999999999", "?then=,,1,%00", "?then=" + "1," * 500, "?told=x"]
)
def test_an_address_that_was_tampered_with_is_no_error(person, lay, query):
    lay("orders")

    assert person("anna", "orders").get(f"/label{query}", **NEXT).status_code == 200


@one_database
def test_only_a_form_of_our_page_labels(person, lay, press, store):
    client, ticket = person("anna", "orders"), lay("orders")

    answer = press(client, client.get("/label", **NEXT), "1", token="x")

    assert (answer.status_code, label_of(store, ticket)) == (403, [])


@one_database
def test_whoever_has_no_desk_scope_is_refused(person):
    assert person("dora", role="scientist").get("/label").status_code == 403


@pytest.fixture
def keyboard(browser, site, store, now, password_hash):
    """Sign in by the page; answers what presses keys and waits for the page after."""
    store.people.add_user(now, "anna", password_hash, "agent", ["orders", "finance", "triage"])
    browser.get(f"{site}/label")
    browser.find_element(By.ID, "name").send_keys("anna")
    browser.find_element(By.ID, "password").send_keys(PASSWORD, Keys.ENTER)
    WebDriverWait(browser, 30).until(presence_of_element_located((By.CSS_SELECTOR, "form.choices")))

    def type_(key):
        page = browser.find_element(By.TAG_NAME, "html")
        ActionChains(browser).send_keys(key).perform()
        WebDriverWait(browser, 30).until(staleness_of(page))
        return re.sub(r"\s+", " ", browser.find_element(By.TAG_NAME, "main").text)

    return type_


@one_database
def test_in_a_browser_one_key_is_one_label(browser, lay, request, store):
    tickets = [lay("orders", text=f"Inquiry {number}", after_seconds=number) for number in range(4)]
    type_ = request.getfixturevalue("keyboard")
    browser.get_log("browser")

    assert "1 labelled · 3 wait" in type_("1")
    assert "1 labelled · 3 wait" in type_("s")
    assert "2 labelled · 2 wait" in type_("2")
    assert "3 labelled · 1 wait" in type_("0")

    given = sorted(label for ticket in tickets for label in label_of(store, ticket))
    assert given == [
        ("billing_invoice", "correction", "user:anna"),
        ("order_status", "confirmation", "user:anna"),
        ("out_of_scope", "correction", "user:anna"),
    ]
    assert browser.get_log("browser") == []


@one_database
def test_in_a_browser_what_is_typed_into_a_list_or_with_a_modifier_is_no_label(browser, lay, request, store):
    ticket = lay("orders")
    request.getfixturevalue("keyboard")

    browser.find_element(By.TAG_NAME, "select").send_keys("s")
    browser.find_element(By.TAG_NAME, "select").send_keys("1")
    browser.execute_script("document.activeElement.blur()")
    ActionChains(browser).key_down(Keys.ALT).send_keys("1").key_up(Keys.ALT).send_keys("x").perform()

    assert browser.find_element(By.CSS_SELECTOR, "h1").text == "Label"
    assert label_of(store, ticket) == []
