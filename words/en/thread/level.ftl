# The menu by which a conversation is muted.

level_label = Notifications of this conversation
level_is_all = You are told of new messages
level_is_mentions = You are told of mentions only
level_is_nothing = You are told of nothing here
# One of the two above, with its end. $time is a date and a time.
level_until = { $level }, until { $time }
level_all = Tell me of new messages
level_mentions = Only mentions
level_mute_hour = Mute for an hour
level_mute_hours = Mute for 8 hours
level_mute_week = Mute for a week
level_mute = Mute until I change it

# Toasts.
level_all_done = You are told of new messages again.
level_mentions_done = Only mentions reach you now.
level_mute_done = Muted.
