# The placeholder and the name of the field in which a message is written. $name is a first name, or several names.
message_field_to = Message { $name }
message_field_to_team = Message the team
# While it is not known yet who reads it.
message_field_plain = Message
# The button beside the field.
message_field_send = Send
