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
