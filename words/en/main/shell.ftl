# The frame of the pages: the top bar, and on phones the tab bar.

shell_skip_to_content = Skip to content
shell_skip_to_message_field = Skip to message field
# The name of the navigation, for screen readers.
shell_navigation = Main
shell_nav_explore = Explore
shell_nav_messages = Messages
shell_nav_orders = Orders
shell_nav_hosting = Hosting
# The pages of the marketplace’s operators.
shell_nav_desk = Desk
shell_nav_account = Account
# A link that shows the initials of the reader.
shell_account_label = { $initials }, your account
shell_sign_up = Sign up

# What search engines show below the title.
shell_description = Stays, things and services, and the conversations about them: ask the host, book, and follow your order in one place.
