# The dialog with a conversation, over any page.
dialog_open_in_messages = Open in Messages
dialog_failed_title = The conversation did not open
# The first message about a listing: $listing is its title, $name the host's first name.
dialog_first_title = Ask about { $listing }
dialog_first_text = { $name } reads it and answers here.
