# Webhooks: URLs of other programs that are told of events, for admins.

webhooks_title = Webhooks
webhooks_intro = Addresses of your own programs that are told what happens here, one signed request for each event.
# A link that follows the intro.
webhooks_docs = How they are read
webhooks_empty_title = No webhooks yet
webhooks_empty_text = Name an address below. It is told of what happens from then on.
webhooks_full = There are { $max } webhooks, which is the most.
webhooks_gone = There is no such webhook, or it is gone.

# The form of a new one.
webhooks_new_title = New webhook
webhooks_url = Address
webhooks_url_hint = A page of your program on the internet, with https.
# Types of events follow, in code.
webhooks_types = It is told of
webhooks_with_text = Messages come with their text
webhooks_make = Make webhook

# Above a new secret.
webhooks_copy_now = Copy the secret now.
webhooks_shown_once = Your program checks signatures with it. You can’t see it again.

# One of them. $name is an admin, $when a time such as "3 days ago".
webhooks_made_by = Made by { $name } { $when }
webhooks_has_text = with the texts of messages
webhooks_has_no_text = without texts
webhooks_waiting =
    { $count ->
        [one] { $count } event waits
       *[other] { $count } events wait
    }
webhooks_given_up =
    { $count ->
        [one] { $count } event given up
       *[other] { $count } events given up
    }
# $when is a time such as "in 3 hours".
webhooks_former_secret = The secret before this one counts until { $when }

# How it stands.
webhooks_on = On
webhooks_off = Off
webhooks_off_gone = Off: it wants no more
webhooks_off_failing = Off: it failed for three days
# $when is a time such as "3 minutes ago".
webhooks_failing = Failing since { $when }

# What an admin does with it, and what is said then.
webhooks_test = Send a test
webhooks_test_done = A test event is on its way.
webhooks_switch_off = Switch off
webhooks_switched_off = Switched off.
webhooks_switch_on = Switch on
webhooks_switched_on = Switched on.
webhooks_rotate = New secret
webhooks_rotated = There is a new secret.
webhooks_ask_rotate_title = Make a new secret?
webhooks_ask_rotate_text = For a day both secrets sign, so you have time to give your program the new one.
webhooks_delete = Delete
webhooks_deleted = Deleted.
webhooks_ask_delete_title = Delete this webhook?
webhooks_ask_delete_text = Events that wait for it are deleted, too. This can’t be undone.
webhooks_choose = Change what it is told of
webhooks_chosen = Saved.
webhooks_save = Save

# What was sent to it.
webhooks_deliveries = Deliveries
webhooks_filter = Which deliveries
webhooks_filter_all = Everything
webhooks_filter_failed = Not taken
webhooks_none_title = Nothing here
webhooks_none_text = What is sent to this webhook comes here.
webhooks_state_waiting = Waiting
webhooks_state_delivered = Delivered
webhooks_state_given_up = Given up
# $when is a time such as "3 minutes ago".
webhooks_attempts =
    { $count ->
        [one] Tried once, { $when }
       *[other] Tried { $count } times, last { $when }
    }
# $ms is a number of milliseconds.
webhooks_took = { $ms } ms
# $when is a time such as "in 3 hours".
webhooks_next_attempt = Next { $when }
# $status is a number, such as 500.
webhooks_status = Answered { $status }
webhooks_no_answer = No answer
webhooks_answer = The answer
webhooks_resend = Send again
webhooks_resent = It is sent again.
