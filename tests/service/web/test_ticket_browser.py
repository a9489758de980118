"""The ticket's page in a real browser: worked by keyboard alone, on a desk's screen and on a telephone."""

import pytest
from selenium.webdriver import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.wait import WebDriverWait

from service import desk_work
from service.access import Actor
from service.pipeline.decision import Alternative, Intent, Spoke, Translation

PASSWORD = "correct horse battery"
BOB = Actor("user:bob", frozenset({"desk"}), None)
ARABIC = "أين طلبي؟ <b>لم</b> تصل \u202eالطلبية\u202c"
FULL = {
    "translation": Translation(status="translated", text="Where is my order?", provider="deepl"),
    "explanation": (Spoke(term="bestelling", weight=1.0), Spoke(term="order", weight=0.5)),
    "alternatives": tuple(Alternative(category=one, confidence=0.1) for one in ("order_change", "complaint")),
    "intents": (
        Intent(category="order_status", confidence=0.9, text="Waar blijft mijn bestelling?", desk="orders"),
        Intent(category="account_access", confidence=0.8, text="Ik kan niet inloggen.", desk="support"),
    ),
}  # fmt: skip


@pytest.fixture
def database_url(tmp_path):
    """Of one kind: a browser cannot tell which."""
    return f"sqlite:///{tmp_path / 'loket.sqlite3'}"


@pytest.fixture
def anna(store, now, password_hash, browser, site):
    """Signed in by the page, on the desk orders; answers the browser, which from now on reads English."""
    store.people.add_user(now, "anna", password_hash, "agent", ["orders"])
    store.people.add_user(now, "bob", password_hash, "agent", ["orders"])
    override = {"headers": {"Accept-Language": "en"}}
    browser.execute_cdp_cmd("Network.enable", {})
    browser.execute_cdp_cmd("Network.setExtraHTTPHeaders", override)
    browser.get(f"{site}/desks/orders")
    browser.find_element(By.ID, "name").send_keys("anna")
    browser.find_element(By.ID, "password").send_keys(PASSWORD)
    follow(browser, browser.find_element(By.CSS_SELECTOR, "button.main").click)
    yield browser
    browser.execute_cdp_cmd("Network.setExtraHTTPHeaders", {"headers": {}})


def follow(browser, act):
    """Do what leads to another page, and wait until this one has gone."""
    page = browser.find_element(By.TAG_NAME, "html")
    act()
    WebDriverWait(browser, 30).until(staleness_of(page))


def key(browser, *keys):
    ActionChains(browser).send_keys(*keys).perform()


def text_of(browser, selector):
    return browser.find_element(By.CSS_SELECTOR, selector).text


def test_a_ticket_is_opened_corrected_and_brought_back_by_keyboard(anna, site, lay, store):
    lay("orders", text="Ouder", after_seconds=-60)
    ticket = lay(
        "orders", text="Waar blijft mijn bestelling? Ik kan niet inloggen.", subject="Mijn lamp", decision=FULL
    )
    anna.get(f"{site}/desks/orders")
    follow(anna, anna.find_element(By.LINK_TEXT, "Mijn lamp").click)
    assert [one.text for one in anna.find_elements(By.CSS_SELECTOR, ".text mark")] == ["bestelling", "order"]
    assert text_of(anna, ".text .asked") == "Waar blijft mijn bestelling?"

    follow(anna, lambda: key(anna, "1"))
    assert store.tickets.get(ticket.id).category == "order_change"
    assert text_of(anna, ".told p") == "The ticket is corrected."

    follow(anna, lambda: key(anna, "u"))
    assert (store.tickets.get(ticket.id).category, text_of(anna, "h1")) == ("order_status", "Mijn lamp")
    assert text_of(anna, ".told p") == "The last change is undone."

    follow(anna, lambda: key(anna, "j"))
    assert text_of(anna, ".text") == "Ouder"
    follow(anna, lambda: key(anna, "k"))
    assert text_of(anna, "h1") == "Mijn lamp"

    follow(anna, lambda: key(anna, "a"))
    assert store.tickets.get(ticket.id).assigned_to == "user:anna"
    follow(anna, lambda: key(anna, "c"))
    assert store.tickets.get(ticket.id).review == "confirmed"


def test_no_key_acts_while_one_types_or_holds_a_modifier(anna, site, lay, store):
    ticket = lay("orders")
    anna.get(f"{site}/tickets/{ticket.id}")
    anna.find_element(By.CSS_SELECTOR, ".otherwise summary").click()
    anna.find_element(By.CSS_SELECTOR, ".otherwise input[name=comment]").send_keys("ace 1 u")
    anna.execute_script("document.activeElement.blur()")
    for modifier in (Keys.CONTROL, Keys.ALT, Keys.SHIFT):
        ActionChains(anna).key_down(modifier).send_keys("e").key_up(modifier).perform()

    key(anna, "?")

    assert anna.find_element(By.ID, "keys").get_attribute("open")
    assert anna.current_url.endswith(ticket.id)
    assert store.tickets.get(ticket.id).version == 1


def test_an_open_page_says_by_itself_what_another_does(anna, site, lay, store, now):
    ticket = lay("orders")
    anna.get(f"{site}/tickets/{ticket.id}")
    anna.execute_script("window.stayed = true")

    desk_work.confirm(store, now, BOB, ticket.id)

    told = (By.CSS_SELECTOR, "#now p")
    WebDriverWait(anna, 30).until(lambda browser: browser.find_elements(*told))
    assert "bob confirmed order_status" in text_of(anna, "#now")
    assert anna.execute_script("return window.stayed")


def test_without_the_script_the_buttons_do_the_same(anna, site, lay, store):
    ticket = lay("orders", decision=FULL)
    anna.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        anna.get(f"{site}/tickets/{ticket.id}")
        follow(anna, anna.find_element(By.CSS_SELECTOR, '[data-key="2"]').click)
        assert store.tickets.get(ticket.id).category == "complaint"
        follow(anna, anna.find_element(By.CSS_SELECTOR, ".told button").click)
        assert store.tickets.get(ticket.id).category == "order_status"
    finally:
        anna.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")])
def test_nobody_is_shut_out_and_nothing_scrolls_sideways(anna, site, lay, looks, violations, width, scheme):
    ticket = lay("orders", text=ARABIC, subject=ARABIC, name="Bob", email="bob@example.org", decision=FULL)
    lay("orders", after_seconds=1, email="bob@example.org")
    looks(width, scheme)
    anna.get(f"{site}/tickets/{ticket.id}?list=/desks/orders")
    anna.execute_script("document.querySelectorAll('details').forEach(one => one.open = true)")

    assert violations(anna) == []
    assert anna.execute_script("return document.documentElement.scrollWidth") <= width


def test_original_and_english_stand_side_by_side_and_on_a_telephone_one_under_the_other(anna, site, lay, looks):
    ticket = lay("orders", decision=FULL)

    def tops(width):
        looks(width)
        anna.get(f"{site}/tickets/{ticket.id}")
        return [one.rect["y"] for one in anna.find_elements(By.CSS_SELECTOR, ".views section")]

    first, second = tops(1280)
    assert first == second
    first, second = tops(390)
    assert first < second


def test_text_from_right_to_left_keeps_to_itself(anna, site, lay):
    ticket = lay("orders", text=ARABIC, subject=ARABIC)
    anna.get(f"{site}/tickets/{ticket.id}")

    style = "return getComputedStyle(document.querySelector(arguments[0]))[arguments[1]]"
    assert anna.execute_script(style, ".text", "direction") == "rtl"
    assert anna.execute_script(style, ".text", "unicodeBidi") == "plaintext"
    assert anna.execute_script(style, "h1 bdi", "unicodeBidi") == "isolate"
    assert text_of(anna, ".text") == ARABIC


def test_what_another_did_meanwhile_is_shown_and_not_overwritten(anna, site, lay, store, now):
    ticket = lay("orders", decision=FULL)
    anna.get(f"{site}/tickets/{ticket.id}")
    desk_work.close(store, now, BOB, ticket.id)

    follow(anna, lambda: key(anna, "1"))

    assert "bob closed it" in text_of(anna, ".refused")
    assert store.tickets.get(ticket.id).category == "order_status"
