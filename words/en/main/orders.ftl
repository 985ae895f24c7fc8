# The statuses of an order.
order_status_requested = Requested
order_status_confirmed = Confirmed
order_status_accepted = Accepted
order_status_under_way = Under way
order_status_in_the_making = In the making
order_status_done = Done
order_status_declined = Declined
order_status_cancelled = Cancelled

# The buttons that change it.
order_step_accept = Accept
order_step_decline = Decline
order_step_decline_price = Decline price
order_step_start = Start
order_step_complete = Complete
order_step_cancel = Cancel

# How much is ordered.
order_nights =
    { $count ->
        [one] { $count } night
       *[other] { $count } nights
    }
order_guests =
    { $count ->
        [one] { $count } guest
       *[other] { $count } guests
    }
order_hours =
    { $count ->
        [one] { $count } hour
       *[other] { $count } hours
    }
order_pieces =
    { $count ->
        [one] { $count } piece
       *[other] { $count } pieces
    }

# How a price comes about: 3 nights × €148 = €444
order_price_product = { $units } × { $price } = { $total }
