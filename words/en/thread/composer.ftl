# The name of the form, for screen readers.
composer_label = Write a message
composer_editing = Editing a message
# The button that asks for files.
composer_attach = Add pictures or files
composer_record = Record a voice message
# While a voice message is recorded.
composer_recording = Recording
composer_level = Level
composer_stop = Done
composer_recording_name = Voice message
composer_no_microphone = The microphone can’t be used. Allow it in the browser, or look whether one is plugged in.
# The name of the list of files to be sent, for screen readers.
composer_chosen = Files to be sent
composer_remove_file = Remove { $name }
composer_move_file = Move { $name } forward
# The field that describes a picture for people who can’t see it.
composer_describe = Description
composer_describe_file = Description of { $name }
# $count is the most files of a message.
composer_files_max =
    { $count ->
       *[other] A message has up to { $count } files.
    }
# $megabytes is the largest size.
composer_file_too_large = { $name } is too large: { $megabytes } MB at most.
composer_drop = Drop files to add them to your message
composer_file_empty = { $name } is empty.
# Why a message with files was not sent.
composer_file_lost = This browser no longer has the file. Attach it again.
# The line above the field. $name is who wrote the message.
composer_replying = Replying to { $name }
# $count is the number of characters above the limit.
composer_too_long =
    { $count ->
        [one] Too long by 1 character. Shorten it, or send it in parts.
       *[other] Too long by { $count } characters. Shorten it, or send it in parts.
    }
# The name of the list of people to mention, for screen readers.
composer_mention_people = People in this room
