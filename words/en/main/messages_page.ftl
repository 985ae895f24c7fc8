# The page Messages: the list of conversations beside the one that is open.

messages_page_title = Messages
messages_page_back = Back to all messages
messages_page_invalid_title = We can’t find this conversation
messages_page_invalid_text = The link may be incomplete.

# Beside an empty list.
messages_page_none = Your conversations will open here.

# Beside the list, while no conversation is open. $unread is the number of conversations with unread messages.
messages_page_pick_title = Pick a conversation
messages_page_pick_text =
    { $unread ->
        [0] Choose one from the list to read and reply.
        [one] Choose one from the list to read and reply. { $unread } has new messages.
       *[other] Choose one from the list to read and reply. { $unread } have new messages.
    }
