# The settings of an account, by section, and the menu below the reader's picture.

settings_title = Settings

# Links to sections whose titles are longer.
settings_nav_shortcuts = Shortcuts
settings_nav_sessions = Sessions

# Profile.
settings_profile_title = Profile
settings_profile_text = Your name and colour, as the people you write to see them.
settings_profile_name = Name
settings_profile_colour = Colour
# The colours of a person's picture.
settings_hue_rose = Rose
settings_hue_sand = Sand
settings_hue_moss = Moss
settings_hue_teal = Teal
settings_hue_sky = Sky
settings_hue_plum = Plum
settings_hue_clay = Clay
settings_hue_slate = Slate

# Mail. $address is the reader's e-mail address.
settings_mail_title = Mail
settings_mail_off = This site does not send mail, so nothing reaches you while you are away.
settings_mail_confirmed = What you would miss goes to { $address }, about the kinds that are chosen above.
settings_mail_unconfirmed = Nothing is mailed to you before you have confirmed { $address }: open the link that was mailed to you.
settings_mail_stopped = Mails came back from { $address }, so nothing more is mailed there. Have it confirmed again once it takes mail.
settings_mail_sent = A mail is on its way to { $address }. Open the link in it.
settings_mail_send_again = Send the mail again
# Beside an address that is confirmed. $address is the new one.
settings_mail_claimed = A link was mailed to { $address }. Once you open it, it takes the place of your address.
settings_address_change = Change the address
settings_address_text = You are mailed a link there. Your address stays the same until you open it, and whoever has the mails of the old one can take the change back for a week.
settings_address_new = New address
settings_address_submit = Change the address
settings_address_mailed = A link is on its way. Open it, and the address is yours.

# Appearance.
settings_appearance_title = Appearance
settings_appearance_text = Kept on this device.
settings_theme = Theme
settings_theme_device = Same as device
settings_theme_light = Light
settings_theme_dark = Dark

# Switches of this device.
settings_switch_on = On
settings_switch_off = Off
settings_sound_title = Sound
# For screen readers.
settings_sound_legend = Sound for new messages
settings_sound_text = For new messages while you are elsewhere. Kept on this device.
settings_shortcuts_title = Keyboard shortcuts
# For screen readers.
settings_shortcuts_legend = Keyboard shortcuts of one letter
# $key is the key "?".
settings_shortcuts_text = Keys of one letter: { $key } shows them all. Turn them off if you dictate. Kept on this device.

# Password.
settings_password_title = Password
settings_password_text = A new password signs you out everywhere else and ends your access tokens.
settings_password_current = Current password
settings_password_new = New password
settings_password_change = Change password
settings_password_done = Your password is changed. You are signed out everywhere else.

# Identities at providers by which the reader signs in. $provider is a provider's name.
settings_identities_title = Other ways to sign in
settings_identities_text = Accounts elsewhere by which you get into this one. Whoever has one of them gets in, too.
# Of the list, for screen readers.
settings_identities_label = Linked accounts
settings_identities_none = None is linked.
# $issuer and $subject are what the provider calls itself and the reader.
settings_identities_subject = { $subject } at { $issuer }
# $when is a time such as "3 days ago".
settings_identities_linked = Linked { $when }
settings_identities_unlink = Unlink
settings_identities_unlinked = Unlinked. It opens your account no more.
settings_identities_provider = Link an account of
settings_identities_link = Link

# Sessions: the devices where the reader is signed in.
settings_sessions_title = Where you are signed in
settings_sessions_text = If you don’t know one of these, end it and change your password. Access tokens stay, unless you revoke them with it.
# Of the list, for screen readers.
settings_sessions_label = Your sessions
settings_sessions_this = This is the one you are using.
# $when is a time such as "3 days ago".
settings_sessions_started = Signed in { $when }
# Follows "Signed in …" or "Made …" after a dot.
settings_last_used = used { $when }
settings_sessions_end = End
settings_sessions_end_others = End all others
# A checkbox above it.
settings_sessions_with_tokens = Revoke all API tokens, too
settings_sessions_ended = Ended. It is signed out.
settings_sessions_ended_others = Ended. You are signed in here alone.

# A file with everything about the reader.
settings_data_title = Your data
settings_data_text = Everything that is known here about you, as one file: your profile and settings, your listings and orders, and what you can read.
settings_data_format = Kind of file
settings_data_html = A page to read
settings_data_json = JSON, for programs
settings_data_submit = Get the file

# The end of the account.
settings_close_title = Close your account
settings_close_text = It can’t be opened again. You are signed out everywhere, your name, your address, your settings and your notifications are deleted, you leave your rooms, your listings close, and your open orders end. Others see “Former member” in place of your name.
# Of two choices.
settings_close_texts = What you wrote
settings_close_texts_stay = Stays readable for those you wrote to
settings_close_texts_go = Is deleted, too
settings_close_submit = Close the account
settings_close_ask_title = Close your account for good?
settings_close_ask_text = Nobody can open it again, not even the people who run this site.
settings_close_ask_no = Keep it

# Signing out. $unsent is what would be lost, such as "1 message and 2 drafts".
settings_this_device_title = This device
settings_this_device_text = Signing out here leaves your other devices signed in.
settings_sign_out = Sign out
settings_ask_sign_out_title = Sign out and delete what is not sent?
settings_ask_sign_out_text = You have { $unsent } not sent.
settings_ask_sign_out_yes = Delete and sign out
settings_ask_sign_out_no = Stay
