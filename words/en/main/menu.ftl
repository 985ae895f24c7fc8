# The tooltip of a button with three dots, which opens a menu.
menu_more = More
# The name of that button and of its menu, for screen readers. $label says what the actions are about: a title, or the
# beginning of a message.
menu_more_about = More: { $label }
