# The list of conversations.

inbox_label = Conversations
inbox_title = Messages
inbox_new_room = New room

# The filter: a search field and two chips.
inbox_search_label = Search conversations
inbox_search_placeholder = Search people, listings, words
inbox_filter_label = Filter
inbox_filter_all = All

# The button at the end of the list, which loads more.
inbox_more_loading = Loading…
inbox_more_failed = Did not load. Try again

# For screen readers. $names is one name or several.
inbox_announce_new = New message from { $names }

# The line below the names.
inbox_room_people =
    { $count ->
        [one] Room · { $count } person
       *[other] Room · { $count } people
    }
# The title of an order, and its days or its code.
inbox_order_subject = { $title } · { $facts }

# The last line of a conversation.
inbox_preview_typing = typing…
inbox_preview_not_sent = Not sent: “{ $text }”
# Words before a text that is not sent.
inbox_preview_waiting = Waiting:
inbox_preview_editing = Editing:
inbox_preview_draft = Draft:
inbox_preview_older_deleted = Older messages are deleted
inbox_preview_none = No messages yet
# In a room.
inbox_preview_said = { $name }: { $text }

# A conversation that the reader has left, with a text that was not sent.
inbox_parked = Not sent

# Where there are no rows.
inbox_empty_title = No messages yet
inbox_empty_text = Find something you like and ask the host a question. The answer lands here.
inbox_all_read_title = All read
inbox_all_read_text = New messages show here until you open them.
inbox_all_read_show_all = Show all
inbox_nothing_found_title = Nothing for “{ $search }”
inbox_nothing_found_text = Check the spelling, or try a name or a listing.
inbox_nothing_found_clear = Clear search
inbox_not_loaded_title = Your messages did not load
inbox_search_failed_title = The search did not get through

# For screen readers: the reader has muted this conversation.
inbox_row_muted = Muted
