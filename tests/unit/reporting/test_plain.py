from isocost.reporting.plain import table_lines
from isocost.reporting.tables import Column, Table

COLUMNS = (
    Column(title="Model", numeric=False),
    Column(title="Raw runtime", unit="frontiers"),
    Column(title="State", numeric=False),
)


def test_numbers_stand_to_the_right_and_headings_break():
    table = Table(title="Who", columns=COLUMNS, groups=(("", (("a", "3 of 4", "on it"), ("bb", "-", "x"))),))
    assert table_lines(table) == [
        "Who",
        "             Raw",
        "Model    runtime  State",
        "       frontiers",
        "a         3 of 4  on it",
        "bb             -  x",
    ]


def test_the_first_column_gives_way_and_nothing_moves_the_cursor():
    table = Table(title="Who", columns=COLUMNS, groups=(("", (("n" * 40 + "\x1b[31m", "1", "y"),)),))
    line = table_lines(table, width=40)[-1]
    assert len(line) <= 40
    assert "\N{HORIZONTAL ELLIPSIS}" in line
    assert "\x1b" not in line


def test_no_rows_leave_the_headings():
    assert len(table_lines(Table(title="Who", columns=COLUMNS, groups=(("", ()),)))) == 4
