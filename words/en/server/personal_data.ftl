# The file with everything that is known about a person, which they have made for themselves, and the words that stand in place
# of somebody who has closed their account.

# In place of a name.
personal_data_former_member = Former member
# In place of the title of a listing or an order.
personal_data_former_title = No longer here

personal_data_title = Your data at { $site }
# $when is a time.
personal_data_made = Made on { $when }. Times are in UTC.
# For the name of the file. No spaces.
personal_data_file_name = my-data
personal_data_nothing = Nothing.
personal_data_yes = Yes
personal_data_no = No
# A message whose text is gone.
personal_data_deleted = This message was deleted.
personal_data_edited = edited
# The last line.
personal_data_complete = This is everything.

# The parts of it.
personal_data_part_profile = Profile
personal_data_part_settings = Settings
personal_data_part_blocked_people = People you have blocked
personal_data_part_sessions = Where you are signed in
personal_data_part_api_tokens = API tokens
personal_data_part_authenticator_apps = Authenticator apps
personal_data_part_passkeys = Passkeys
personal_data_part_recovery_codes = Recovery codes
personal_data_part_identities = Accounts elsewhere that sign in here
personal_data_part_push_subscriptions = Browsers that are told while closed
personal_data_part_security_events = Security
personal_data_part_audit_entries = What you did that is accounted for
personal_data_part_listings = Listings
personal_data_part_orders = Orders
personal_data_part_reports = What you reported
personal_data_part_notifications = Notifications
personal_data_part_broadcasts = Notices to many
personal_data_part_conversations = Conversations

# What stands before a value.
personal_data_label_id = Id
personal_data_label_about = About
personal_data_label_about_id = Id of that
personal_data_label_reason = Reason
personal_data_label_user_id = Id of the person
personal_data_label_presence_off_at = Presence switched off
personal_data_label_external_id = Id at the marketplace
personal_data_label_name = Name
personal_data_label_email = Address
personal_data_label_email_verified_at = Address confirmed
personal_data_label_claimed_email = Address that waits to be confirmed
personal_data_label_former_email = Address before
personal_data_label_former_email_until = Can be taken back until
personal_data_label_rank = Rank
personal_data_label_hue = Colour
personal_data_label_created_at = Made
personal_data_label_suspended_at = Suspended
personal_data_label_language = Language
personal_data_label_time_zone = Time zone
personal_data_label_quiet_from_minute = Quiet from, minute of the day
personal_data_label_quiet_to_minute = Quiet to, minute of the day
personal_data_label_notified_in_app = Told in the app
personal_data_label_notified_by_sound = Told by sound
personal_data_label_notified_by_browser = Told by the browser
personal_data_label_notified_by_mail = Told by mail
personal_data_label_notified_by_push = Told by push
personal_data_label_mail_stopped_at = Mail stopped
personal_data_label_mail_bounces = Mails that came back
personal_data_label_mail_bounced_at = Last came back
personal_data_label_last_seen_at = Last seen
personal_data_label_used_at = Used
personal_data_label_confirmed_at = Proved who it was
personal_data_label_issuer = Provider
personal_data_label_origin = How it was linked
personal_data_label_granted_rank = Rank by the provider
personal_data_label_linked_at = Linked
personal_data_label_expires_at = Ends
personal_data_label_client = Browser
personal_data_label_scopes = May
personal_data_label_push_service = Push service
personal_data_label_shows_text = Shows texts
personal_data_label_at = When
personal_data_label_event = What
personal_data_label_client_ip = IP
personal_data_label_detail = Detail
personal_data_label_action = What was done
personal_data_label_order_id = Order
personal_data_label_conversation_id = Conversation
personal_data_label_other_id = To whom
personal_data_label_kind = Kind
personal_data_label_title = Title
personal_data_label_place = Place
personal_data_label_description = Description
personal_data_label_price_cents = Price in cents
personal_data_label_updated_at = Changed
personal_data_label_paused_at = Paused
personal_data_label_code = Code
personal_data_label_role = Role
personal_data_label_status = Status
personal_data_label_starts_on = From
personal_data_label_ends_on = To
personal_data_label_quantity = Quantity
personal_data_label_note = Note
personal_data_label_quote_cents = Offer in cents
personal_data_label_currency = Currency
personal_data_label_listing_id = Listing
personal_data_label_text = Text
personal_data_label_cause = By
personal_data_label_subject = About
personal_data_label_read_at = Read
personal_data_label_audience = To
personal_data_label_sent = Sent
personal_data_label_order_code = Order code
personal_data_label_left_at = Left
personal_data_label_read_seq = Read up to
personal_data_label_muted_at = Muted
personal_data_label_muted_until = Muted until
personal_data_label_mail_off = No mails
personal_data_label_is_creator = Made by you
personal_data_label_seq = Number
personal_data_label_sender = From whom
personal_data_label_is_own = Yours
personal_data_label_edited_at = Edited
personal_data_label_deleted_at = Deleted
personal_data_label_left_out_of_mail = Left out of the mail
personal_data_label_attached = Refers to
personal_data_label_emoji = Emoji
personal_data_part_room_invitations = Invitations into rooms
personal_data_label_accepted_at = Accepted
personal_data_label_withdrawn_at = Withdrawn
personal_data_label_declined_at = Declined
personal_data_part_reactions = Reactions to messages
personal_data_label_starred_at = Starred
personal_data_label_marked_unread_at = Marked as unread
