# The name of the pane beside a conversation, for screen readers.
details_label = Details
details_people = People

# A room, and the link to its page.
details_room = Room
details_room_link =
    { $count ->
        [one] 1 person, invitations and settings
       *[other] { $count } people, invitations and settings
    }

# A person. $name is a first name, $month a month with its year.
details_member_since = Member since { $month }
details_listings_of = Listings of { $name }
# Of the viewer and this person.
details_orders_between = Orders between you
