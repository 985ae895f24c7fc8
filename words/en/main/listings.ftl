# The kinds of listings, of one and of many.
listing_kind_stay = Stay
listing_kind_item = Item
listing_kind_service = Service
listing_kind_tour = Tour
listing_kind_stays = Stays
listing_kind_items = Items
listing_kind_services = Services
listing_kind_tours = Tours

# What a price is for, after it: €148 a night
listing_price_night = a night
listing_price_hour = an hour
listing_price_person = a person
