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
accounts_sign_in_forgot = Forgot your password? Ask the people who run this marketplace: they can give you a new one.
# $link is accounts_sign_in_new_link.
accounts_sign_in_new = New here? { $link }
accounts_sign_in_new_link = Create an account

# The accounts of a demo: each is a button that signs in.
accounts_demo_title = Or look around as one of these
accounts_demo_more =
    { $count ->
        [one] { $count } more
       *[other] { $count } more
    }

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
accounts_sign_up_submit = Create account
# $link is common_sign_in.
accounts_sign_up_has_one = Already have one? { $link }

accounts_confirm_title = Confirm your address
accounts_confirm_text = You are mailed what you would miss while you are away, once you say that the address is yours.
accounts_confirm_submit = It is mine
accounts_confirm_done = The address is yours. From now on you are mailed what you would miss; Settings say what.

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
