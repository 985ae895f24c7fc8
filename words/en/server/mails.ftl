# Mails. $site is the name of the marketplace.

mail_not_set_up = Mail is not set up here.

# The mail that asks whether an address is one’s own.
mail_confirm_subject = Confirm your address for { $site }
mail_confirm_heading = Is this your address?
mail_confirm_text = Somebody, probably you, uses it for an account at { $site }. Confirm it, and { $site } can tell you by mail what you would miss. If it was not you, do nothing: no other mail will come.
mail_confirm_button = Confirm the address
mail_confirm_why = The link is good for a day.

# The mail about what somebody else may have done with an account. $what is one of the titles in security_notices.ftl.
mail_security_subject = { $site }: { $what }
mail_security_text = If it was you, there is nothing to do. If it was not, shut everybody out: all browsers are signed out, API tokens are revoked, and you choose a new password.
mail_security_button = It was not me
mail_security_why = { $site } tells you of every new browser, password and API token, whatever you have chosen. The link is good for a week.

# The mail to the owner of an account whose address somebody has given for another one.
mail_claimed_subject = You have an account at { $site }
mail_claimed_heading = You have an account already
mail_claimed_text = Somebody, probably you, gave this address for another account at { $site }. It belongs to yours: sign in with it, and choose a new password if you have forgotten yours. If it was not you, do nothing: nobody can use your address without this mailbox.
mail_claimed_button = Sign in
mail_claimed_why = No other mail comes of it.

# The mail to the former address of an account.
mail_address_changed_subject = Your address at { $site } was changed
mail_address_changed_heading = Your account has another address
mail_address_changed_text = From now on { $site } mails there. If it was not you, take the change back: everybody is signed out with it, and you choose a new password.
mail_address_changed_button = Take it back
mail_address_changed_why = The link is good for a week.

# The mail that an account is closed, to the address that it had.
mail_closed_subject = Your account at { $site } is closed
mail_closed_heading = Your account is closed
mail_closed_text = Nobody can sign in to it any more, and { $site } has deleted your name and this address. If it was not you, write to the people who run { $site }: it can’t be opened again, but they can see from where it was closed.
mail_closed_button = Go to { $site }
mail_closed_why = No other mail comes.

# The mail to somebody who has forgotten their password.
mail_reset_subject = A new password for { $site }
mail_reset_heading = Choose a new password
mail_reset_text = Somebody, probably you, asked for it at { $site }. The link can be used once. If it was not you, do nothing: your password stays as it is.
mail_reset_button = Choose a new password
mail_reset_why = The link is good for half an hour.

# The mail about messages that were not read. $title is what the conversation is about.
mail_unread_subject = { $title } – { $names }
mail_unread_wrote = { $sender } wrote to you
mail_unread_count =
    { $count ->
        [one] { $count } new message from { $names }
       *[other] { $count } new messages from { $names }
    }
mail_unread_more =
    { $count ->
       *[other] { $count } more in the conversation.
    }
mail_unread_button = Open the conversation
mail_unread_why = You haven’t read this in { $site } yet.
# Below the title: days and people, and the code of the order.
mail_unread_order = { $facts } · { $code }

# The mail about a notification. $title is what happened, $kind the kind of notifications that it belongs to.
mail_notification_subject = { $title }: { $subject }
mail_notification_button = Open
mail_notification_why = { $site } mails you about “{ $kind }”.

# The sender as mail programs show it.
mail_from = { $name } · { $site }

# The end of every mail.
mail_stop = Stop these mails
mail_settings = All settings
# In a mail of plain text, before a URL.
mail_label = { $label }:

# Above a message: who wrote it, and when.
mail_said = { $name }, { $time }:
mail_said_edited = { $name }, { $time }, edited:
mail_edited = edited

# Sun 29 Nov, 14:05 CET
mail_time = { $weekday } { $day } { $month }, { $clock } { $zone }
mail_weekday_mon = Mon
mail_weekday_tue = Tue
mail_weekday_wed = Wed
mail_weekday_thu = Thu
mail_weekday_fri = Fri
mail_weekday_sat = Sat
mail_weekday_sun = Sun
mail_month_jan = Jan
mail_month_feb = Feb
mail_month_mar = Mar
mail_month_apr = Apr
mail_month_may = May
mail_month_jun = Jun
mail_month_jul = Jul
mail_month_aug = Aug
mail_month_sep = Sep
mail_month_oct = Oct
mail_month_nov = Nov
mail_month_dec = Dec

# Above the text of a mail that takes a reply. Incoming mails are cut at it.
mail_reply_above = Reply above this line

# The mail about what was held in quiet hours.
mail_digest_subject = What came to you at { $site }
mail_digest_heading = While it was quiet
mail_digest_heading_count =
    { $count ->
        [one] While it was quiet: one message
       *[other] While it was quiet: { $count } messages
    }
mail_digest_conversation = { $names } · { $title }
# In place of messages, where mails do not bring them.
mail_digest_new =
    { $count ->
       *[other] { $count } new.
    }
mail_digest_button = Open your messages
mail_digest_why = It was held until your quiet hours ended.

# The mail that says that a reply by mail did not become a message.
mail_refusal_subject = Your reply did not reach { $site }
mail_refusal_heading = Your reply was not sent
mail_refusal_other_sender = A reply came from another address than { $address }, so it was left out. Was it not you? Then delete the mails that you passed on.
mail_refusal_empty = Your reply has no text of its own. Files don’t come through by mail.
mail_refusal_too_long = Your reply is longer than a message may be.
mail_refusal_repeated = The same text came a moment ago, so this one was left out.
mail_refusal_closed = You can’t write in this conversation any more.
mail_refusal_why = This comes once a day at most.
