# The desk's queue of what people have reported.
cases_title = Reports
cases_intro = What people have reported. Claim one, look at it, and say what becomes of it. Who reported it stays unnamed.
# In the navigation of the desk's pages: how many wait for a decision.
cases_nav_count = { $count } open
cases_filter = Which reports
cases_filter_open = Open
cases_filter_mine = Claimed by me
cases_filter_decided = Decided
cases_filter_all = Everything
cases_filter_about = About what
cases_empty_title = Nothing to decide
cases_empty_text = What people report comes here.
cases_about_message = A message
cases_about_conversation = A conversation
cases_about_user = A person
cases_about_listing = A listing
cases_about_room = A room
# $name is a person.
cases_concerns = Concerns { $name }
cases_count =
    { $count ->
        [one] { $count } report
       *[other] { $count } reports
    }
cases_reason_harassment = Harassment
cases_reason_fraud = Fraud
cases_reason_spam = Spam
cases_reason_illegal = Hate, violence or illegal
cases_reason_outside = Outside of the marketplace
cases_reason_other = Something else
cases_copy = What was reported, as it was then
# $hash is a checksum.
cases_copy_hash = SHA-256 { $hash }
cases_copy_gone = The copy has been deleted.
cases_read = Read the conversation
cases_claim = Claim
cases_claim_again = Claim for longer
cases_release = Give back
# $name is an operator, $time a relative time.
cases_claimed = Claimed by { $name } until { $time }
cases_claim_done = Claimed for half an hour.
cases_release_done = Given back.
cases_decision = What becomes of it?
cases_decision_nothing = Nothing
cases_decision_warn = Warn them
cases_decision_hide_message = Take the message down
cases_decision_close_listing = Take the listing down
cases_decision_close_room = Close the room
cases_decision_limit = No new conversations for some days
cases_decision_suspend = Suspend the account
cases_days = Days, for a limit
cases_text = What they are told
cases_text_hint = The reason, as they read it. Nothing is said of who reported it.
cases_decide = Decide
cases_decide_done = Decided. Both sides are told.
# $name is an operator.
cases_decided_by = Decided by { $name }
