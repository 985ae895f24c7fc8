# The page of conversations that are archived or starred.
archive_title = Archived and starred
# The name of the links to both, for screen readers.
archive_views = Show
archive_archived = Archived
archive_starred = Starred
archive_none_title = Nothing is archived
archive_none_text = Archive a conversation from its menu in the list. The next message brings it back.
archive_no_starred_title = Nothing is starred
archive_no_starred_text = Star a conversation from its menu in the list to find it here.
archive_bring_back = Bring back
archive_unstar = Remove star
