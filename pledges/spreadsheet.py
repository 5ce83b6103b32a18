"""The one safe reader and writer of .xlsx files.

What a stranger uploads is checked before it is parsed: size, format, zip
members, document type declarations, and one pass over each wanted sheet's XML
that finds out where values really end. Values come out as small ``Cell``s,
numbers as ``Decimal`` and never as binary floats.
"""

import csv
import datetime as dt
import io
import re
import stat
import unicodedata
import warnings
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, Self
from xml.parsers import expat

from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext as _
from openpyxl import Workbook as NewWorkbook
from openpyxl.cell.cell import TYPE_STRING
from openpyxl.cell.cell import Cell as NewCell
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import from_excel, from_ISO8601
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.xml.constants import SHARED_STRINGS

from pledges.notation import NotationError, format_number
from pledges.personal import without_resident_numbers

MAX_UPLOAD = 10 * 1024 * 1024
MAX_UNPACKED = 100 * 1024 * 1024
MAX_MEMBERS = 2_000
MAX_SHEETS = 100
MAX_ROWS = 50_000
MAX_COLUMNS = 200
# Excel's own limit of a cell; the file format has none.
MAX_TEXT = 32_767
LONGEST_NUMBER = 40
DUST = Decimal("1e-9")

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
ROW_TAG, CELL_TAG, VALUE_TAG = f"{MAIN} row", f"{MAIN} c", f"{MAIN} v"
STRING_TAG, RUN_TAG, TEXT_TAG = f"{MAIN} si", f"{MAIN} r", f"{MAIN} t"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
ERROR_VALUES = {
    "#REF!",
    "#DIV/0!",
    "#N/A",
    "#NAME?",
    "#NULL!",
    "#NUM!",
    "#VALUE!",
    "#GETTING_DATA",
    "#SPILL!",
    "#CALC!",
}


class UnreadableFile(Exception):
    """The file can't be read as a workbook at all. The message says why and what to do, translated."""


@dataclass(frozen=True, slots=True)
class Finding:
    """An error or a warning: where (sheet, cell address), the value found, what was expected."""

    sheet: str
    cell: str
    value: str
    message: str


class Findings(list[Finding]):
    """Findings as far as they help: after ``MOST`` more are only counted, in ``rest``.

    A file with a mistake in every cell would fill the memory with one remark.
    """

    MOST = 20_000

    def __init__(self, findings: Iterable[Finding] = ()) -> None:
        super().__init__()
        self.rest = 0
        self.extend(findings)

    @property
    def count_all(self) -> int:
        return len(self) + self.rest

    def append(self, finding: Finding) -> None:
        """Add a finding. A resident number in its value is masked: the cell has it, and what is kept and sent
        around need not repeat it."""
        if len(self) < self.MOST:
            value = without_resident_numbers(finding.value)
            super().append(finding if value == finding.value else replace(finding, value=value))
        else:
            self.rest += 1

    def extend(self, findings: Iterable[Finding]) -> None:
        self.rest += getattr(findings, "rest", 0)
        for finding in findings:
            self.append(finding)

    def __iadd__(self, findings: Iterable[Finding]) -> Self:  # type: ignore[misc, override]
        self.extend(findings)
        return self


@dataclass(slots=True)
class Cell:
    """One cell that holds something, never changed. ``value`` is str, Decimal, bool, a date or a time.

    ``problem`` is a translated message where the cell has no usable value (an
    error, a formula without a result); reading ``text`` then raises it.
    """

    sheet: str
    row: int
    column: int
    value: Any
    is_percent: bool = False
    problem: str = ""

    @property
    def address(self) -> str:
        return f"{get_column_letter(self.column)}{self.row}"

    @property
    def is_date(self) -> bool:
        return isinstance(self.value, dt.date)

    @property
    def text(self) -> str:
        """What the cell says, as text; a number formatted as a percentage ends in %.

        Raises NotationError for what isn't text or number: dates, times, TRUE and FALSE, errors.
        """
        if self.problem:
            raise NotationError(self.problem)
        if isinstance(self.value, str):
            if len(self.value) > MAX_TEXT:
                raise NotationError(
                    _("This cell holds more than %(limit)s characters.") % {"limit": f"{MAX_TEXT:,}"}
                )
            return self.value
        if isinstance(self.value, bool):
            raise NotationError(_("TRUE and FALSE are not used here; enter text or a number."))
        if isinstance(self.value, Decimal):
            return f"{format_number(self.value * 100)}%" if self.is_percent else format_number(self.value)
        raise NotationError(
            _(
                "Excel has turned this into a date or a time. Format the cell as text and type it again,"
                " or begin with an apostrophe."
            )
        )

    @property
    def shown(self) -> str:
        """The value for a message, shortened."""
        return shown(self.value, is_percent=self.is_percent)


def shown(value: Any, *, is_percent: bool = False) -> str:
    """A value as a message quotes it: at most 80 characters, nothing invisible."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        text = f"{format_number(value * 100)}%" if is_percent else format_number(value)
    elif isinstance(value, dt.datetime):
        text = value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ")
    elif isinstance(value, bool):
        text = str(value).upper()
    else:
        text = str(value)
    text = "".join(
        letter if unicodedata.category(letter) not in {"Cc", "Cf", "Cs"} else " " for letter in text[:200]
    )
    return text if len(text) <= 80 else f"{text[:79]}…"


@dataclass(slots=True)
class Row:
    """One row with something in it: ``cells`` by column number, from 1.

    Of a row that was taken from a form of another layout: ``silent`` are the columns
    of which the form says nothing, ``unit`` the unit of its money where it has its
    own, ``name`` what messages call it.
    """

    number: int
    cells: dict[int, Cell]
    silent: frozenset[int] = frozenset()
    unit: str = ""
    name: str = ""


@dataclass(slots=True)
class Sheet:
    """One sheet. ``merged`` are (first row, first column, last row, last column).

    ``findings`` are cells that can't be read at all; then there are no rows.
    """

    name: str
    hidden: bool = False
    rows: list[Row] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    findings: Findings = field(default_factory=Findings)


@dataclass(slots=True)
class Workbook:
    """The wanted sheets by name, the names of the others, and names that stand more than once.

    Where the sheets were filled from forms of another layout, ``places`` says where
    each cell stands in the file, (sheet, address) for (sheet, address), and
    ``errors`` and ``warnings`` are what was found in reading the forms, with the file's own addresses.
    """

    sheets: dict[str, Sheet]
    others: list[str]
    doubled: list[str]
    places: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    errors: Findings = field(default_factory=Findings)
    warnings: Findings = field(default_factory=Findings)

    def place(self, sheet: str, address: str) -> tuple[str, str]:
        """Where a cell of a filled sheet stands in the file: its place, else its row's; ("", "") if none."""
        if not self.places:
            return sheet, address
        row = address.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        return self.places.get((sheet, address)) or self.places.get((sheet, f"A{row}")) or ("", "")


def fold_sheet_name(name: str) -> str:
    """A sheet's name as it is compared: NFC, trimmed."""
    return unicodedata.normalize("NFC", name).strip()


def read_workbook(
    source: bytes | Path,
    names: Iterable[str] | None,
    progress: Callable[[str, int, int], None] | None = None,
    *,
    most_cells: int | None = None,
) -> Workbook:
    """The sheets of a workbook whose names are in ``names``, or every visible one; others are only listed.

    ``most_cells``: how many filled cells the wanted sheets may have together.
    Raises UnreadableFile where the file is too big, no .xlsx workbook, damaged or dangerous.
    """
    content = read_content(source)
    _refuse_other_formats(content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            check_archive(archive)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _read(content, None if names is None else set(names), progress, most_cells)
    except UnreadableFile:
        raise
    # Third-party parsers on hostile bytes raise whatever they like; none of it is our fault to show.
    except Exception as error:
        raise UnreadableFile(damaged_message()) from error


# --- Before parsing -----------------------------------------------------------


def read_content(source: bytes | Path) -> bytes:
    """The file's bytes. Raises UnreadableFile where it is too big or can't be opened."""
    too_big = _("The file is larger than %(limit)s MB. Remove pictures and empty formatted rows.") % {
        "limit": MAX_UPLOAD // 1024 // 1024
    }
    if isinstance(source, bytes):
        if len(source) > MAX_UPLOAD:
            raise UnreadableFile(too_big)
        return source
    try:
        if source.stat().st_size > MAX_UPLOAD:
            raise UnreadableFile(too_big)
        return source.read_bytes()
    except OSError:
        raise UnreadableFile(
            _("The file %(name)s can't be opened. Check the name and whether you may read it.")
            % {"name": source.name}
        ) from None


def _refuse_other_formats(content: bytes) -> None:
    """Name what the file is where it is not a zip, and the way out."""
    head = content[:4096].lstrip().lower()
    if not content:
        message = _("The file is empty.")
    elif content.startswith(b"PK\x03\x04"):
        return
    elif content.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        message = _name_ole(content)
    elif len(content) == 165 or content[:2] == b"~$":
        message = _(
            "This is the lock file that Excel keeps beside an open workbook. Choose the workbook itself."
        )
    elif head.startswith(b"%pdf"):
        message = _("This is a PDF. Save the workbook in Excel as .xlsx.")
    elif head.startswith((b"<!doctype html", b"<html", b"<table", b"<meta")):
        message = _("This is a web page, not a workbook. Open it in Excel and save it as .xlsx.")
    elif _looks_like_text(content):
        message = _(
            "This is a text file (such as CSV), not a workbook. Open it in Excel and save it as .xlsx."
        )
    else:
        message = _("This is not an Excel workbook. Save it in Excel as .xlsx.")
    raise UnreadableFile(message)


def _name_ole(content: bytes) -> str:
    def has(stream: str) -> bool:
        return stream.encode("utf-16-le") in content

    if has("EncryptedPackage"):
        return _("The workbook is protected with a password. Remove the password and save it again.")
    if has("HwpSummaryInformation") or b"HWP Document File" in content:
        return _(
            "This is a Hangul (HWP) document, not a workbook. Move the table to Excel and save it as .xlsx."
        )
    return _("This is an old Excel file (.xls). Open it in Excel and save it as .xlsx.")


def _looks_like_text(content: bytes) -> bool:
    for encoding in ("utf-8", "utf-16", "cp949"):
        try:
            text = content[:4096].decode(encoding, errors="ignore" if encoding == "utf-8" else "strict")
        except UnicodeDecodeError:
            continue
        if any(mark in text for mark in (",", "\t", ";")) and text.count("\ufffd") == 0 and "\n" in text:
            return True
    return False


def check_archive(archive: zipfile.ZipFile) -> None:
    """What can be said of the zip before its XML is parsed: members, sizes, checksums, declarations.

    Raises UnreadableFile where it is no .xlsx workbook without macros, or not safe to parse.
    """
    members = archive.infolist()
    names = [member.filename for member in members]
    if len(members) > MAX_MEMBERS:
        raise UnreadableFile(
            _("The file holds more than %(limit)s parts; a plan workbook never does.")
            % {"limit": f"{MAX_MEMBERS:,}"}
        )
    if len({name.casefold() for name in names}) < len(names):
        raise UnreadableFile(
            _("The file holds two parts of the same name. Open it in Excel and save it again as .xlsx.")
        )
    for member in members:
        unsafe = (
            member.filename.startswith(("/", "\\"))
            or "\\" in member.filename
            or ":" in member.filename
            or ".." in member.filename.split("/")
            or stat.S_ISLNK(member.external_attr >> 16)
        )
        if unsafe or member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise UnreadableFile(
                _("The file holds parts that Excel never writes. Save it again in Excel as .xlsx.")
            )
        if member.flag_bits & 0x1:
            raise UnreadableFile(
                _("The workbook is protected with a password. Remove the password and save it again.")
            )
    _check_kind(archive, set(names))
    _check_contents(archive, members)


def _check_kind(archive: zipfile.ZipFile, names: set[str]) -> None:
    """That the zip is an .xlsx workbook without macros; what else it is, is named."""
    save_as = _("Open it in Excel and save it as .xlsx.")
    kind = b""
    if "mimetype" in names:
        with archive.open("mimetype") as file:
            kind = file.read(200)
    types = b""
    if "[Content_Types].xml" in names:
        with archive.open("[Content_Types].xml") as file:
            types = file.read(1024 * 1024)
    if b"opendocument.spreadsheet" in kind:
        raise UnreadableFile(_("This is an OpenDocument spreadsheet (.ods).") + " " + save_as)
    if b"hwp" in kind:
        raise UnreadableFile(
            _("This is a Hangul (HWPX) document. Move the table to Excel and save it as .xlsx.")
        )
    if b"wordprocessingml" in types or b"presentationml" in types:
        raise UnreadableFile(_("This is a Word or PowerPoint document, not an Excel workbook."))
    if b"sheet.binary" in types or "xl/workbook.bin" in names:
        raise UnreadableFile(_("This is a binary workbook (.xlsb).") + " " + save_as)
    if b"macroEnabled" in types or any(name.endswith("vbaProject.bin") for name in names):
        raise UnreadableFile(
            _("This workbook holds macros (.xlsm). Save it in Excel as .xlsx, without macros.")
        )
    if WORKBOOK_TYPE.encode() not in types:
        if any(name.lower().endswith((".xlsx", ".xls")) for name in names):
            raise UnreadableFile(
                _("This is a zip file with a workbook in it. Unpack it and choose the workbook.")
            )
        raise UnreadableFile(_("This is not an Excel workbook. Save it in Excel as .xlsx."))


def _check_contents(archive: zipfile.ZipFile, members: Sequence[zipfile.ZipInfo]) -> None:
    """Unpack every part once, counting: sizes are what they are, checksums hold, no part declares a DTD."""
    too_much = _("The file unpacks to more than %(limit)s MB. Remove empty formatted rows and columns.") % {
        "limit": MAX_UNPACKED // 1024 // 1024
    }
    if sum(member.file_size for member in members) > MAX_UNPACKED:
        raise UnreadableFile(too_much)
    total = 0
    for member in members:
        is_xml = member.filename.endswith((".xml", ".rels"))
        checked = _Markup(member.filename) if is_xml else _Prolog()
        with archive.open(member) as file:
            while chunk := file.read(256 * 1024):
                total += len(chunk)
                if total > MAX_UNPACKED:
                    raise UnreadableFile(too_much)
                checked.feed(chunk)
            checked.close()


def damaged_message() -> str:
    return _("The file is damaged and can't be read. Open it in Excel and save it again as .xlsx.")


class _Prolog:
    """Reads the beginning of a part up to its first element, whatever its encoding, and refuses a DTD."""

    def __init__(self) -> None:
        self.done = False
        self.parser = expat.ParserCreate()
        self.parser.StartDoctypeDeclHandler = self.doctype
        self.parser.StartElementHandler = self.element

    def doctype(self, *args: Any) -> None:
        raise UnreadableFile(
            _("The file holds a document type declaration, which Excel never writes. It was not read.")
        )

    def element(self, *args: Any) -> None:
        self.done = True

    def feed(self, chunk: bytes) -> None:
        if self.done:
            return
        try:
            self.parser.Parse(chunk, False)
        except expat.ExpatError:
            # A picture.
            self.done = True

    def close(self) -> None:
        """The part is at its end."""


class _Markup(_Prolog):
    """Reads a whole part of markup: whoever gives the file back copies parts that nobody else has read.

    Looks and defined names are counted, for their reader makes an object of each; Excel itself ends at
    65,490 looks.
    """

    COUNTED = {"styles.xml": "xf", "workbook.xml": "definedName"}
    MOST = 100_000

    def __init__(self, name: str) -> None:
        super().__init__()
        self.counted = self.COUNTED.get(name.rsplit("/", 1)[-1])
        self.count = 0

    def element(self, *args: Any) -> None:
        self.done = True
        if self.counted is None:
            self.parser.StartElementHandler = None
        elif args[0].rsplit(":", 1)[-1] == self.counted:
            self.count += 1
            if self.count > self.MOST:
                raise UnreadableFile(
                    _("The file holds more cell styles or defined names than Excel keeps. Copy the sheets"
                      " into a new workbook and save that.")
                )  # fmt: skip

    def feed(self, chunk: bytes) -> None:
        self._parse(chunk, is_last=False)

    def close(self) -> None:
        self._parse(b"", is_last=True)

    def _parse(self, chunk: bytes, *, is_last: bool) -> None:
        try:
            self.parser.Parse(chunk, is_last)
        except expat.ExpatError as error:
            raise UnreadableFile(damaged_message()) from error


# --- Sheets -------------------------------------------------------------------


def _read(
    content: bytes,
    names: set[str] | None,
    progress: Callable[[str, int, int], None] | None,
    most_cells: int | None,
) -> Workbook:
    package = _Package(content)
    try:
        listed = _listed_sheets(package.archive)
        if (listed if names is None else names & listed) - {
            fold_sheet_name(part.title) for part in package.sheets
        }:
            # The reader passes over a sheet whose part is not there; its data would be missed in silence.
            raise KeyError
        if len(package.sheets) > MAX_SHEETS:
            raise UnreadableFile(_("The workbook has more than %(limit)s sheets.") % {"limit": MAX_SHEETS})
        if not package.sheets:
            raise UnreadableFile(
                _("The workbook has no sheets. Open it in Excel and save it again as .xlsx.")
            )
        result = Workbook({}, [], [])
        for part in package.sheets:
            name = fold_sheet_name(part.title)
            is_wanted = part.sheet_state == "visible" if names is None else name in names
            if not is_wanted or not part.path:
                result.others.append(name)
            elif name in result.sheets:
                result.doubled.append(name)
            else:
                result.sheets[name] = _read_sheet(package, part, name, progress)
                if most_cells is not None:
                    most_cells -= sum(len(row.cells) for row in result.sheets[name].rows)
                    if most_cells < 0:
                        raise UnreadableFile(
                            _("The file has far more filled cells than pledge cards have. Check which it is.")
                        )
        return result
    finally:
        package.close()


def _listed_sheets(archive: zipfile.ZipFile) -> set[str]:
    """The names of all sheets that the workbook says it has."""
    with archive.open("xl/workbook.xml") as file:
        content = file.read()
    if STRICT.encode() in content:
        raise UnreadableFile(
            _("This is a “Strict Open XML” workbook. Save it in Excel as an ordinary .xlsx.")
        )
    return {fold_sheet_name(sheet.get("name", "")) for sheet in fromstring(content).iter(f"{{{MAIN}}}sheet")}


class _Package:
    """The parts of a workbook that its sheets need: their list, the shared strings, the number formats.

    openpyxl reads the list and the formats. Its reader would also go through
    the file's properties and theme, and through every sheet once before it is asked for one.
    """

    def __init__(self, content: bytes) -> None:
        reader = ExcelReader(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        reader.read_manifest()
        reader.read_workbook()
        apply_stylesheet(reader.archive, reader.wb)
        self.archive = reader.archive
        self.book = reader.wb
        strings = reader.package.find(SHARED_STRINGS)
        self.strings_path = strings.PartName[1:] if strings is not None else ""
        self.sheets = [
            _Part(sheet.name, sheet.state, "" if "chartsheet" in relation.Type else relation.target)
            for sheet, relation in reader.parser.find_sheets()
            if relation.target in reader.valid_files
        ]
        self._formats: dict[int, _Format] = {}
        self._numbers: dict[str, Decimal | None] = {}

    @cached_property
    def strings(self) -> list[str]:
        """The shared strings, in order."""
        if not self.strings_path:
            return []
        with self.archive.open(self.strings_path) as file:
            return _read_strings(file)

    def format_of(self, style: int) -> "_Format":
        """What a cell's style says of its number."""
        found = self._formats.get(style)
        if found is None:
            found = self._formats[style] = _Format(
                style in self.book._date_formats,
                style in self.book._timedelta_formats,
                self._is_percent(style),
            )
        return found

    def _is_percent(self, style: int) -> bool:
        try:
            number = self.book._cell_styles[style].numFmtId
            if number < BUILTIN_FORMATS_MAX_SIZE:
                text = BUILTIN_FORMATS.get(number, "")
            else:
                text = self.book._number_formats[number - BUILTIN_FORMATS_MAX_SIZE]
        except IndexError:
            # A style number that the file does not define; some writers leave such cells.
            return False
        return "%" in re.sub(r'"[^"]*"|\\.', "", text or "")

    def number(self, text: str) -> Decimal | None:
        """A cell's number, exactly; None where it is none. The same few numbers fill most sheets."""
        try:
            return self._numbers[text]
        except KeyError:
            number = self._numbers[text] = exact_number(_plain_number(text))
            return number

    def moment(self, text: str, style: "_Format") -> Any:
        """The date, time or duration that a number formatted as one means; None beyond the calendar's end."""
        try:
            return from_excel(_plain_number(text), self.book.epoch, timedelta=style.is_duration)
        except (OverflowError, ValueError):
            return None

    def close(self) -> None:
        self.archive.close()


class _Part(NamedTuple):
    """A sheet as the workbook lists it; ``path`` is "" for a chart."""

    title: str
    sheet_state: str
    path: str


class _Format(NamedTuple):
    is_date: bool
    is_duration: bool
    is_percent: bool


def _plain_number(text: str) -> int | float:
    return float(text) if "." in text or "E" in text or "e" in text else int(text)


def _read_strings(file: Any) -> list[str]:
    """The texts of the part of shared strings: of each its own text and that of its runs, no readings."""
    found: list[str] = []
    parts: list[str] = []
    pieces: list[str] = []
    path: list[str] = []

    def start(name: str, _attributes: Mapping[str, str]) -> None:
        path.append(name)
        if name == TEXT_TAG:
            parts.clear()
        elif name == STRING_TAG:
            pieces.clear()

    def end(name: str) -> None:
        path.pop()
        if name == TEXT_TAG:
            if path[-1] == STRING_TAG or (path[-1] == RUN_TAG and path[-2] == STRING_TAG):
                pieces.append("".join(parts))
        elif name == STRING_TAG:
            found.append("".join(pieces).replace("x005F_", ""))

    parser = _parser(start, end, parts.append)
    parser.ParseFile(file)
    return found


def _parser(start: Any, end: Any, text: Any) -> Any:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _Prolog().doctype
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    return parser


def _read_sheet(
    package: _Package, part: _Part, name: str, progress: Callable[[str, int, int], None] | None
) -> Sheet:
    sheet = Sheet(name, hidden=part.sheet_state != "visible")
    reader = _SheetReader(sheet, package, progress)
    with package.archive.open(part.path) as file:
        reader.parser.ParseFile(file)
    reader.let_go()
    if reader.broken:
        sheet.rows, sheet.hidden_rows = [], set()
        sheet.findings = Findings(
            Finding(name, f"{get_column_letter(column)}{row}", shown(text), _("This is no number or date."))
            for (row, column), text in sorted(reader.broken.items())
        )
    return sheet


def exact_number(value: float | Decimal) -> Decimal | None:
    """A spreadsheet's number as Decimal by its shortest text; float dust below 1e-9 is rounded away.

    None for NaN and infinities.
    """
    number = Decimal(str(value))
    if not number.is_finite():
        return None
    if isinstance(value, float):
        # Excel computes with fifteen significant digits; what stands behind them is binary dust.
        short = Decimal(f"{value:.15g}")
        if abs(short - number) <= DUST:
            number = short
    return number


class _SheetReader:
    """One pass over a sheet's XML: its filled cells, merged and hidden parts, cells that can't be read.

    What the sheet says of its own size (``<dimension>``) may be anything and only counts where progress
    is told. Rows and cells have to stand in order, and what is filled has to lie within the limits.
    """

    NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?")
    COORDINATE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")

    def __init__(
        self, sheet: Sheet, package: _Package, progress: Callable[[str, int, int], None] | None
    ) -> None:
        self.progress = progress
        self.last_row = 0
        self.sheet = sheet
        self.name = sheet.name
        self.package = package
        self.strings: list[str] | None = None
        self.broken: dict[tuple[int, int], str] = {}
        self.row = 0
        self.row_text = "0"
        self.is_hidden = False
        self.cells: dict[int, Cell] = {}
        self.column = 0
        self.kind = "n"
        self.style = ""
        self.is_formula = False
        # The text of the cell's first value; None until it has one.
        self.value: str | None = None
        self.inline: list[str] = []
        self.parts: list[str] = []
        self.path: list[str] = []
        self.letters: dict[str, int] = {}
        self.starts = {
            ROW_TAG: self.start_row,
            f"{MAIN} f": self.start_formula,
            f"{MAIN} is": self.start_inline,
            f"{MAIN} mergeCell": self.start_merge,
            f"{MAIN} col": self.start_column,
            f"{MAIN} dimension": self.start_size,
        }
        self.ends = {ROW_TAG: self.end_row}
        self.parser = _parser(self.start, self.end, self.parts.append)

    def let_go(self) -> None:
        """Part from what holds the reader in turn, or the sheet would outlive its use."""
        self.starts, self.ends = {}, {}
        del self.parser

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == CELL_TAG:
            self.start_cell(attributes)
        elif name == VALUE_TAG:
            self.parts.clear()
        elif name in self.starts:
            self.starts[name](attributes)
        elif self.path:
            self.path.append(name)
            if name == TEXT_TAG:
                self.parts.clear()

    def end(self, name: str) -> None:
        if name == CELL_TAG:
            self.end_cell()
        elif name == VALUE_TAG:
            if self.value is None:
                self.value = "".join(self.parts)
        elif name in self.ends:
            self.ends[name]()
        elif self.path:
            if name == TEXT_TAG and (len(self.path) == 2 or self.path[1:-1] == [RUN_TAG]):
                self.inline.append("".join(self.parts))
            self.path.pop()

    def start_row(self, attributes: Mapping[str, str]) -> None:
        number = int(attributes.get("r", self.row + 1))
        if number <= self.row:
            raise UnreadableFile(
                _("The rows of the file are out of order. Open it in Excel and save it again as .xlsx.")
            )
        self.row, self.row_text, self.column = number, str(number), 0
        self.cells = {}
        self.is_hidden = attributes.get("hidden") in {"1", "true"}

    def start_size(self, attributes: Mapping[str, str]) -> None:
        if corner := self.COORDINATE.fullmatch(attributes.get("ref", "").rpartition(":")[2]):
            self.last_row = min(int(corner[2]), MAX_ROWS)

    def end_row(self) -> None:
        if self.progress and self.row % 250 == 0:
            self.progress(self.name, self.row, max(self.row, self.last_row))
        if self.cells:
            self.sheet.rows.append(Row(self.row, self.cells))
            if self.is_hidden:
                self.sheet.hidden_rows.add(self.row)
        self.cells = {}

    def start_cell(self, attributes: Mapping[str, str]) -> None:
        column = self.column + 1
        reference = attributes.get("r")
        if reference:
            # "B7" in row 7: a column whose letters were met before needs no closer look.
            found = (
                self.letters.get(reference[: -len(self.row_text)])
                if reference.endswith(self.row_text)
                else None
            )
            if found is None:
                match = self.COORDINATE.fullmatch(reference)
                found = self.column_number(match[1]) if match and int(match[2]) == self.row else 0
            if found < column:
                raise UnreadableFile(
                    _("The cells of the file are out of order. Open it in Excel and save it again as .xlsx.")
                )
            column = found
        self.column = column
        self.kind = attributes.get("t", "n")
        self.style = attributes.get("s", "")
        self.is_formula = False
        self.value = None
        if self.inline:
            self.inline = []

    def column_number(self, letters: str) -> int:
        if letters not in self.letters:
            number = 0
            for letter in letters:
                number = number * 26 + ord(letter) - 64
            self.letters[letters] = number
        return self.letters[letters]

    def start_formula(self, attributes: Mapping[str, str]) -> None:
        self.is_formula = True

    def start_inline(self, attributes: Mapping[str, str]) -> None:
        self.path = [f"{MAIN} is"]

    def end_cell(self) -> None:
        text = self.value
        if self.kind == "inlineStr":
            text = "".join(self.inline)
        if not text:
            # A text that a formula gives may be empty; any other formula without a value was never computed.
            is_told = self.is_formula and self.kind == "str" and text is not None
            if self.is_formula and not is_told and self.row <= MAX_ROWS and self.column <= MAX_COLUMNS:
                self.keep("", _uncached)
            return
        if self.row > MAX_ROWS or self.column > MAX_COLUMNS:
            raise UnreadableFile(
                _(
                    "Cell %(cell)s lies outside the %(rows)s rows and %(columns)s columns"
                    " that a sheet may have. Delete what stands there."
                )
                % {
                    "cell": f"{get_column_letter(self.column)}{self.row}",
                    "rows": f"{MAX_ROWS:,}",
                    "columns": MAX_COLUMNS,
                }
            )
        if self.kind == "s":
            if self.strings is None:
                self.strings = self.package.strings
            self.keep_text(self.strings[int(text)])
        elif self.kind == "n":
            self.keep_number(text)
        elif self.kind == "b":
            self.keep(bool(int(text)))
        elif self.kind == "d":
            self.keep_day(text)
        else:
            self.keep_text(text)

    def keep(self, value: Any, problem: Callable[[], str] | None = None, *, is_percent: bool = False) -> None:
        self.cells[self.column] = Cell(
            self.name, self.row, self.column, value, is_percent, problem() if problem else ""
        )

    def keep_text(self, text: str) -> None:
        if not text or text.isspace():
            return
        if text[0] in "# \t\r\n" and text.strip() in ERROR_VALUES:
            self.keep(text, _error_message)
        else:
            self.cells[self.column] = Cell(self.name, self.row, self.column, text)

    def keep_number(self, text: str) -> None:
        if len(text) > LONGEST_NUMBER or not self.NUMBER.fullmatch(text.strip()):
            self.broken[self.row, self.column] = text
            return
        is_percent = False
        if self.style:
            style = self.package.format_of(int(self.style))
            is_percent = style.is_percent
            if style.is_date:
                moment = self.package.moment(text, style)
                self.keep(*(("#VALUE!", _error_message) if moment is None else (moment,)))
                return
        number = self.package.number(text)
        if number is None:
            self.keep(str(_plain_number(text)), _no_number)
        else:
            self.cells[self.column] = Cell(self.name, self.row, self.column, number, is_percent)

    def keep_day(self, text: str) -> None:
        try:
            dt.datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
        except ValueError:
            self.broken[self.row, self.column] = text
        else:
            self.keep(from_ISO8601(text))

    def start_merge(self, attributes: Mapping[str, str]) -> None:
        if len(self.sheet.merged) >= MAX_ROWS:
            return
        first, _colon, last = attributes.get("ref", "").partition(":")
        corners = [self.COORDINATE.fullmatch(corner.replace("$", "")) for corner in (first, last)]
        if corners[0] and corners[1]:
            self.sheet.merged.append(
                (
                    int(corners[0][2]),
                    self.column_number(corners[0][1]),
                    int(corners[1][2]),
                    self.column_number(corners[1][1]),
                )
            )

    def start_column(self, attributes: Mapping[str, str]) -> None:
        if attributes.get("hidden") in {"1", "true"}:
            first, last = int(attributes.get("min", 1)), int(attributes.get("max", 1))
            self.sheet.hidden_columns.update(range(first, min(last, MAX_COLUMNS) + 1))


def _uncached() -> str:
    return _("This formula has no stored result. Open the file in Excel, save it, and upload it again.")


def _error_message() -> str:
    return _("This is an Excel error, not a value.")


def _no_number() -> str:
    return _("This is no number or date.")


# --- Writing ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WrittenColumn:
    """A column to write. ``is_text`` keeps Excel from making dates of codes; ``choices`` are a dropdown.

    ``is_grouped``: whole numbers are written 1,234; not where they are names, such as years.
    """

    name: str
    width: int = 12
    is_text: bool = False
    wraps: bool = False
    choices: tuple[str, ...] = ()
    is_grouped: bool = True


@dataclass(frozen=True, slots=True)
class WrittenSheet:
    """A sheet to write: rows of str, int, Decimal or None, one value a column.

    ``blank_rows`` rows below the last are formatted too, for people to fill in.
    """

    name: str
    columns: tuple[WrittenColumn, ...]
    rows: list[list[Any]]
    blank_rows: int = 0


# A CSV cell that begins with one of these is a formula to a spreadsheet program.
# Some Korean and Japanese versions take the full-width signs too.
# By it Excel tells that CSV is UTF-8.
BOM = "\ufeff"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def harmless(text: str) -> str:
    """Text of a CSV cell, with an apostrophe before what a spreadsheet program would compute."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def csv_cell(value: Any) -> Any:
    """A value as a cell of CSV: text harmless, decimals written out, true or false, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return harmless(value) if isinstance(value, str) else value


def csv_line(cells: Iterable[Any]) -> str:
    """A line of CSV from cells as they are."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue()


def csv_text(lines: Iterable[Iterable[Any]]) -> str:
    """CSV that Excel opens as UTF-8, from lines of cells as they are."""
    return BOM + "".join(map(csv_line, lines))


HEADER_FONT = Font(bold=True)
HEADER_FILL = PatternFill("solid", fgColor="FFE8EEF7")
TOP = Alignment(vertical="top")
WRAPPED = Alignment(vertical="top", wrap_text=True)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def write_workbook(sheets: Iterable[WrittenSheet]) -> bytes:
    """The .xlsx file. Text is always a string cell, so that nothing in it can become a formula."""
    book = NewWorkbook()
    book.remove(book.active)
    book.properties.creator = "pledge-portal"
    for sheet in sheets:
        _write_sheet(book, sheet)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _write_sheet(book: NewWorkbook, sheet: WrittenSheet) -> None:
    target = book.create_sheet(sheet.name)
    target.freeze_panes = "A2"
    for number, column in enumerate(sheet.columns, 1):
        letter = get_column_letter(number)
        target.column_dimensions[letter].width = column.width
        cell = target.cell(1, number)
        _put(cell, column.name)
        cell.number_format = "@"
        cell.font, cell.fill, cell.alignment = HEADER_FONT, HEADER_FILL, WRAPPED
    # A style is looked up once a column: by the cell it is most of the work of a long sheet.
    styles = [_Looks(target, column) for column in sheet.columns]
    for row_number, row in enumerate(sheet.rows, 2):
        for number, (column, value) in enumerate(zip(sheet.columns, row, strict=True), 1):
            looks = styles[number - 1]
            if value is None or value == "":
                if column.is_text:
                    target.cell(row_number, number)._style = looks.blank
                continue
            cell = target.cell(row_number, number)
            _put(cell, value)
            cell._style = looks.of(cell)
    last = len(sheet.rows) + 1 + sheet.blank_rows
    for number, column in enumerate(sheet.columns, 1):
        letter = get_column_letter(number)
        if column.is_text:
            for row_number in range(len(sheet.rows) + 2, last + 1):
                target.cell(row_number, number)._style = styles[number - 1].blank
        if column.choices and last > 1:
            rule = DataValidation(type="list", formula1=f'"{",".join(column.choices)}"', allow_blank=True)
            rule.error = _("Choose from the list.")
            target.add_data_validation(rule)
            rule.add(f"{letter}2:{letter}{last}")
    if sheet.columns:
        target.auto_filter.ref = f"A1:{get_column_letter(len(sheet.columns))}{max(last, 2)}"


class _Looks:
    """How openpyxl keeps the styles of a column's cells: each is made once, which is what takes the time."""

    def __init__(self, sheet: Any, column: WrittenColumn) -> None:
        self.sheet, self.column = sheet, column
        self.made: dict[tuple[bool, str], Any] = {}
        cell = NewCell(sheet)
        if column.is_text:
            cell.number_format = "@"
        self.blank = cell._style

    def of(self, cell: NewCell) -> Any:
        """The style of a cell by its value: text that looks like a formula, numbers with their decimals."""
        value, is_quoted, shown_as = cell.value, False, ""
        if isinstance(value, str):
            is_quoted = value.startswith(FORMULA_STARTS)
        elif isinstance(value, int | Decimal) and not self.column.is_text:
            shown_as = number_format(value) if self.column.is_grouped else "0"
        if (is_quoted, shown_as) not in self.made:
            made = NewCell(self.sheet)
            made.alignment = WRAPPED if self.column.wraps else TOP
            made.number_format = "@" if self.column.is_text else shown_as or "General"
            # Or Excel would compute the text once somebody edits the cell.
            made.quotePrefix = is_quoted
            self.made[is_quoted, shown_as] = made._style
        return self.made[is_quoted, shown_as]


def _put(cell: NewCell, value: Any) -> None:
    if isinstance(value, str):
        # openpyxl makes a formula of a leading "="; the type set afterwards makes it text again.
        cell.value = CONTROL.sub("", value).replace("\r\n", "\n")
        cell.data_type = TYPE_STRING
    elif isinstance(value, Decimal) and len(value.normalize().as_tuple().digits) > 15:
        # More digits than a spreadsheet's number can hold: only as text do they stay exact.
        cell.value = format_number(value)
        cell.data_type = TYPE_STRING
    else:
        cell.value = value


def number_format(number: int | Decimal) -> str:
    """The format that shows a number with its thousands grouped and all its decimals."""
    text = format_number(Decimal(number))
    places = len(text.partition(".")[2])
    return "#,##0" + ("." + "0" * places if places else "")
