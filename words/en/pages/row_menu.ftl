# The menu of a conversation in the list.
row_menu_label = Conversation
row_menu_mark_as_read = Mark as read
row_menu_open_conversation = Open conversation
row_menu_open_order = Open order
row_menu_marked = Marked as read.
