# The command palette: a field in a dialog, and below it what is found for what is typed. Its name is also in the list of
# shortcuts.
palette_label = Search and commands
palette_field = Search people, listings, orders and commands
palette_placeholder = Search or type a command

# Headings of the groups of results. That of the pages is also one in the list of shortcuts.
palette_conversations = Conversations
palette_listings = Listings
palette_orders = Orders
palette_go_to = Go to
palette_commands = Commands
# The name of the list, for screen readers.
palette_results = Results

# Below the results.
palette_searching = Searching…
palette_incomplete = No answer came: these are only what this browser knows and what was found before.
palette_nothing_found = Nothing found. Check the spelling, or try a name or a listing.
palette_result_count =
    { $count ->
        [one] 1 result
       *[other] { $count } results
    }

# Pages, in the palette and in the list of shortcuts.
palette_page_explore = Explore
palette_page_messages = Messages
palette_page_archive = Archived and starred
palette_page_orders = Orders
palette_page_hosting = Hosting
# The orders of the marketplace, for its operators.
palette_page_desk = Desk
palette_page_people = People
palette_page_notices = Notices
palette_page_audit = Audit log
palette_page_notifications = Notifications
palette_page_settings = Settings
# $query is what is typed.
palette_find_people = Find “{ $query }” among people

# Commands.
palette_new_room = New room
palette_new_listing = New listing
palette_ask_special = Ask for something special
palette_theme_light = Theme: light
palette_theme_dark = Theme: dark
palette_theme_device = Theme: same as device
palette_sign_out = Sign out

# Toasts after a theme was chosen.
palette_theme_is_light = The theme is light.
palette_theme_is_dark = The theme is dark.
palette_theme_is_device = The theme follows your device.
