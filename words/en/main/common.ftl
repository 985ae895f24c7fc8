# Texts that several parts of the site share. Append; never reorder.

# Buttons of forms and dialogs.
common_cancel = Cancel
common_close = Close
common_save = Save
common_edit = Edit

# Links and buttons that lead on.
common_sign_in = Sign in
common_open_messages = Open Messages
common_explore_listings = Explore listings
common_show_more = Show more

common_people_count =
    { $count ->
        [one] { $count } person
       *[other] { $count } people
    }

# The role of a person, above or beside their name.
common_host = Host
common_guest = Guest

# A toast: the form's values are stored.
common_saved = Saved.
common_try_again = Try again

# A filter: only what is not read yet.
common_unread = Unread

# Stands in place of the text of a deleted message.
common_message_deleted = Message deleted
# A mark on a message whose text was changed later.
common_edited = Edited

# Of the links to older and newer pages of a list, for screen readers.
common_list_pages = Pages

# A button that leaves things as they are, in answer to a question.
common_keep_it = Keep it
# A button that closes a question without an answer.
common_not_now = Not now

# The last message of a conversation in a list, where the reader has written it.
common_your_message = You: { $text }

# The marketplace's team, where no person stands for it: as a name, at the start of a sentence.
common_the_team = The team
