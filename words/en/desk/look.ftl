# The look of the marketplace's pages, in its settings.

look_title = Look
look_text = The colour, corners and font of all pages, of frames on other sites too. Everything else follows from these, so that every text can be read.
look_light = Colour in the light theme
look_dark = Colour in the dark theme
look_corners = Corners
look_corners_square = Square
look_corners_soft = Soft
look_corners_round = Round
look_font = Font
look_font_system = Of the device
look_font_humanist = Humanist
look_font_geometric = Geometric
look_font_rounded = Rounded
look_font_serif = Serif
look_reset = Back to Stoa’s own

# The preview: two small pictures of a conversation.
look_preview = Preview
look_preview_light = Light
look_preview_dark = Dark
look_preview_other = Is the sauna wood-fired?
look_preview_own = It is. Bring a towel!
look_preview_button = Send
look_preview_link = Listing

# What is wrong with what was chosen.
look_check_no_colour = Type a colour like #0f766e.
look_check_unknown = Choose one of the list.
# $contrast is a number like 1.8.
look_check_contrast = This colour would hardly be seen on the background: its contrast is { $contrast }, and at least 3 is needed.
