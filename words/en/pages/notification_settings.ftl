# By kind of notification: how each reaches the reader.

notification_settings_title = Notifications
notification_settings_text = Choose what reaches you, and how. Sound and browser only while you look elsewhere, push and mail only while you are away.

# Heads of the table's columns: the kind, and the ways in which it reaches the reader.
notification_settings_kind = About
notification_settings_app = In the app
notification_settings_sound = Sound
notification_settings_browser = Browser
notification_settings_push = Push
notification_settings_mail = Mail

# What each kind is about.
notification_settings_about_message = New messages, mentions and invitations
notification_settings_about_booking = Requests, answers, changes of status
notification_settings_about_tour = The same, of tours
notification_settings_about_payment = Receipts and refunds
notification_settings_about_promotion = From this marketplace
notification_settings_about_system = What concerns your account or the site

notification_settings_refused = This browser may not notify you. You can allow it in its settings for this site.
# A toast after the browser has refused.
notification_settings_refused_now = Your browser doesn’t allow it. You can change that in its settings for this site.
