"""Tables as people save them: what their bytes tell, what a person has to say, and what each column seems to hold."""

import csv
import io
import tracemalloc

import pytest

from drafting.domain.errors import Refusal
from drafting.domain.roll_columns import column_named, is_ticked, match_columns
from drafting.domain.spreadsheets import Guess, decode, guess_delimiter, guess_encoding, rows_of

FRENCH = "Nom;Prénom;Ville;Courriel;Publier\nDiallo;Aïcha;Dakar;a@people.example;oui\nNoël;Zoé;Orléans;;non\n"
ARABIC = "الاسم;المكان\nأمينة سعيد;القاهرة\n"
RUSSIAN = "Имя;Город\nАнна Петрова;Москва\n"


@pytest.mark.parametrize("text", [FRENCH, ARABIC, RUSSIAN, "Name\nAmina\n"])
@pytest.mark.parametrize(
    ("saved", "told"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16-le"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
    ],
)
def test_unicode_tells_itself(text: str, saved: str, told: str) -> None:
    data = text.encode(saved)
    assert guess_encoding(data) == Guess(told)
    assert decode(data, told) == text


@pytest.mark.parametrize(
    ("text", "saved"), [(FRENCH, "windows-1252"), (ARABIC, "windows-1256"), (RUSSIAN, "windows-1251")]
)
def test_other_encodings_are_for_a_person_and_the_likeliest_comes_first(text: str, saved: str) -> None:
    guess = guess_encoding(text.encode(saved))
    assert (guess.encoding, guess.candidates[0]) == ("", saved)
    texts = [decode(text.encode(saved), name) for name in guess.candidates]
    assert len(set(texts)) == len(texts), "two that read alike are no choice"


def test_a_hundred_thousand_rows_in_an_encoding_that_nothing_tells() -> None:
    data = ("الاسم;المكان\n" + "أمينة سعيد;القاهرة\n" * 100_000).encode("cp1256")
    guess = guess_encoding(data)
    assert (guess.encoding, guess.candidates[0]) == ("", "windows-1256")
    rows = rows_of(decode(data, "windows-1256"), ";")
    assert sum(1 for _ in rows) == 100_001


def test_looking_for_an_encoding_takes_little_more_room_than_the_file() -> None:
    data = ("Имя;Город\n" + "Анна Петрова;Москва\n" * 50_000).encode("cp1251")
    tracemalloc.start()
    try:
        assert guess_encoding(data).candidates[0] == "windows-1251"
        assert tracemalloc.get_traced_memory()[1] < 5 * len(data), "several readings of it were kept at once"
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_what_gives_even_rows(delimiter: str) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows([["Name", "Place"], ["Said, Amina; x", "Dakar"], ["Bo", "Li|ma"]])
    assert guess_delimiter(out.getvalue()) == delimiter


def test_what_a_spreadsheet_program_says_of_its_delimiter_is_believed_and_no_row() -> None:
    text = 'sep=;\r\nName;Note\r\n\r\n"Amina\nSaid";a,b\r\n'
    assert guess_delimiter(text) == ";"
    assert list(rows_of(text, ";")) == [(2, ["Name", "Note"]), (4, ["Amina\nSaid", "a,b"])]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('Name\n"' + "x" * 200_000, "quotes"),
        ('Name,Place\n"Amina Said,Dakar\nBo Li,Lima\n', "quotes"),
        ('Name\n"Amina', "quotes"),
        ("a," * 80 + "\n", "columns"),
    ],
)
def test_rows_that_cannot_be_told_apart_are_refused_by_their_line(text: str, reason: str) -> None:
    with pytest.raises(Refusal) as caught:
        list(rows_of(text, ","))
    assert caught.value.data["reason"] == reason
    assert caught.value.data["line"] >= 1


@pytest.mark.parametrize(
    "text", ['Name\n"Amina"', 'Name\n"Amina\nSaid"\n', 'Name\n"Amina ""the"" Said"\r\n', "Name\nAmina"]
)
def test_the_last_cell_may_end_with_the_file(text: str) -> None:
    rows = list(rows_of(text, ","))
    assert (len(rows), rows[1][1][0][:5]) == (2, "Amina")


def test_a_table_whose_beginning_ends_within_a_cell_still_tells_its_delimiter() -> None:
    assert guess_delimiter('Name;Note\n"Amina";"' + "x, " * 80_000 + '"\n') == ";"


@pytest.mark.parametrize(
    ("headings", "columns"),
    [
        ("Name,Town,E-Mail", ["name", "place", "address"]),
        ("Nom,Prénom,Ville", ["family", "given", "place"]),
        ("Nom,Ville", ["name", "place"]),
        ("Nombre,Apellidos,Correo electrónico", ["given", "family", "address"]),
        ("الاسم الكامل,المدينة,البريد الإلكتروني", ["name", "place", "address"]),
        ("姓名,城市,邮箱", ["name", "place", "address"]),
        ("Full name,Something,Sheet", ["name", "", "sheet"]),
        ("Name,Name", ["name", ""]),
    ],
)
def test_headings_tell_what_columns_hold(headings: str, columns: list[str]) -> None:
    found, has_header = match_columns([headings.split(","), ["x"]])
    assert ([*found], has_header) == (columns, True)


def test_without_headings_what_stands_there_tells() -> None:
    assert match_columns([["1", "Amina Said", "a@people.example"], ["2", "Bo Li", ""]]) == (
        ("", "name", "address"),
        False,
    )
    assert column_named("Signature") == ""


TICKED = ("x", "Oui", "نعم", "是", "✓", "1")
NOT_TICKED = ("", "no", "0", "–", "لا")
UNCLEAR = ("perhaps", "✗")


@pytest.mark.parametrize("cell", [*TICKED, *NOT_TICKED, *UNCLEAR])
def test_a_tick_is_a_tick_in_many_hands(cell: str) -> None:
    assert is_ticked(cell) is (None if cell in UNCLEAR else cell in TICKED)


def test_a_control_character_in_a_cell_spoils_its_row_and_not_the_file() -> None:
    text = "Name,Place\n" + "Amina,Dakar\n" * 20 + "Bo\x0bLi,Lima\n"
    for data, name in ((text.encode(), "utf-8"), (text.replace("Dakar", "Köln").encode("cp1252"), "windows-1252")):
        guess = guess_encoding(data)
        assert name in (guess.encoding, *guess.candidates)
        assert [cells for _, cells in rows_of(decode(data, name), ",")][-1] == ["Bo\x0bLi", "Lima"]


def test_a_cell_of_any_length_is_read() -> None:
    long = "x" * 200_000
    assert [cells for _, cells in rows_of(f"Name,Place\n{long},y\n", ",")][-1] == [long, "y"]
