# The settings of pushes, which reach a device while every tab is closed.

push_title = Push to this device
push_nav = Push
push_text = What you would miss reaches this device also while every tab is closed. It ends when you sign out here.
push_unsupported = This browser can’t be told. On an iPhone or iPad, add this site to the Home Screen and open it from there.
push_blocked = This browser may not notify you. You can allow it in its settings for this site, and come back here.
push_shows_text = Show what is written
# A toast.
push_failed = Your browser could not be subscribed. Try again later.
