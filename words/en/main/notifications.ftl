# The kinds of notifications.
notification_kind_messages = Messages
notification_kind_bookings = Bookings
notification_kind_tours = Tours
notification_kind_payments = Payments
notification_kind_offers = Offers
notification_kind_system = System

# The titles of notifications. $name is a person, or the team.
notification_wants_to_buy = { $name } wants to buy
notification_asks = { $name } asks for something
notification_wants_to_book = { $name } wants to book
notification_quoted = { $name } proposes { $price }
notification_quote_declined = { $name } declined { $price }
notification_taken = { $name } looks after your order
notification_invited = { $name } invited you
notification_accepted = { $name } accepted
notification_declined = { $name } declined
notification_started = { $name } started
notification_completed = { $name } marked this as done
notification_cancelled = { $name } cancelled

# The same, to the guest.
notification_your_booking_accepted = Your booking is accepted
notification_your_booking_started = Your booking has started
notification_your_booking_done = Your booking is done
notification_your_order_accepted = Your order is accepted
notification_your_order_started = Your order has started
notification_your_order_done = Your order is done
notification_your_request_declined = Your request was declined

# An alert of a message that was refused. Its text follows.
notification_not_sent = A message was not sent
# An alert of messages whose text is not shown.
notification_new_messages =
    { $count ->
        [one] { $count } new message
       *[other] { $count } new messages
    }
