"""The old site's media, found in a folder beside the export; nothing is ever fetched from a network."""

import re
import unicodedata
import warnings
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.files import File as StoredFile
from django.core.files.images import ImageFile
from django.utils.translation import gettext as _
from PIL import Image
from wagtail.utils.file import hash_filelike

from cms.importers.credits import credit
from cms.importers.pieces import Photo
from cms.importers.wxr import Attachment as ListedFile
from cms.importers.wxr import Export
from cms.models import Attachment, Picture

# What WordPress adds to the names of the copies that it makes.
COPY = re.compile(r"(-\d{2,5}x\d{2,5}|-scaled|-rotated|-e\d{10,14})(?=\.\w+$)")
MOST_PIXELS = 100_000_000


class NoFile(ValueError):
    """A file is missing or isn't what it should be; the message is for the report."""


@dataclass(frozen=True, slots=True)
class Media:
    """A file that can be stored: where it lies, its old address (of the original) and the words that belong to it."""

    path: Path
    url: str
    title: str
    alt: str = ""
    caption: str = ""
    photographer: str = ""


class Library:
    """Finds and stores the media of one export."""

    def __init__(self, folder: Path | None, export: Export) -> None:
        self.base = urlsplit(export.base).hostname or ""
        self.listed = export.attachments
        self.by_place = {_place(listed.url): listed for listed in export.attachments.values()}
        self.by_name = {_name(listed.url): listed for listed in export.attachments.values()}
        self.files: dict[str, list[Path]] = defaultdict(list)
        self.checked: dict[Path, str] = {}
        self.used: set[str] = set()
        for path in sorted(folder.rglob("*")) if folder else ():
            if path.is_file():
                self.files[_folded(path.name)].append(path)

    def is_own(self, url: str) -> bool:
        """Tell whether `url` is a file of the old site."""
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
        return host == self.base.removeprefix("www.") or "/wp-content/uploads/" in parts.path

    def is_file(self, url: str) -> bool:
        """Tell whether `url` is a file of the old site's, not a page of it."""
        return self.is_own(url) and bool(re.search(r"\.(?!html?$|php$)\w{2,5}$", urlsplit(url).path))

    def attachment(self, number: int, url: str) -> ListedFile | None:
        """Return what the export says of a file, by its id or else its address (of any of its copies)."""
        if number in self.listed or not url:
            return self.listed.get(number)
        # A name alone tells the file only where no two files share it.
        alone = len(self.files.get(_name(url), ())) <= 1
        return self.by_place.get(_place(url)) or (self.by_name.get(_name(url)) if alone else None)

    def picture(self, photo: Photo) -> Media:
        """Return the file of a picture in a text. Raises NoFile."""
        listed = self.attachment(photo.attachment, photo.src)
        url = listed.url if listed and listed.url else photo.src
        media = self._media(url, listed)
        self._check(media.path, _picture_fault)
        return Media(
            media.path,
            media.url,
            media.title,
            (media.alt or photo.alt)[:255],
            media.caption[:400],
            (media.photographer or photo.photographer)[:200],
        )

    def document(self, url: str) -> Media:
        """Return the file of a document. Raises NoFile."""
        media = self._media(url, self.attachment(0, url))
        self._check(media.path, _document_fault)
        return media

    def _media(self, url: str, listed: ListedFile | None) -> Media:
        if not url:
            raise NoFile(_("A picture isn't among the export's files."))
        if not self.is_own(url):
            raise NoFile(_("The file stands on another site and isn't fetched: %(url)s") % {"url": url})
        path = self.find(url)
        if path is None:
            raise NoFile(_("The file is missing in the media folder: %(url)s") % {"url": url})
        original = COPY.sub("", re.split(r"[?#]", url, maxsplit=1)[0]) if listed is None else listed.url
        self.used.add(_name(original))
        caption, photographer = credit(listed.caption if listed else "")
        title = listed.title if listed and listed.title else path.stem
        return Media(path, original[:500], title[:255], listed.alt if listed else "", caption, photographer)

    def find(self, url: str) -> Path | None:
        """Return the file for an address: the original before a smaller copy, and of equal names the one in the same folders."""
        place = unquote(urlsplit(url).path)
        name = place.rsplit("/", 1)[-1]
        bare = COPY.sub("", name)
        stem, dot, ending = bare.rpartition(".")
        for wanted in (bare, f"{stem}-scaled{dot}{ending}", name):
            if found := self.files.get(_folded(wanted)):
                return max(found, key=lambda path: _shared(path.parent, place.split("/")[:-1]))
        return None

    def _check(self, path: Path, fault_of: Callable[[Path], str]) -> None:
        if path not in self.checked:
            self.checked[path] = fault_of(path)
        if self.checked[path]:
            raise NoFile(self.checked[path])

    def unused(self) -> int:
        """Return how many of the export's files no item has used."""
        return len(set(self.by_name) - self.used)

    def existing(self, model: type[Picture] | type[Attachment], media: Media) -> Picture | Attachment | None:
        """Return the stored file if it came by an earlier run, or lies here with the same content."""
        if found := model.objects.filter(source_url=media.url).first():
            return found
        with media.path.open("rb") as file:
            return model.objects.filter(file_hash=hash_filelike(file)).first()

    def store_picture(self, media: Media) -> tuple[Picture, bool]:
        """Return the picture, and whether it was made now."""
        if found := self.existing(Picture, media):
            return found, False  # type: ignore[return-value]
        with media.path.open("rb") as file:
            words = {"description": media.alt, "caption": media.caption, "photographer": media.photographer}
            picture = Picture(title=media.title, source_url=media.url, file=ImageFile(file, name=media.path.name), **words)
            picture._set_image_file_metadata()
            picture.save()
        return picture, True

    def store_document(self, media: Media) -> tuple[Attachment, bool]:
        """Return the document, and whether it was made now."""
        if found := self.existing(Attachment, media):
            return found, False  # type: ignore[return-value]
        with media.path.open("rb") as file:
            document = Attachment(title=media.title, source_url=media.url, file=StoredFile(file, name=media.path.name))
            document._set_document_file_metadata()
            document.save()
        return document, True


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _place(url: str) -> str:
    """Return the path of the original of which `url` may be a smaller copy."""
    return _folded(COPY.sub("", unquote(urlsplit(url).path)))


def _name(url: str) -> str:
    """Return the name by which a file and all its smaller copies go."""
    return _folded(COPY.sub("", unquote(urlsplit(url).path).rsplit("/", 1)[-1]))


def _shared(folder: Path, parts: list[str]) -> int:
    """Return how many of the innermost folders are the same."""
    pairs = zip(reversed(folder.parts), reversed(parts), strict=False)
    return next((count for count, (one, other) in enumerate(pairs) if one != other), min(len(folder.parts), len(parts)))


def _picture_fault(path: Path) -> str:
    """Return why a file can't be used as a picture; empty if it can."""
    if path.suffix.lower().lstrip(".") not in settings.WAGTAILIMAGES_EXTENSIONS:
        return _("“%(name)s” is of a kind that isn't used for pictures.") % {"name": path.name}
    try:
        with warnings.catch_warnings(), Image.open(path) as image:
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            if image.width * image.height > MOST_PIXELS:
                return _("“%(name)s” is too large: %(width)d × %(height)d.") % {
                    "name": path.name,
                    "width": image.width,
                    "height": image.height,
                }
            # Read to the end, as small as the format can: a file cut off in the middle shows only then.
            image.draft("RGB", (64, 64))
            image.load()
    except Exception as error:  # Pillow's plugins raise whatever they like at a broken file
        return _("“%(name)s” isn't a picture that can be read: %(error)s") % {"name": path.name, "error": error}
    return ""


def _document_fault(path: Path) -> str:
    """Return why a file can't be used as a document; empty if it can."""
    ending = path.suffix.lower().lstrip(".")
    if ending not in settings.WAGTAILDOCS_EXTENSIONS:
        return _("“%(name)s” is of a kind that isn't used for documents.") % {"name": path.name}
    with path.open("rb") as file:
        start = file.read(1024)
    if not start or (ending == "pdf" and b"%PDF-" not in start):
        return _("“%(name)s” isn't the document that its name says.") % {"name": path.name}
    return ""
