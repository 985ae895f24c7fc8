# What happened, in a line between the messages of a conversation and as the last line of a conversation in a list. Each
# is told twice: of the reader, and of anybody else. $name is a person, or the team.

# A request with days: 12–15 June, or 12 June
system_message_you_asked_for_days = You asked for { $days }
system_message_asked_for_days = { $name } asked for { $days }
system_message_you_asked_for_custom = You asked for something made to order
system_message_asked_for_custom = { $name } asked for something made to order
system_message_you_asked = You asked for this
system_message_asked = { $name } asked for this

# Steps of an order.
system_message_you_accepted = You accepted
system_message_accepted = { $name } accepted
system_message_you_accepted_price = You accepted the price
system_message_accepted_price = { $name } accepted the price
system_message_you_declined = You declined
system_message_declined = { $name } declined
system_message_you_declined_price = You declined the price
system_message_declined_price = { $name } declined the price
system_message_you_started = You started
system_message_started = { $name } started
system_message_you_completed = You marked this as done
system_message_completed = { $name } marked this as done
system_message_you_cancelled = You cancelled
system_message_cancelled = { $name } cancelled

# Prices of custom orders.
system_message_you_quoted = You proposed { $price } for this
system_message_quoted = { $name } proposed { $price } for this
system_message_you_declined_quote = You declined { $price }
system_message_declined_quote = { $name } declined { $price }

# An operator takes on a custom order.
system_message_you_look_after = You look after this
system_message_looks_after = { $name } looks after this

# In the conversation about a listing that was ordered. $code is the code of the order.
system_message_you_ordered = You asked to book: { $code }
system_message_ordered = { $name } asked to book: { $code }
system_message_talked = You have talked about this before

# Rooms. $person and $people are names, of which one may be the reader.
system_message_you_made_room = You made the room “{ $room }”
system_message_made_room = { $name } made the room “{ $room }”
system_message_you_renamed_room = You renamed the room to “{ $room }”
system_message_renamed_room = { $name } renamed the room to “{ $room }”
system_message_you_invited = You invited { $people }
system_message_invited = { $name } invited { $people }
system_message_you_joined = You joined
system_message_joined = { $name } joined
system_message_you_left = You left
system_message_left = { $name } left
system_message_you_removed = You removed { $person }
system_message_removed = { $name } removed { $person }
system_message_you_made_moderator = You made { $person } a moderator
system_message_made_moderator = { $name } made { $person } a moderator
system_message_you_made_member = You made { $person } a member
system_message_made_member = { $name } made { $person } a member
system_message_mentioned_you = { $name } mentioned you

# The reader among the people of a sentence: Mei invited you, Leo and 3 more
system_message_you_among = you
# How many people there are besides those who are named.
system_message_more =
    { $count ->
       *[other] { $count } more
    }
# The end of a list of names: $first is all but the last, between commas.
system_message_list = { $first } and { $last }

# A message of a newer version of the site.
system_message_unknown = Reload the page to see this
