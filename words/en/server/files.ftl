# Files of messages.

file_name = The file’s name
file_alt = The description
file_empty = This file is empty.
# $megabytes is the largest size.
file_too_large = This file is too large. It may have { $megabytes } MB at most.
file_too_many = Too many files are waiting to be sent. Send or remove some first.
file_quota = You have sent as many files as go in 30 days. Send a smaller one, or wait a few days.

# Why a file can’t be sent.
file_refused = This file can’t be sent.
file_refused_pixels = This picture has too many pixels. Send it as a file instead.
file_refused_picture = This picture can’t be read. Send it as a file instead.
file_refused_sound = This recording can’t be read.
file_refused_lost = Parts of this file were lost. Send it again.
file_refused_infected = The virus scanner of this site found something harmful in this file.
file_refused_not_scanned = This file is too large for the virus scanner of this site.
file_not_ready = A file is still being received.
file_not_yours = A file of this message can’t be sent any more. Attach it again.
