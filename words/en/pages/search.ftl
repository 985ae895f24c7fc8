# Search in messages: its page, and the messages below the list of conversations.
search_title = Search messages
# The field, for screen readers, and what stands in it while it is empty.
search_field = Words in messages
search_placeholder = Words, “a phrase”, a number, a code
search_go = Search

# The filters.
search_filters = Filters
search_since = From
search_until = To
search_order = Order code
# What one looks like, in the empty field.
search_order_example = REQ-7F3K2M
search_mine = Sent by me
# What a message has besides words.
search_has = With
search_has_anything = Anything
search_has_link = A link
search_has_photo = A photo
search_has_file = A file
search_has_voice = A voice message

# Filters that hold, and those that are offered for what was found.
search_in = In: { $names }
search_with = With { $name }
search_about = About { $title }
search_this_conversation = this conversation
search_this_person = this person
search_this_listing = this listing
# For screen readers, before a filter that holds.
search_remove = Remove the filter
search_narrow = Narrow the search

# Above the results.
search_count =
    { $count ->
        [one] 1 message
       *[other] { $count } messages
    }
search_count_page = The newest messages first
# Nothing had the words as they were typed.
search_instead = Nothing has “{ $typed }”. These have “{ $instead }”.
search_incomplete = Older messages are still being added to the search. What you look for may come later.
search_held =
    { $count ->
        [one] No connection. 1 message in what this browser holds
       *[other] No connection. { $count } messages in what this browser holds
    }

# Where there are no results.
search_empty_title = Find a message
search_empty_text = Type a word that was in it: a name, a code, the beginning of a word.
search_nothing_title = No message has all of that
search_nothing_text = Check the spelling, or leave a word out.
search_refused = That can’t be searched
search_without_filters = Search without filters

# The pages of results.
search_newest = Newest
search_older = Older messages

# A message that was found: who said it, before its words.
search_own = You
search_said = { $name }:

# Below the list of conversations.
search_messages = Messages
search_all = All results and filters
# In the list of shortcuts, and in the palette.
search_shortcut = Search in this conversation
# $query is what is typed.
search_palette = Search messages for “{ $query }”
