# The page of all notifications.

notifications_page_title = Notifications
# For screen readers, beside the name of a kind of notification.
notifications_page_unread_count =
    { $count ->
        [one] { $count } unread
       *[other] { $count } unread
    }
