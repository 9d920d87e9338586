import pytest

from tui.terminal.pacing import ANSWER_S, Pacer


class Clock:
    """A clock that the tests turn."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_one_picture_at_a_time(clock: Clock) -> None:
    pacer = Pacer(clock=clock)
    assert pacer.wait_s() == 0
    assert pacer.sent()
    assert pacer.wait_s() == pytest.approx(ANSWER_S)
    clock.now += 0.5
    assert pacer.wait_s() == pytest.approx(ANSWER_S - 0.5)
    pacer.answered()
    assert pacer.wait_s() == 0
    assert pacer.slow


def test_a_quick_terminal_is_not_slow(clock: Clock) -> None:
    pacer = Pacer(clock=clock)
    for _ in range(20):
        pacer.sent()
        clock.now += 0.01
        pacer.answered()
    assert not pacer.slow
    pacer.sent()
    clock.now += 0.04
    pacer.answered()
    assert not pacer.slow


def test_a_terminal_that_does_not_answer_gets_eight_a_second_and_is_asked_now_and_then(clock: Clock) -> None:
    pacer = Pacer(clock=clock)
    pacer.sent()
    clock.now += ANSWER_S
    assert pacer.wait_s() == 0
    asked = 0
    for _ in range(80):  # ten seconds
        asked += pacer.sent()
        assert pacer.wait_s() == pytest.approx(1 / 8)
        clock.now += 1 / 8
        assert pacer.wait_s() == pytest.approx(0, abs=1e-9)
    assert pacer.slow
    assert 4 <= asked <= 5


def test_a_late_answer_gives_the_full_rate_back(clock: Clock) -> None:
    pacer = Pacer(clock=clock)
    pacer.sent()
    clock.now += 5
    assert pacer.wait_s() == 0
    pacer.answered()
    pacer.sent()
    clock.now += 0.001
    pacer.answered()
    assert pacer.wait_s() == 0


def test_a_multiplexer_keeps_a_distance_although_it_answers_at_once(clock: Clock) -> None:
    pacer = Pacer(multiplexed=True, clock=clock)
    pacer.sent()
    clock.now += 0.001
    pacer.answered()
    assert pacer.wait_s() == pytest.approx(1 / 8 - 0.001)
    clock.now += 1 / 8
    assert pacer.wait_s() == 0


def test_an_answer_to_nothing_does_no_harm(clock: Clock) -> None:
    pacer = Pacer(clock=clock)
    pacer.answered()
    assert pacer.wait_s() == 0
    assert not pacer.slow


def test_two_on_the_way_are_both_waited_for(clock: Clock) -> None:
    pacer = Pacer(clock=clock)
    pacer.sent()
    pacer.sent()
    pacer.answered()
    assert pacer.wait_s() > 0
    pacer.answered()
    assert pacer.wait_s() == 0


def test_what_was_on_its_way_when_the_program_was_suspended_is_forgotten(clock: Clock) -> None:
    pacer = Pacer(clock=clock)
    pacer.sent()
    pacer.forget()
    assert pacer.wait_s() == 0
    assert not pacer.awaits_answer


@pytest.mark.parametrize(("took_s", "slow", "very_slow"), [(0.02, False, False), (0.1, True, False), (0.3, True, True)])
def test_how_slow_is_told_by_the_time_until_the_answers(clock: Clock, took_s: float, slow: bool, very_slow: bool) -> None:
    pacer = Pacer(clock=clock)
    for _ in range(3):
        pacer.sent()
        clock.now += took_s
        pacer.answered()
    assert (pacer.slow, pacer.very_slow) == (slow, very_slow)
