# The name of the form, for screen readers.
composer_label = Write a message
composer_editing = Editing a message
# The line above the field. $name is who wrote the message.
composer_replying = Replying to { $name }
# A toast after a file was dropped or pasted.
composer_no_files = Pictures can’t be sent yet. Your text is kept.
# $count is the number of characters above the limit.
composer_too_long =
    { $count ->
        [one] Too long by 1 character. Shorten it, or send it in parts.
       *[other] Too long by { $count } characters. Shorten it, or send it in parts.
    }
# The name of the list of people to mention, for screen readers.
composer_mention_people = People in this room
