# What a push shows on a locked screen.

# In place of what is not said there.
push_without_text = New message
push_title_count =
    { $count ->
       *[other] { $sender } · { $count } new
    }
