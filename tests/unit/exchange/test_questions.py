"""Questions come out of lines of JSON; what is no question is told with its line and what was expected."""

import json

import pytest

from isocost.core.errors import InputError
from isocost.exchange import read_questions

GOOD = {"id": "1", "question": "A fruit?", "choices": ["stone", "apple"], "answer": "B"}


def written(tmp_path, *rows):
    path = tmp_path / "questions.jsonl"
    path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows))
    return path


@pytest.mark.parametrize("answer", ["B", "b", " B ", 1, "apple"])
def test_the_right_choice_is_told_by_letter_number_or_text(answer, tmp_path):
    (question,) = read_questions(written(tmp_path, {**GOOD, "answer": answer}))
    assert (question.answers, question.letters) == (("B",), "AB")


def test_a_letter_goes_before_a_choice_of_the_same_text(tmp_path):
    (question,) = read_questions(written(tmp_path, {**GOOD, "choices": ["B", "A"], "answer": "A"}))
    assert question.answers == ("A",)


def test_short_answers_have_alternatives_and_ids_may_be_left_out(tmp_path):
    rows = ({"question": "2 + 2?", "answer": 4}, "", {"question": "Big?", "answer": ["big", "large"]})
    first, second = read_questions(written(tmp_path, *rows))
    assert (first.name, first.answers) == ("1", ("4",))
    assert (second.name, second.answers, second.choices) == ("3", ("big", "large"), ())


def test_prompt_system_and_category_are_kept(tmp_path):
    row = {"id": 7, "prompt": "Say yes.", "system": "Be brief.", "category": "will", "answer": "yes"}
    (question,) = read_questions(written(tmp_path, row))
    assert (question.name, question.text, question.prompt) == ("7", "Say yes.", "Say yes.")
    assert (question.system, question.category) == ("Be brief.", "will")


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("{", "no JSON"),
        ("[]", "a list instead of an object"),
        ("[" * 100_000, "no JSON"),
        ({**GOOD, "anwser": "B"}, "unknown key 'anwser'; a question has id, question, choices, answer"),
        ({"id": "1", "answer": "B"}, "there is no question"),
        ({**GOOD, "question": "  "}, "question must be a text that is not empty"),
        ({**GOOD, "choices": ["one"]}, "choices must be a list of 2 to 26 texts"),
        ({**GOOD, "choices": ["same", "same"]}, "two choices are the same"),
        ({**GOOD, "choices": ["a", None]}, "a choice must be a text or a number, got null"),
        (
            {**GOOD, "answer": "C"},
            "with 2 choices the answer must be a letter from A to B, a number from 0 to 1 or the text of a "
            'choice, got "C"',
        ),
        ({**GOOD, "answer": True}, "got true"),
        ({**GOOD, "answer": 2}, "got 2"),
        ({"question": "2 + 2?", "answer": []}, "got an empty list"),
        ({"question": "2 + 2?", "answer": None}, "got null"),
        (
            {"question": "2 + 2?", "answer": {"a": 1}},
            "the answer must be a text, a number or a list of these",
        ),
        ({**GOOD, "id": 1.5}, "id must be a text or a whole number, got 1.5"),
        ('{"question": "\\ud800", "answer": "x"}', "half a surrogate pair"),
    ],
)
def test_what_is_no_question_is_told_with_its_line(row, told, tmp_path):
    path = written(tmp_path, {**GOOD, "id": "0"}, row)
    with pytest.raises(InputError) as caught:
        read_questions(path)
    assert str(caught.value).startswith(f"{path}, line 2: ")
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_id_comes_once_and_a_file_holds_something(tmp_path):
    with pytest.raises(InputError, match=r"line 2: the id '1' stands in line 1 already"):
        read_questions(written(tmp_path, GOOD, GOOD))
    with pytest.raises(InputError, match="holds no question; it takes one JSON object a line"):
        read_questions(written(tmp_path, "", " "))
    with pytest.raises(InputError, match="cannot read"):
        read_questions(tmp_path / "absent.jsonl")
