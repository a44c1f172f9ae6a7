"""Which column of a list holds what: matched by its heading in many languages, else by what stands in it.

It only proposes: a person sees the match beside the first rows, and corrects it.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final


class Column(StrEnum):
    """What a column of the file holds."""

    NAME = "name"
    GIVEN = "given"
    FAMILY = "family"
    PLACE = "place"
    ADDRESS = "address"
    AFFILIATION = "affiliation"
    ROLE = "role"
    PUBLISH = "publish"
    UPDATES = "updates"
    SHEET = "sheet"


_WORDS: Final[Mapping[Column, str]] = {
    Column.NAME: (
        "name|full name|first and last name|signatory|nom complet|nom et prenom|prenom et nom|"
        "nombre completo|nombre y apellidos|nome completo|nome e cognome|vor und nachname|imię i nazwisko|"
        "имя|фио|имя и фамилия|ism|الاسم|الاسم الكامل|اسم|نام|نام و نام خانوادگی|نام کامل|ad soyad|jina|"
        "姓名|名字|氏名|名前|이름|성명|नाम|নাম|naam|organisation name|name of the organisation|שם"
    ),
    Column.GIVEN: ("first name|given name|forename|prenom|nombre|nome|vorname|voornaam|imię|ad|الاسم الأول|名"),
    Column.FAMILY: (
        "last name|family name|surname|nom|nom de famille|apellido|apellidos|sobrenome|cognome|nachname|"
        "familienname|achternaam|nazwisko|фамилия|soyad|اسم العائلة|اللقب|الكنية|نام خانوادگی|姓"
    ),
    Column.PLACE: (
        "place|city|town|location|village|residence|lieu|ville|commune|lugar|ciudad|localidad|cidade|local|"
        "luogo|citta|ort|stadt|wohnort|plaats|miasto|miejscowosc|место|город|المكان|المدينة|مكان|مدينة|"
        "البلدة|شهر|محل|sehir|mahali|mji|地点|城市|所在地|都市|도시|지역|स्थान|शहर|স্থান"
    ),
    Column.ADDRESS: (
        "email|e mail|mail|email address|e mail address|address|courriel|adresse e mail|"
        "adresse electronique|correo|correo electronico|correo e|e mail adresse|adresse mail|"
        "endereco de e mail|indirizzo e mail|почта|эл почта|электронная почта|البريد الإلكتروني|البريد|"
        "بريد إلكتروني|الايميل|ایمیل|رایانامه|e posta|barua pepe|邮箱|电子邮件|电子邮箱|メール|"
        "メールアドレス|이메일|ईमेल|ইমেইল"
    ),
    Column.AFFILIATION: (
        "organisation|organization|affiliation|network|trade|association|organizacion|organizacao|"
        "organizzazione|verein|organisatie|организация|المنظمة|الجهة|الجمعية|سازمان|kurum|shirika|组织|"
        "機関|団体|단체|संगठन"
    ),
    Column.ROLE: (
        "role|function|position|title|fonction|cargo|funcion|funzione|funktion|функция|должность|الصفة|"
        "الدور|سمت|görev|职务|役職|직책|पद"
    ),
    Column.PUBLISH: (
        "publish|published|may be published|public|show|publier|publication|publicar|veroffentlichen|"
        "опубликовать|نشر|النشر|انتشار|公开|公開|공개"
    ),
    Column.UPDATES: (
        "updates|news|newsletter|keep me informed|nouvelles|informations|noticias|novedades|neuigkeiten|"
        "новости|الأخبار|أخبار|خبرنامه|消息|ニュース|소식"
    ),
    Column.SHEET: ("sheet|sheet number|page|feuille|hoja|folha|foglio|blatt|лист|ورقة|الورقة|برگه|表|用紙"),
}
_AFFIRMING: Final = (
    "yes|y|x|ja|j|oui|o|si|sí|sim|s|tak|da|да|д|true|wahr|vrai|verdadero|1|ok|✓|✔|☑|+|نعم|ن|بله|آری|"
    "evet|ndiyo|是|はい|예|네|हाँ|हां|হ্যাঁ|כן"
)
_DENYING: Final = (
    "no|n|nein|non|não|nao|nie|net|нет|н|false|falsch|faux|0|-|–|—|☐|لا|خیر|نه|hayır|hapana|否|いいえ|아니오|नहीं|না|לא"
)


def plain(words: str) -> str:
    """Words for comparing: no case, no accents, no signs, single spaces."""
    bare = unicodedata.normalize("NFKD", words.casefold())
    kept = (c if c.isalnum() else " " for c in bare if not unicodedata.category(c).startswith("Mn"))
    return " ".join("".join(kept).split())


_NAMED: Final = {plain(word): column for column, words in _WORDS.items() for word in words.split("|")}


def column_named(heading: str) -> str:
    """What a column of this heading holds, in one of many languages; empty where it is not known."""
    return _NAMED.get(plain(heading), "")


def match_columns(rows: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], bool]:
    """What each column of these first rows seems to hold, and whether the first row is one of headings."""
    if not rows:
        return (), False
    first = [column_named(cell) for cell in rows[0]]
    has_header = any(first)
    below = rows[1:] if has_header else rows
    found: list[str] = []
    for place in range(max(map(len, rows))):
        named = first[place] if place < len(first) else ""
        found.append("" if named in found else named)
    _look_for_addresses(found, below)
    _look_for_names(found, below, has_header=has_header)
    return tuple(found), has_header


def _look_for_addresses(found: list[str], rows: Sequence[Sequence[str]]) -> None:
    if Column.ADDRESS in found:
        return
    for place, column in enumerate(found):
        cells = [row[place].strip() for row in rows if place < len(row) and row[place].strip()]
        if not column and cells and sum("@" in cell.strip("@") for cell in cells) * 2 > len(cells):
            found[place] = Column.ADDRESS
            return


def _look_for_names(found: list[str], rows: Sequence[Sequence[str]], *, has_header: bool) -> None:
    """Without a heading the first column that has letters is taken for the names; a person sees it and can say no."""
    is_named = Column.NAME in found or (Column.GIVEN in found and Column.FAMILY in found)
    if is_named:
        return
    if Column.GIVEN in found or Column.FAMILY in found:  # “Nom” or “Nombre” alone is the whole name
        half = Column.GIVEN if Column.GIVEN in found else Column.FAMILY
        found[found.index(half)] = Column.NAME
    elif not has_header:
        for place, column in enumerate(found):
            if not column and any(place < len(row) and any(c.isalpha() for c in row[place]) for row in rows):
                found[place] = Column.NAME
                return


def is_ticked(cell: str) -> bool | None:
    """Whether a box was ticked: an empty cell was not; None where nobody can tell."""
    bare = unicodedata.normalize("NFC", cell.strip().casefold()).rstrip(".")
    if not bare or bare in _DENYING.split("|"):
        return False
    return True if bare in _AFFIRMING.split("|") else None
