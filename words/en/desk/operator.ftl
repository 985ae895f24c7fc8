# The frame of all pages for operators.

# Of the navigation between the pages for operators, for screen readers.
operator_nav_label = For operators

# Each is a link of the navigation and the title of its page.
operator_desk_title = Desk
operator_people_title = People
operator_conversations_title = Conversations
operator_notices_title = Notices
operator_audit_title = Audit log
# Only the link: its page has a longer title.
operator_settings_link = Settings

# Links between the pages of a list, which begins with the newest.
operator_list_newest = Newest
operator_list_older = Older

operator_message_count =
    { $count ->
        [one] { $count } message
       *[other] { $count } messages
    }
