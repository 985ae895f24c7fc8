# Why something failed, and what to do. Each is one or two short sentences.

error_suspended = This account is suspended.
error_left = You are no longer in this conversation.
error_retry = That didn’t go through. Try again.
error_unreachable = No answer came: you may be offline, or we are. Try again in a moment.
error_unreadable = Something in this request is missing or wrong.
error_internal = Something went wrong on our side. Try again.

# What a link or a request names is not there, or not for this reader. As a title each is shown without its full stop.
error_no_address = We can’t find this address.
error_no_conversation = We can’t find this conversation.
error_no_file = We can’t find this file.
error_no_link = We can’t find this link.
error_no_listing = We can’t find this listing.
error_no_message = We can’t find this message.
error_no_notification = We can’t find this notification.
error_no_order = We can’t find this order.
error_no_page = We can’t find this page.
error_no_person = We can’t find this person.
error_no_room = We can’t find this room.
error_no_session = We can’t find this session.
error_no_task = We can’t find this task.
error_no_token = We can’t find this token.
