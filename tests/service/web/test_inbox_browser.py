"""The list in a real browser: it updates itself, is worked by keyboard alone, and shuts nobody out."""

from datetime import UTC, datetime, timedelta

import pytest
from selenium.webdriver import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.wait import WebDriverWait

from service import access, desk_work
from service.access import Actor

PASSWORD = "correct horse battery"
BOB = Actor("user:bob", frozenset({"desk"}), None)
FOCUSED = "return document.activeElement.textContent.trim()"


@pytest.fixture
def database_url(tmp_path):
    """Of one kind: a browser cannot tell which."""
    return f"sqlite:///{tmp_path / 'loket.sqlite3'}"


@pytest.fixture
def agent(site, browser, store, now, password_hash):
    """Sign in as an agent of these desks, and open a page."""

    def enter(path, *desks):
        store.people.add_user(now, "anna", password_hash, "agent", list(desks))
        token = access.sign_in(store.people, datetime.now(UTC), "anna", PASSWORD, timedelta(hours=1))
        browser.get(f"{site}/sign-in")
        browser.add_cookie({"name": "loket_session", "value": token})
        browser.get(f"{site}{path}")

    return enter


def titles(browser):
    return [link.text for link in browser.find_elements(By.CSS_SELECTOR, ".entry .what a")]


def text_of(browser, selector):
    return browser.find_element(By.CSS_SELECTOR, selector).text


def until(browser, is_so):
    """Wait for what the page does by itself; it asks every five seconds."""
    WebDriverWait(browser, 60).until(lambda _: is_so())


def press(browser, *keys):
    ActionChains(browser).send_keys(*keys).perform()


def follow(browser, *keys):
    """Press what leads to another page, and wait until this one has gone."""
    page = browser.find_element(By.TAG_NAME, "html")
    press(browser, *keys)
    WebDriverWait(browser, 30).until(staleness_of(page))


def test_a_ticket_arrives_by_itself_and_nothing_under_the_agents_hands_moves(browser, agent, lay):
    for number in range(30):
        lay(subject=f"Ticket {number}", after_seconds=number)
    agent("/desks/orders", "orders")
    press(browser, "j", "j", "j", "x")
    browser.execute_script("document.activeElement.scrollIntoView({block: 'start'})")
    place = "return Math.round(document.activeElement.getBoundingClientRect().top)"
    before = browser.execute_script(place)

    lay(subject="New", after_seconds=99)
    until(browser, lambda: "New" in titles(browser))

    assert (titles(browser)[:2], text_of(browser, "#live")) == (["New", "Ticket 29"], "1 nieuw ticket")
    assert (browser.execute_script(FOCUSED), browser.execute_script(place)) == ("Ticket 27", before)
    chosen = browser.find_elements(By.CSS_SELECTOR, ".entry:has(:checked) .what a")
    assert [one.text for one in chosen] == ["Ticket 27"]
    assert text_of(browser, ".side .open") == "31"


def test_what_is_typed_stays_while_the_list_changes(browser, agent, lay):
    lay(subject="First")
    agent("/desks/orders", "orders")
    press(browser, "/")
    press(browser, "xcej?")

    lay(subject="Second", after_seconds=1)
    until(browser, lambda: len(titles(browser)) == 2)

    typed = browser.switch_to.active_element
    assert (typed.get_attribute("id"), typed.get_attribute("value")) == ("q", "xcej?")


def test_what_somebody_else_changed_under_a_choice_is_not_overwritten(browser, agent, lay, store, loket, now):
    ticket, other = lay(subject="First"), lay(subject="Second", after_seconds=1)
    agent("/desks/orders", "orders")
    press(browser, "j", "x", "j", "x")
    correction = desk_work.Correction(category="order_change")
    desk_work.correct(store, loket.settings, now, BOB, ticket.id, correction)
    until(browser, lambda: "order_change" in text_of(browser, "#rows"))

    follow(browser, "c")

    receipt = store.inquiries.get(ticket.inquiry_id).receipt
    assert text_of(browser, "#outcome strong") == "Bevestigd: 1."
    assert receipt in text_of(browser, "#outcome")
    assert (store.tickets.get(ticket.id).reviewed_by, store.tickets.get(other.id).review) == (
        "user:bob",
        "confirmed",
    )


def test_the_keyboard_alone_confirms_closes_undoes_and_opens(browser, agent, lay, store):
    tickets = [lay(subject=f"Ticket {number}", after_seconds=number) for number in range(4)]
    agent("/desks/orders", "orders")

    press(browser, "j", "j")
    follow(browser, "c")
    assert (text_of(browser, "#outcome strong"), browser.execute_script(FOCUSED)) == ("Bevestigd: 1.", "Ticket 1")
    follow(browser, "e")
    assert (titles(browser), browser.execute_script(FOCUSED)) == (["Ticket 3", "Ticket 2", "Ticket 0"], "Ticket 0")
    follow(browser, "u")
    assert len(titles(browser)) == 4
    press(browser, "j", Keys.ARROW_DOWN, "k")
    assert browser.execute_script(FOCUSED) == "Ticket 3"
    follow(browser, "o")
    assert browser.current_url.partition("?")[0].endswith(f"/tickets/{tickets[3].id}")

    now = [store.tickets.get(one.id) for one in tickets]
    assert [(one.review, one.status) for one in now] == [(None, "open")] * 2 + [
        ("confirmed", "open"),
        (None, "open"),
    ]


def test_no_key_acts_with_a_modifier_or_when_keys_are_off(browser, agent, lay, store):
    ticket = lay(subject="First")
    agent("/desks/orders", "orders")
    press(browser, "j")
    for modifier in (Keys.CONTROL, Keys.ALT):
        ActionChains(browser).key_down(modifier).send_keys("x").key_up(modifier).perform()
    press(browser, "?")
    assert browser.execute_script("return document.activeElement.closest('dialog')?.id") == "keys"
    press(browser, "c")
    browser.find_element(By.ID, "with-keys").click()
    browser.find_element(By.CSS_SELECTOR, "#keys button").click()
    press(browser, "j", "x", "c")

    browser.refresh()
    assert not browser.find_element(By.ID, "with-keys").is_selected()
    browser.execute_script("localStorage.clear()")
    assert browser.find_elements(By.CSS_SELECTOR, ".entry :checked") == []
    assert store.tickets.get(ticket.id).version == ticket.version


def test_a_session_that_has_ended_is_told_with_the_way_back(browser, agent, lay):
    lay(subject="First")
    agent("/desks/orders?q=first", "orders")

    browser.delete_all_cookies()
    until(browser, lambda: "uitgelogd" in text_of(browser, "#live"))

    link = browser.find_element(By.CSS_SELECTOR, "#live a")
    assert link.get_attribute("href").endswith("/sign-in?next=%2Fdesks%2Forders%3Fq%3Dfirst")


def test_a_server_that_fails_is_told_until_it_is_back(browser, agent, lay):
    lay(subject="First")
    agent("/desks/orders", "orders")

    browser.execute_script("window.real = window.fetch; window.fetch = () => Promise.reject(new TypeError())")
    until(browser, lambda: "Geen verbinding" in text_of(browser, "#live"))
    browser.execute_script("window.fetch = window.real")
    until(browser, lambda: text_of(browser, "#live") == "")

    browser.get_log("browser")
    assert titles(browser) == ["First"]


def test_without_javascript_buttons_and_links_do_the_same(browser, agent, lay, store):
    tickets = [lay(subject=f"Ticket {number}", after_seconds=number) for number in range(2)]
    agent("/desks", "orders")
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.get(f"{browser.current_url}/orders?q=ticket")
        for box in browser.find_elements(By.CSS_SELECTOR, ".pick input"):
            box.send_keys(Keys.SPACE)
        browser.find_element(By.CSS_SELECTOR, "#bulk button[value=close]").send_keys(Keys.ENTER)
        WebDriverWait(browser, 30).until(lambda _: browser.find_elements(By.ID, "outcome"))
        said = text_of(browser, "#outcome strong")
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})

    assert (said, [store.tickets.get(one.id).status for one in tickets]) == ("Gesloten: 2.", ["closed"] * 2)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_no_page_of_the_inbox_shuts_anybody_out(browser, agent, site, lay, looks, violations, width, scheme):
    looks(width, scheme)
    browser.get(f"{site}/sign-in")
    found = {"sign-in": violations(browser)}
    lay(subject="لم يصل طلبي " * 20, after_seconds=1)
    lay(text="x" * 3_000)
    lay("finance")
    agent("/desks", "orders", "finance", "returns")
    found["desks"] = violations(browser)
    for path in ("desks/orders", "tickets?order=urgent&below=99&language=qq!", "tickets?q=zzz"):
        browser.get(f"{site}/{path}")
        for box in browser.find_elements(By.CSS_SELECTOR, ".pick input")[:1]:
            box.click()
        found[path] = violations(browser)
        sideways = browser.execute_script("return document.documentElement.scrollWidth - innerWidth")
        found[path] += [f"{sideways} pixels too wide"] if sideways > 0 else []
    browser.get(f"{site}/tickets")
    browser.execute_script("document.getElementById('keys').showModal()")
    found["keys"] = violations(browser)

    assert found == {page: [] for page in found}
