"""Whatever is killed, each inquiry that was answered 202 is stored and ends on a desk."""

import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

POSTS = 500
QUICK = {"LOKET_WORKER__LEASE_SECONDS": "3", "LOKET_TRANSLATION__DEADLINE_SECONDS": "1"}


def _post(program, number):
    """The id answered, or None where the connection broke: then the customer was told nothing."""
    try:
        status, answer = program.call("POST", "/api/v1/inquiries", {"text": f"Where is my order {number}?"})
    except OSError:
        return None
    return answer["id"] if status == 202 else None


def _post_all(program, half_done):
    """Post from several threads; say when half is done. Answers the ids that were answered 202."""
    done = []

    def one(number):
        done.append(_post(program, number))
        if len(done) == POSTS // 2:
            half_done.set()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(POSTS)))
    return {inquiry_id for inquiry_id in done if inquiry_id}


def _kill(program, half_done):
    half_done.wait(60)
    for pid in program.children().values():
        os.kill(pid, signal.SIGKILL)


def _decided(program, ids):
    """How many of these inquiries lie on a desk."""
    answers = (program.call("GET", f"/api/v1/inquiries/{one}", **program.admin()) for one in ids)
    return sum(
        status == 200 and answer["decision"] is not None and len(answer["tickets"]) == 1
        for status, answer in answers
    )


def _waiting(program):
    return program.metric("loket_inquiries_waiting")


def test_killed_web_server_and_worker_lose_no_inquiry(start, wait_until):
    program, half_done = start(**QUICK), threading.Event()
    before = program.children()
    killer = threading.Thread(target=_kill, args=(program, half_done))
    killer.start()

    ids = _post_all(program, half_done)
    killer.join()
    wait_until(lambda: _waiting(program) == 0)

    assert not set(before.values()) & set(program.children().values())
    assert len(ids) > POSTS * 0.9
    assert _decided(program, ids) == len(ids)


def test_a_killed_serve_takes_its_children_along_and_the_next_one_goes_on(start, wait_until):
    program = start(**QUICK)
    children = program.children()
    assert children.keys() == {"web_server", "worker_process"}
    os.kill(children["worker_process"], signal.SIGSTOP)
    ids = {_post(program, number) for number in range(20)}

    os.kill(program.process.pid, signal.SIGKILL)
    os.kill(children["worker_process"], signal.SIGCONT)
    program.process.wait()
    wait_until(lambda: not any(_is_alive(pid) for pid in children.values()))
    again = start(**QUICK)
    wait_until(lambda: _waiting(again) == 0)

    assert None not in ids
    assert _decided(again, ids) == 20


def test_an_interrupt_stops_everything_cleanly(start):
    program = start()
    children = program.children()

    program.process.send_signal(signal.SIGINT)

    assert program.process.wait(60) == 0
    assert not any(_is_alive(pid) for pid in children.values())
    assert "Stopped." in program.output.read_text()
    assert "Traceback" not in program.output.read_text()


def _is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
