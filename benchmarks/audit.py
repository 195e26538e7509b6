"""Ask whether what we depend on has a known vulnerability; say "audited" only where somebody could tell.

It runs ``pip-audit`` over the versions in ``constraints.txt`` and ``lowest.txt``. First the source of
advisories is asked for a version whose vulnerabilities have been public for years: a mirror that knows none
of them knows nothing of ours either. Exceptions stand in ``audit_exceptions.toml``, each with a reason and
the day until which it holds.

Exit status: 0 nothing known, or nobody could be asked (it says "not audited"); 1 a vulnerability is known.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ROOT = Path(__file__).parents[1]
PINS = (ROOT / "constraints.txt", ROOT / "lowest.txt")
EXCEPTIONS = Path(__file__).with_name("audit_exceptions.toml")
CONTROL = "jinja2==2.10"  # CVE-2019-10906, fixed in 2.10.1


class NotAuditedError(Exception):
    """Nobody could be asked; says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advisory:
    """A known vulnerability of a version that we pin."""

    package: str
    version: str
    names: tuple[str, ...]
    fixed: tuple[str, ...]

    @property
    def text(self) -> str:
        fixed = f"; fixed in {', '.join(self.fixed)}" if self.fixed else ""
        return f"{self.package} {self.version}: {', '.join(self.names)}{fixed}"


def ask(pins: Path, service: Sequence[str]) -> list[Advisory]:
    """Return what is known of the versions in a file of pins."""
    command = [
        sys.executable, "-m", "pip_audit", "--requirement", str(pins), "--no-deps", "--disable-pip",
        "--format", "json", "--desc", "off", "--aliases", "on", "--progress-spinner", "off", *service,
    ]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    except subprocess.TimeoutExpired:
        raise NotAuditedError("the source of advisories did not answer within 10 minutes") from None
    try:
        found = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        lines = [
            line for line in done.stderr.splitlines() if "--no-deps" not in line and "Consider" not in line
        ]
        raise NotAuditedError(f"pip-audit says: {(lines or ['nothing'])[-1][:200]}") from None
    skipped = [each["name"] for each in found if "skip_reason" in each]
    if skipped:
        raise NotAuditedError(
            f"the source of advisories does not know {len(skipped)} of {len(found)} packages, such as "
            f"{skipped[0]}"
        )
    return [advisory for each in found for advisory in _advisories(each)]


def _advisories(package: dict[str, Any]) -> Iterable[Advisory]:
    for each in package.get("vulns", ()):
        yield Advisory(
            package=package["name"],
            version=package["version"],
            names=(each["id"], *each.get("aliases", ())),
            fixed=tuple(each.get("fix_versions", ())),
        )


def excepted(advisory: Advisory, exceptions: Sequence[dict[str, Any]], today: date) -> str | None:
    """Return why an advisory is borne for now; ``None`` where it is not, or no longer."""
    for each in exceptions:
        same = each["package"].lower() == advisory.package.lower() and each["id"] in advisory.names
        if same and today <= each["until"]:
            return f"{each['reason']} (until {each['until']})"
    return None


def audit(pins: Sequence[Path], service: Sequence[str], exceptions: Sequence[dict[str, Any]]) -> int:
    """Print what is known; return the exit status."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            control = Path(folder) / "control.txt"
            control.write_text(f"{CONTROL}\n")
            if not ask(control, service):
                raise NotAuditedError(f"the source of advisories knows none of {CONTROL}, which has some")
        found = {file: ask(file, service) for file in pins}
    except NotAuditedError as reason:
        print(f"not audited: {reason}; whether our dependencies have known vulnerabilities is not known")
        return 0
    today = datetime.now(UTC).date()
    bad = 0
    for file, advisories in found.items():
        for each in advisories:
            borne = excepted(each, exceptions, today)
            bad += borne is None
            print(f"{file.name}: {each.text}" + ("" if borne is None else f" - borne: {borne}"))
    packages = sum(line.count("==") for file in pins for line in file.read_text().splitlines())
    print(f"audited: {packages} pinned versions, {bad} with a known vulnerability that is not excepted")
    return 1 if bad else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pins", type=Path, action="append", help="a file of pins, NAME==VERSION a line")
    parser.add_argument("--service", choices=("pypi", "osv"), default="pypi", help="who is asked")
    parser.add_argument("--osv-url", help="address of another service that speaks the OSV protocol")
    parser.add_argument("--exceptions", type=Path, default=EXCEPTIONS)
    asked = parser.parse_args()
    service = ["--vulnerability-service", asked.service] + (
        ["--osv-url", asked.osv_url] if asked.osv_url else []
    )
    known = tomllib.loads(asked.exceptions.read_text(encoding="utf-8")).get("exception", [])
    return audit(asked.pins or PINS, service, known)


if __name__ == "__main__":
    sys.exit(main())
