# Notices to the owner of an account about what was done with it, since somebody else may have done it. They are stored in
# the language of the request that did it. $browser is the name of a browser, $token that of a token, $provider
# that of an identity provider.

security_notice_sign_in_title = New sign-in: { $browser }
security_notice_sign_in_text = If it wasn’t you, change your password.
security_notice_password_title = Your password was changed
security_notice_password_text = Other browsers were signed out and API tokens revoked. If it wasn’t you, tell the marketplace.
security_notice_address_title = Your address was changed
security_notice_address_text = If it wasn’t you, a mail to the former address has a link that takes it back.
security_notice_token_title = New API token: { $token }
security_notice_token_text = Programs can use your account with it. If it wasn’t you, change your password, which revokes it.
security_notice_app_add_title = An authenticator app was added to your account
security_notice_app_add_text = Signing in asks for a code of it from now on. If it wasn’t you, change your password and turn it off.
security_notice_app_remove_title = Your authenticator app was turned off
security_notice_app_remove_text = Signing in no longer asks for its codes. If it wasn’t you, change your password and add it again.
security_notice_passkey_add_title = New passkey: { $browser }
security_notice_passkey_add_text = It signs in to your account without a password. If it wasn’t you, remove it and change your password.
security_notice_passkey_remove_title = A passkey was removed
security_notice_passkey_remove_text = It signs in no longer. If it wasn’t you, change your password.
# Somebody typed the right password and then a wrong code.
security_notice_code_title = Somebody knew your password, but not the code: { $browser }
security_notice_code_text = If it wasn’t you, change your password. Until then nobody gets in without your code.
security_notice_recovery_title = A recovery code was used to sign in
security_notice_recovery_text = It is used up. If it wasn’t you, change your password and make new codes.
security_notice_reset_title = Your second factor was removed
security_notice_reset_text = An admin of the marketplace did it. Your password alone signs you in; add a second factor again.
# To operators and admins who have none.
security_notice_needed_title = The team needs a second factor
security_notice_needed_text = Add an authenticator app or a passkey within a week. After that you have the rights of a member until you do.
security_notice_identity_title = New way to sign in: { $provider }
security_notice_identity_text = Whoever has that account gets into yours with it. If it wasn’t you, unlink it in Settings and change your password.

# The browser of a session, such as "Firefox on Linux".
client_browser_on_device = { $browser } on { $device }
client_a_browser = A browser
client_on_device = Something on { $device }
client_unknown = An unknown browser

# Mails to the owner's address were refused for good.
bounce_notice_title = Mails to you come back
bounce_notice_text = Nothing more is mailed to your address until you confirm it again.
