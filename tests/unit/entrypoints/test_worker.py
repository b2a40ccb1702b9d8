import threading

from pacs_dedup.entrypoints.worker import StepLoop, turn


def counting(outcomes, stop):
    """Return a step that gives these outcomes, one a call, and then asks everybody to stop."""
    left, calls = list(outcomes), []

    def step():
        calls.append(threading.current_thread())
        if not left:
            stop.set()
            return False
        outcome = left.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    return step, calls


def test_a_step_is_repeated_while_there_is_work_and_looked_for_again_when_there_is_none():
    stop = threading.Event()
    step, calls = counting([True, True, False, True], stop)
    turn([StepLoop("x", step)], stop)
    assert len(calls) == 5


def test_a_step_that_fails_is_tried_again_and_its_message_is_not_logged(caplog):
    stop = threading.Event()
    step, calls = counting([RuntimeError("CHAN^TAI MAN"), True], stop)
    turn([StepLoop("x", step)], stop)
    assert len(calls) == 3
    assert "step failed" in caplog.text
    assert "RuntimeError" in caplog.text
    assert "CHAN" not in caplog.text


def test_each_loop_has_its_own_thread_and_a_failing_one_holds_up_nobody():
    stop = threading.Event()
    step, calls = counting([True] * 50, stop)

    def fails():
        raise RuntimeError

    turn([StepLoop("bad", fails), StepLoop("good", step)], stop)
    assert len(set(calls)) == 1
    assert len(calls) == 51


def test_what_a_step_holds_is_released_when_its_loop_ends():
    stop = threading.Event()
    step, _ = counting([], stop)
    released = []
    turn([StepLoop("x", step, close=lambda: released.append("x")), StepLoop("y", step)], stop)
    assert released == ["x"]


def test_a_long_step_is_finished_before_the_worker_ends():
    stop = threading.Event()
    finished = []

    def step():
        stop.set()
        finished.append(threading.Event().wait(0.1))
        return True

    turn([StepLoop("x", step)], stop)
    assert finished == [False]
