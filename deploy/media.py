"""Uploaded files as Ordet serves them itself; a proxy in front may do it instead, but never `documents/`."""

import posixpath

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.static import serve

# Documents go through their own view, which asks whether their collection is private.
PRIVATE = "documents"


def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """Serve the file `path` below MEDIA_ROOT; Http404 for documents, in whatever way the path is spelled."""
    if posixpath.normpath(path).lstrip("/").split("/")[0] == PRIVATE:
        raise Http404
    return serve(request, path, document_root=settings.MEDIA_ROOT)
