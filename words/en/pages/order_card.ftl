# The button that opens the conversation of an order, with the number of its messages.
order_card_messages = Messages
# The tooltip of that number.
order_card_messages_total = Messages in all
