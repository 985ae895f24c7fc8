# The button on the page of a listing.
contact_host_label = Contact host
