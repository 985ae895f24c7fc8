# The menu of a message.
message_menu_label = Message
message_menu_copy = Copy text
message_menu_edit = Edit
message_menu_delete = Delete
message_menu_delete_question = Delete this message for everybody?
message_menu_copy_failed = The browser did not allow to copy it.
