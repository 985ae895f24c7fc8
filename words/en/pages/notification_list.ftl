# Headings of the days in a list of notifications.
notification_list_today = Today
notification_list_yesterday = Yesterday
notification_list_earlier = Earlier

# The filter that shows notifications of every kind.
notification_list_all_kinds = All

# Buttons.
notification_list_mark_all_read = Mark all read
# Only those of the kind that is shown.
notification_list_mark_these_read = Mark these read
notification_list_mark_read = Mark as read
# For screen readers. $title is the title of the notification.
notification_list_delete = Delete: { $title }
# A toast, with a button to undo it.
notification_list_deleted = Notification deleted.

# Empty lists: of unread notifications, of one kind, and of all.
notification_list_all_read_title = All read
notification_list_all_read_text = Nothing here waits for you.
notification_list_kind_empty_title = Nothing here
notification_list_kind_empty_text = What you are told of this kind is kept here.
notification_list_empty_title = Nothing yet
notification_list_empty_text = When something happens to your bookings or somebody writes, you are told here.
