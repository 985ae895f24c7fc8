# Access tokens: passwords for programs.

api_token_list_title = Access tokens
# $link is api_token_list_text_link, as a link.
api_token_list_text = A token lets a program of yours use the { $link } in your name. Whoever has it can do what you allow it.
api_token_list_text_link = API
api_token_list_empty = You have no tokens.
# Of the list, for screen readers.
api_token_list_label = Your tokens

# The form of a new token.
api_token_name = It is for
api_token_name_hint = Like “Calendar”: a name to know it by.
# What the token may do follows.
api_token_scopes = It may
api_token_scope_read = Read
api_token_scope_write = Write
api_token_scope_system = Write system messages
api_token_scope_notify = Notify people
api_token_scope_events = Follow all events and manage webhooks
api_token_scope_event_texts = Have the texts of messages in events
api_token_scope_manage = Send users, listings and orders of a marketplace
# Its choices follow.
api_token_lifetime = It ends after
api_token_lifetime_days =
    { $count ->
        [one] { $count } day
       *[other] { $count } days
    }
api_token_lifetime_none = No end
api_token_password = Your password
api_token_password_hint = A token works in your name while you are away, so we make sure that it’s you.
api_token_make = Make a token

# Above the new token.
api_token_copy_now = Copy your token now.
api_token_shown_once = We don’t keep it, so you can’t see it again.

# Follows "Made …" after a dot. $when is a day.
api_token_ends = ends on { $when }
# $when is a time such as "3 days ago".
api_token_made = Made { $when }
# Follows "Made …" after a dot.
api_token_never_used = never used

# What a token in the list may do. The token is the subject.
api_token_may_read = Reads
api_token_may_write = Writes
api_token_may_read_write = Reads and writes
api_token_may_system = Writes system messages
api_token_may_read_system = Reads and writes system messages
api_token_may_write_system = Writes and writes system messages
api_token_may_read_write_system = Reads, writes, and writes system messages
api_token_may_notify = Notifies people
api_token_may_read_notify = Reads and notifies people
api_token_may_write_notify = Writes and notifies people
api_token_may_read_write_notify = Reads, writes, and notifies people
api_token_may_system_notify = Writes system messages and notifies people
api_token_may_read_system_notify = Reads, writes system messages, and notifies people
api_token_may_write_system_notify = Writes, writes system messages, and notifies people
api_token_may_all = Reads, writes, writes system messages, and notifies people
# More that it may do, each after a dot.
api_token_may_events = Follows all events and manages webhooks
api_token_may_event_texts = Has the texts of messages in events
api_token_may_manage = Sends users, listings and orders

api_token_revoke = Revoke
api_token_ask_revoke_title = Revoke “{ $name }”?
api_token_ask_revoke_text = Programs that use it are shut out at once. This can’t be undone.
api_token_ask_revoke_yes = Revoke token
api_token_revoked = Revoked. It opens nothing any more.
