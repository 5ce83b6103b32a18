"""Which kind of file something is, told by its content alone: never by its name or the browser's word.

What a report takes as evidence is PDF, HWPX, XLSX and pictures without scripts.
A zip is looked through before anybody opens it; a picture's first frame is
decoded. Everything else is refused with the way out.
"""

import contextlib
import io
import stat
import unicodedata
import zipfile
from dataclasses import dataclass
from typing import IO

from django.utils.translation import gettext as _
from PIL import Image

from pledges.spreadsheet import MAX_MEMBERS, UnreadableFile, check_archive

# Hangul keeps pasted pictures as bitmaps, so an honest document unpacks to many times its size.
MAX_UNPACKED = 300 * 1024 * 1024
# A telephone's largest ordinary picture has 50 million.
MAX_PIXELS = 60_000_000
PICTURE_TAIL = 65_536
LONGEST_NAME = 200
# Where a PDF's end is looked for; writers may pad it with a few blanks.
TAIL = 2048
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"


class UnwantedFile(Exception):
    """A file that is not taken. ``message`` is translated: what it is and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file that is taken. ``suffixes``: the first is the usual one."""

    label: str
    media_type: str
    suffixes: tuple[str, ...]


PDF = Kind("PDF", "application/pdf", (".pdf",))
HWPX = Kind("HWPX", "application/hwp+zip", (".hwpx",))
XLSX = Kind("XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (".xlsx",))
JPEG = Kind("JPEG", "image/jpeg", (".jpg", ".jpeg", ".jpe", ".jfif"))
PNG = Kind("PNG", "image/png", (".png",))
GIF = Kind("GIF", "image/gif", (".gif",))
WEBP = Kind("WEBP", "image/webp", (".webp",))
KINDS = (PDF, HWPX, XLSX, JPEG, PNG, GIF, WEBP)
PICTURES = {"JPEG": JPEG, "PNG": PNG, "GIF": GIF, "WEBP": WEBP}
# Suffixes that name a kind of file; one that contradicts the content gives way to the right one.
KNOWN_SUFFIXES = frozenset(suffix for kind in KINDS for suffix in kind.suffixes) | {
    *(".hwp", ".doc", ".docx", ".xls", ".xlsm", ".xlsb", ".csv", ".ppt", ".pptx", ".txt", ".zip"),
    *(".bmp", ".tif", ".tiff", ".heic", ".heif", ".svg", ".htm", ".html"),
}


def labels() -> str:
    """The kinds that are taken, for a sentence."""
    return ", ".join(kind.label for kind in KINDS)


def accepted() -> str:
    """What a browser's own dialog offers to choose: a help for the person, and no check."""
    return ",".join(suffix for kind in KINDS for suffix in kind.suffixes)


def label_of(media_type: str) -> str:
    """The short name of a stored file's kind."""
    return next((kind.label for kind in KINDS if kind.media_type == media_type), media_type)


def kind_of(file: IO[bytes]) -> Kind:
    """The kind of a file, read from its bytes; ``file`` is seekable and left where it stands.

    Raises UnwantedFile where it is none of ``KINDS``, damaged or dangerous to open.
    """
    file.seek(0)
    head = file.read(4096)
    if head.startswith(b"%PDF-"):
        return _pdf(file)
    if head.startswith(ZIP):
        return _zip(file)
    kind = _picture_kind(head)
    if kind is not None:
        _check_picture(file, kind)
        return PICTURES[kind]
    raise UnwantedFile(_name_other(head, file))


def clean_name(name: str, kind: Kind) -> str:
    """A file's name as it is kept: NFC, no path, nothing invisible, at most 200 letters, the right suffix.

    A picture that a messenger renamed is common, so a wrong suffix refuses
    nothing: the right one takes its place, and the file opens with what it is.
    """
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(
        " " if letter.isspace() else "_" if letter in '<>:"|?*' else letter
        for letter in name
        if letter.isspace() or unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
    )
    name = " ".join(name.split()).strip(". ")
    stem, dot, ending = name.rpartition(".")
    suffix = f".{ending.casefold()}" if dot else ""
    if suffix in kind.suffixes:
        suffix = f".{ending}"
    else:
        stem = stem if suffix in KNOWN_SUFFIXES else name
        suffix = kind.suffixes[0]
        if f".{stem.casefold()}" in KNOWN_SUFFIXES:
            # Nothing but a suffix, such as ".pdf".
            stem = ""
    stem = stem.strip(". ")[: LONGEST_NAME - len(suffix)].rstrip(". ")
    return (stem or _("evidence")) + suffix


# --- Kinds ---


def _pdf(file: IO[bytes]) -> Kind:
    """A PDF ends as one: what is cut off, or carries something else behind its end, is not taken."""
    file.seek(0, io.SEEK_END)
    file.seek(max(0, file.tell() - TAIL))
    tail = file.read()
    end = tail.rfind(b"%%EOF")
    if end < 0 or b"startxref" not in tail or tail[end + 5 :].strip(b"\r\n\t \x00"):
        raise UnwantedFile(
            _("The PDF is cut off, or something else is hung on to it. Save it again as a PDF.")
        )
    return PDF


def _zip(file: IO[bytes]) -> Kind:
    try:
        with zipfile.ZipFile(file) as archive:
            _check_members(archive)
            if _mimetype(archive) == HWPX.media_type.encode():
                _check_unpacked(archive)
                return HWPX
            if "[Content_Types].xml" not in archive.namelist():
                raise UnwantedFile(_name_zip(archive))
            _refuse_documents(archive)
            check_archive(archive)
            return XLSX
    except UnreadableFile as error:
        raise UnwantedFile(str(error)) from error
    except UnwantedFile:
        raise
    # The zip reader on hostile bytes raises whatever it likes.
    except Exception as error:
        raise UnwantedFile(_("The file is damaged. Open it in its program and save it again.")) from error


def _check_members(archive: zipfile.ZipFile) -> None:
    """No parts that a document's own program never writes: paths out of it, links, doubled, too many."""
    members = archive.infolist()
    names = [member.filename for member in members]
    strange = len(members) > MAX_MEMBERS or len({name.casefold() for name in names}) < len(names)
    for member in members:
        name = member.filename
        strange = strange or (
            name.startswith(("/", "\\"))
            or "\\" in name
            or ":" in name
            or ".." in name.split("/")
            or stat.S_ISLNK(member.external_attr >> 16)
            or member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
        )
    if strange:
        raise UnwantedFile(
            _("The file holds parts that no document has. Open it in its program and save it again.")
        )
    if any(member.flag_bits & 0x1 for member in members):
        raise UnwantedFile(_("The file is protected with a password. Remove the password and save it again."))
    if archive.comment or _has_foreign_bytes(archive):
        raise UnwantedFile(
            _("Something else is hung on to the file. Open it in its program and save it again.")
        )


def _has_foreign_bytes(archive: zipfile.ZipFile) -> bool:
    """Whether something stands before the first part: the file would be two things at once."""
    return bool(archive.infolist()) and min(member.header_offset for member in archive.infolist()) != 0


def _check_unpacked(archive: zipfile.ZipFile) -> None:
    """Unpack every part once, counting: sizes are what they are, checksums hold."""
    too_much = _("The file unpacks to more than %(limit)s MB. Make the pictures in it smaller.") % {
        "limit": MAX_UNPACKED // 1024 // 1024
    }
    if sum(member.file_size for member in archive.infolist()) > MAX_UNPACKED:
        raise UnwantedFile(too_much)
    total = 0
    for member in archive.infolist():
        with archive.open(member) as part:
            while chunk := part.read(256 * 1024):
                total += len(chunk)
                if total > MAX_UNPACKED:
                    raise UnwantedFile(too_much)


def _mimetype(archive: zipfile.ZipFile) -> bytes:
    if "mimetype" not in archive.namelist():
        return b""
    with archive.open("mimetype") as part:
        return part.read(200).strip()


def _refuse_documents(archive: zipfile.ZipFile) -> None:
    with archive.open("[Content_Types].xml") as part:
        types = part.read(1024 * 1024)
    if b"wordprocessingml" in types or b"presentationml" in types:
        raise UnwantedFile(_("This is a Word or PowerPoint document. Save it as a PDF and choose that."))


def _picture_kind(head: bytes) -> str | None:
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "WEBP"
    return None


def _check_picture(file: IO[bytes], kind: str) -> None:
    """Decode the first frame, a JPEG at an eighth of its size: what isn't a picture fails here."""
    too_large = _("The picture has more than %(limit)s pixels. Make it smaller.") % {
        "limit": f"{MAX_PIXELS:,}"
    }
    file.seek(0)
    try:
        with Image.open(file, formats=(kind,)) as picture:
            width, height = picture.size
            if width * height > MAX_PIXELS:
                raise UnwantedFile(too_large)
            picture.draft("RGB", (max(1, width // 8), max(1, height // 8)))
            picture.load()
        if not _is_whole(file, kind):
            raise ValueError("cut off")
    except UnwantedFile:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UnwantedFile(too_large) from error
    # The decoders on hostile bytes raise whatever they like.
    except Exception as error:
        raise UnwantedFile(_("The picture is damaged or cut off. Save it again as JPEG or PNG.")) from error
    finally:
        with contextlib.suppress(ValueError):
            file.seek(0)


def _is_whole(file: IO[bytes], kind: str) -> bool:
    """Whether the picture's end is there. Asked beside Pillow, which the library of the PDFs tells, for the
    whole process, to take pictures that are cut off."""
    size = file.seek(0, 2)
    file.seek(max(0, size - PICTURE_TAIL))
    tail = file.read()
    if kind == "PNG":
        return b"IEND\xaeB`\x82" in tail
    if kind == "JPEG":
        return b"\xff\xd9" in tail
    if kind == "GIF":
        return b"\x00;" in tail
    file.seek(4)
    return int.from_bytes(file.read(4), "little") + 8 <= size


# --- What is not taken, by name ---


def _name_other(head: bytes, file: IO[bytes]) -> str:
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not head:
        return _("The file is empty.")
    if head.startswith(OLE):
        file.seek(0)
        return _name_ole(file.read(8 * 1024 * 1024))
    if head.startswith(b"HWP Document File"):
        return old_hangul()
    if b"<svg" in text:
        return _("This is an SVG drawing, which may hold scripts. Save it as PNG.")
    if head[4:8] == b"ftyp" and head[8:12] in {b"heic", b"heix", b"mif1", b"msf1", b"hevc", b"avif"}:
        return _("This is a HEIC picture of a telephone. Save it as JPEG.")
    if head.startswith((b"BM", b"II*\x00", b"MM\x00*")):
        return _("This kind of picture is not taken. Save it as PNG or JPEG.")
    return _("Only %(kinds)s are taken; this is none of them, whatever its name says.") % {"kinds": labels()}


def _name_ole(content: bytes) -> str:
    def has(stream: str) -> bool:
        return stream.encode("utf-16-le") in content

    if has("EncryptedPackage"):
        return _("The file is protected with a password. Remove the password and save it again.")
    if has("HwpSummaryInformation") or b"HWP Document File" in content:
        return old_hangul()
    if has("Workbook"):
        return _("This is an old Excel file (.xls). Open it in Excel and save it as .xlsx.")
    return _("This is an old Office document. Save it as a PDF and choose that.")


def old_hangul() -> str:
    """What is said of a .hwp document."""
    return _(
        "This is a Hangul document in the old format (.hwp). In Hangul, choose “Save as” and HWPX or PDF,"
        " and choose that file."
    )


def _name_zip(archive: zipfile.ZipFile) -> str:
    names = archive.namelist()
    if "AndroidManifest.xml" in names or "META-INF/MANIFEST.MF" in names:
        return _("Only %(kinds)s are taken; this is none of them, whatever its name says.") % {
            "kinds": labels()
        }
    if b"opendocument" in _mimetype(archive):
        return _("This is an OpenDocument file. Save it as a PDF or .xlsx and choose that.")
    return _("This is a zip file. Unpack it and choose the files in it.")
