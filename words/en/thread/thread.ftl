# In place of the name of a conversation that is not known yet, for screen readers.
thread_title = Conversation

# Roles, below the name of a person who belongs to the marketplace's team.
thread_role_host_team = Host, our team
thread_role_team = Our team
# The link to the page of a room. $count decides between one and several people, $shown is the same number as it is
# shown.
thread_room_people =
    { $count ->
        [one] { $shown } person
       *[other] { $shown } people
    }

# The link to the search in this conversation.
thread_search = Search in this conversation

# The conversation can't be shown.
thread_left_text = You left it, or somebody took you out. New messages don’t reach you here.
thread_missing_text = It may be somebody else’s, or the link is incomplete.
thread_failed_title = These messages did not load
# For screen readers, while the messages load.
thread_loading = Loading messages
thread_earlier_failed = Earlier messages did not load.

# The guest has asked, and waits for an answer. $name is the host's first name.
thread_next_step_host = { $name } has been told and answers here. You can add a few words.
thread_next_step_team = The team has been told and answers here. You can add a few words.

# Texts of the viewer in a conversation that they can't write to any more.
thread_parked_title = What you wrote is kept here
thread_parked_draft = Draft
thread_parked_failed = Not sent
thread_parked_copy = Copy
thread_parked_copy_failed = Your browser did not copy it. Select the text and copy it yourself.
# A toast: the text is in the clipboard.
thread_copied = Copied.
# A button that deletes a message that was not sent.
thread_discard = Discard

# A listing that can't be booked for now.
thread_listing_paused = Paused

# Who is typing now. $name, $first and $second are first names.
thread_typing_one = { $name } is typing
thread_typing_two = { $first } and { $second } are typing
thread_typing_many =
    { $count ->
        [one] 1 person is typing
       *[other] { $count } people are typing
    }

# Above the message field. $start and $end enclose what is set in bold.
thread_unsent_waiting =
    { $count ->
        [one] { $start }1 message{ $end } waiting to send
       *[other] { $start }{ $count } messages{ $end } waiting to send
    }
# The same where the messages are lost if the page is closed.
thread_unsent_waiting_unkept =
    { $count ->
        [one] { $start }1 message{ $end } waiting to send. This browser can’t keep them: leave this page open
       *[other] { $start }{ $count } messages{ $end } waiting to send. This browser can’t keep them: leave this page open
    }
thread_unsent_failed =
    { $count ->
        [one] { $start }1 message{ $end } not sent
       *[other] { $start }{ $count } messages{ $end } not sent
    }
thread_unsent_try_now = Try now

# Above the message field, after the reader's first message: a push tells of the answer.
thread_push_offer = Be told on this device when an answer comes, also while this site is closed?
thread_push_take = Yes
# Toasts: what came of it.
thread_push_on = This device will be told.
thread_push_refused = Your browser doesn’t allow it. You can change that in its settings for this site.
thread_push_failed = Your browser could not be subscribed. Settings lets you try again.
