# The form on the page of a listing that asks to book or orders, and its calendar.

# The label of the number of things. Other labels are those of order_facts.
booking_quantity = How many

# $stay is a range of days, such as “12–15 June”.
booking_clash = { $stay } is taken. You can still ask.
booking_answer_first = You pay nothing yet. { $host } answers first.
# $stays is a list of ranges of days.
booking_taken = Taken: { $stays }
booking_note_add = Add a note
booking_note = Note
booking_note_placeholder = When you come, what you need…
# The button for a thing that is sold, and for all that is booked.
booking_order = Order
booking_ask = Ask to book

booking_calendar_open = Choose on a calendar
booking_calendar_title = Choose your nights
booking_calendar_earlier = Earlier months
booking_calendar_later = Later months
booking_calendar_legend = Struck-out nights are taken.
booking_calendar_done = Done
booking_calendar_choose_arrival = Choose the day you arrive.
# $day is a day, such as “Friday 12 June 2026”.
booking_calendar_choose_leaving = From { $day }. Now choose the day you leave.
# $stay is a range of days, such as “12–15 June”.
booking_calendar_chosen =
    { $nights ->
        [one] { $stay }, { $nights } night.
       *[other] { $stay }, { $nights } nights.
    }

# What a screen reader says of a day, such as “Friday 12 June 2026”, by where it stands to the chosen nights.
booking_calendar_day_arriving = { $day }, arriving
booking_calendar_day_leaving = { $day }, leaving
booking_calendar_day_chosen = { $day }, chosen
# $day may be one of the three above.
booking_calendar_day_taken = { $day }, taken

# The heads of the calendar's columns, as short as they can be.
booking_calendar_monday = Mo
booking_calendar_tuesday = Tu
booking_calendar_wednesday = We
booking_calendar_thursday = Th
booking_calendar_friday = Fr
booking_calendar_saturday = Sa
booking_calendar_sunday = Su
