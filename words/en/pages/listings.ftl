# Explore, the page of a listing, the form to write one, and those of the viewer (Hosting).

# Leads to the form for a new listing, and names it.
listings_offer = Offer something

listings_explore_title = Explore
listings_search = Search
listings_search_placeholder = Title, place or host
listings_kinds = Kinds
# The filter that leaves nothing out, beside those for one kind of listing.
listings_kinds_all = Everything
listings_results = Results for “{ $search }”
listings_result_count =
    { $count ->
        [one] { $count } result for “{ $search }”
       *[other] { $count } results for “{ $search }”
    }
# The page of results before this one.
listings_pages_back = Back

listings_empty_title = No listings yet
listings_empty_text = Be the first to offer something.
listings_none_stay = No stays here
listings_none_item = No items here
listings_none_service = No services here
listings_none_tour = No tours here
listings_none_more = Nothing more here
listings_none_found = Nothing for “{ $search }”
listings_none_of_kind_text = Other kinds may have it.
listings_none_of_kind_link = Search everything
listings_none_text = Check the spelling, or look at everything.
listings_none_link = Show everything
# $link is listings_none_ask_link.
listings_none_ask = Nobody offers it? { $link } and our team looks for it.
listings_none_ask_link = Ask for something

# The title of a listing that can't be shown.
listings_listing_title = Listing
listings_hosted_by = Hosted by { $name }
listings_host_is_you = This is your listing
listings_host_ask = Ask anything before you decide
# Names of parts of the page, for screen readers.
listings_book = Book
listings_price = Price
listings_price_and_contact = Price and contact
# What search engines show below the title. $unit is what the price is for, such as “a night”.
listings_summary = { $place }, { $price } { $unit }.
listings_paused_mine = This listing is paused. Only you and the people you already talk to about it can see it.
listings_paused = This listing is paused at the moment. The host takes no new questions about it.

listings_edit_title = Edit listing
listings_publish = Publish
listings_form_kind = What do you offer?
listings_form_kind_missing = Choose what you offer.
listings_form_title = Title
listings_form_title_hint = What it is, in a few words
listings_form_place = Place
listings_form_price = Price in euros
listings_form_description = Description
listings_form_description_hint = What people ask first: what is there, what it is like, what to bring

# The page of who offers something: orders for it, and the listings.
listings_hosting_title = Hosting
listings_hosting_orders = Orders
listings_hosting_listings = Your listings
listings_hosting_empty_title = You offer nothing yet
listings_hosting_empty_text = A place, a thing, a skill, a tour: people find it under Explore and write to you here.
# The status of a listing that nobody new can find.
listings_status_paused = Paused
listings_pause = Pause
listings_resume = Resume
listings_pause_done = Paused. Nobody new can find it.
listings_resume_done = People can find it again.

# A link below the description, to the page that the marketplace itself has about it.
listings_outside = See it on the marketplace’s own page

# A link below the description of another's listing.
listings_report = Report this listing
