# The log of what operators do.

# Of the chips that filter the entries, for screen readers.
audit_filter_label = Which entries
audit_filter_all = All
audit_filter_orders = Orders
audit_filter_people = People
audit_filter_conversations = Conversations
audit_filter_settings = Settings
audit_filter_security = Signing in

audit_search_label = Search the log by person
audit_search_placeholder = Name

audit_empty_title = Nothing here
audit_empty_text = What operators do is written down here, and who signs in.

# A link to a conversation without a title.
audit_conversation = The conversation
