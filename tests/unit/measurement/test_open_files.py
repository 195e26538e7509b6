"""Room for a connection a stream, asked of the system before anything is sent."""

import subprocess
import sys

import pytest

ASK = """
import resource
from isocost.measurement import require_open_files
resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))
require_open_files({streams})
print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""


def ask(**limits):
    """Set limits and ask, in a process of its own: a hard limit cannot be raised again."""
    return subprocess.run(
        [sys.executable, "-c", ASK.format(**limits)], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("soft", "streams", "after"),
    [(300, 200, 300), (300, 236, 300), (300, 237, 301), (300, 400, 464)],  # 64 files beside the streams
)
def test_the_limit_is_raised_only_as_far_as_needed(soft, streams, after):
    asked = ask(soft=soft, hard=500, streams=streams)
    assert asked.stdout.strip() == str(after), asked.stderr


def test_what_the_system_does_not_allow_is_told_before_it_fails():
    asked = ask(soft=300, hard=500, streams=437)
    assert asked.returncode == 1
    assert asked.stderr.strip().endswith(
        "InputError: 437 requests in flight need 501 open files and this system allows 500; "
        "measure fewer, or raise the limit first: ulimit -n 501"
    )
