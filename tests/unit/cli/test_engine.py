"""``isocost engine serve`` says that it answers, and takes a file's own precision."""

import isocost.engine
from isocost.cli import engine
from isocost.core.deployment import Deployment
from isocost.engine import RunningEngine


def test_it_says_where_it_answers(monkeypatch, capsys):
    asked = {}

    def serve(model, *, precision, host, port, on_ready):
        asked.update(model=model, precision=precision, host=host, port=port)
        deployment = Deployment(name="mine Q8_0", model="mine")
        on_ready(
            RunningEngine(
                url="http://127.0.0.1:8000",
                model="mine",
                deployment=deployment,
                context_length=2048,
                threads=1,
            )
        )

    monkeypatch.setattr(isocost.engine, "serve", serve)
    engine.serve("mine.gguf")
    # a file brings its own precision: none may be asked for
    assert asked == {"model": "mine.gguf", "precision": None, "host": "127.0.0.1", "port": 8000}
    assert capsys.readouterr().err == "serving mine Q8_0 at http://127.0.0.1:8000/v1 (Ctrl-C stops it)\n"
