# What people are told of reports that the desk has decided.
# Titles, to the person concerned. Below stands the operator's reason.
case_told_warn = A warning from our team
case_told_hide_message = Our team took down a message of yours
case_told_close_listing = Our team took down a listing of yours
case_told_close_room = Our team closed a room
case_told_limit =
    { $days ->
        [one] You can begin no new conversations for a day
       *[other] You can begin no new conversations for { $days } days
    }
case_told_suspend = Our team suspended your account
# To whoever reported it.
case_reported_title = We looked at what you reported
case_reported_nothing = We found nothing there that is against our rules. Thank you for telling us.
case_reported_acted = We have done something about it. Thank you for telling us.

case_refused_taken = Somebody else has claimed this, or it is decided. Load the page again.
case_refused_unfit = This can’t be decided so.
limit_refused = For now you can begin no new conversations. The notice from our team says how long.
report_check_text = The text
case_check_reason = The reason
case_check_days = Give 1 to { $max } days.
limit_refused_room = You can’t invite anybody here for now.
