# The state of the connection, for screen readers.
connection_connecting = Connecting…
connection_live = Live
connection_polling = Up to date
connection_offline = Offline
connection_reconnecting = Reconnecting…
connection_signed_out = Signed out
connection_suspended = Suspended

# The banner over the page.
connection_banner_suspended = Your account is suspended. What you wrote and did not send stays here for now: copy it.
connection_banner_offline = You’re offline.
# After connection_banner_offline or connection_reconnecting, where there is room.
connection_banner_kept = Your messages are kept here and sent when you’re back.
connection_banner_next_try = next try in { $seconds } s
connection_banner_trying = trying now
connection_banner_try_now = Try now
connection_banner_new_version = There is a newer version. What you wrote is kept.
connection_banner_reload = Reload
connection_banner_later = Later
connection_banner_back = You’re back online.
connection_banner_signed_out = You were signed out on this device.

# A toast: a page can’t be opened.
connection_no_page = This can’t be opened without a connection. Try again once you’re back online.
# A message can’t be sent.
connection_outbox_full = Too many messages wait already. Send more when you are back online.
