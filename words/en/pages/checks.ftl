# What is wrong with what was typed into a form.

accounts_check_hue = Choose one of the colours.
accounts_check_email = Enter an e-mail address like name@example.com.
accounts_check_password_short = Use at least { $min } characters.
accounts_check_password_long = Use { $max } characters at most.

api_tokens_check_name = The name
api_tokens_check_scopes = Choose what the token may do.
api_tokens_check_staff_only = Only the marketplace’s staff can make a token for system messages and notifications.

rooms_check_name = The name
rooms_check_too_many = Invite { $max } people at once at most.
rooms_check_nobody = Choose who is to be in the room.
rooms_check_yourself = You are in the room anyway. Choose others.

listings_check_kind = Choose what you offer.
listings_check_title = The title
listings_check_place = The place
listings_check_description = The description
listings_check_price = Enter a price in euros, like 148 or 148.50.
listings_check_price_high = The price is 1,000,000 euros at most.

booking_check_end_first = The last day is before the first. Choose a later one.
booking_check_nights = A stay is { $max } nights at most.
booking_check_description = The description
booking_check_note = The note
booking_check_title = The title
booking_check_no_title = No title belongs to this: it has the listing’s.
booking_check_day = Choose a day.
booking_check_no_day = No day belongs to this.
booking_check_day_form = A day is written as 2026-06-12.
booking_check_day_over = This day is over. Choose a later one.
booking_check_day_far = This is more than two years ahead.
booking_check_quantity = Choose a number from 1 to { $max }.
booking_check_quote = A quote is more than nothing.

quiet_hours_check_time = Enter a time like 22:00.
