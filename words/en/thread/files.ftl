# Sizes. The number comes formatted.
file_kilobytes = { $count } kB
file_megabytes = { $count } MB
# In place of the description of a picture that has none, for screen readers.
file_picture_alt = Picture
file_uploading = Sending the file
file_recording = Recording
file_viewer = Pictures
file_download = Download
file_previous = Previous picture
file_next = Next picture
