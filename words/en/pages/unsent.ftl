# What is lost by signing out.
unsent_messages =
    { $count ->
        [one] { $count } message
       *[other] { $count } messages
    }
unsent_drafts =
    { $count ->
        [one] { $count } draft
       *[other] { $count } drafts
    }
# Both of them.
unsent_both = { $messages } and { $drafts }
