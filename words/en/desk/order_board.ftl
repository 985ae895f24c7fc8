# The desk: all orders, as a table or as a board with a lane for each status.

# Of the two ways to show the orders, for screen readers.
order_board_view_label = View
order_board_view_table = Table
order_board_view_board = Board

# Of the chips that filter the orders, for screen readers.
order_board_filter_label = Which orders
order_board_filter_all = All
# Orders that nobody has answered yet.
order_board_filter_new = New
# Of a counter: conversations whose last message is the guest's.
order_board_counter_waiting = Waiting for a reply
# Below that counter. $wait is a time such as "53 min".
order_board_oldest_wait = oldest { $wait }

order_board_search_label = Search orders
order_board_search_placeholder = Order or name

order_board_empty_title = No orders here
order_board_empty_text = What people ask for shows here at once.

# Heads of the table's columns.
order_board_column_order = Order
order_board_column_customer = Customer
order_board_column_status = Status
order_board_column_last_message = Last message
order_board_column_waiting = Waiting
order_board_column_total = Total
# For screen readers only.
order_board_column_next_step = Next step

# A button: opens the messages of the order.
order_board_open_messages = Messages

# How long a guest has been waiting, as short as can be.
order_board_wait_minutes = { $minutes } min
order_board_wait_hours = { $hours } h
order_board_wait_days =
    { $days ->
        [one] { $days } day
       *[other] { $days } days
    }
