# The list of the keyboard shortcuts, and the command that shows it.
shortcuts_title = Keyboard shortcuts
# At the end of the list. $start and $end enclose the words that are a link to the settings.
shortcuts_note = On a Mac ⌘ stands for Ctrl. Keys of one letter can be switched off in { $start }Settings{ $end }.

# The names of keys, as they stand on keyboards.
shortcuts_key_ctrl = Ctrl
shortcuts_key_escape = Esc
shortcuts_key_enter = Enter
shortcuts_key_alt = Alt
shortcuts_key_shift = Shift

# Headings.
shortcuts_anywhere = Anywhere
shortcuts_in_list = In the list of messages
shortcuts_in_conversation = In a conversation

# What the keys do.
shortcuts_search_field = Go to the search field
shortcuts_help = Show these keys
shortcuts_close = Close what is open
shortcuts_move = Move through the rows
shortcuts_next_row = Next row
shortcuts_row_before = Row before
shortcuts_open = Open the conversation
shortcuts_mark_read = Mark as read
shortcuts_mark_unread = Mark as unread
shortcuts_archive = Archive, or bring back
shortcuts_star = Star, or remove the star
shortcuts_open_next = Open the conversation above or below
# The row above says what is the same.
shortcuts_open_next_unread = The same, only unread ones
shortcuts_send = Send
shortcuts_new_line = New line
shortcuts_edit_last = Edit the last message, in an empty field
# On the button beside a message.
shortcuts_reply = Reply to the message whose button has the focus
shortcuts_back_to_list = Back to the list, from an empty field
