"""The pages in a real browser: a visitor writes by keyboard alone, and an agent puts it on the right desk."""

import threading

import pytest
from selenium.webdriver import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait

from service.worker import Worker

DUTCH = "Waar blijft mijn bestelling? Ik wacht al drie weken op mijn lamp."
PASSWORD = "correct horse battery"


@pytest.fixture
def database_url(tmp_path):
    """Of one kind: a browser cannot tell which."""
    return f"sqlite:///{tmp_path / 'loket.sqlite3'}"


@pytest.fixture
def worker(loket):
    """A background worker at work."""
    worker = Worker(loket)
    thread = threading.Thread(target=worker.run)
    thread.start()
    yield worker
    worker.stop()
    thread.join()


@pytest.fixture
def sign_in(store, now, password_hash, browser, site):
    """Make a user and sign in by the page."""

    def enter(name, *desks):
        store.people.add_user(now, name, password_hash, "agent", list(desks))
        browser.get(f"{site}/desks")
        browser.find_element(By.ID, "name").send_keys(name)
        browser.find_element(By.ID, "password").send_keys(PASSWORD)
        click(browser, browser.find_element(By.CSS_SELECTOR, "button.main"))

    return enter


def text_of(browser, selector):
    return browser.find_element(By.CSS_SELECTOR, selector).text


def click(browser, element):
    follow(browser, element.click)


def follow(browser, act):
    """Do what leads to another page, and wait until this one has gone."""
    page = browser.find_element(By.TAG_NAME, "html")
    act()
    WebDriverWait(browser, 30).until(staleness_of(page))


def press(browser, *keys):
    ActionChains(browser).send_keys(*keys).perform()


def tab_to(browser, selector):
    """Press Tab until the element has the focus, as somebody without a mouse does."""
    wanted = browser.find_element(By.CSS_SELECTOR, selector)
    for _ in range(30):
        if browser.switch_to.active_element == wanted:
            return
        press(browser, Keys.TAB)
    pytest.fail(f"the keyboard does not reach {selector}")


def test_a_visitor_writes_by_keyboard_and_an_agent_lays_it_on_the_right_desk(
    browser, site, store, worker, sign_in, wait_until
):
    browser.get(f"{site}/form")
    assert text_of(browser, "h1") == "Neem contact op"
    for selector, typed in (("#text", DUTCH), ("#subject", "Mijn lamp"), ("#email", "bob@example.org")):
        tab_to(browser, selector)
        press(browser, typed)
    tab_to(browser, "button.main")
    follow(browser, lambda: press(browser, Keys.ENTER))
    receipt = text_of(browser, ".receipt")
    (inquiry,) = store.inquiries.all()
    assert (inquiry.receipt, inquiry.text, inquiry.declared_language) == (receipt, DUTCH, "nl")
    wait_until(lambda: store.inquiries.is_decided(inquiry.id))

    sign_in("anna", "triage", "orders")
    click(browser, browser.find_element(By.PARTIAL_LINK_TEXT, "Triage"))
    assert (text_of(browser, ".entry a"), text_of(browser, ".entry .what p")) == ("Mijn lamp", DUTCH)
    click(browser, browser.find_element(By.LINK_TEXT, "Mijn lamp"))
    assert (receipt in text_of(browser, "main"), text_of(browser, ".text")) == (True, DUTCH)
    browser.execute_script("document.querySelectorAll('details').forEach(one => one.open = true)")
    Select(browser.find_element(By.CSS_SELECTOR, "select[name=category]")).select_by_visible_text("order_change")
    click(browser, browser.find_element(By.CSS_SELECTOR, "form:has(select[name=category]) button:last-of-type"))
    assert text_of(browser, ".notice p") == "Het ticket is verbeterd."
    assert text_of(browser, ".empty") == "Niets open hier."

    click(browser, browser.find_element(By.PARTIAL_LINK_TEXT, "Orders"))
    row = text_of(browser, ".entry")
    assert all(word in row for word in ("Mijn lamp", "order_change", "verbeterd door anna"))


def test_a_refused_form_keeps_the_text_and_says_why_to_a_screen_reader(browser, site):
    browser.get(f"{site}/form?lang=en")
    browser.find_element(By.ID, "text").send_keys("My <b>lamp</b>\nis broken")
    browser.execute_script("document.querySelector('#email').type = 'text'")
    browser.find_element(By.ID, "email").send_keys("anna")
    follow(browser, lambda: press(browser, Keys.ENTER))

    email = browser.find_element(By.ID, "email")
    assert browser.find_element(By.ID, "text").get_attribute("value") == "My <b>lamp</b>\nis broken"
    assert (email.get_attribute("value"), email.get_attribute("aria-invalid")) == ("anna", "true")
    assert text_of(browser, f"#{email.get_attribute('aria-describedby')}") == "Please check your e-mail address."
