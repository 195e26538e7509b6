import pytest

from isocost.core.errors import InputError
from isocost.exchange.table import named_unit, read_table


@pytest.fixture
def file(tmp_path):
    def write(text, encoding="utf-8"):
        path = tmp_path / "rows.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return write


def test_columns_rows_and_line_numbers(file):
    table = read_table(file('\ufeffname , x\r\n\r\na, 1 \r\n"b, the second\nof them",2\r\n'))
    assert table.columns == ("name", "x")
    assert [(row.line, dict(row.cells)) for row in table.rows] == [
        (3, {"name": "a", "x": "1"}),
        (5, {"name": "b, the second\nof them", "x": "2"}),
    ]


def test_rows_are_chosen_by_text_after_renaming(file):
    path = file("theirs,kind\na,x\nb,y\nc,x\n")
    table = read_table(path, renames={"theirs": "name"}, where={"kind": "x"})
    assert [row.cells["name"] for row in table.rows] == ["a", "c"]


@pytest.mark.parametrize(
    ("text", "options", "sentence"),
    [
        ("", {}, "is empty; give a CSV file whose first line names its columns"),
        ("a,b\n", {}, "has a header but no row"),
        ("a,b\n1\n", {}, "line 2: 1 cells under 2 columns"),
        ("a,a\n1,2\n", {}, "has the column 'a' twice; name each column once"),
        ("a,b\n1,2\n", {"renames": {"a": "b"}}, "has the column 'b' twice"),
        ("a,b\n1,2\n", {"renames": {"c": "d"}}, "has no column 'c' to rename (it has: a, b)"),
        ("a,b\n1,2\n", {"where": {"c": "d"}}, "has no column 'c' to choose by (it has: a, b)"),
        ("a,b\n1,2\n3,\n", {"where": {"b": "9"}}, "has no row with b=9: b holds 2, nothing"),
        ('a,b\n"1,2\n', {}, "no CSV: unexpected end of data"),
    ],
)
def test_what_is_no_table_is_refused(file, text, options, sentence):
    with pytest.raises(InputError) as caught:
        read_table(file(text), **options)
    assert sentence in str(caught.value)


def test_files_that_cannot_be_read_are_refused(tmp_path, file):
    with pytest.raises(InputError, match=r"cannot read .*absent\.csv: No such file"):
        read_table(tmp_path / "absent.csv")
    with pytest.raises(InputError, match=r"cannot read .*: Is a directory"):
        read_table(tmp_path)
    with pytest.raises(InputError, match="is not UTF-8 text"):
        read_table(file("é,b\n1,2\n", "latin-1"))


def test_numbers_say_where_they_are_wrong(file):
    table = read_table(file('a\n1.5\n""\n-2\nnan\n1e999\nx\n'.replace('""', '" "')))
    values = [table.number(row, "a") for row in table.rows[:2]]
    assert values == [1.5, -2.0]
    with pytest.raises(InputError) as caught:
        table.number(table.rows[1], "a", above_zero=True)
    assert str(caught.value) == (
        "rows.csv, line 4: a must be a finite number above 0, or empty where unknown; got '-2'"
    )
    for row in table.rows[2:]:
        with pytest.raises(InputError, match="must be a finite number, or empty"):
            table.number(row, "a")


def test_a_column_is_found_by_its_names_or_asked_for(file):
    table = read_table(file("score,quality\n1,2\n"))
    assert table.column(("quality", "score"), "it") == "quality"
    with pytest.raises(InputError) as caught:
        table.column(("capability", "score", "quality"), "the capability")
    assert str(caught.value) == (
        "rows.csv has several columns that may be the capability: score, quality; "
        "rename one with --map THEIRS=capability"
    )
    with pytest.raises(InputError) as caught:
        table.column(("model",), "the model")
    assert str(caught.value) == (
        "rows.csv has no column 'model' for the model (it has: score, quality); "
        "rename one with --map THEIRS=model"
    )


@pytest.mark.parametrize(
    ("column", "unit"),
    [
        ("runtime_ms", "ms"),
        ("tokens_per_second", "tokens/s"),
        ("cost_usd", "USD"),
        ("FLOPS", "FLOP"),
        ("n", ""),
    ],
)
def test_units_stand_in_names(column, unit):
    assert named_unit(column) == unit
