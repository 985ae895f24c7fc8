# The people whom a notice is for.
broadcast_audience_everybody = Everybody
broadcast_audience_hosts = People with a listing
broadcast_audience_guests = People who have ordered

# What is wrong with a notice; the first three are the names of its fields.
broadcast_check_title = The title
broadcast_check_text = The text
broadcast_check_link = The link
broadcast_check_link_form = A link is a path like /orders, or an address with https://.
