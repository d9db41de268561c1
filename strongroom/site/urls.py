"""Every address of the control plane; those that installers read are answered by the read plane before."""

from __future__ import annotations

from django.urls import path, re_path

from strongroom.accounts.views.account import account, account_language
from strongroom.accounts.views.addresses import add_address, primary_address, remove_address, verify_address
from strongroom.accounts.views.first_staff import first_staff_account
from strongroom.accounts.views.inbox import inbox, letter
from strongroom.accounts.views.not_me import not_me
from strongroom.accounts.views.passwords import change_password
from strongroom.accounts.views.resetting import reset, reset_code, reset_password
from strongroom.accounts.views.sessions import end_other_sessions, end_session, forget_device
from strongroom.accounts.views.signing_in import sign_in, sign_out
from strongroom.accounts.views.signing_up import sign_up, sign_up_code, sign_up_finish
from strongroom.factors.views.arriving import reset_factor, sign_in_factor, sign_in_mail
from strongroom.factors.views.codes import recovery_codes
from strongroom.factors.views.enrolling import add_app, add_key, app, first_factor_mailbox
from strongroom.factors.views.keeping import close_account, remove_factor, rename_factor
from strongroom.factors.views.keys import key_begin, key_sign_in
from strongroom.factors.views.proving import prove
from strongroom.factors.views.security import security
from strongroom.site.addresses import api, catalogue, console, critical, upkeep
from strongroom.site.views import help_index, help_page, home
from strongroom.tokens.views import make_token, revoke_token, tokens
from strongroom.uploads.api import project_behind_upload, upload, upload_without_slash

urlpatterns = [
    path("", home, name="home"),
    path("help/", help_index, name="help"),
    path("help/<slug:code>/", help_page, name="help-reason"),
    path("setup/<str:secret>/", first_staff_account, name="first-staff-account"),
    path("account/inbox/", inbox, name="inbox"),
    path("account/inbox/<int:number>/", letter, name="letter"),
    path("not-me/<str:signed>/", not_me, name="not-me"),
    path("account/", account, name="account"),
    path("account/language/", account_language, name="account-language"),
    path("account/sign-up/", sign_up, name="sign-up"),
    path("account/sign-up/code/", sign_up_code, name="sign-up-code"),
    path("account/sign-up/finish/", sign_up_finish, name="sign-up-finish"),
    path("account/sign-in/", sign_in, name="sign-in"),
    path("account/sign-out/", sign_out, name="sign-out"),
    path("account/reset/", reset, name="reset"),
    path("account/reset/code/", reset_code, name="reset-code"),
    path("account/reset/password/", reset_password, name="reset-password"),
    path("account/addresses/add/", add_address, name="add-address"),
    path("account/addresses/<int:address>/verify/", verify_address, name="verify-address"),
    path("account/addresses/<int:address>/primary/", primary_address, name="primary-address"),
    path("account/addresses/<int:address>/remove/", remove_address, name="remove-address"),
    path("account/password/", change_password, name="change-password"),
    path("account/sessions/<int:session>/end/", end_session, name="end-session"),
    path("account/sessions/end-others/", end_other_sessions, name="end-other-sessions"),
    path("account/devices/<int:device>/forget/", forget_device, name="forget-device"),
    path("account/tokens/", tokens, name="tokens"),
    path("account/tokens/make/", make_token, name="make-token"),
    path("account/tokens/<str:token>/revoke/", revoke_token, name="revoke-token"),
    path("account/sign-in/factor/", sign_in_factor, name="sign-in-factor"),
    path("account/sign-in/mail/", sign_in_mail, name="sign-in-mail"),
    path("account/sign-in/key/", key_sign_in, name="key-sign-in"),
    path("account/reset/factor/", reset_factor, name="reset-factor"),
    path("account/key/", key_begin, name="key-begin"),
    path("account/prove/<slug:deed>/", prove, name="prove"),
    path("account/security/", security, name="security"),
    path("account/security/apps/add/", add_app, name="add-app"),
    path("account/security/apps/<int:factor>/", app, name="app"),
    path("account/security/keys/add/", add_key, name="add-key"),
    path("account/security/factors/<int:factor>/rename/", rename_factor, name="rename-factor"),
    path("account/security/factors/<int:factor>/remove/", remove_factor, name="remove-factor"),
    path("account/security/recovery-codes/", recovery_codes, name="recovery-codes"),
    path("account/security/mailbox/", first_factor_mailbox, name="first-factor-mailbox"),
    path("account/close/", close_account, name="close-account"),
    *catalogue.urlpatterns,
    *critical.urlpatterns,
    *upkeep.urlpatterns,
    *console.urlpatterns,
    *api.urlpatterns,
    path("legacy/", upload, name="upload"),
    path("legacy", upload_without_slash),
    re_path(r"^legacy/(?P<project>[A-Za-z0-9._-]+)/(?:(?P<version>[^/]+)/)?$", project_behind_upload),
]
handler404 = "strongroom.site.views.not_found"
