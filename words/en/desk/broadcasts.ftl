# Notices: one notification to many people.

broadcast_intro = Tell many people something at once. It is sent in the background.
broadcast_empty_title = Nothing sent yet
broadcast_empty_text = What you send is listed here, with how many have it.

# The form of a new notice.
broadcast_new_title = New notice
# The kind of the notice follows.
broadcast_kind = About
# Who gets it follows.
broadcast_audience = For
broadcast_field_title = Title
broadcast_field_text = Text
broadcast_field_link = Link
broadcast_field_link_hint = Where it leads: a path like /listings/…, or an address with https.
broadcast_send = Send

broadcast_ask_title =
    { $count ->
        [one] Send this to { $count } person?
       *[other] Send this to { $count } people?
    }
broadcast_ask_text = Each of them gets a notification. It can’t be taken back.
broadcast_ask_yes = Send notice
broadcast_ask_no = Not yet
broadcast_done = It is on its way.

# How many people have a notice: when it is sent to all, and while it is being sent.
broadcast_sent = Sent to { $count }
broadcast_sent_so_far = { $count } so far
