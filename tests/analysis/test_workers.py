"""Threads that hand work on: in order, bounded, and none left behind."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from otio_autoedit.analysis.workers import Team
from otio_autoedit.errors import Cancelled, WeightsError


def ours() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name.startswith("autoedit")]


def test_what_goes_in_comes_out_in_order() -> None:
    with Team() as team:
        doubled = team.line("double", lambda items: [2 * n for n in items], room=3)
        for n in range(1000):
            doubled.put(n)
        assert doubled.result() == [2 * n for n in range(1000)]
    assert not ours()


def test_lines_feed_lines() -> None:
    with Team() as team:
        total = team.line("sum", sum, room=2)

        def pairs(items: Iterator[int]) -> int:
            for n in items:
                total.put(n)
                total.put(n)
            return total.result()

        doubling = team.line("pairs", pairs, room=2)
        for n in range(100):
            doubling.put(n)
        assert doubling.result() == 2 * sum(range(100))


def test_a_full_queue_makes_the_one_before_wait() -> None:
    let_go = threading.Event()
    sent = []

    def slow(items: Iterator[int]) -> int:
        let_go.wait()
        return sum(items)

    with Team() as team:
        line = team.line("slow", slow, room=4)

        def send() -> None:
            for n in range(50):
                line.put(n)
                sent.append(n)

        sender = threading.Thread(target=send)
        sender.start()
        time.sleep(0.3)
        assert len(sent) == 4
        let_go.set()
        sender.join()
        assert line.result() == sum(range(50))


@pytest.mark.parametrize("when", ["first", "last"])
def test_an_error_in_a_thread_reaches_whoever_works_with_it(when: str) -> None:
    def fail(items: Iterator[int]) -> None:
        for n in items:
            if when == "first" and n == 3:
                break
        raise WeightsError("weights.safetensors is damaged")

    def run() -> None:
        with Team() as team:
            other = team.line("other", list, room=1)
            line = team.line("fails", fail, room=1)
            for n in range(100):
                line.put(n)
                other.put(n)
            line.result()

    with pytest.raises(WeightsError, match="damaged"):
        run()
    assert not ours()


def test_giving_up_ends_every_thread() -> None:
    def endless(items: Iterator[int]) -> None:
        for _ in items:
            time.sleep(0.01)

    def give_up() -> None:
        with Team() as team:
            line = team.line("endless", endless, room=100)
            for n in range(100):
                line.put(n)
            raise Cancelled("enough")

    with pytest.raises(Cancelled):
        give_up()
    assert not ours()


def test_waiting_for_a_result_can_be_given_up() -> None:
    def slow(items: Iterator[int]) -> None:
        for _ in items:
            pass
        time.sleep(0.5)

    def give_up() -> None:
        raise Cancelled("enough")

    with pytest.raises(Cancelled), Team() as team:
        team.line("slow", slow, room=1).result(give_up)
    assert not ours()
