# The panel below the bell.
notification_panel_title = Notifications
# The name of the link to the settings of notifications, for screen readers.
notification_panel_settings = How you are told
# The name of the group of filters by kind, for screen readers.
notification_panel_filter = Which notifications
notification_panel_see_all = See all notifications
