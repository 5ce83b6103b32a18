"""Files that people bring: taken up to a limit, beyond it kept nowhere, and handed out as downloads."""

import functools
from collections.abc import Callable
from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt, csrf_protect

# What the rest of a form may weigh beside its files.
FORM_BYTES = 3 * 1024 * 1024
# What somebody uploaded is handed out as a download, whatever is in it.
DOWNLOAD_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}


def download(stored: Any) -> HttpResponse:
    """A stored file (a row with file, name, media_type and size) as a download.

    Raises Http404 where its content is gone. Who may have it is the caller's question.
    """
    try:
        content = stored.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(
        content,
        as_attachment=True,
        filename=stored.name,
        content_type=stored.media_type,
        headers=DOWNLOAD_HEADERS,
    )
    response["Content-Length"] = str(stored.size)
    return response  # type: ignore[return-value]


class CappedUpload(FileUploadHandler):
    """Stops taking a file once it is too large; ``request.too_large`` names it. The others go on."""

    def __init__(self, request: HttpRequest, largest: int) -> None:
        super().__init__(request)
        self.largest = largest

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.taken = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.taken += len(raw_data)
        if self.taken > self.largest:
            self.request.too_large.append(self.file_name)  # type: ignore[union-attr]
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


def capped(
    *,
    largest: Callable[[], int],
    together: Callable[[], int],
    refuse: Callable[[HttpRequest, dict[str, Any]], HttpResponse],
) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Set the limits of a view's uploads before the body is read, and with it the token that it carries.

    ``largest`` bytes a file, which the view finds named in ``request.too_large``; a body that holds more
    than ``together`` bytes of files is not read at all, and ``refuse`` answers.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        protected = csrf_protect(view)

        @csrf_exempt
        @functools.wraps(view)
        def limited(request: HttpRequest, **place: Any) -> HttpResponse:
            if request.method == "POST":
                length = request.META.get("CONTENT_LENGTH") or ""
                if length.isdecimal() and int(length) > together() + FORM_BYTES:
                    return refuse(request, place)
                request.too_large = []  # type: ignore[attr-defined]
                request.upload_handlers.insert(0, CappedUpload(request, largest()))
            return protected(request, **place)

        return limited

    return decorate
