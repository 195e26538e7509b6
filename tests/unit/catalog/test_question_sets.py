"""The shipped questions can be answered: sums are right, letters balanced, answers graded so."""

import re
from collections import Counter

from isocost.catalog import question_file
from isocost.exchange import read_questions
from isocost.measurement import grade

QUESTIONS = read_questions(question_file("small"))
SUM = re.compile(r"What is (\d+) (\+|times|minus|divided by) (\d+)\?")
WORK = {
    "+": lambda a, b: a + b,
    "times": lambda a, b: a * b,
    "minus": lambda a, b: a - b,
    "divided by": lambda a, b: a // b,
}


def right_text(question):
    if not question.choices:
        return question.answers[0]
    return question.choices[question.letters.index(question.answers[0])]


def test_there_are_forty_choices_and_twenty_short_answers():
    kinds = Counter(bool(question.choices) for question in QUESTIONS)
    assert kinds == {True: 40, False: 20}
    assert len({question.text for question in QUESTIONS}) == 60
    assert all(question.category for question in QUESTIONS)


def test_always_the_same_letter_gains_nothing():
    assert Counter(question.answers[0] for question in QUESTIONS if question.choices) == dict.fromkeys(
        "ABCD", 10
    )


def test_sums_are_right():
    worked = 0
    for question in QUESTIONS:
        if found := SUM.fullmatch(question.text):
            assert int(right_text(question)) == WORK[found[2]](int(found[1]), int(found[3])), question.text
            worked += 1
    assert worked == 8


def test_a_right_answer_is_graded_so_and_a_wrong_one_not():
    for question in QUESTIONS:
        assert grade(question, right_text(question)) == "right", question.name
        assert all(grade(question, answer) == "right" for answer in question.answers)
        assert grade(question, "nothing of the kind") != "right"
        if question.choices:
            others = [letter for letter in question.letters if letter != question.answers[0]]
            assert all(grade(question, letter) == "wrong" for letter in others)
