# The list of all people.

user_directory_search_label = Search people
user_directory_search_placeholder = Name or address
user_directory_empty_title = Nobody found
user_directory_empty_text = Try part of a name or address.

# Marks beside a person's name.
user_directory_rank_operator = Operator
user_directory_rank_admin = Admin
user_directory_mark_suspended = Suspended
user_directory_mark_closed = Closed

# $when is a time such as "3 days ago".
user_directory_joined = Joined { $when }
# Follows "Joined …" after a dot.
user_directory_suspended = suspended { $when }

# Stands in the reader's own row, in place of the buttons.
user_directory_this_is_you = This is you

# Buttons of a person's row.
user_directory_suspend = Suspend
user_directory_reinstate = Reinstate
user_directory_close = Close account
user_directory_make_member = Make member
user_directory_make_operator = Make operator

# Questions before a change. $name is a name with an address in brackets.
user_directory_ask_suspend_title = Suspend { $name }?
user_directory_ask_suspend_text = They are signed out everywhere at once.
user_directory_ask_suspend_yes = Suspend account
user_directory_ask_close_title = Close the account of { $name }?
user_directory_ask_close_text = It can’t be opened again. Name, address and settings are deleted, open orders end, and what they wrote stays for the others.
user_directory_ask_close_yes = Close account
user_directory_ask_member_title = Make { $name } a member?
user_directory_ask_member_text = They leave the conversations that they took up.
user_directory_ask_member_yes = Make them a member
user_directory_ask_operator_title = Make { $name } an operator?
user_directory_ask_operator_text = They can see all orders and suspend people. This address was never verified: make sure that it is theirs.
user_directory_ask_operator_yes = Make them an operator
# The other button of these questions: nothing changes.
user_directory_ask_no = Leave it

# Toasts after a change.
user_directory_done_suspended = { $name } is suspended and signed out everywhere.
user_directory_done_reinstated = { $name } can sign in again.
user_directory_done_closed = The account is closed.
user_directory_done_member = { $name } is a member again.
user_directory_done_operator = { $name } is an operator now.

# Beside when somebody joined.
user_directory_sessions =
    { $count ->
        [one] { $count } session
       *[other] { $count } sessions
    }
user_directory_sign_out = Sign out everywhere
# $name has the address, too.
user_directory_ask_sign_out_title = Sign { $name } out everywhere?
user_directory_ask_sign_out_text = All their browsers are signed out at once. They can sign in again, and API tokens stay.
user_directory_ask_sign_out_yes = Sign out
user_directory_reset = Remove second factor
user_directory_ask_reset_title = Remove the second factor of { $name }?
user_directory_ask_reset_text = For somebody who lost their phone and their recovery codes: make sure that it is really them who asks. Their password alone signs them in then. They are signed out everywhere and told by mail.
user_directory_ask_reset_yes = Remove it
user_directory_done_reset = { $name } has no second factor any more.
user_directory_done_signed_out = { $name } is signed out everywhere.
