"""No file that is read can run code: nothing in the project reads pickles, or evaluates text."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "src").rglob("*.py"))
MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve", "jsonpickle", "code"}
BUILTINS = {"eval", "exec", "compile", "__import__", "breakpoint"}
LOADERS = {"Loader", "FullLoader", "UnsafeLoader", "CLoader", "CUnsafeLoader"}
YAML = {"load", "load_all", "full_load", "full_load_all", "unsafe_load", "unsafe_load_all"}


def faults(tree):
    """Name whatever in a module may turn data into code."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names if each.name.split(".")[0] in MODULES)
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or "", *(each.name for each in node.names)]
            yield from (name for name in names if name.split(".")[0] in MODULES)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in BUILTINS:
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield from attribute_faults(node)
        elif isinstance(node, ast.Call):
            yield from call_faults(node)


def attribute_faults(node):
    owner, name = node.value.id, node.attr
    if owner == "yaml" and name in YAML | LOADERS:
        yield f"yaml.{name}"
    if (owner, name) in {("os", "system"), ("os", "popen"), ("builtins", "eval"), ("builtins", "exec")}:
        yield f"{owner}.{name}"


def call_faults(node):
    for word in node.keywords:
        asked = getattr(word.value, "value", None)
        if (word.arg, asked) in {("allow_pickle", True), ("shell", True), ("weights_only", False)}:
            yield f"{word.arg}={asked}"
    called = node.func
    if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name):
        owner = called.value.id
        words = {word.arg for word in node.keywords}
        if owner in ("np", "numpy") and called.attr == "load" and "allow_pickle" not in words:
            yield f"{owner}.load without allow_pickle=False"
        if owner == "torch" and called.attr == "load" and "weights_only" not in words:
            yield "torch.load without weights_only=True"
        if called.attr == "enable_load_extension":
            yield called.attr


def test_no_data_becomes_code():
    found = {str(path.relative_to(ROOT)): list(faults(ast.parse(path.read_text("utf-8")))) for path in FILES}
    assert {path: each for path, each in found.items() if each} == {}


@pytest.mark.parametrize(
    "line",
    [
        "import pickle", "from pickle import loads", "import joblib.numpy_pickle", "eval('1')", "exec(text)",
        "yaml.load(text, yaml.Loader)", "yaml.unsafe_load(text)", "np.load(path)", "torch.load(path)",
        "np.load(path, allow_pickle=True)", "subprocess.run(text, shell=True)", "os.system(text)",
        "connection.enable_load_extension(True)", "from multiprocessing import pickle",
    ],
)  # fmt: skip
def test_the_search_finds_what_it_looks_for(line):
    assert list(faults(ast.parse(line)))


def test_there_is_something_to_search():
    assert len(FILES) > 300
