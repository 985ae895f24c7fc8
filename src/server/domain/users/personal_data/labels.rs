//! The words for the parts and values of an export, for the file that people read.

use crate::shared::words;

/// The heading of a part. None of one that has no words.
pub(super) fn part(key: &str) -> Option<&'static str> {
    Some(match key {
        "profile" => words::personal_data_part_profile(),
        "settings" => words::personal_data_part_settings(),
        "blocked_people" => words::personal_data_part_blocked_people(),
        "sessions" => words::personal_data_part_sessions(),
        "api_tokens" => words::personal_data_part_api_tokens(),
        "authenticator_apps" => words::personal_data_part_authenticator_apps(),
        "passkeys" => words::personal_data_part_passkeys(),
        "recovery_codes" => words::personal_data_part_recovery_codes(),
        "identities" => words::personal_data_part_identities(),
        "push_subscriptions" => words::personal_data_part_push_subscriptions(),
        "security_events" => words::personal_data_part_security_events(),
        "audit_entries" => words::personal_data_part_audit_entries(),
        "listings" => words::personal_data_part_listings(),
        "orders" => words::personal_data_part_orders(),
        "reports" => words::personal_data_part_reports(),
        "notifications" => words::personal_data_part_notifications(),
        "room_invitations" => words::personal_data_part_room_invitations(),
        "reactions" => words::personal_data_part_reactions(),
        "broadcasts" => words::personal_data_part_broadcasts(),
        "conversations" => words::personal_data_part_conversations(),
        _ => return None,
    })
}

/// The words before a value. None of one that has none.
pub(super) fn label(key: &str) -> Option<&'static str> {
    Some(match key {
        "id" => words::personal_data_label_id(),
        "external_id" => words::personal_data_label_external_id(),
        "name" => words::personal_data_label_name(),
        "email" => words::personal_data_label_email(),
        "email_verified_at" => words::personal_data_label_email_verified_at(),
        "claimed_email" => words::personal_data_label_claimed_email(),
        "former_email" => words::personal_data_label_former_email(),
        "former_email_until" => words::personal_data_label_former_email_until(),
        "rank" => words::personal_data_label_rank(),
        "hue" => words::personal_data_label_hue(),
        "created_at" => words::personal_data_label_created_at(),
        "suspended_at" => words::personal_data_label_suspended_at(),
        "language" => words::personal_data_label_language(),
        "time_zone" => words::personal_data_label_time_zone(),
        "quiet_from_minute" => words::personal_data_label_quiet_from_minute(),
        "quiet_to_minute" => words::personal_data_label_quiet_to_minute(),
        "notified_in_app" => words::personal_data_label_notified_in_app(),
        "notified_by_sound" => words::personal_data_label_notified_by_sound(),
        "notified_by_browser" => words::personal_data_label_notified_by_browser(),
        "notified_by_mail" => words::personal_data_label_notified_by_mail(),
        "notified_by_push" => words::personal_data_label_notified_by_push(),
        "mail_stopped_at" => words::personal_data_label_mail_stopped_at(),
        "mail_bounces" => words::personal_data_label_mail_bounces(),
        "mail_bounced_at" => words::personal_data_label_mail_bounced_at(),
        "presence_off_at" => words::personal_data_label_presence_off_at(),
        "user_id" => words::personal_data_label_user_id(),
        "last_seen_at" => words::personal_data_label_last_seen_at(),
        "about" => words::personal_data_label_about(),
        "about_id" => words::personal_data_label_about_id(),
        "reason" => words::personal_data_label_reason(),
        "used_at" => words::personal_data_label_used_at(),
        "confirmed_at" => words::personal_data_label_confirmed_at(),
        "issuer" => words::personal_data_label_issuer(),
        "origin" => words::personal_data_label_origin(),
        "granted_rank" => words::personal_data_label_granted_rank(),
        "linked_at" => words::personal_data_label_linked_at(),
        "expires_at" => words::personal_data_label_expires_at(),
        "client" => words::personal_data_label_client(),
        "scopes" => words::personal_data_label_scopes(),
        "push_service" => words::personal_data_label_push_service(),
        "shows_text" => words::personal_data_label_shows_text(),
        "at" => words::personal_data_label_at(),
        "event" => words::personal_data_label_event(),
        "client_ip" => words::personal_data_label_client_ip(),
        "detail" => words::personal_data_label_detail(),
        "action" => words::personal_data_label_action(),
        "order_id" => words::personal_data_label_order_id(),
        "conversation_id" => words::personal_data_label_conversation_id(),
        "other_id" => words::personal_data_label_other_id(),
        "kind" => words::personal_data_label_kind(),
        "title" => words::personal_data_label_title(),
        "place" => words::personal_data_label_place(),
        "description" => words::personal_data_label_description(),
        "price_cents" => words::personal_data_label_price_cents(),
        "updated_at" => words::personal_data_label_updated_at(),
        "paused_at" => words::personal_data_label_paused_at(),
        "code" => words::personal_data_label_code(),
        "role" => words::personal_data_label_role(),
        "status" => words::personal_data_label_status(),
        "starts_on" => words::personal_data_label_starts_on(),
        "ends_on" => words::personal_data_label_ends_on(),
        "quantity" => words::personal_data_label_quantity(),
        "note" => words::personal_data_label_note(),
        "quote_cents" => words::personal_data_label_quote_cents(),
        "currency" => words::personal_data_label_currency(),
        "listing_id" => words::personal_data_label_listing_id(),
        "text" => words::personal_data_label_text(),
        "cause" => words::personal_data_label_cause(),
        "subject" => words::personal_data_label_subject(),
        "read_at" => words::personal_data_label_read_at(),
        "audience" => words::personal_data_label_audience(),
        "sent" => words::personal_data_label_sent(),
        "order_code" => words::personal_data_label_order_code(),
        "left_at" => words::personal_data_label_left_at(),
        "read_seq" => words::personal_data_label_read_seq(),
        "muted_at" => words::personal_data_label_muted_at(),
        "muted_until" => words::personal_data_label_muted_until(),
        "mail_off" => words::personal_data_label_mail_off(),
        "is_creator" => words::personal_data_label_is_creator(),
        "seq" => words::personal_data_label_seq(),
        "sender" => words::personal_data_label_sender(),
        "is_own" => words::personal_data_label_is_own(),
        "edited_at" => words::personal_data_label_edited_at(),
        "deleted_at" => words::personal_data_label_deleted_at(),
        "starred_at" => words::personal_data_label_starred_at(),
        "marked_unread_at" => words::personal_data_label_marked_unread_at(),
        "accepted_at" => words::personal_data_label_accepted_at(),
        "withdrawn_at" => words::personal_data_label_withdrawn_at(),
        "declined_at" => words::personal_data_label_declined_at(),
        "emoji" => words::personal_data_label_emoji(),
        "attached" => words::personal_data_label_attached(),
        "left_out_of_mail" => words::personal_data_label_left_out_of_mail(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::store::users::personal_data::sections::{CONVERSATION, MESSAGE, SECTIONS};

    #[test]
    fn m17_every_part_and_value_of_an_export_has_words() {
        let sections = SECTIONS.iter().map(|section| (section.key, section.columns));
        for (key, columns) in sections.chain([CONVERSATION]) {
            assert!(part(key).is_some(), "{key}");
            for (column, _) in columns.iter().chain(MESSAGE.1) {
                assert!(label(column).is_some(), "{column}");
            }
        }
    }
}
