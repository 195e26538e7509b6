"""One question at a time over a real socket: words of the request, other tries, refusals, odd answers."""

import threading

import pytest

from doubles.answering import answering, questions_sent, said
from doubles.bad_weather import Close, json_reply
from isocost.core.errors import InputError, MeasurementError
from isocost.core.observation import Outcome
from isocost.core.question import Question
from isocost.measurement import Questioner, ask_all, open_untimed

FRUIT = Question(name="fruit", text="A fruit?", choices=("stone", "apple"), answers=("B",), category="food")


def questioner(weather, **changes):
    waits = []

    def wait(seconds):
        waits.append(seconds)
        return True

    target = open_untimed(weather.url, endpoint_type=changes.pop("kind", "chat"))
    return Questioner(**{"target": target, "max_tokens": 8, "wait": wait, **changes}), waits


def failing(status, *headers):
    return json_reply(status, {"error": {"message": "busy"}}, *headers)


def test_a_request_is_greedy_short_and_not_streamed():
    with answering(lambda prompt, number: said("B")) as weather:
        asking, _ = questioner(weather, seed=3)
        asked = asking.ask(5, FRUIT)
        sent = [body for _, _, body in weather.requests if body is not None]
    assert sent == [
        {
            "model": "m",
            "messages": [
                {
                    "role": "user",
                    "content": "A fruit?\nA. stone\nB. apple\n"
                    "Answer with the letter of the right choice only.\nAnswer:",
                }
            ],
            "max_tokens": 8,
            "temperature": 0,
            "stream": False,
            "seed": 3,
        }
    ]
    assert (asked.answer.verdict, asked.answer.category, asked.answer.text) == ("right", "food", None)
    seen = asked.observation
    assert (seen.index, seen.outcome, seen.input_tokens, seen.output_tokens) == (5, Outcome.OK, 20, 2)
    assert seen.counted_by == "usage"
    assert seen.done_at_s >= seen.sent_at_s


def test_a_completion_is_asked_alike_and_a_system_text_goes_before():
    def answer(prompt, number):
        return json_reply("200 OK", {"choices": [{"text": " B", "finish_reason": "length"}]})

    question = Question(name="1", text="?", prompt="Say B:", system="Be brief.", answers=("B",))
    with answering(answer) as weather:
        asking, _ = questioner(weather, kind="completions", keep_answers=True)
        asked = asking.ask(0, question)
        assert questions_sent(weather) == ["Be brief.\n\nSay B:"]
    assert (asked.answer.verdict, asked.answer.cut, asked.answer.text) == ("right", True, " B")
    assert asked.observation.output_tokens is None  # nobody counted


def test_a_busy_target_is_asked_again_after_the_time_it_names():
    replies = [
        failing("429 Too Many Requests", "Retry-After: 7"),
        failing("503 Service Unavailable"),
        [Close()],
    ]
    with answering(lambda prompt, number: replies[number] if number < 3 else said("B")) as weather:
        asking, waits = questioner(weather)
        assert asking.ask(0, FRUIT).answer.verdict == "right"
        assert len(questions_sent(weather)) == 4
    assert waits == [7.0, 2.0, 4.0]  # as told, else 1, 2, 4 by the number of the try


def test_a_target_that_stays_busy_is_an_error_that_names_the_question():
    with answering(lambda prompt, number: failing("500 Internal Server Error")) as weather:
        asking, _ = questioner(weather)
        with pytest.raises(MeasurementError, match=r"question 'fruit' was sent 4 times .* HTTP 500: busy"):
            asking.ask(0, FRUIT)


def test_a_refused_question_counts_once_others_were_answered():
    too_long = failing("400 Bad Request")
    with answering(lambda prompt, number: said("B") if number == 1 else too_long) as weather:
        asking, _ = questioner(weather)
        with pytest.raises(MeasurementError, match="does not take question 'fruit' as a chat request"):
            asking.ask(0, FRUIT)
        asking.ask(0, FRUIT)
        asked = asking.ask(1, FRUIT)
    assert (asked.answer.verdict, asked.observation.http_status) == ("refused", 400)


def test_a_seed_that_is_refused_is_left_out_from_then_on():
    def answer(prompt, number):
        return failing_seed if number == 0 else said("B")

    failing_seed = json_reply("400 Bad Request", {"error": {"message": "unknown field: seed"}})
    with answering(answer) as weather:
        asking, _ = questioner(weather)
        asking.ask(0, FRUIT)
        asking.ask(1, FRUIT)
        sent = ["seed" in body for _, _, body in weather.requests if body is not None]
    assert sent == [True, False, False]


def test_what_newer_models_refuse_is_said_otherwise_from_then_on():
    def answer(prompt, number):
        return refused if number == 0 else said("B")

    refused = json_reply("400 Bad Request", {"error": {"message": "Use 'max_completion_tokens' instead."}})
    with answering(answer) as weather:
        asking, _ = questioner(weather)
        assert asking.ask(0, FRUIT).answer.verdict == "right"
        asking.ask(1, FRUIT)
        bodies = [body for _, _, body in weather.requests if body is not None]
    sent = [[key for key in body if key.startswith("max")] for body in bodies]
    assert sent == [["max_tokens"], ["max_completion_tokens"], ["max_completion_tokens"]]


@pytest.mark.parametrize(
    ("content", "verdict"),
    [
        (None, "none found"),
        ("", "none found"),
        ([{"type": "text", "text": "B"}], "right"),
        ([{"type": "image"}, 7], "none found"),
        ("\ud83d\x1b[2J\x00 <script>", "none found"),
        ("B" * 100_000, "none found"),
        ({"odd": 1}, "none found"),
    ],
)
def test_odd_answers_are_graded_all_the_same(content, verdict):
    with answering(lambda prompt, number: said(content)) as weather:
        asking, _ = questioner(weather, keep_answers=True)
        answer = asking.ask(0, FRUIT).answer
    assert answer.verdict == verdict
    answer.text.encode()  # half a surrogate pair cannot be stored


@pytest.mark.parametrize("document", [{}, [], {"choices": []}, {"error": {"message": "no"}}, b"<html>", 7])
def test_what_is_no_answer_is_an_error(document):
    with answering(lambda prompt, number: json_reply("200 OK", document)) as weather:
        asking, _ = questioner(weather)
        with pytest.raises(MeasurementError, match="with what is no answer"):
            asking.ask(0, FRUIT)


def test_many_are_asked_at_once_after_the_first_alone():
    lock, flying, most, alone = threading.Lock(), [0], [0], []

    def answer(prompt, number):
        with lock:
            flying[0] += 1
            most[0] = max(most[0], flying[0])
            if number == 0:
                alone.append(flying[0])
        threading.Event().wait(0.05)
        with lock:
            flying[0] -= 1
        return said("B")

    with answering(answer) as weather:
        asking, _ = questioner(weather)
        came = []
        numbered = [(number, FRUIT) for number in range(9)]
        ask_all(asking, numbered, concurrency=4, record=came.append, stop=threading.Event())
    assert sorted(each.observation.index for each in came) == list(range(9))
    assert alone == [1]
    assert 2 <= most[0] <= 4


def test_a_wish_to_stop_ends_the_waiting_for_a_target_that_hangs():
    stop = threading.Event()
    with answering(lambda prompt, number: failing("429 Too Many Requests", "Retry-After: 30")) as weather:
        asking, _ = questioner(weather)
        threading.Timer(0.2, stop.set).start()
        came = []
        ask_all(asking, [(0, FRUIT)], concurrency=1, record=came.append, stop=stop)
    assert came == []


def test_an_endpoint_without_its_model_is_refused():
    with answering(lambda prompt, number: said("B")) as weather, pytest.raises(InputError, match="serves no"):
        open_untimed(weather.url, "other", endpoint_type="chat")
