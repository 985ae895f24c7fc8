# The menu of a conversation by which one blocks the other person. $name is their first name.
safety_block = Block { $name }
safety_unblock = Unblock { $name }
safety_block_title = Block { $name }?
safety_block_text = You two can’t write to each other any more, in any conversation between you, and neither sees whether the other is online. { $name } can’t book with you, invite you or mention you. They are not told that it was you. What you both wrote stays. If an order between you is accepted or under way, its conversation goes on with our team until the order is finished.
safety_block_yes = Block
safety_block_no = Don’t block
safety_block_done = Blocked. You can undo it here or in the settings.
safety_unblock_done = Unblocked.

safety_report = Report this conversation
safety_report_room = Report this room
safety_report_message = Report this message
safety_report_person = Report { $name }

# In place of the field to write in.
safety_closed = You can’t write in this conversation any more.
safety_closed_by_me = You blocked { $name }, so neither of you can write here.
