# The entries of the log. $name is who acted, $other the person who was acted on.

audit_log_ended_sessions = { $name } ended all sessions of { $other }
audit_log_made_token = { $name } made the access token “{ $token }” of { $other }
audit_log_second_factor_reset = { $name } removed the second factor of { $other }
audit_log_suspended = { $name } suspended { $other }
audit_log_reinstated = { $name } reinstated { $other }
audit_log_closed = { $name } closed the account of { $other }
audit_log_closed_own = { $name } closed their account
audit_log_events_exported = { $name } exported events of security
# $filter is such as “event=sign_in, from=2026-11-01”.
audit_log_events_exported_of = { $name } exported events of security: { $filter }
audit_log_made_account = { $name } made an account for { $other }
audit_log_gave_password = { $name } gave { $other } a new password
audit_log_renamed = { $name } was called { $before } before
audit_log_made_operator = { $name } made { $other } an operator
audit_log_made_admin = { $name } made { $other } an admin
audit_log_made_member = { $name } made { $other } a member again

audit_log_retention_off = { $name } turned off that old messages are deleted
audit_log_retention_on =
    { $days ->
        [one] { $name } let messages be deleted after { $days } day
       *[other] { $name } let messages be deleted after { $days } days
    }
audit_log_sign_up_open = { $name } opened signing up to everybody
audit_log_sign_up_closed = { $name } closed signing up
audit_log_rooms_staff = { $name } left making rooms to the staff
audit_log_rooms_everybody = { $name } let everybody make rooms
audit_log_unconfirmed_everything = { $name } let people make listings and rooms before they confirm their address
audit_log_unconfirmed_conversations = { $name } had people confirm their address before they make listings and rooms
audit_log_factor_needed = { $name } had the team add second factors
audit_log_embed_key = { $name } made a key for embedding: { $key }
audit_log_embed_key_revoked = { $name } revoked a key for embedding: { $key }
# $look is the colours, corners and font.
audit_log_look = { $name } gave the pages another look: { $look }
audit_log_look_own = { $name } gave the pages the look of Stoa again
audit_log_factor_free = { $name } left second factors to each of the team
# $detail is the address of a webhook, and what it is told of.
audit_log_webhook_created = { $name } made a webhook: { $detail }
audit_log_webhook_changed = { $name } chose what a webhook is told of: { $detail }
# $detail is the address of a webhook.
audit_log_webhook_secret = { $name } made a new secret for a webhook: { $detail }
audit_log_webhook_on = { $name } switched a webhook on: { $detail }
audit_log_webhook_off = { $name } switched a webhook off: { $detail }
audit_log_webhook_deleted = { $name } deleted a webhook: { $detail }

audit_log_conversation_read = { $name } read a conversation
audit_log_conversations_listed = { $name } looked through the conversations
audit_log_conversations_searched = { $name } searched the conversations for “{ $search }”
audit_log_people_listed = { $name } looked through the people
audit_log_people_searched = { $name } searched the people for “{ $search }”

# $text is what was written.
audit_log_told = { $name } told { $other }: { $text }
audit_log_told_many = { $name } told many: { $text }
audit_log_said = { $name } said: { $text }

# Something that a newer version does. $action is its code.
audit_log_other = { $name }: { $action }

# Stands in for $other where it is not known any more.
audit_log_somebody = somebody

# Signing in.
audit_log_signed_up = { $name } signed up
audit_log_signed_in = { $name } signed in
audit_log_not_signed_in = Somebody could not sign in
audit_log_not_signed_in_as = Somebody could not sign in as { $name }
audit_log_signed_out = { $name } signed out
# What was decided about a report. $other is the person whom it concerned.
audit_log_case_nothing = { $name } looked at a report and did nothing
audit_log_case_warned = { $name } warned { $other } after a report
audit_log_case_message = { $name } took down a message of { $other }
audit_log_case_listing = { $name } took down a listing of { $other }
audit_log_case_room = { $name } closed a room after a report
audit_log_case_limited = { $name } let { $other } begin no new conversations
audit_log_case_suspended = { $name } suspended { $other } after a report
audit_log_session_ended = { $name } ended a session
audit_log_other_sessions_ended = { $name } ended all other sessions
audit_log_password_changed = { $name } changed the password
audit_log_address_claimed = { $name } gave another address
audit_log_address_changed = { $name } has another address
audit_log_account_secured = { $name } shut everybody out of the account
audit_log_address_restored = { $name } took back a change of the address
audit_log_password_reset = { $name } chose a new password by a link that was mailed
audit_log_password_wrong = { $name } typed a wrong password to change it
audit_log_token_made = { $name } made an API token
audit_log_token_password_wrong = { $name } typed a wrong password to make an API token
audit_log_data_exported = { $name } had a file made with their data
audit_log_account_closed = The account of { $name } was closed
audit_log_token_revoked = { $name } revoked an API token
audit_log_app_added = { $name } added an authenticator app
audit_log_app_removed = { $name } turned the authenticator app off
audit_log_passkey_added = { $name } added a passkey
audit_log_passkey_removed = { $name } removed a passkey
audit_log_code_wrong = { $name } typed a wrong code after the right password
audit_log_codes_made = { $name } made recovery codes
audit_log_code_used = { $name } used a recovery code
audit_log_second_factor_lost = The second factor of { $name } was removed
audit_log_identity_linked = { $name } linked another way to sign in
audit_log_identity_unlinked = { $name } unlinked a way to sign in
audit_log_identity_password_wrong = { $name } typed a wrong password to link a way to sign in
audit_log_provider_signed_out = An identity provider signed { $name } out
audit_log_provider_sign_out_refused = A logout by an identity provider was refused

# The browser and the address after such an entry.
audit_log_with_detail = { $sentence } ({ $detail })
