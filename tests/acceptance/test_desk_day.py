"""A day at a desk: a real `loket serve`, a real browser, and an agent who does not touch the mouse.

With TEST_SCREENSHOTS set to a folder, a picture of each page is left there.
"""

import os
from pathlib import Path

import pytest
from selenium.webdriver import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.wait import WebDriverWait

PASSWORD = "correct horse battery"
DESKS = ("sales", "orders", "finance", "returns", "support", "care", "triage")
LAMP = "Waar blijft mijn bestelling? Ik wacht al drie weken op mijn zonnelamp."
OTHER = "Kan ik een kopie van de factuur van januari krijgen?"
HOSTILE = "<script>document.title = 'stolen'</script> Where is my order? \u202ekcilc"
TELEPHONE, DESKTOP = 390, 1280  # pixels wide


class Agent:
    """Somebody at a keyboard."""

    def __init__(self, browser, address):
        self._browser, self._address = browser, address

    def go(self, path):
        self._browser.get(self._address + path)

    def type(self, *keys):
        ActionChains(self._browser).send_keys(*keys).perform()

    def type_and_follow(self, *keys):
        """Press what leads to another page, and wait until this one has gone and that one is there."""
        page = self._browser.find_element(By.TAG_NAME, "html")
        self.type(*keys)
        WebDriverWait(self._browser, 30).until(staleness_of(page))
        self.wait(lambda: self._browser.execute_script("return document.readyState") == "complete")

    def wait(self, is_so, seconds=30):
        WebDriverWait(self._browser, seconds).until(lambda _: is_so())

    def all(self, selector):
        return self._browser.find_elements(By.CSS_SELECTOR, selector)

    def text(self, selector):
        return self._browser.find_element(By.CSS_SELECTOR, selector).text

    def another_category(self, category):
        """The key that corrects to the likeliest other category, and which that is."""
        choices = [
            (one.get_attribute("data-key"), one.get_attribute("value")) for one in self.all("form.choose button")
        ]
        return next(choice for choice in choices if choice[1] != category)

    def is_wider_than_the_screen(self):
        return self._browser.execute_script(
            "return document.documentElement.scrollWidth > document.documentElement.clientWidth"
        )

    def picture(self, name):
        if folder := os.environ.get("TEST_SCREENSHOTS"):
            self._browser.save_screenshot(str(Path(folder) / f"{name}.png"))


@pytest.fixture
def program(start):
    """A running service that knows words alone, and an agent who sees most desks."""
    made = start(LOKET_CLASSIFIER__ENCODER="none")
    desks = [part for desk in DESKS for part in ("--desk", desk)]
    made.loket("users", "create", "anna", "--role", "agent", *desks, stdin=PASSWORD + "\n")
    return made


@pytest.fixture
def agent(program, browser):
    """Anna, signed in by the page; her browser has told of no error afterwards."""
    browser.execute_cdp_cmd("Network.clearBrowserCookies", {})
    browser.get_log("browser")
    anna = Agent(browser, program.address)
    anna.go("/tickets")
    anna.type(Keys.TAB)
    browser.find_element(By.ID, "name").send_keys("anna")
    anna.type(Keys.TAB, PASSWORD)
    anna.picture("sign-in")
    anna.type_and_follow(Keys.ENTER)
    yield anna
    browser.get("about:blank")
    assert [entry["message"] for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []


@pytest.fixture
def send(program):
    """Post an inquiry; answers its id and its ticket as the API has it now."""

    def post(text, **more):
        body = {"text": text, "email": "bert@example.org", **more}
        status, answer = program.call("POST", "/api/v1/inquiries", body)
        assert status == 202
        return answer["id"]

    return post


def ticket_of(program, inquiry_id):
    """The only ticket of an inquiry, as the API has it."""
    [ticket] = program.call("GET", f"/api/v1/inquiries/{inquiry_id}", **program.admin())[1]["tickets"]
    return ticket


def steps_of(program, inquiry_id):
    """What the journey feed says of an inquiry."""
    _, events = program.call("GET", "/api/v1/events?limit=1000", **program.admin())
    return [event["data"]["step"] for event in events if event["subject"] == inquiry_id]


def test_a_ticket_arrives_by_itself_and_is_read_corrected_and_undone_by_keyboard(
    program, agent, browser, send, violations, looks
):
    looks(DESKTOP)
    agent.go("/tickets")
    assert agent.all(".entry") == []
    browser.execute_script("window.was_here = true")

    inquiry = send(LAMP, subject="Mijn zonnelamp")
    agent.wait(lambda: agent.all(".entry"))
    assert browser.execute_script("return window.was_here")  # nothing was loaded anew
    assert "Mijn zonnelamp" in agent.text(".entry")
    assert violations(browser) == []
    agent.picture("list")

    before = ticket_of(program, inquiry)
    agent.type("j")
    agent.type_and_follow("o")
    assert "zonnelamp" in agent.text("article .text, article .texts")
    assert violations(browser) == []
    agent.picture("ticket")
    key, wanted = agent.another_category(before["category"])

    agent.type_and_follow(key)
    after = ticket_of(program, inquiry)
    assert (after["category"], after["review"], after["reviewed_by"]) == (wanted, "corrected", "user:anna")
    assert violations(browser) == []
    agent.picture("corrected")

    agent.type_and_follow("u")
    undone = ticket_of(program, inquiry)
    assert (undone["category"], undone["desk"], undone["review"]) == (before["category"], before["desk"], None)
    assert steps_of(program, inquiry)[-3:] == ["opened", "corrected", "undone"]
    agent.picture("undone")


def test_a_word_is_searched_for_by_keyboard(program, agent, browser, send, wait_until):
    found, other = send(LAMP, subject="Mijn zonnelamp"), send(OTHER, subject="Factuur")
    for inquiry in (found, other):
        wait_until(lambda inquiry=inquiry: steps_of(program, inquiry)[-1:] == ["laid_on_desk"])
    agent.go("/tickets")
    assert len(agent.all(".entry")) == 2

    agent.type("/")
    agent.type_and_follow("zonnelamp", Keys.ENTER)

    [entry] = agent.all(".entry")
    assert "Mijn zonnelamp" in entry.text
    agent.picture("search")


def test_pages_fit_a_telephone_light_and_dark(program, agent, browser, send, wait_until, looks, violations):
    inquiry = send(LAMP + " " + "zonnelampen" * 20, subject="Mijn zonnelamp " * 10, name="Bert " * 20)
    wait_until(lambda: steps_of(program, inquiry)[-1:] == ["laid_on_desk"])
    ticket = ticket_of(program, inquiry)
    for scheme in ("light", "dark"):
        looks(TELEPHONE, scheme)
        for name, path in (("list", "/tickets"), ("ticket", f"/tickets/{ticket['id']}")):
            agent.go(path)
            agent.picture(f"telephone-{name}-{scheme}")

            assert (name, scheme, agent.is_wider_than_the_screen()) == (name, scheme, False)
            assert violations(browser) == []


def test_script_and_direction_tricks_of_a_customer_are_text(program, agent, browser, send, wait_until):
    inquiry = send(HOSTILE, subject="<img src=x onerror=alert(1)>", name="</bdi><b>x")
    wait_until(lambda: steps_of(program, inquiry)[-1:] == ["laid_on_desk"])

    for path in ("/tickets", f"/tickets/{ticket_of(program, inquiry)['id']}"):
        agent.go(path)

        assert "stolen" not in browser.title
        assert agent.all("main img, main b") == []
        assert "<img src=x onerror=alert(1)>" in agent.text("main")
