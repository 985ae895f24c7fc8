# The name of the messages of a conversation, for screen readers.
log_label = Messages
# In a conversation without messages.
log_deleted = Older messages are deleted.
log_empty = No messages yet. Write the first one.

# The line above messages that came since the last visit, and the button that leads to those that came meanwhile.
log_new_messages =
    { $count ->
        [one] 1 new message
       *[other] { $count } new messages
    }
# The button that leads to the newest messages.
log_latest = Latest

# The name of a group of messages, for screen readers: who wrote them, and the time of the last one.
log_group_label = { $name }, { $time }
log_group_own = You
# A person who belongs to the marketplace's team.
log_group_staff = { $name }, our team
log_group_unknown = Somebody

# The button that unfolds a long message.
log_show_all = Show all
# A link in a system message, to the conversation that it tells of.
log_open = Open

# The progress of a message.
log_sending = Sending…
log_waiting = Waiting to send
log_sent = Sent
log_delivered = Delivered
log_read = Read
# $time is a time of the day.
log_read_at = Read { $time }
# $reason is a sentence.
log_failed = Not sent. { $reason }

# In a room: the button that shows who has read a message, and its popover.
log_readers_unknown = Who has read it
log_readers_count =
    { $count ->
        [one] Read by 1
       *[other] Read by { $count }
    }
log_readers_label = Read by
log_readers_loading = Loading…
log_readers_none = Nobody has read it yet.

# The message that another one replies to. $name is who wrote it.
quote_label = In reply to { $name }: { $text }
# In place of its text.
quote_gone = This message is not available any more.
quote_system = System message
# The button that leads from the message that was replied to back to the reply.
log_back_to_reply = Back to the reply
