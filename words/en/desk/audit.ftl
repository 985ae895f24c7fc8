# The log of what operators do.

# Of the chips that filter the entries, for screen readers.
audit_filter_label = Which entries
audit_filter_all = All
audit_filter_orders = Orders
audit_filter_people = People
audit_filter_conversations = Conversations
audit_filter_settings = Settings
audit_filter_cases = Reports
audit_filter_security = Signing in

audit_search_label = Search the log by person
audit_search_placeholder = Name

audit_empty_title = Nothing here
audit_empty_text = What operators do is written down here, and who signs in.

# A link to a conversation without a title.
audit_conversation = The conversation

# The filter of events of security, and the file with what it found.
audit_events_filter = Filter of the events
audit_events_person = Name
audit_events_event = Event
audit_events_result = Result
audit_events_from = From
audit_events_to = To
# Of a choice: no filter.
audit_events_any = Any
audit_events_show = Show
audit_result_done = Done
audit_result_refused = Refused
audit_export_text = All that are found, as a file: who, when, from which IP, what and with what result. That you had it stands in the log.
audit_export_csv = CSV
audit_export_ndjson = NDJSON

# Events, as a choice.
audit_event_sign_in = Signed in
audit_event_sign_in_refused = Signing in was refused
audit_event_sign_out = Signed out
audit_event_sign_up = Signed up
audit_event_session_end = A session was ended
audit_event_password_change = The password was changed
audit_event_password_reset = A password was set by a link
audit_event_password_refused = A wrong password was typed
audit_event_address_change = The address was changed
audit_event_token_create = An API token was made
audit_event_data_export = A file of one’s data was made
audit_event_account_close = An account was closed
