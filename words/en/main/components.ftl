# Beside a name: this person is of the marketplace’s staff.
staff_mark = our team

# After the number of a badge, for screen readers.
badge_unread_messages =
    { $count ->
        [one] unread message
       *[other] unread messages
    }

not_found_title = Not found
not_found_heading = There is nothing here
not_found_text = The address may be mistyped, or the page is gone or not for you.

# A part of a page did not come.
load_error_gone = It may be gone, or not for you.
load_error_title = This didn’t load

# Whether somebody is there. $ago is a time such as "2 min ago".
presence_online = Online
presence_offline = Offline
presence_last_seen = Last seen { $ago }
presence_last_seen_now = Last seen just now

skeleton_loading = Loading

# Short notices at the edge of the screen.
toast_region = Notices
toast_open = Open
toast_undo = Undo

# Fields of forms that are not filled in.
form_incomplete =
    { $count ->
       *[other] { $count } fields are not filled in yet.
    }
form_field_day = Choose a day.
form_field_empty = Fill this in.
form_field_email = Enter an e-mail address like name@example.com.
form_field_too_short = Use at least { $min } characters.
# The button beside a password.
form_show_secret = Show characters

# A time in UTC, where the browser can’t show the reader’s. $day is a day and a month.
time_utc = { $day }, { $time } UTC
# A time that is kept or printed: 5 May, 14:06
time_exact = { $date }, { $time }
