# Rooms: the form for a new one, the page of one, and the page that its link leads to.

rooms_new_title = New room
rooms_new_forbidden_title = Rooms are made by the team
rooms_new_forbidden_text = Ask them for one, and they let you in.
rooms_new_nobody_title = Nobody to invite yet
rooms_new_nobody_text = A room begins with people you have talked with. Write to a host first.
rooms_new_name = Name
rooms_new_name_hint = Everybody in it sees it.
# The legend of the two choices below it.
rooms_new_history = Who joins later sees
rooms_new_history_start = everything from the start
rooms_new_history_joining = only what is said after joining
rooms_new_submit = Make room
# The legend of a list of people to choose.
rooms_people = People

# The title of a room that can't be shown.
rooms_room_title = Room
rooms_room_messages = Open messages

rooms_person_you_moderator = You · Moderator
rooms_person_you = You
rooms_person_moderator = Moderator
rooms_person_team = Our team
rooms_person_make_member = Make member
rooms_person_make_moderator = Make moderator
rooms_person_remove = Remove
rooms_person_remove_title = Remove { $name }?
rooms_person_remove_text = Nothing more of the room reaches them, and only a moderator can invite them again.
rooms_person_remove_confirm = Remove person
rooms_person_remove_keep = Keep them

# A heading, and the button below it.
rooms_invite_title = Invite
rooms_invite_submit = Invite
rooms_invite_done = Invited. They are in the room once they accept.

# A heading, above people who have not answered.
rooms_invited_title = Invited
rooms_invited_text = They see nothing of the room until they accept. An invitation is open for 30 days.
# Below the name of somebody: who invited them.
rooms_invited_by = Invited by { $name }
rooms_invited_withdraw = Withdraw
rooms_invited_withdrawn = Withdrawn.
# A heading, above the field rooms_rename_label.
rooms_rename_title = Name
rooms_rename_label = Name of the room
rooms_rename_submit = Rename

rooms_link_title = Join by link
rooms_link_is_open = Anybody who has this link can join.
rooms_link_is_closed = Nobody can join by a link now.
# $when is a time, such as “3 days ago”.
rooms_link_made =
    { $days ->
        [one] Made { $when }. It works for { $days } day: close it and make another to renew it.
       *[other] Made { $when }. It works for { $days } days: close it and make another to renew it.
    }
rooms_link_close = Close the link
rooms_link_make = Make a link
rooms_link_copy = Copy the link
rooms_link_copied = Copied.
rooms_link_not_copied = Your browser did not copy it. Select the link and copy it yourself.

# A heading, above what follows from leaving.
rooms_leave_title = Leave
rooms_leave_text = You get nothing more of this room. Somebody in it can invite you again.
rooms_leave_submit = Leave room
rooms_leave_question = Leave this room?
rooms_leave_question_text = You get nothing more of it, and come back only if somebody invites you.
rooms_leave_stay = Stay

# The page of invitations, and its title.
rooms_invitations_title = Invitations
rooms_invitations_none = No open invitations
rooms_invitations_none_text = When somebody invites you into a room, you answer here.
rooms_invitations_by = { $name } invites you
rooms_invitations_decline = Decline
rooms_invitations_declined = Declined. Nobody is told.
# A link above the list of conversations.
rooms_invitations_count =
    { $count ->
        [one] You are invited into { $count } room
       *[other] You are invited into { $count } rooms
    }

rooms_join_title = Join a room
# $names are the moderators, separated by commas.
rooms_join_moderators = A room of { $names }
rooms_join_is_in = You are in it: open
rooms_join_text = Who is in it will see that you joined.
rooms_join_submit = Join
