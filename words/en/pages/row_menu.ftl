# The menu of a conversation in the list.
row_menu_label = Conversation
row_menu_mark_as_read = Mark as read
row_menu_mark_as_unread = Mark as unread
row_menu_archive = Archive
row_menu_bring_back = Bring back from the archive
row_menu_star = Star
row_menu_unstar = Remove star
row_menu_mute_hour = Mute for an hour
row_menu_mute_day = Mute for a day
row_menu_mute = Mute
row_menu_unmute = Unmute
row_menu_open_conversation = Open conversation
row_menu_open_order = Open order
row_menu_marked = Marked as read.
# Toasts.
row_menu_archived = Archived.
row_menu_brought_back = Back in the list.
row_menu_starred = Starred.
row_menu_unstarred = The star is gone.
row_menu_muted = Muted.
row_menu_unmuted = Not muted any more.
row_menu_marked_unread = Marked as unread.
