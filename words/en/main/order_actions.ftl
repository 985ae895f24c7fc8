# Buttons of an order, where its other words are needed to say what they end.
order_actions_cancel_order = Cancel order
order_actions_decline_request = Decline request
order_actions_decline_price = Decline price
order_actions_complete_order = Complete order
# In place of buttons: the way to the marketplace's own page, where this order is kept.
order_actions_outside = View order
# The stay shares nights with a booked one: the button that accepts it all the same.
order_actions_accept_both = Accept both

# An operator accepts in place of the host. $host is the host's name.
order_actions_accept_for_title = Accept for { $host }?
order_actions_accept_for_text = This is the host’s to answer. The guest and the host are told that you did.
order_actions_accept_for_verb = Accept booking
order_actions_accept_for_keep = Leave it

# Questions before a step that ends something.
order_actions_decline_title = Decline this request?
order_actions_decline_text = The guest is told. This can’t be undone.
order_actions_cancel_title = Cancel this order?
order_actions_cancel_text = The other side is told. This can’t be undone.
order_actions_cancel_days_text = The other side is told, and the days are free again. This can’t be undone.
order_actions_decline_price_title = Decline this price?
order_actions_decline_price_text = The order stays open, and you can be offered another one.
order_actions_complete_title = Complete this order?
order_actions_complete_text = The guest is told. This can’t be undone.
order_actions_complete_nights_text = The guest is told, and nights that are left are free again. This can’t be undone.
order_actions_complete_keep = Not yet
# The label of a field in the question.
order_actions_remark = A line to the other side, if you like

# The form of an operator who proposes a price for a custom order.
order_actions_propose_price = Propose a price
order_actions_change_price = Change the price
order_actions_price = Price in euros
order_actions_note = A note to the guest, if you like

# Buttons of an operator who takes up an order that nobody works on yet, or joins the conversation of one that somebody
# does.
order_actions_take_up = Take up
order_actions_join = Join

# The name of the list of an order's statuses, for screen readers.
order_actions_progress = Progress
