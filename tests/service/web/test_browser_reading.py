"""Whether everybody can read and use the pages: on a telephone, by a screen reader, in bad light."""

from datetime import UTC, datetime, timedelta

import pytest
from selenium.webdriver.common.by import By

from service import access

PASSWORD = "correct horse battery"
UNFOLD = "document.querySelectorAll('details').forEach(one => one.open = true)"
LONG = "Donaudampfschifffahrtsgesellschaftskapitaen" * 6
# WCAG 2.2, success criterion 1.4.3: the contrast of each element's own text with the ground behind it.
CONTRASTS = """
const light = rgb => rgb.map(c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
const rgb = colour => colour.match(/[\\d.]+/g).map(Number);
const ground = one => { for (; one; one = one.parentElement) {
    const found = rgb(getComputedStyle(one).backgroundColor);
    if (found.length < 4 || found[3] > 0) return found.slice(0, 3); } return [255, 255, 255]; };
const ratios = {};
for (const one of document.body.querySelectorAll('*')) {
    const own = [...one.childNodes].filter(n => n.nodeType === 3).map(n => n.data.trim()).join(' ').trim();
    if (!own || !one.checkVisibility()) continue;
    const [a, b] = [rgb(getComputedStyle(one).color).slice(0, 3), ground(one)].map(light).sort((x, y) => y - x);
    ratios[own.slice(0, 40)] = (a + 0.05) / (b + 0.05);
}
return ratios;
"""


@pytest.fixture
def database_url(tmp_path):
    """Of one kind: a browser cannot tell which."""
    return f"sqlite:///{tmp_path / 'loket.sqlite3'}"


@pytest.fixture
def pages(site, browser, store, now, password_hash, lay):
    """The address of every kind of page, opened by an agent, with texts that do not wrap by themselves."""
    desks = ["orders", "returns", "support", "care"]
    store.people.add_user(now, "anna", password_hash, "agent", desks)
    token = access.sign_in(store.people, datetime.now(UTC), "anna", PASSWORD, timedelta(hours=1))
    browser.get(site)
    browser.add_cookie({"name": "loket_session", "value": token})
    ticket = lay(
        "orders", text=LONG, subject=LONG, name=LONG, email=f"{LONG}@example.org", fields={LONG[:100]: LONG}
    )
    lay("orders", after_seconds=1)
    paths = ["", "form?lang=de", "form/received/LK-7Q4M-9XKD", "sign-in", "desks", "desks/orders", "docs"]
    paths += ["label", "golden"]
    return [f"{site}/{path}" for path in (*paths, f"tickets/{ticket.id}")]


def test_on_a_telephone_no_page_scrolls_sideways(browser, pages):
    screen = {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)

    widths = {}
    for page in pages:
        browser.get(page)
        browser.execute_script(UNFOLD)
        widths[page] = browser.execute_script("return document.documentElement.scrollWidth")

    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert widths == dict.fromkeys(pages, 360)


def test_every_control_and_link_has_a_name_to_be_called_by(browser, pages):
    nameless, seen = [], 0
    for page in pages:
        browser.get(page)
        browser.execute_script(UNFOLD)
        for control in browser.find_elements(
            By.CSS_SELECTOR, "input:not([type=hidden]), textarea, select, button, a"
        ):
            if not control.is_displayed():
                continue
            seen += 1
            if not control.accessible_name.strip():
                nameless.append((page, control.get_attribute("outerHTML")))

    assert nameless == []
    assert seen > 50


def test_every_field_to_fill_in_has_a_visible_label(browser, pages):
    script = """return [...document.querySelectorAll('input:not([type=hidden]), textarea, select')]
        .map(one => [one.name, [...one.labels].map(label => label.innerText.trim()).join('')])"""
    labels = {}
    for page in pages:
        browser.get(page)
        browser.execute_script(UNFOLD)
        labels |= dict(browser.execute_script(script))

    names = {"text", "subject", "name", "email", "password", "category", "desk", "comment"}
    names |= {"q", "language", "below", "age", "assigned", "priority", "due", "order", "ticket"}
    assert ({name for name in labels if name}, all(labels.values())) == (names, True)


def test_nothing_on_a_page_is_blocked_or_broken(browser, pages):
    browser.get_log("browser")

    for page in pages:
        browser.get(page)
        loaded = browser.execute_script("return document.styleSheets[0].cssRules.length")
        assert loaded > 20, page

    assert browser.get_log("browser") == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(browser, pages, scheme):
    feature = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": feature})
    browser.get(pages[-1])

    ratios = browser.execute_script(CONTRASTS)

    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    assert len(ratios) > 20
    assert {text: ratio for text, ratio in ratios.items() if ratio < 4.5} == {}
