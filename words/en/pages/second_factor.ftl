# Settings: what somebody has beside their password.

second_factor_title = Second factor
second_factor_text = With an authenticator app on your phone, nobody signs in who only knows your password.

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
