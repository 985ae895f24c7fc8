# Operators search all conversations, and read one without taking part.

moderation_intro = Opening one is written to the audit log. The people in it don’t notice.
moderation_search_label = Search conversations
moderation_search_placeholder = Name, listing, order or room
moderation_empty_title = Nothing found
moderation_empty_text = Try a name, a listing’s title or an order’s code.

# The title of a conversation that has none, and of the page of one.
moderation_conversation_title = Conversation
# $names are names with commas between them; $more is how many people follow.
moderation_names_and_more =
    { $more ->
        [one] { $names } and { $more } more
       *[other] { $names } and { $more } more
    }

moderation_earlier_messages = Earlier messages
moderation_newest_messages = Newest messages
# Of the list of messages, for screen readers.
moderation_messages_label = Messages
moderation_talked_before = They have talked about this before
# In place of the name of a sender who is not known.
moderation_no_sender = Nobody
