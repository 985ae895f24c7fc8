# Settings: blocked people, and whether the viewer shows presence.
blocks_title = Blocked people and presence
blocks_nav = Blocking
blocks_text = You and the people here can’t write to each other. You block somebody in the menu of your conversation with them.
blocks_none = You haven’t blocked anybody.
blocks_label = Blocked people
# $time is a relative time, like “2 days ago”.
blocks_since = Blocked { $time }
blocks_unblock = Unblock
blocks_unblocked = Unblocked.
blocks_presence = Don’t show when I am online
blocks_presence_text = Only people with whom you have written see it. If you don’t show yours, you don’t see theirs.
