# Signing in, signing up, and the pages that links of mails lead to.

accounts_email = Email
accounts_password = Password
accounts_name = Name

accounts_sign_in_title = Sign in
accounts_sign_in_heading = Welcome back
# Why one signs in, by what the visitor was about to do.
accounts_sign_in_to_read = Sign in to read and answer your messages.
accounts_sign_in_to_contact = Sign in to write to the host.
accounts_sign_in_to_book = Sign in to ask to book, with the days that you chose.
# After an account was closed.
accounts_closed = Your account is closed. What belonged to it is being deleted.
accounts_sign_in_forgot_link = Forgot your password?
# In place of accounts_reset_text where no mail is sent.
accounts_sign_in_forgot = Ask the people who run this marketplace: they can give you a new one.
# $link is accounts_sign_in_new_link.
accounts_sign_in_new = New here? { $link }
accounts_sign_in_new_link = Create an account

# Signing in by an identity provider. $provider is its name.
accounts_sign_in_with = Sign in with { $provider }
# Between those buttons and the form for a password.
accounts_sign_in_or = or with a password

# The accounts of a demo: each is a button that signs in.
accounts_demo_title = Or look around as one of these
accounts_demo_more =
    { $count ->
        [one] { $count } more
       *[other] { $count } more
    }

accounts_code_title = One more step
accounts_code_text = Your password was right. Now a code of your authenticator app.
accounts_code = Code
accounts_code_hint = Six digits. If you lost your phone, type one of your recovery codes.

# A button below the form.
accounts_passkey = Sign in with a passkey
accounts_passkey_none = No passkey came. Try again, or use your password.

accounts_prove_title = Is it you?
accounts_prove_text = What you are about to do could do harm, and it was a while ago that you signed in. If you have no password here, sign out and in again.
accounts_prove_field = Your password, or a code of your authenticator app
accounts_prove_submit = Go on

accounts_sign_up_title = Create an account
# What an account is good for, by what the visitor was about to do.
accounts_sign_up_to_start = One account to ask, to answer and to host.
accounts_sign_up_to_contact = With it you can write to the host.
accounts_sign_up_to_book = With it you can ask to book, with the days that you chose.
accounts_sign_up_name_hint = The people you write to see this name
accounts_sign_up_password_hint =
    { $count ->
        [one] At least { $count } character. Longer is stronger than stranger.
       *[other] At least { $count } characters. Longer is stronger than stranger.
    }
# Below a new password that the server would take.
accounts_password_good = A good password.
accounts_sign_up_submit = Create account
# $link is common_sign_in.
accounts_sign_up_has_one = Already have one? { $link }

accounts_reset_title = A new password
accounts_reset_text = Say the address of your account, and a link to choose a new password comes by mail.
accounts_reset_ask = Mail me a link
accounts_reset_asked = If there is an account with this address, a link is on its way. It is good for half an hour. Look in the spam folder, too.
accounts_reset_back = Back to signing in
accounts_new_password_title = Choose a new password
accounts_new_password_text = You are signed out everywhere with it, and API tokens are revoked.
accounts_new_password = New password
accounts_new_password_submit = Set the password
accounts_new_password_done = Your new password is set. Sign in with it.

accounts_confirm_title = Confirm your address
accounts_confirm_text = You are mailed what you would miss while you are away, once you say that the address is yours.
accounts_confirm_submit = It is mine
accounts_confirm_done = The address is yours. From now on you are mailed what you would miss; Settings say what.

accounts_restore_title = Take back your address
# $address is the former one.
accounts_restore_text = Your account has { $address } again, everybody is signed out, API tokens are revoked, and you choose a new password.
accounts_restore_submit = Take it back
accounts_restore_done = Your address is back. Now have a link mailed to it, and choose a new password.
accounts_secure_title = It was not you?
# $address is that of the account.
accounts_secure_text = Everybody is signed out of the account with { $address }, API tokens are revoked, and its password is no good any more. You choose a new one.
accounts_secure_submit = Shut everybody out
accounts_secure_done = Nobody is signed in any more. Now have a link mailed to you, and choose a new password.
accounts_stop_mail_title = Stop mails
accounts_stop_mail_conversation = No more mails about this conversation? You still see its messages here.
# $kind is the name of a kind of notification, as Settings list them.
accounts_stop_mail_kind = No more mails about “{ $kind }”? You still see them here.
# A checkbox below accounts_stop_mail_conversation.
accounts_stop_mail_whole_kind = Nor about any other (“{ $kind }”)
accounts_stop_mail_submit = Stop them
accounts_stop_mail_done = Stopped. Settings have it back, if you change your mind.
accounts_stop_mail_settings = All settings
accounts_stop_mail_open_settings = Open Settings
