"""From flags to the stage that is entered into a study."""

import pytest

from isocost.cli import measure, options
from isocost.core.errors import InputError


def target(url, endpoint_type=None):
    return measure._target(url, None, endpoint_type, None, None, None, None, insecure=False)


@pytest.mark.parametrize(
    ("url", "given", "expected"),
    [
        ("http://host:8000", None, "completions"),
        ("http://host:8000/v1/chat/completions", None, "chat"),
        ("http://host:8000/v1/completions", None, "completions"),
        ("http://host:8000/v1/completions", "chat", "chat"),  # a flag says it more plainly than a path
    ],
)
def test_the_path_of_the_url_says_which_endpoint_is_measured(url, given, expected):
    asked = target(url, given)
    assert (asked.url, asked.endpoint_type) == ("http://host:8000/v1", expected)


def test_a_password_in_the_url_is_not_written_into_the_study():
    assert target("https://name:word@host.example/v1").url == "https://host.example/v1"


def test_an_unknown_endpoint_type_is_refused():
    with pytest.raises(InputError, match=r"^--endpoint-type must be completions or chat, got 'embeddings'$"):
        options.parse_endpoint_type("embeddings")
