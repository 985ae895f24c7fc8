# The menu of a message.
message_menu_label = Message
message_menu_reply = Reply
message_menu_copy = Copy text
message_menu_edit = Edit
message_menu_delete = Delete
message_menu_delete_question = Delete this message for everybody?
message_menu_copy_failed = The browser did not allow to copy it.

# How far an own message got: the item that asks, and the name of the list.
message_menu_reach = How far it got
# One line of the list. $name is a recipient.
message_menu_reach_line = { $name }: { $step }
message_menu_reach_read = has read it
message_menu_reach_bounced = not reached: the mail came back
message_menu_reach_device_and_mail = has it, and a mail about it
message_menu_reach_device = has it on a device
message_menu_reach_mailed = was mailed about it
message_menu_reach_none = not reached yet
# What was cut from a reply by mail: the mail that it quotes, and the signature.
message_menu_left_out = Left out of the mail: { $text }
