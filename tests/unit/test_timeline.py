"""What a call's attempts come to: the record, the error that ends it, and its notes."""

from __future__ import annotations

import pickle
import traceback

from kaizen_client import KaizenConnectionError, KaizenDeadlineError, KaizenServerError
from kaizen_client.exceptions import Attempt
from kaizen_client.headers import Headers
from kaizen_client.timeline import Timeline


def busy() -> KaizenServerError:
    return KaizenServerError(503, {"detail": "busy"}, Headers())


def test_each_try_is_recorded_with_times_since_the_call_began() -> None:
    timeline = Timeline("id-1", {}, 100.0, 160.0)
    timeline.add(100.0, 100.25, 503, busy(), 0.5)
    timeline.add(100.75, 101.0, None, KaizenConnectionError("broke"), 0.0)
    assert timeline.attempts == (
        Attempt(1, 503, None, 0.0, 0.25, 0.5),
        Attempt(2, None, "KaizenConnectionError: broke", 0.75, 0.25, 0.0),
    )


def test_an_answer_beats_a_later_failure_and_the_deadline_beats_both() -> None:
    timeline = Timeline("id-1", {"trace": 1}, 0.0, 60.0)
    answer, failure, late = busy(), KaizenConnectionError("broke"), KaizenDeadlineError("late")
    timeline.add(0.0, 0.1, 503, answer, 0.5)
    timeline.add(0.6, 0.7, None, failure, 0.0)
    assert timeline.final(failure) is answer
    assert answer.__cause__ is failure
    assert timeline.final(late) is late
    assert late.__cause__ is answer
    assert late.metadata == {"trace": 1}
    assert late.request_id == "id-1"
    assert len(late.attempts) == 2


def test_the_attempts_stand_in_the_traceback_and_survive_pickling() -> None:
    timeline = Timeline("id-1", {}, 0.0, 60.0)
    error = KaizenConnectionError("broke")
    timeline.add(0.0, 0.125, 503, busy(), 0.5)
    timeline.add(0.625, 0.75, None, error, 0.0)
    timeline.remarks.append("not tried again: so it is")
    timeline.answer = None
    copy = pickle.loads(pickle.dumps(timeline.final(error)))
    for shown in (error, copy):
        printed = "".join(traceback.format_exception(shown))
        assert printed.splitlines()[1:] == [
            "attempt 1, at 0.000 s: 503, after 0.125 s; waited 0.500 s",
            "attempt 2, at 0.625 s: KaizenConnectionError: broke, after 0.125 s",
            "not tried again: so it is",
        ]


def test_notes_tell_of_the_last_attempts_where_there_are_many() -> None:
    timeline = Timeline("id-1", {}, 0.0, 6000.0)
    error = busy()
    for number in range(500):
        timeline.add(float(number), number + 0.5, 503, error, 0.5)
    timeline.final(error)
    assert len(error.__notes__) == 10
    assert error.__notes__[-1].startswith("attempt 500")
    assert len(error.attempts) == 500
