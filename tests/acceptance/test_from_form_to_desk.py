"""The whole way: posted over HTTP, translated by a real engine, laid on a desk by a real worker."""

import pytest


def _tickets(program, desk):
    return program.call("GET", f"/api/v1/desks/{desk}/tickets", **program.admin())[1]["tickets"]


def test_a_spanish_inquiry_ends_on_the_orders_desk_with_its_english_text(start, libretranslate, wait_until):
    program = start(
        LOKET_TRANSLATION__PROVIDERS='["libretranslate"]', LOKET_TRANSLATION__LIBRETRANSLATE__URL=libretranslate
    )
    text = "¿Dónde está mi pedido 48213? Escríbame a lucia@example.com cuando salga, todavía no ha llegado."

    status, received = program.call("POST", "/api/v1/inquiries", {"text": text})
    wait_until(lambda: _tickets(program, "orders"))

    [ticket] = _tickets(program, "orders")
    assert (status, ticket["inquiry"], ticket["category"]) == (202, received["id"], "order_status")
    translation = ticket["decision"]["translation"]
    assert (translation["status"], translation["provider"]) == ("translated", "libretranslate")
    assert "48213" in translation["text"]
    assert "lucia@example.com" in translation["text"]
    assert ticket["decision"]["language"]["code"] == "es"


def test_a_dutch_inquiry_that_nobody_can_translate_is_on_the_right_desk_and_says_why(start, libretranslate):
    program = start(
        LOKET_TRANSLATION__PROVIDERS='["libretranslate"]', LOKET_TRANSLATION__LIBRETRANSLATE__URL=libretranslate
    )
    body = {"text": "Waar blijft mijn bestelling? Ik wacht al twee weken."}

    status, answer = program.call("POST", "/api/v1/inquiries", body, Prefer="wait=10", **program.admin())

    decision = answer["decision"]
    assert status == 201
    assert decision["language"]["code"] == "nl"
    assert decision["translation"] == {"status": "unavailable", "cached": False, "reason": "unsupported_language"}
    assert decision["desk"] == "orders"
    assert [ticket["inquiry"] for ticket in _tickets(program, "orders")] == [answer["id"]]


def test_two_questions_in_one_inquiry_lie_on_two_desks(start):
    program = start()
    body = {"text": "I'd like a quote for 40 lamps; also, my last invoice is wrong"}

    _, answer = program.call("POST", "/api/v1/inquiries", body, Prefer="wait=10", **program.admin())

    assert [intent["desk"] for intent in answer["decision"]["intents"]] == ["sales", "finance"]
    for desk in ("sales", "finance"):
        assert [ticket["inquiry"] for ticket in _tickets(program, desk)] == [answer["id"]]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_the_same_happens_on_postgresql(start, database_url):
    program = start(LOKET_DATABASE__URL=database_url)
    body = {"text": "Hello, my parcel should have arrived on Monday. Where is it?"}

    _, answer = program.call("POST", "/api/v1/inquiries", body, Prefer="wait=10", **program.admin())

    assert [ticket["inquiry"] for ticket in _tickets(program, "orders")] == [answer["id"]]
