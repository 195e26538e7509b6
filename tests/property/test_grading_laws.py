"""Laws of grading: any text is graded, case and space do not matter, every letter can be told."""

from hypothesis import given
from hypothesis import strategies as st

from isocost.core.question import Question
from isocost.measurement.grading import chosen_letter, grade, normalised

CHOICES = ("quartz", "basalt", "granite", "marble", "slate")
LETTERS = st.sampled_from("ABCDE")
QUESTION = Question(name="1", text="?", choices=CHOICES, answers=("C",))
SHORT = Question(name="2", text="?", answers=("granite", "12.5"))


@given(st.text())
def test_any_text_is_graded(text):
    assert grade(QUESTION, text) in ("right", "wrong", "none found")
    assert grade(SHORT, text) in ("right", "wrong", "none found")
    assert chosen_letter(text, CHOICES) in (None, *"ABCDE")


@given(LETTERS, st.sampled_from(("{}", "{}.", "({})", "**{}**", "Answer: {}", "The answer is {}.", " {}\n")))
def test_every_letter_can_be_told(letter, form):
    assert chosen_letter(form.format(letter), CHOICES) == letter


@given(LETTERS, LETTERS)
def test_two_letters_by_one_rule_are_no_answer(one, other):
    found = chosen_letter(f"either ({one}) or ({other})", CHOICES)
    assert found == (one if one == other else None)


@given(st.text())
def test_normalising_again_changes_nothing(text):
    once = normalised(text)
    assert normalised(once.upper()) == normalised(once)


@given(st.integers(-(10**12), 10**12))
def test_numbers_match_by_value(number):
    question = Question(name="1", text="?", answers=(str(number),))
    assert grade(question, f"{number:,}.0") == "right"
    assert grade(question, str(number + 1)) == "wrong"
