# Settings: what somebody has beside their password.

second_factor_title = Second factor
second_factor_text = With an authenticator app or a passkey, nobody signs in who only knows your password.
# To the team. $when is a date with a time, before or behind.
second_factor_needed = The team needs one from { $when } on. Without it you have the rights of a member from then on.

# Setting an app up.
second_factor_app_begin = Set up an authenticator app
# $here is second_factor_app_here.
second_factor_app_scan = Scan this with your app, { $here } if it is on this device, or type this key into it:
second_factor_app_here = open the app
second_factor_app_qr = QR code for your authenticator app. The key is beside it.
second_factor_app_code = The six digits that the app shows
second_factor_app_confirm = Turn it on
second_factor_app_added = Signing in asks for a code of your app from now on.

# An app that is in use. $when is a date with a time.
second_factor_app_since = Your authenticator app is in use since { $when }.
second_factor_app_replace = Set up another app in its place
second_factor_app_off = Turn the app off
second_factor_app_off_text = Your password alone signs you in then, and your recovery codes are no good any more.

second_factor_codes_left =
    { $count ->
        [one] { $count } recovery code is left.
       *[other] { $count } recovery codes are left.
    }
second_factor_codes_make = Make new recovery codes
second_factor_codes_make_text = The ones that you have are no good any more then.
second_factor_codes_made = Your recovery codes
second_factor_codes_keep = Each signs you in once if you lose your phone. They are not shown again: print them, or keep them with your passwords.

second_factor_passkeys = Your passkeys
second_factor_passkey_add = Add a passkey
second_factor_passkey_text = Your phone, your computer or a security key signs you in by your face, your finger or its PIN, without a password.
second_factor_passkey_make = Make a passkey
second_factor_passkey_none = No passkey was made. Try again if you meant to.
second_factor_passkey_remove = Remove
second_factor_passkey_removed = Removed. It signs in no longer.
second_factor_passkey_ask_title = Remove the passkey { $name }?
second_factor_passkey_ask_text = It signs in no longer. Delete it on the device too.
second_factor_passkey_ask_yes = Remove it
