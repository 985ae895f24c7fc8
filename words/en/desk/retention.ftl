# How long messages are kept: a section of the settings of the marketplace.

retention_title = Old messages
retention_off = Messages are kept for good.
retention_on =
    { $days ->
        [one] Messages older than { $days } day are deleted, as they grow old.
       *[other] Messages older than { $days } days are deleted, as they grow old.
    }

# What was deleted, in one line of up to three sentences. $when is a time such as "3 minutes ago".
retention_deleted =
    { $count ->
        [one] { $count } message deleted so far, the last { $when }.
       *[other] { $count } messages deleted so far, the last { $when }.
    }
retention_last_run = Last run { $when }.
retention_to_go =
    { $count ->
        [one] { $count } message to go.
       *[other] { $count } messages to go.
    }

# The form that asks for a preview.
retention_days = Delete messages older than so many days
retention_days_hint = First you see what that is. Nothing is deleted yet.
retention_show_preview = Show what it deletes

# The preview. $day is a date.
retention_preview_nothing = Nothing is that old yet. What grows older than this will be deleted for everybody: messages from before { $day }.
# $conversations is retention_preview_conversations.
retention_preview_deletes =
    { $messages ->
        [one] This deletes { $messages } message in { $conversations } for everybody, and later what grows as old. It can’t be undone. They are from before { $day }.
       *[other] This deletes { $messages } messages in { $conversations } for everybody, and later what grows as old. It can’t be undone. They are from before { $day }.
    }
# A part of retention_preview_deletes.
retention_preview_conversations =
    { $count ->
        [one] { $count } conversation
       *[other] { $count } conversations
    }
retention_preview_is_set = This is how it is set.

# Buttons that set it, and remove it.
retention_set =
    { $days ->
        [one] Delete what is older than { $days } day
       *[other] Delete what is older than { $days } days
    }
retention_remove = Keep messages for good
# A toast after it was set.
retention_done_set = Saved. Old messages are being deleted.
