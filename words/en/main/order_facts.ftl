# The names of an order's facts, each beside its value.
order_facts_code = Code
# The first and the last day of a stay.
order_facts_arrive = Arrive
order_facts_leave = Leave
# The day of a tour, of a service or of a delivery.
order_facts_day = Day
# How many.
order_facts_guests = Guests
order_facts_people = People
order_facts_hours = Hours
order_facts_pieces = Pieces
order_facts_price = Price

# In place of the price: one that the guest has not accepted yet, or none. $price is an amount of money.
order_facts_price_proposed = { $price } proposed
order_facts_no_price = No price yet
