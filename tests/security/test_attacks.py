"""Attacks on factors and sign-in that have happened elsewhere, each tried here as it was done, one test for each row.

The rows stand in ``docs/security/rows.toml``. What is tried in many variants, or by several processes at once, has its
tests beside the code; the row names them.
"""

from __future__ import annotations

import base64
import json

import pytest
from django.apps import apps
from django.http import HttpResponse
from django.utils import timezone
from zxcvbn import zxcvbn

from strongroom.accounts.actions.ending import BY_OPERATOR, suspend_account
from strongroom.accounts.models import Account, EmailAddress, Factor, Session
from strongroom.accounts.tasks import sweep_leftovers
from strongroom.factors.actions.showing import show_recovery_code
from strongroom.factors.models import Challenge, RecoveryCode, SecurityKey
from strongroom.factors.tasks import sweep_challenges
from strongroom.gear.hashing import BoundedArgon2Hasher
from strongroom.gear.passwords import ESTIMATED_CHARACTERS
from strongroom.projects.models import Collaboration
from strongroom.record.models import Event
from strongroom.terms.actors import AccountId
from strongroom.tokens.models import Token
from tests.accounts.entering import VISITOR, letters, queries_of
from tests.accounts.mailbox import count_codes, last_code
from tests.authenticator import TITAN, Browser, SoftKey, certify
from tests.cast import NOW, OPERATOR, add_person, basic, token_for
from tests.factors.cast import at_factor, means, with_app
from tests.factors.people import (
    CSRF,
    PASSWORD,
    SHOWN_CODE,
    Phone,
    Visitor,
    browser_with,
    own_alone,
    reason_of,
    text_of,
    told,
)
from tests.uploads.door import send, wheel_upload

pytestmark = pytest.mark.django_db

SIGN_IN, FACTOR, MAIL, KEY = (f"/account/sign-in/{step}" for step in ("", "factor/", "mail/", "key/"))
SECURITY, ADD_APP, MAKE_TOKEN = "/account/security/", "/account/security/apps/add/", "/account/tokens/make/"
CODES, CLOSE, ADD_ADDRESS = "/account/security/recovery-codes/", "/account/close/", "/account/addresses/add/"
NEW_PASSWORD = "seventeen violet lanterns"
TOKEN = {"label": "laptop", "permissions": "publish", "covers": "all", "days": "90"}
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


@pytest.fixture
def phone(ada: Visitor) -> Phone:
    """Ada's app, enrolled in the first second of a step, and of every window of every limit but the day's."""
    ada.clock.go_on(hours=1)
    ada.clock.at = ada.clock.at.replace(minute=0, second=0, microsecond=0)
    ada.sign_in()
    return ada.enrol_app()


@pytest.fixture
def passkey(ada: Visitor) -> SoftKey:
    ada.sign_in()
    passkey = SoftKey(verifies=True)
    ada.enrol_key(passkey, passkey=True)
    return passkey


def at_code(visitor: Visitor, *, address: str = "127.0.0.1") -> Visitor:
    """Whoever knows the password, at a browser of theirs, where the factor is asked for."""
    away = visitor.elsewhere()
    away.client.defaults["REMOTE_ADDR"] = address
    assert away.type_password()["Location"] == FACTOR
    return away


def thief_in_session(visitor: Visitor) -> Visitor:
    """Whoever has stolen the cookie of somebody's session."""
    thief = visitor.elsewhere()
    thief.client.cookies["strongroom-session"] = visitor.client.cookies["strongroom-session"].value
    assert thief.is_signed_in()
    return thief


def asks_for_proof(answer: HttpResponse) -> bool:
    return answer.status_code == 302 and answer["Location"].startswith("/account/prove/")


def add_address(visitor: Visitor, text: str) -> HttpResponse:
    entry = {"address": text, "csrfmiddlewaretoken": visitor.token()}
    return visitor.client.post(ADD_ADDRESS, entry)  # type: ignore[return-value]


def number_of(label: str) -> str:
    return str(Factor.objects.get(label=label).pk)


def test_attack_totp_replay(ada: Visitor, phone: Phone) -> None:
    enrolment = phone.code()
    assert reason_of(at_code(ada).post(FACTOR, code=enrolment)) == "code-used"
    code = phone.next_code()
    assert at_code(ada).post(FACTOR, code=code)["Location"] == MAIL

    for seconds in (2, 27, 4):  # 2, 29 and 33 seconds after it was used
        ada.clock.go_on(seconds=seconds)
        thief = at_code(ada)
        assert reason_of(thief.post(FACTOR, code=code)) == "code-used"
        assert not thief.is_signed_in()


def test_attack_normalisation_gap(ada: Visitor, phone: Phone) -> None:
    code = phone.next_code()
    thief = at_code(ada)
    assert at_code(ada).post(FACTOR, code=code)["Location"] == MAIL

    for typed in (f" {code[:3]} {code[3:]}\t", f"{code[:3]}-{code[3:]}", f"{code}\u00a0"):
        assert reason_of(thief.post(FACTOR, code=typed)) == "code-used", typed
    for typed in (code.translate(FULL_WIDTH), f"0{code}", f"+{code[1:]}", f"{code}\u200b0"):
        assert reason_of(thief.post(FACTOR, code=typed)) == "code-malformed", typed
    assert not thief.is_signed_in()


def test_attack_replay_memory_outlived(ada: Visitor, passkey: SoftKey) -> None:
    phone = ada.enrol_app(answer=ada.touch(passkey, "prove"))
    away, code = at_code(ada), phone.next_code()
    answer = away.touch(passkey)
    assert away.post(KEY, answer=answer)["Location"] == SECURITY
    assert at_code(ada).post(FACTOR, code=code)["Location"] == MAIL
    ada.clock.go_on(seconds=29)

    sweep_leftovers(now=ada.clock.at)
    sweep_challenges(now=ada.clock.at)

    assert reason_of(at_code(ada).post(FACTOR, code=code)) == "code-used"
    assert reason_of(at_code(ada).post(KEY, answer=answer)) == "challenge-gone"


def test_attack_brute_force(ada: Visitor, cyd: Visitor, phone: Phone) -> None:
    cyd.sign_in()
    theirs = cyd.enrol_app()
    for number in range(5):
        guesser = at_code(ada, address=f"203.0.113.{number}")
        assert reason_of(guesser.post(FACTOR, code="000000")) == "code-wrong"

    right = at_code(ada, address="203.0.113.77")
    assert at_code(cyd, address="203.0.113.77").post(FACTOR, code=theirs.next_code())["Location"] == MAIL
    answer = right.post(FACTOR, code=phone.next_code())

    assert (answer.status_code, reason_of(answer)) == (429, "too-many-attempts")
    assert not right.is_signed_in()


def test_attack_proxy_header_spoofing(ada: Visitor) -> None:
    away = ada.elsewhere()
    reasons = []
    for number in range(31):
        away.client.defaults["HTTP_X_FORWARDED_FOR"] = f"203.0.113.{number}, 198.51.100.{number}"
        away.name = f"nobody{number}"
        reasons.append(reason_of(away.post(SIGN_IN, name=away.name, password="wrong", anew="1")))
    away.name = "ada"
    away.client.defaults["REMOTE_ADDR"] = "192.0.2.1"
    away.sign_in()

    assert reasons == ["sign-in-failed"] * 30 + ["too-many-attempts"]
    assert Event.objects.filter(deed="signed-in").latest("id").address == "192.0.2.1"


def test_attack_weak_secret(ada: Visitor, phone: Phone) -> None:
    other = ada.enrol_app("tablet", code=phone.next_code())

    for one in (phone, other):
        assert len(base64.b32decode(one.secret)) * 8 == 160
    assert phone.secret != other.secret


def test_attack_session_fixation_half_login(ada: Visitor, phone: Phone) -> None:
    away = ada.elsewhere()
    away.client.cookies["strongroom-session"] = "planted"
    away.client.cookies["strongroom-arrival"] = "planted too"
    away.type_password()
    half = away.client.cookies["strongroom-arrival"].value
    thief = ada.elsewhere()
    for cookie in ("strongroom-session", "strongroom-arrival"):
        thief.client.cookies[cookie] = half
    for page in (SECURITY, "/account/", "/account/inbox/", "/account/tokens/", ADD_APP, CLOSE):
        assert thief.get(page)["Location"].startswith(SIGN_IN), page

    away.post(FACTOR, code=phone.next_code())
    assert not away.is_signed_in()
    away.post(MAIL, code=away.read_mail())

    assert away.is_signed_in()
    keys = [half, away.client.cookies["strongroom-session"].value]
    away.prove("make-token", code=phone.next_code())
    keys.append(away.client.cookies["strongroom-session"].value)
    assert len({"planted", "planted too", *keys}) == 5
    for dead in ("planted", *keys[:2]):
        thief.client.cookies["strongroom-session"] = dead
        assert not thief.is_signed_in()


def test_attack_pending_login_confusion(ada: Visitor, cyd: Visitor, phone: Phone) -> None:
    mine = Account.objects.get(folded_name="ada")
    away = at_code(ada)
    Account.objects.filter(pk=mine.pk).update(name="eve", folded_name="eve")
    Account.objects.filter(folded_name="cyd").update(name="ada", folded_name="ada")

    away.post(FACTOR, code=phone.next_code())
    away.post(MAIL, code=away.read_mail())

    assert away.is_signed_in()
    assert Session.objects.latest("id").account_id == mine.pk


def test_attack_password_in_the_session(ada: Visitor, phone: Phone) -> None:
    away = at_code(ada)
    assert reason_of(away.post(FACTOR, code="000000")) == "code-wrong"

    kept = [str(row) for model in apps.get_models() for row in model.objects.values()]  # type: ignore[attr-defined]
    kept += [cookie.OutputString() for cookie in away.client.cookies.values()]
    assert any("argon2id" in row for row in kept)
    assert not [row for row in kept if PASSWORD in row]


def test_attack_bypass_by_password_reset(ada: Visitor, phone: Phone) -> None:
    thief = ada.elsewhere()
    thief.post("/account/reset/", name="ada")
    assert thief.post("/account/reset/code/", code=thief.read_mail())["Location"] == "/account/reset/factor/"
    assert reason_of(thief.post("/account/reset/password/", password=NEW_PASSWORD)) == "stage-out-of-order"
    assert not thief.is_signed_in()
    assert ada.is_signed_in()

    thief.post("/account/reset/factor/", code=phone.next_code())
    assert thief.post("/account/reset/password/", password=NEW_PASSWORD).status_code == 200

    assert not thief.is_signed_in()
    assert not ada.is_signed_in()
    assert ada.type_password().status_code == 403


def test_attack_bypass_by_email_change(ada: Visitor, phone: Phone) -> None:
    thief = thief_in_session(ada)
    assert asks_for_proof(add_address(thief, "thief@example.net"))
    assert reason_of(thief.prove("change-addresses", password=PASSWORD)) == "proof-kind"
    assert EmailAddress.objects.get(account__folded_name="ada").address == "ada@example.org"

    ada.prove("change-addresses", code=phone.next_code())
    verify = add_address(ada, "ada@example.net")["Location"]
    ada.post(verify, code=last_code("ada@example.net"))
    assert letters()[-1] == ("notice address-verified", ["ada@example.net", "ada@example.org"])
    new = EmailAddress.objects.get(address="ada@example.net").pk
    assert asks_for_proof(ada.post(f"/account/addresses/{new}/primary/"))
    assert asks_for_proof(ada.post(f"/account/addresses/{new}/remove/"))
    ada.prove("change-addresses", code=phone.next_code())
    ada.post(f"/account/addresses/{new}/remove/")

    assert letters()[-1] == ("notice address-removed", ["ada@example.net", "ada@example.org"])


def test_attack_bypass_by_token_creation(ada: Visitor, phone: Phone) -> None:
    thief = thief_in_session(ada)
    assert asks_for_proof(thief.post(MAKE_TOKEN, **TOKEN))
    assert reason_of(thief.prove("make-token", password=PASSWORD)) == "proof-kind"
    assert reason_of(thief.prove("make-token", recovery=phone.codes[0])) == "proof-kind"
    assert not Token.objects.exists()

    ada.prove("make-token", code=phone.next_code())
    ada.post(MAKE_TOKEN, **TOKEN)

    token = Token.objects.get()
    assert (token.made_with, token.made_with_factor_id) == ("totp", int(number_of("phone")))
    bearer = {"Authorization": basic(token_for("ada"))}
    assert ada.elsewhere().client.get(SECURITY, headers=bearer)["Location"].startswith(SIGN_IN)


def test_attack_factor_removal_downgrade(ada: Visitor, phone: Phone) -> None:
    ada.enrol_key(SoftKey(), code=phone.next_code())
    remove = f"/account/security/factors/{number_of('key')}/remove/"
    thief = thief_in_session(ada)

    assert asks_for_proof(thief.post(remove, why="lost"))
    for shown in ({"password": PASSWORD}, {"code": phone.next_code()}):
        assert reason_of(thief.prove("remove-factor", target=number_of("key"), **shown)) == "proof-kind"
    assert asks_for_proof(thief.post(remove, why="removed"))

    assert Factor.objects.filter(label__in=("key", "phone"), ended_at=None).count() == 2


def test_attack_attacker_enrols_first(ada: Visitor) -> None:
    own_alone(ada, "arnica")
    thief = ada.elsewhere()
    thief.sign_in()
    thief.prove("enrol-factor", password=PASSWORD)

    for address in (ADD_APP, "/account/security/keys/add/"):
        entry = {"label": "mine"} if address == ADD_APP else {"label": "mine", "answer": thief.make(SoftKey())}
        assert thief.post(address, **entry)["Location"].startswith("/account/security/mailbox/")
    thief.post("/account/security/mailbox/", next=ADD_APP)

    assert reason_of(thief.post("/account/security/mailbox/", next=ADD_APP, code="AAAA-AAAA")) == "mail-code-wrong"
    assert thief.post(ADD_APP, label="mine")["Location"].startswith("/account/security/mailbox/")
    assert not Factor.objects.exists()


def test_attack_owner_removal_after_takeover(ada: Visitor, cyd: Visitor, phone: Phone) -> None:
    own_alone(ada, "arnica")
    thief = thief_in_session(ada)
    assert asks_for_proof(thief.post(CLOSE))
    assert reason_of(thief.prove("close-account", password=PASSWORD)) == "proof-kind"
    assert thief.prove("close-account", code=phone.next_code()).status_code == 302

    assert reason_of(thief.post(CLOSE)) == "sole-owner"

    cyd.sign_in()
    before = Event.objects.filter(subject_name="cyd").count()
    cyd.prove("close-account", password=PASSWORD)
    cyd.post(CLOSE)
    assert Account.objects.get(folded_name="cyd").closed_at is not None
    assert Event.objects.filter(subject_name="cyd").count() > before


def test_attack_stale_privilege() -> None:
    ben = add_person("ben")
    assert send(wheel_upload("ham", "1.0"), ben.basic).status_code == 200

    Collaboration.objects.filter(account=ben.account).delete()

    answer = send(wheel_upload("ham", "2.0"), ben.basic)
    assert (answer.status_code, answer["X-Strongroom-Reason"]) == (403, "not-a-collaborator")


def test_attack_expired_email_domain(ada: Visitor) -> None:
    EmailAddress.objects.update(verified_at=None)
    whoever_bought_the_domain = ada.elsewhere()

    for name in ("ada", "ada@example.org"):
        assert whoever_bought_the_domain.post("/account/reset/", name=name)["Location"] == "/account/reset/code/"

    assert count_codes("ada@example.org") == 0


def test_attack_recovery_code_guessing() -> None:
    ada = with_app()
    near, far = f"{ada.codes[0][:-4]}0000", "0000-0000-0000-0000-0000-0000"
    assert len(ada.codes[0].replace("-", "")) * 5 == 120
    kept = str(list(RecoveryCode.objects.values()))
    assert not [code for code in ada.codes if code[:9] in kept or code.replace("-", "")[:8] in kept]

    asked = [
        queries_of(
            lambda text=text: show_recovery_code(  # type: ignore[misc]
                by=VISITOR, now=NOW, arrival=at_factor(ada), text=text, means=means()
            )
        )
        for text in (near, far)
    ]

    assert asked[0] == asked[1]
    assert any("recoverycode" in query for query in asked[0])


def test_attack_enumeration(ada: Visitor, cyd: Visitor) -> None:
    cyd_id = AccountId(Account.objects.get(folded_name="cyd").pk)
    suspend_account(by=OPERATOR, now=timezone.now(), account=cyd_id, why=BY_OPERATOR)
    entries = {
        SIGN_IN: {"password": "not the password", "anew": "1"},
        "/account/reset/": {},
    }
    for address, entry in entries.items():
        seen = set()
        for name in ("ada", "cyd", "eve"):
            answer = ada.elsewhere().post(address, name=name, **entry)
            page = CSRF.sub("", text_of(answer)).replace(f'"{name}"', '""')
            seen.add((answer.status_code, answer.get("Location"), reason_of(answer), page))
        assert len(seen) == 1, address


def test_attack_cross_site_request_forgery(ada: Visitor, phone: Phone) -> None:
    for deed in ("make-token", "change-addresses", "enrol-factor", "make-recovery-codes", "close-account"):
        ada.prove(deed, code=phone.next_code())
    prove = "/account/prove/change-password/"
    pages = [MAKE_TOKEN, ADD_ADDRESS, ADD_APP, CODES, CLOSE, prove, "/account/sign-out/", "/account/language/"]
    before = Event.objects.count()

    for address in pages:
        assert ada.get(address).status_code in {200, 302, 405}, address
        assert ada.client.post(address, {"password": PASSWORD, "label": "x", "name": "x"}).status_code == 403, address
    begin = ada.client.post("/account/key/", json.dumps({"for": "enrol"}), content_type="application/json")

    assert begin.status_code == 403
    assert (Event.objects.count(), Challenge.objects.count()) == (before, 0)
    assert ada.is_signed_in()


def test_attack_framing(ada: Visitor, passkey: SoftKey) -> None:
    page = ada.get(SECURITY)
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
    assert "publickey-credentials-get=(self)" in page["Permissions-Policy"]
    for said in ({"crossOrigin": True}, {"topOrigin": "https://evil.example"}):
        framed = ada.elsewhere()
        asked = browser_with(passkey)
        asked.client_data = said
        assert reason_of(framed.post(KEY, answer=asked.get(told(framed.begin("sign-in"))))) == "key-answer-refused"
        assert not framed.is_signed_in()


def test_attack_challenge_reuse(ada: Visitor, passkey: SoftKey) -> None:
    away = ada.elsewhere()
    for_sign_in = away.touch(passkey)
    assert reason_of(ada.prove("make-token", answer=for_sign_in)) == "challenge-gone"
    assert reason_of(away.post(KEY, answer=ada.touch(passkey, "prove"))) == "challenge-gone"
    proof = ada.touch(passkey, "prove")
    assert ada.prove("make-token", answer=proof).status_code == 302
    assert reason_of(ada.prove("make-token", answer=proof)) == "challenge-gone"
    answer = away.touch(passkey)
    assert away.post(KEY, answer=answer)["Location"] == SECURITY
    thief = ada.elsewhere()
    thief.begin("sign-in")
    assert reason_of(thief.post(KEY, answer=answer)) == "challenge-gone"
    late = thief.touch(passkey)
    ada.clock.go_on(minutes=5)

    assert reason_of(thief.post(KEY, answer=late)) == "challenge-gone"
    assert not thief.is_signed_in()


def test_attack_cloned_key(ada: Visitor, passkey: SoftKey) -> None:
    clone = passkey.clone()
    away, thief = ada.elsewhere(), ada.elsewhere()
    assert away.post(KEY, answer=away.touch(passkey))["Location"] == SECURITY

    assert reason_of(thief.post(KEY, answer=thief.touch(clone))) == "key-copied"

    assert not thief.is_signed_in()
    assert SecurityKey.objects.get().suspected_at is not None
    assert letters()[-1] == ("notice key-suspected", ["ada@example.org"])
    assert SecurityKey.objects.get().factor.ended_at is None


def test_attack_origin_confusion(ada: Visitor, passkey: SoftKey) -> None:
    away = ada.elsewhere()
    away.client.defaults["HTTP_HOST"] = "evil.localhost"
    for origin in ("http://evil.localhost", "http://localhost:8001", "https://localhost:8000", "https://evil.example"):
        options = told(away.begin("sign-in"))
        assert options["rpId"] == "localhost"
        answer = Browser(origin, passkey, is_honest=False).get(options)
        assert reason_of(away.post(KEY, answer=answer)) == "key-wrong-address", origin
    assert not away.is_signed_in()


def test_attack_forged_model(ada: Visitor) -> None:
    ada.sign_in()
    forged = SoftKey(aaguid=TITAN, batch=certify("Google Titan Security Key", aaguid=TITAN))
    ada.prove("enrol-factor", password=PASSWORD)
    page = ada.post("/account/security/keys/add/", label="key", answer=ada.make(forged, attest=True))
    ada.post(CODES, code=SHOWN_CODE.findall(text_of(page))[0])

    assert SecurityKey.objects.get().verdict == "untrusted"
    assert "(verified)" not in text_of(ada.get(SECURITY))


def test_attack_totp_phishing_relay(ada: Visitor, phone: Phone) -> None:
    key = SoftKey()
    ada.enrol_key(key, code=phone.next_code())
    relay, victim = at_code(ada), at_code(ada)
    assert relay.post(FACTOR, code=phone.next_code())["Location"] == MAIL  # a page in between passes on what is typed
    assert not relay.is_signed_in()
    held = relay.read_mail()
    victim.post(FACTOR, code=phone.next_code())
    assert reason_of(victim.post(MAIL, code=held)) == "mail-code-wrong"

    lookalike = Browser("http://localhost:8001", key)
    again = at_code(ada)
    assert reason_of(again.post(KEY, answer=lookalike.get(told(again.begin("sign-in"))))) == "key-wrong-address"
    codes = count_codes("ada@example.org")
    assert again.post(KEY, answer=again.touch(key))["Location"] == SECURITY
    assert count_codes("ada@example.org") == codes


def test_attack_audit_gaps(ada: Visitor, phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    target = number_of("phone")
    ada.prove("remove-factor", target=target, code=phone.next_code())
    ada.prove("change-addresses", code=phone.next_code())
    ada.prove("make-token", code=phone.next_code())

    def fail(**_: object) -> None:
        raise RuntimeError("the record cannot be written")

    monkeypatch.setattr(Event.objects, "create", fail)
    answers = [
        ada.post(f"/account/security/factors/{target}/remove/", why="removed"),
        add_address(ada, "ada@example.net"),
        ada.post(MAKE_TOKEN, **TOKEN),
    ]

    assert [answer.status_code for answer in answers] == [500, 500, 500]
    assert Factor.objects.get(pk=target).ended_at is None
    assert EmailAddress.objects.filter(account__folded_name="ada").count() == 1
    assert not Token.objects.exists()


def test_attack_cost_of_hashing(ada: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[int] = []
    estimated: list[int] = []
    encode = BoundedArgon2Hasher.encode

    def counting(self: BoundedArgon2Hasher, password: str, salt: str) -> str:
        hashed.append(len(password))
        return encode(self, password, salt)

    def estimating(password: str, **known: list[str]) -> dict[str, object]:
        estimated.append(len(password))
        return dict(zxcvbn(password, **known))

    monkeypatch.setattr(BoundedArgon2Hasher, "encode", counting)
    monkeypatch.setattr("strongroom.gear.passwords.zxcvbn", estimating)
    away = ada.elsewhere()
    assert away.post(SIGN_IN, name="ada", password="x" * 5_000_000, anew="1").status_code == 400
    assert hashed == []

    statuses = [away.post(SIGN_IN, name="eve", password="x", anew="1").status_code for _ in range(35)]
    assert (statuses, hashed) == ([403] * 10 + [429] * 25, [1] * 10)

    away.client.defaults["REMOTE_ADDR"] = "192.0.2.1"
    away.sign_in()
    away.prove("change-password", password=PASSWORD)
    away.post("/account/password/", present=PASSWORD, password="no end " * 100_000)
    assert estimated == [ESTIMATED_CHARACTERS]
