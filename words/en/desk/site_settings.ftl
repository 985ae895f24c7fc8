# The settings of the marketplace.

site_settings_title = Settings of the marketplace
site_settings_admins_only = Only admins change these.

# Who may do something: the legend of the choices, for screen readers.
site_settings_who = Who
site_settings_everybody = Everybody

site_settings_sign_up_title = Signing up
site_settings_sign_up_text = Who makes an account. Accounts that are there stay, and the command line always makes them.
# A choice beside "Everybody": only the command line makes accounts.
site_settings_sign_up_nobody = Nobody by themselves

# What people may do who have not confirmed their address.
site_settings_unconfirmed_title = Before an address is confirmed
site_settings_unconfirmed_text = What people may do until they open the link that is mailed to them. They always read and write in their conversations.
site_settings_unconfirmed_everything = Everything
site_settings_unconfirmed_conversations = No listings and no rooms
site_settings_rooms_title = Rooms
site_settings_rooms_text = Who makes rooms. Rooms that are there stay.
# A choice beside "Everybody".
site_settings_rooms_operators = Operators and admins

# Whether the team needs second factors.
site_settings_factor_title = Second factor of the team
site_settings_factor_text = Operators and admins read much that is not theirs. If they need an authenticator app or a passkey, whoever has none in a week has the rights of a member until they add one.
site_settings_factor_free = As each likes
site_settings_factor_needed = Needed
