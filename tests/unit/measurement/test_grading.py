"""Which answers are right: letters that are told, texts that match, numbers by value."""

import pytest

from isocost.core.question import Question
from isocost.measurement.grading import chosen_letter, grade, normalised

CHOICES = ("car", "apple", "stone", "river")


@pytest.mark.parametrize(
    ("text", "letter"),
    [
        ("B", "B"),
        ("b", "B"),
        ("B.", "B"),
        ("(b)", "B"),
        ("**B**", "B"),
        ("**B** apple", "B"),
        ("B apple", "B"),
        ("B) apple\nbecause it grows", "B"),
        ("A: car", "A"),
        ("A car", "A"),  # the text of a choice, article apart
        ("A car is what I would choose", None),  # an article, no letter
        ("I. think", None),
        ("The answer is B because A is wrong", "B"),
        ("The correct answer is: **b**", "B"),
        ("Option A is wrong. The answer is B.", "B"),
        ("The answer is a fruit", None),
        ("I would choose option C", "C"),
        ("It must be the one that grows (B)", "B"),
        ("Both (A) and (B)", None),
        ("A or B", None),
        ("E.", None),  # there is no choice E
        ("An apple!", "B"),
        ("apple\n\nIt grows on trees.", "B"),
        ("", None),
        ("\x1b[31m\x00", None),
    ],
)
def test_a_letter_is_found_by_the_stated_rules(text, letter):
    assert chosen_letter(text, CHOICES) == letter


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("B", "right"),
        ("C", "wrong"),
        ("I do not know", "none found"),
        ("<think>C? No.</think>\nB", "right"),
        ("<think>C", "none found"),  # cut off while thinking
        ("", "none found"),
        (" \n\t", "none found"),
    ],
)
def test_a_choice_is_right_wrong_or_not_found(text, verdict):
    question = Question(name="1", text="A fruit?", choices=CHOICES, answers=("B",))
    assert grade(question, text) == verdict


@pytest.mark.parametrize(
    ("text", "right", "verdict"),
    [
        ("Paris", "paris", "right"),
        ("  The PARIS!\n", "Paris", "right"),
        ("Paris\nIt lies on the Seine.", "Paris", "right"),
        ("The answer is Paris.", "Paris", "right"),
        ("Answer: Paris", "Paris", "right"),
        ("The capital of France is Paris.", "Paris", "right"),
        ("The capital of France is not Paris.", "Paris", "wrong"),
        ("Paris, Texas", "Paris", "wrong"),
        ("1,945", "1945", "right"),
        ("42.0", "42", "right"),
        ("4.2e1", "42", "right"),
        ("12 + 30 = 42", "42", "right"),
        ("\u221242", "42", "wrong"),
        ("42 km", "42", "wrong"),  # a unit that was not asked for is another answer
        ("50 %", "50%", "right"),
        ("twenty-one", "Twenty one", "right"),
        ("\uff14\uff12", "42", "right"),  # wide digits
        ("", "42", "none found"),
        ("...", "42", "none found"),
        ("1e999", "42", "wrong"),
        ("9" * 5000, "42", "wrong"),
    ],
)
def test_a_short_answer_has_to_match(text, right, verdict):
    assert grade(Question(name="1", text="?", answers=(right,)), text) == verdict


def test_any_alternative_will_do():
    question = Question(name="1", text="Opposite of small?", answers=("big", "large"))
    assert grade(question, "Large.") == "right"


def test_what_does_not_matter_is_taken_away():
    assert normalised("  The  Eiffel\u00a0Tower! ") == "eiffel tower"
    assert normalised("a, an, the") == ""
