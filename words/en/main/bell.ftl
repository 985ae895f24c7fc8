# The name of the bell in the top bar, for screen readers. $count is the number of unread notifications.
bell_label =
    { $count ->
        [0] Notifications
       *[other] Notifications, { $count } unread
    }
# A toast when a notification of the browser is clicked on a page whose form is filled in.
bell_new_message = New message
bell_filled_in = What you have filled in here is not sent yet.
