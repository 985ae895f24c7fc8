# Settings: what happened to the account. Each event is a few words beside a time, a browser and an IP.

security_event_list_title = Security
security_event_list_text = Who signed in to your account, and what was changed, in the last 90 days. If you don’t know something here, change your password.
security_event_list_show = Show what happened
security_event_list_empty = Nothing has happened yet.

security_event_sign_up = The account was made
security_event_sign_in = Signed in
security_event_sign_in_refused = Signing in was refused
security_event_sign_out = Signed out
security_event_session_end = A session was ended
security_event_other_sessions_end = All other sessions were ended
security_event_password_change = The password was changed
security_event_password_reset = A new password was set by a link that was mailed
security_event_password_refused = A wrong current password was typed
security_event_address_claim = Another address was given
security_event_address_change = The address was changed
security_event_address_restore = A change of the address was taken back
security_event_account_secure = Everybody was shut out by a link that was mailed
security_event_token_create = An API token was made
security_event_token_refused = A wrong password was typed to make an API token
security_event_data_export = A file with your data was made
security_event_token_revoke = An API token was revoked
security_event_app_add = An authenticator app was added
security_event_app_remove = The authenticator app was turned off
security_event_passkey_add = A passkey was added
security_event_passkey_remove = A passkey was removed
security_event_code_refused = A wrong code was typed after the right password
security_event_recovery_codes_make = Recovery codes were made
security_event_recovery_code_use = A recovery code was used
security_event_second_factor_reset = The second factor was removed by an admin
security_event_identity_link = Another way to sign in was linked
security_event_identity_unlink = A way to sign in was unlinked
security_event_identity_refused = A wrong password was typed to link a way to sign in
security_event_provider_sign_out = The provider of a sign-in ended its sessions
