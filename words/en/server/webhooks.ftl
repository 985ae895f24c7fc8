# Webhooks: URLs of other programs that are told of events.

webhook_refused_missing = There is no such webhook, or it is gone.
# $max is a number of characters.
webhook_refused_url = Give the whole address of a page on the internet, with https, without a name, password or fragment, and at most { $max } characters long.
webhook_refused_types = Choose one type of events at least, of those that there are.
webhook_refused_made = This webhook was made already. Its secret can’t be shown again, but you can replace it.
webhook_refused_too_many = There are { $max } webhooks, which is the most. Delete one first.
webhook_refused_off = This webhook is off. Switch it on first.

# Notices to the admins. $host is the address of the webhook, without its path.
webhook_notice_gone_title = A webhook was switched off
webhook_notice_gone_text = { $host } answered that it wants no more events.
webhook_notice_failing_title = A webhook was switched off
webhook_notice_failing_text = { $host } has taken no event for three days.
