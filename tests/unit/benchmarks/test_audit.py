"""The audit of dependencies finds a known vulnerability, and admits where it could ask nobody."""

import http.server
import importlib.util
import json
import subprocess
import sys
import threading
from datetime import date
from pathlib import Path

import pytest

PATH = Path(__file__).parents[3] / "benchmarks" / "audit.py"


def advisory(package, version, fixed, name):
    ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}]
    affected = {"package": {"name": package, "ecosystem": "PyPI"}, "ranges": ranges, "versions": [version]}
    return {"id": name, "summary": "bad", "details": "bad", "aliases": ["CVE-1-1"], "affected": [affected]}


class Advisories(http.server.BaseHTTPRequestHandler):
    """Speaks the protocol of OSV: which advisories are known of a version."""

    known: dict = {}  # noqa: RUF012 - set by each test

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        found = self.known.get((asked["package"]["name"].lower(), asked["version"]))
        content = json.dumps({"vulns": [found]} if found else {}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


KNOWN = {
    ("jinja2", "2.10"): advisory("jinja2", "2.10", "2.10.1", "PYSEC-2019-217"),
    ("idna", "3.6"): advisory("idna", "3.6", "3.7", "PYSEC-2024-60"),
}


@pytest.mark.skipif(
    importlib.util.find_spec("pip_audit") is None, reason="pip-audit ([dev]) is not installed"
)
def test_a_known_vulnerability_fails(tmp_path):
    """With pip-audit itself, and a source of advisories on this machine."""
    Advisories.known = KNOWN
    pins = tmp_path / "pins.txt"
    pins.write_text("idna==3.6\n")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Advisories) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}/v1/query"
        words = ["--pins", pins, "--service", "osv", "--osv-url", url]
        done = subprocess.run([sys.executable, PATH, *words], capture_output=True, text=True, check=False)
        server.shutdown()
    assert done.returncode == 1, done
    assert "pins.txt: idna 3.6: " in done.stdout
    assert "CVE-1-1" in done.stdout
    assert "fixed in 3.7" in done.stdout
    assert "audited: 1 pinned versions, 1 with a known vulnerability that is not excepted" in done.stdout


def told(name, version, *found):
    vulns = [{"id": each, "aliases": ["CVE-1-1"], "fix_versions": ["9"]} for each in found]
    return {"name": name, "version": version, "vulns": vulns}


CONTROL = told("jinja2", "2.10", "PYSEC-2019-217")


@pytest.fixture
def audit(tmp_path, monkeypatch, capsys):
    """Run the audit of one pin with what pip-audit is to say of the control and of the pin."""
    spec = importlib.util.spec_from_file_location("audit", PATH)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "audit", module)
    spec.loader.exec_module(module)
    pins = tmp_path / "pins.txt"
    pins.write_text("idna==3.6\n")

    def run(*answers, exceptions=()):
        rest = [each if isinstance(each, str) else json.dumps({"dependencies": [each]}) for each in answers]

        def said(*_, **__):
            return subprocess.CompletedProcess([], 0, stdout=rest.pop(0), stderr="ERROR: no route\n")

        monkeypatch.setattr(module.subprocess, "run", said)
        return module.audit([pins], [], exceptions), capsys.readouterr().out

    return run


def test_nothing_known_is_audited(audit):
    said = "audited: 1 pinned versions, 0 with a known vulnerability that is not excepted\n"
    assert audit(CONTROL, told("idna", "3.6")) == (0, said)


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ([told("jinja2", "2.10")], "the source of advisories knows none of jinja2==2.10, which has some"),
        ([""], "pip-audit says: ERROR: no route"),
        ([CONTROL, ""], "pip-audit says: ERROR: no route"),
        (
            [CONTROL, {"name": "idna", "skip_reason": "not found"}],
            "the source of advisories does not know 1 of 1 packages, such as idna",
        ),
    ],
    ids=["knows nothing", "is not there", "goes away", "lacks a package"],
)
def test_a_source_that_cannot_tell_does_not_count_as_one(audit, answers, reason):
    said = f"not audited: {reason}; whether our dependencies have known vulnerabilities is not known\n"
    assert audit(*answers) == (0, said)


@pytest.mark.parametrize(("until", "status"), [(date(2999, 1, 1), 0), (date(2020, 1, 1), 1)])
def test_an_exception_holds_until_its_day(audit, until, status):
    exceptions = [{"package": "idna", "id": "CVE-1-1", "reason": "why", "until": until}]
    found, said = audit(CONTROL, told("idna", "3.6", "X-1"), exceptions=exceptions)
    assert found == status
    assert ("borne: why (until 2999-01-01)" in said) == (status == 0)
