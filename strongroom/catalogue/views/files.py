"""Files that never change once they have their name, sent as they lie on the disk."""

from __future__ import annotations

from pathlib import Path

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_cache_control

PARQUET, GZIP, TEXT = "application/vnd.apache.parquet", "application/gzip", "text/plain; charset=utf-8"

_YEAR_SECONDS = 365 * 24 * 60 * 60


def send_file(request: HttpRequest, path: Path, *, tag: str, kind: str) -> HttpResponseBase:
    """A file with its entity tag, to be kept for as long as anybody likes. Raises Http404 when it is not there."""
    try:
        return _kept(get_conditional_response(request, etag=tag) or _whole(request, path, kind), tag)
    except OSError:
        raise Http404 from None


def send_text(request: HttpRequest, text: str, *, tag: str) -> HttpResponseBase:
    """A short file that is made of rows which never change."""
    return _kept(get_conditional_response(request, etag=tag) or HttpResponse(text, content_type=TEXT), tag)


def _whole(request: HttpRequest, path: Path, kind: str) -> HttpResponseBase:
    size = path.stat().st_size
    is_asked = request.method == "GET"
    # Kept under the last name of its address, by which checksums and examples call it.
    name = request.path.rpartition("/")[2]
    response = FileResponse(path.open("rb"), filename=name) if is_asked else HttpResponse()
    response["Content-Type"] = kind
    response["Content-Length"] = str(size)
    return response


def _kept(response: HttpResponseBase, tag: str) -> HttpResponseBase:
    response["ETag"] = tag
    patch_cache_control(response, public=True, max_age=_YEAR_SECONDS, immutable=True)
    return response
