# What is wrong with a text that was typed. $label is the name of its field, which begins the sentence.

text_check_unshowable = { $label } has characters that can’t be shown.
text_check_too_long = { $label } is too long: { $count } characters, { $max } at most.
text_check_empty = { $label } is empty.
text_check_too_short = { $label } needs at least { $min } characters.

# The names of fields.
text_check_message = The message
text_check_your_name = Your name
text_check_search = The search
