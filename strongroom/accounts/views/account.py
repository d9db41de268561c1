"""The settings of one's own account, and the language of pages for everybody."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language_info
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from strongroom.accounts.actions.language import change_language
from strongroom.accounts.queries.accounts import list_addresses
from strongroom.accounts.rules.names import MOST_ADDRESSES
from strongroom.accounts.views.visiting import actor_in, next_address, remember_language, require_visit, visit_of


@never_cache
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """Name, addresses and their state, and the ways to change what can be changed."""
    visit = require_visit(request)
    addresses = list_addresses(visit.account)
    context = {
        "addresses": addresses,
        "takes_more": len(addresses) < MOST_ADDRESSES,
        "said": request.GET.get("said", ""),
    }
    return render(request, "accounts/account.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def account_language(request: HttpRequest) -> HttpResponse:
    """Choose the language of pages in this browser and, for whoever is signed in, of mails."""
    chosen = request.POST.get("language", "")
    if chosen not in dict(settings.LANGUAGES):
        context = {
            "languages": [get_language_info(code) for code, _ in settings.LANGUAGES],
            "next": next_address(request, otherwise="/"),
        }
        return render(request, "accounts/language.html", context, status=400 if request.method == "POST" else 200)
    if visit_of(request) is not None:
        change_language(by=actor_in(request), now=timezone.now(), language=chosen)
    response = HttpResponseRedirect(next_address(request, otherwise="/"))
    remember_language(response, chosen)
    return response
