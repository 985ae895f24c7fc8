# The viewer's orders, the page of one order, and the form for something that no listing offers.

orders_title = Orders
orders_heading = Your orders
# Leads to the form for a custom order, and names it.
orders_ask = Ask for something

orders_groups = Which orders
orders_group_active = Active
orders_group_finished = Finished
orders_group_ended = Cancelled
orders_kept = No answer came. This is how your orders were when you last looked.

orders_none_active_title = Nothing on the go
orders_none_active_text = Book a stay, order something made by hand, or ask for what nobody offers yet.
orders_none_hosting_title = No requests yet
orders_none_hosting_text = When somebody books one of your listings, it shows here at once.
orders_none_finished_title = Nothing finished yet
orders_none_finished_text = Orders that are done are kept here.
orders_none_ended_title = Nothing here
orders_none_ended_text = What was declined or cancelled is kept here.
# $link is orders_hosting_hint_link, the name of another page.
orders_hosting_hint = Orders of what you offer are under { $link }.
orders_hosting_hint_link = Hosting

orders_form_text = Describe what you want. Our team looks after it and proposes a price.
orders_form_title = What is it?
orders_form_title_hint = A few words, like “Oak table for eight”
orders_form_description = Description
orders_form_description_hint = Size, material, colour, by when: all that matters to you.
orders_form_submit = Ask for it

# The title of an order that can't be shown.
orders_order_title = Order
# Above what the guest wrote.
orders_order_note = What was asked for
orders_order_facts = The order
orders_order_listing = See the listing
orders_order_conversation = Open the conversation
orders_order_again = Ask again
orders_order_print = Print
orders_order_history = What happened

# For an operator who does not take part in the order's conversation.
orders_operator_look = Look into the conversation
orders_operator_by = { $operator } looks after this order.
orders_operator_by_nobody = Nobody looks after this order yet.
orders_operator_by_host = The guest and the host talk about this themselves.
