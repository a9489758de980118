"""A request to a provider ends, whatever the other side does, and never brings more than was asked for."""

import gzip
import itertools
import socket

import pytest

from service.pipeline.decision import Untranslated
from service.pipeline.translation.deadline import Deadline
from service.pipeline.translation.http import BoundedSession, json_of, raise_for, text_at
from service.pipeline.translation.provider import ProviderFailed


@pytest.fixture
def session():
    return BoundedSession(4)


def reason_of(call):
    with pytest.raises(ProviderFailed) as caught:
        call()
    return caught.value.reason


def headers_only(exchange, **headers):
    exchange.send_response(200)
    for name, value in headers.items():
        exchange.send_header(name.replace("_", "-"), value)
    exchange.end_headers()


def say_nothing(exchange):
    exchange.server.over.wait(30)  # so that whoever waits for it fails rather than hangs


def stop_in_the_middle(exchange):
    headers_only(exchange, Content_Length="100")
    exchange.wfile.write(b"the first words")
    exchange.server.over.wait(30)


def send_drop_by_drop(exchange):
    headers_only(exchange)
    while not exchange.server.over.wait(0.02):
        exchange.wfile.write(b".")


def close_without_an_answer(exchange):
    exchange.close_connection = True


def close_in_the_middle(exchange):
    headers_only(exchange, Content_Length="100")
    exchange.wfile.write(b"the first words")


def send_what_is_not_http(exchange):
    exchange.wfile.write(b"\x00\x01 garbage \xff\r\n\r\n")


def send_without_end(exchange):
    headers_only(exchange)
    for _ in itertools.takewhile(lambda _: not exchange.server.over.is_set(), itertools.count()):
        exchange.wfile.write(b"x" * 65_536)


def send_a_small_answer_that_unpacks_to_a_huge_one(exchange):
    exchange.reply(200, gzip.compress(bytes(20_000_000)), Content_Encoding="gzip")


def test_it_brings_the_answer(session, loopback):
    server = loopback(lambda exchange: exchange.reply(200, "één antwoord"))

    response = session.get(server.url, params={"q": "een vraag"})

    assert (response.status_code, response.text) == (200, "één antwoord")
    assert server.seen[0].query == {"q": "een vraag"}


def test_it_says_who_asks(session, loopback):
    server = loopback(lambda exchange: exchange.reply(200))

    session.get(server.url)
    session.post(server.url, json={})

    assert [seen.headers["User-Agent"] for seen in server.seen] == ["Mozilla/5.0 (compatible; Loket)"] * 2


@pytest.mark.parametrize("answer", [say_nothing, stop_in_the_middle])
def test_what_hangs_is_left(loopback, answer):
    session = BoundedSession(1, read_seconds=0.2)

    assert reason_of(lambda: session.get(loopback(answer).url)) == Untranslated.TIMEOUT


def test_a_caller_cannot_ask_for_more_time(loopback):
    session = BoundedSession(1, read_seconds=0.2)

    assert reason_of(lambda: session.get(loopback(say_nothing).url, timeout=None)) == Untranslated.TIMEOUT


def test_an_answer_drop_by_drop_is_cut_by_the_deadline(session, loopback):
    url = loopback(send_drop_by_drop).url

    assert reason_of(lambda: Deadline(1).run(lambda: session.get(url).text, 0.3)) == Untranslated.TIMEOUT


def test_an_answer_drop_by_drop_ends_by_itself_and_gives_its_place_back(loopback):
    session, deadline, url = BoundedSession(1, answer_seconds=0.2), Deadline(1), loopback(send_drop_by_drop).url

    assert reason_of(lambda: deadline.run(lambda: session.get(url).text, 30.0)) == Untranslated.TIMEOUT
    assert deadline.run(lambda: "free again", 30.0) == "free again"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (close_without_an_answer, Untranslated.UNREACHABLE),
        (close_in_the_middle, Untranslated.UNREACHABLE),
        (send_what_is_not_http, Untranslated.UNREACHABLE),
        (send_without_end, Untranslated.BAD_ANSWER),
        (send_a_small_answer_that_unpacks_to_a_huge_one, Untranslated.BAD_ANSWER),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_broken_answer_is_named(session, loopback, answer, reason):
    url = loopback(answer).url

    assert reason_of(lambda: session.get(url)) == reason


def test_a_server_that_is_not_there_is_unreachable(session):
    with socket.create_server(("127.0.0.1", 0)) as once:
        port = once.getsockname()[1]

    assert reason_of(lambda: session.get(f"http://127.0.0.1:{port}/")) == Untranslated.UNREACHABLE


def test_a_redirect_is_not_followed_even_when_asked_to(session, loopback):
    elsewhere = loopback(lambda exchange: exchange.reply(200, "elsewhere"))
    server = loopback(lambda exchange: exchange.reply(302, Location=elsewhere.url))

    response = session.get(server.url, allow_redirects=True)

    assert (response.status_code, elsewhere.seen) == (302, [])


def test_a_failure_does_not_tell_the_text(session, loopback):
    url = loopback(close_without_an_answer).url

    with pytest.raises(ProviderFailed) as caught:
        session.get(url, params={"q": "my name is Anna"})

    assert str(caught.value) == "unreachable"


@pytest.fixture
def failure_of(session, loopback):
    """What an answer says went wrong."""

    def find(status, **headers):
        url = loopback(lambda exchange: exchange.reply(status, **headers)).url
        with pytest.raises(ProviderFailed) as caught:
            raise_for(session.get(url))
        return caught.value

    return find


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (204, Untranslated.REFUSED),
        (302, Untranslated.REFUSED),
        (400, Untranslated.REFUSED),
        (403, Untranslated.REFUSED),
        (413, Untranslated.TOO_LONG),
        (429, Untranslated.QUOTA),
        (500, Untranslated.UNREACHABLE),
        (503, Untranslated.UNREACHABLE),
    ],
)
def test_a_status_tells_what_went_wrong(failure_of, status, reason):
    assert failure_of(status).reason == reason


def test_nothing_is_wrong_with_an_answer(session, loopback):
    raise_for(session.get(loopback(lambda exchange: exchange.reply(200)).url))


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        ("99999999", 86_400.0),
        ("9" * 5_000, 86_400.0),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("Wed, 21 Oct 2026 07:28:00 GMT", None),
    ],
    ids=lambda value: str(value)[:12],
)
def test_how_long_to_wait_is_read_and_never_more_than_a_day(failure_of, said, seconds):
    assert failure_of(429, Retry_After=said).retry_after == seconds


def test_without_a_word_about_it_nothing_is_known(failure_of):
    assert failure_of(429).retry_after is None


@pytest.mark.parametrize("content", ["", "<html>It works!</html>", b"\xff\xfe", '{"a": '])
def test_what_is_not_json_is_none(session, loopback, content):
    assert json_of(session.get(loopback(lambda exchange: exchange.reply(200, content)).url)) is None


def test_the_text_at_a_place_is_found():
    assert text_at({"data": [{"text": "één"}]}, "data", 0, "text") == "één"


@pytest.mark.parametrize(
    "answer",
    [None, {}, [], "text", 7, {"data": None}, {"data": []}, {"data": {"text": "a"}}, {"data": [{"text": 1}]},
     {"data": [{"text": None}]}, {"data": [{"text": " \n"}]}],
)  # fmt: skip
def test_anything_else_there_is_a_bad_answer(answer):
    assert reason_of(lambda: text_at(answer, "data", 0, "text")) == Untranslated.BAD_ANSWER
