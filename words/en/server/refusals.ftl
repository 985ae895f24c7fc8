# Why the server refuses something, and what to do.

# Accounts.
account_refused_suspended = This account is suspended.
account_refused_password = The address or the password is wrong.
account_refused_present_password = This is not your current password.
account_refused_close_demo = Everybody can use this account of the demo, so it can’t be closed.
account_refused_close_last_admin = You are the only admin here. Make somebody else one first.
account_refused_demo_address = This address is one of the demo’s. Use another.
account_refused_address_taken = There is an account with this address. Sign in instead.
account_refused_unconfirmed = Confirm your address first. Settings can mail you the link again, in the part about mail.
account_refused_closed = Accounts are made by the team here. Ask them for one.
account_refused_no_admin = Nobody can sign up before this site has an admin. Who runs it makes one with `stoa user create --admin`.
account_refused_code = This code is wrong, or was used already. A new one comes every 30 seconds.
account_refused_code_late = That took too long. Sign in with your password again.
account_refused_unproved = Say again who you are: it was a while ago that you signed in.
account_refused_passkey = This passkey was not accepted. Try again, or use your password.
account_refused_passkey_gone = There is no such passkey.
account_refused_own_factor = Add a second factor to your own account first.
account_refused_no_passkeys = This site has no passkeys: its address is a number, and they belong to a name.
account_refused_too_many_passkeys = You have { $max } passkeys, which is as many as one can have. Remove one that is not used.
account_refused_no_factor = Recovery codes stand in for a second factor. Add one first.
account_refused_setup_late = That took too long. Set the app up again.
account_refused_password_changed = Your password was changed elsewhere in the meantime. Sign in again with it.

password_refused_characters = The password has characters that can’t be typed everywhere. Use others.
password_refused_close = This is too close to your name, your address or this site. Choose another password.
password_refused_easy = This password is easy to guess. Use a longer one, such as a few words.

name_refused_reserved = This name could be taken for the marketplace’s own. Choose another one.
name_refused_sentence = This looks like a sentence. Use a name.
name_refused_taken = Somebody of the team has this name. Choose another one, or add something to it.

token_refused_made = This token is made already. If you don’t have it, revoke it and make another.
token_refused_too_many = You have { $max } tokens, which is as many as one can have. Revoke one that is not used.

personal_data_refused_format = Choose one of the kinds of file.
events_refused_filter = There is no such filter. Choose one of the list.
events_refused_day = This is no day. Write it like 2026-11-29.

# Listings and orders.
listing_refused_own = This is your own listing.
listing_refused_paused = This listing is paused. You can write when it is open again.
listing_refused_closed = You can’t begin anything about this listing.
listing_refused_external = This listing is kept on the marketplace’s own pages. Change it there.
listing_refused_too_many = You have { $max } listings, which is as many as one host can have.
order_refused_paused = This listing is paused. You can book when it is open again.
order_refused_price = The price has changed in the meantime. Reload the page and look at it.
order_refused_quote = The price has changed in the meantime. Look at it before you accept.
order_refused_too_many = You have { $max } open requests, which is as many as one can have. You can ask for more once one is done or cancelled.
order_refused_unfit = This can’t be booked like that. Reload the page and try again.
# $status is one of those below.
order_refused_changed = This order has changed in the meantime. It is now: { $status }.
order_refused_overlap = { $guest } has booked { $days } already ({ $code }).
order_refused_closed = This can’t go on any more. You can still end it.
order_refused_outside = This order is kept on the marketplace’s own pages. Open it there.
order_refused_step = This can’t be done with this order.
order_now_pending = pending
order_now_accepted = accepted
order_now_in_progress = in progress
order_now_completed = completed
order_now_declined = declined
order_now_cancelled = cancelled

# Conversations and rooms.
conversation_refused_closed = You can’t write in this conversation any more.
conversation_refused_too_many = You have { $max } conversations, which is as many as one can have. You can go on with those.
message_refused_not_own = You can change your own messages only.
message_refused_late = It is too late to change this message.
message_refused_changed = This message has changed since. Look at it again.
# Of reactions.
message_refused_emoji = Choose one emoji.
message_refused_no_text = This message can’t be reacted to.
message_refused_kinds = This message has as many different reactions as it can have. Choose one of them.
message_refused_reactions = You have reacted to this message as often as you can. Take one back first.

message_refused_reply = The message that you reply to is not there any more.
message_refused_restored = This page is from before a restore. Reload it.
notification_refused_restored = This list is of another history. Reload the page.
room_refused_link_expired = This link has expired. Ask whoever gave it to you for a new one.
room_refused_not_moderator = Only a moderator of this room can do that.
room_refused_no_invitation = This invitation is not open any more. Ask whoever invited you for another.
room_refused_removed = A moderator has taken you out of this room. Only a moderator can invite you again.
room_refused_removed_person = A moderator has taken somebody of them out of this room. Only a moderator can invite them again.
room_refused_accepted = They have accepted already and are in the room.
room_refused_too_many_today = You have invited as many people as one can on a day. Others can join by the link of the room.
room_refused_too_many_invited = { $max } people are invited into this room, which is as many as can be. Withdraw some of them first.
room_refused_invited_elsewhere = Somebody of them has as many open invitations as one can have. Try again once they have answered some.
room_refused_staff_only = Rooms are made by the team here. Ask them for one.
room_refused_full = A room holds { $max } people, and this one would hold more.
room_refused_too_many = You are in as many rooms as one can be in, which is { $max }. Leave one first.

# Blocking.
block_refused_staff = This is somebody of the team, who can’t be blocked. Report what is wrong instead.
block_refused_too_many = You have blocked { $max } people, which is as many as one can. Unblock somebody first.
# Both read it in their conversation, which goes on while their order does.
block_desk_note = Until this order is finished, the team can take part here and helps with what is open.
# To the operators.
block_desk_title = An order goes on with the team
block_desk_text = Guest and host can’t begin anything new with each other. Help them to finish this order.

# Operators.
operator_refused_own_account = You can’t do this to your own account. Ask another admin.
operator_refused_admins_only = Only an admin can do this.
operator_refused_stale = Somebody else has just changed the settings. Load the page again to see them.
operator_refused_notice_kind = Many are told of offers, and of what concerns the site.

quiet_hours_refused_zone = There is no such time zone.
level_refused_until = Give a time within the next year.

search_refused_code = That is no code of an order. One looks like REQ-7F3K2M.
search_refused_day = That day is too far away.
