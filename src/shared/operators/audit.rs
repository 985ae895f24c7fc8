//! The audit log: actions of operators, as they are shown.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::shared::{
    conversations::participant::ActorName,
    conversations::system_messages::SystemMessage,
    ids::ConversationId,
    json::{FromJson, Json, JsonError, WRONG_TYPE, read_by_serde, read_fields, read_unit_enums},
    orders::code::OrderCode,
    users::{Person, rank::Rank},
    values::{page_cursor::PageCursor, time::Timestamp},
    words,
};

/// Entries on one page.
pub const AUDIT_PAGE: i64 = 50;
/// The action of an operator who read a conversation without being a participant (E9).
pub const CONVERSATION_READ: &str = "conversation_read";
/// The action of an operator who looked through all conversations. The detail is the search, if there was one.
pub const CONVERSATION_LIST: &str = "conversation_list";
/// The action of an operator who looked through the people. The detail is the search, if there was one.
pub const USER_LIST: &str = "user_list";
/// The action of a user who changed their own name. The detail is the former name.
pub const USER_RENAME: &str = "user_rename";
/// The action of a user who closed their own account, or of an admin who closed another's.
pub const USER_CLOSE: &str = "user_close";
/// The action of an admin who exported events of security. The detail is the filter.
pub const USER_EXPORT_EVENTS: &str = "user_export_events";

/// The first word of an event of security.
pub const SECURITY: &str = "security";

/// The kind of object that an entry is about: the first word of its action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditKind {
    Order,
    User,
    Conversation,
    Settings,
    /// Decisions about what was reported.
    Case,
    /// Signing in and out, refusals, passwords and tokens: for admins, and not among all others.
    Security,
}

impl AuditKind {
    pub const ALL: [Self; 6] =
        [Self::Order, Self::User, Self::Conversation, Self::Settings, Self::Case, Self::Security];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::User => "user",
            Self::Conversation => "conversation",
            Self::Settings => "settings",
            Self::Case => "case",
            Self::Security => SECURITY,
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// The id of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct AuditId(pub Uuid);

/// An entry of the audit log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuditRow {
    pub id: AuditId,
    pub at: Timestamp,
    /// The user who acted, mostly an operator; or the command line.
    pub person: Person,
    /// `order_accept`, `user_suspend`, `conversation_read` …
    pub action: String,
    pub order: Option<OrderCode>,
    pub conversation: Option<ConversationId>,
    /// The title of the conversation or order.
    pub title: Option<String>,
    /// The user who was acted on.
    pub other: Option<Person>,
    /// The system message that was sent, the new rank or the former name of a user, the new value of a setting, a
    /// search, or the browser and IP of an event of security.
    pub detail: String,
}

impl AuditRow {
    /// The entry as a sentence: `Mara suspended Eve`. Pages show the title of the order or conversation
    /// beside it.
    pub fn sentence(&self) -> String {
        let name = self.person.name.as_str();
        let other = self.other.as_ref().map_or(words::audit_log_somebody(), |other| other.name.as_str());
        if let Some(event) = self.action.strip_prefix("security_") {
            return self.security_sentence(event);
        }
        match self.action.as_str() {
            "user_suspend" => words::audit_log_suspended(name, other),
            "user_reinstate" => words::audit_log_reinstated(name, other),
            "user_sign_out" => words::audit_log_ended_sessions(name, other),
            "user_second_factor" => words::audit_log_second_factor_reset(name, other),
            USER_CLOSE if self.other.is_none() => words::audit_log_closed_own(name),
            USER_CLOSE => words::audit_log_closed(name, other),
            USER_EXPORT_EVENTS if self.detail.is_empty() => words::audit_log_events_exported(name),
            USER_EXPORT_EVENTS => words::audit_log_events_exported_of(&self.detail, name),
            "user_create" => words::audit_log_made_account(name, other),
            "user_token" => words::audit_log_made_token(&self.detail, name, other),
            "user_password" => words::audit_log_gave_password(name, other),
            USER_RENAME => words::audit_log_renamed(&self.detail, name),
            "user_rank" => match Rank::parse(&self.detail) {
                Some(Rank::Operator) => words::audit_log_made_operator(name, other),
                Some(Rank::Admin) => words::audit_log_made_admin(name, other),
                _ => words::audit_log_made_member(name, other),
            },
            "settings_retention" => match self.detail.parse() {
                Ok(days) => words::audit_log_retention_on(days, name),
                Err(_) => words::audit_log_retention_off(name),
            },
            "settings_sign_up" if self.detail == "open" => words::audit_log_sign_up_open(name),
            "settings_sign_up" => words::audit_log_sign_up_closed(name),
            "settings_rooms" if self.detail == "staff" => words::audit_log_rooms_staff(name),
            "settings_rooms" => words::audit_log_rooms_everybody(name),
            "settings_unconfirmed" if self.detail == "everything" => {
                words::audit_log_unconfirmed_everything(name)
            }
            "settings_unconfirmed" => words::audit_log_unconfirmed_conversations(name),
            "settings_second_factor" if self.detail == "needed" => words::audit_log_factor_needed(name),
            "settings_embed_key" => words::audit_log_embed_key(&self.detail, name),
            "settings_embed_key_revoked" => words::audit_log_embed_key_revoked(&self.detail, name),
            "settings_second_factor" => words::audit_log_factor_free(name),
            "settings_look" if self.detail == "own" => words::audit_log_look_own(name),
            "settings_look" => words::audit_log_look(&self.detail, name),
            "settings_webhook_create" => words::audit_log_webhook_created(&self.detail, name),
            "settings_webhook_change" => words::audit_log_webhook_changed(&self.detail, name),
            "settings_webhook_secret" => words::audit_log_webhook_secret(&self.detail, name),
            "settings_webhook_on" => words::audit_log_webhook_on(&self.detail, name),
            "settings_webhook_off" => words::audit_log_webhook_off(&self.detail, name),
            "settings_webhook_delete" => words::audit_log_webhook_deleted(&self.detail, name),
            CONVERSATION_READ => words::audit_log_conversation_read(name),
            CONVERSATION_LIST if self.detail.is_empty() => words::audit_log_conversations_listed(name),
            CONVERSATION_LIST => words::audit_log_conversations_searched(name, &self.detail),
            USER_LIST if self.detail.is_empty() => words::audit_log_people_listed(name),
            USER_LIST => words::audit_log_people_searched(name, &self.detail),
            "case_nothing" => words::audit_log_case_nothing(name),
            "case_warn" => words::audit_log_case_warned(name, other),
            "case_hide_message" => words::audit_log_case_message(name, other),
            "case_close_listing" => words::audit_log_case_listing(name, other),
            "case_close_room" => words::audit_log_case_room(name),
            "case_limit" => words::audit_log_case_limited(name, other),
            "case_suspend" => words::audit_log_case_suspended(name, other),
            "notification_send" => words::audit_log_told(name, other, &self.sent_text()),
            "broadcast_send" => words::audit_log_told_many(name, &self.sent_text()),
            "message_system" => words::audit_log_said(name, &self.sent_text()),
            action if action.starts_with("order_") => match SystemMessage::from_body(&self.detail) {
                SystemMessage::Unknown => words::audit_log_other(&action.replace('_', " "), name),
                event => event.text(Some(&ActorName::Other(name.to_owned())), None).sentence,
            },
            // An action of a newer version.
            action => words::audit_log_other(&action.replace('_', " "), name),
        }
    }

    fn security_sentence(&self, event: &str) -> String {
        let name = self.person.name.as_str();
        let sentence = match event {
            "sign_up" => words::audit_log_signed_up(name),
            "sign_in" => words::audit_log_signed_in(name),
            "sign_in_refused" if name.is_empty() => words::audit_log_not_signed_in().to_owned(),
            "sign_in_refused" => words::audit_log_not_signed_in_as(name),
            "sign_out" => words::audit_log_signed_out(name),
            "session_end" => words::audit_log_session_ended(name),
            "other_sessions_end" => words::audit_log_other_sessions_ended(name),
            "password_change" => words::audit_log_password_changed(name),
            "password_reset" => words::audit_log_password_reset(name),
            "address_claim" => words::audit_log_address_claimed(name),
            "address_change" => words::audit_log_address_changed(name),
            "address_restore" => words::audit_log_address_restored(name),
            "account_secure" => words::audit_log_account_secured(name),
            "password_refused" => words::audit_log_password_wrong(name),
            "token_create" => words::audit_log_token_made(name),
            "token_refused" => words::audit_log_token_password_wrong(name),
            "token_revoke" => words::audit_log_token_revoked(name),
            "app_add" => words::audit_log_app_added(name),
            "app_remove" => words::audit_log_app_removed(name),
            "passkey_add" => words::audit_log_passkey_added(name),
            "passkey_remove" => words::audit_log_passkey_removed(name),
            "code_refused" => words::audit_log_code_wrong(name),
            "recovery_codes_make" => words::audit_log_codes_made(name),
            "recovery_code_use" => words::audit_log_code_used(name),
            "second_factor_reset" => words::audit_log_second_factor_lost(name),
            "identity_link" => words::audit_log_identity_linked(name),
            "identity_unlink" => words::audit_log_identity_unlinked(name),
            "identity_refused" => words::audit_log_identity_password_wrong(name),
            "provider_sign_out" => words::audit_log_provider_signed_out(name),
            "provider_sign_out_refused" => words::audit_log_provider_sign_out_refused().to_owned(),
            "data_export" => words::audit_log_data_exported(name),
            "account_close" => words::audit_log_account_closed(name),
            // An event of a newer version.
            event => words::audit_log_other(&event.replace('_', " "), name),
        };
        if self.detail.is_empty() { sentence } else { words::audit_log_with_detail(&self.detail, &sentence) }
    }

    /// The text of the notice or system message that was sent.
    fn sent_text(&self) -> String {
        SystemMessage::from_body(&self.detail).text(None, None).sentence
    }
}

/// One page, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct AuditPage {
    pub entries: Vec<AuditRow>,
    pub next: Option<PageCursor>,
}

impl AuditPage {
    /// The page of these rows, of which one more than [`AUDIT_PAGE`] was asked for.
    pub fn of(mut entries: Vec<AuditRow>) -> Self {
        let has_more = entries.len() as i64 > AUDIT_PAGE;
        entries.truncate(AUDIT_PAGE as usize);
        let next = entries.last().filter(|_| has_more).map(|row| PageCursor { at: row.at, id: row.id.0 });
        Self { entries, next }
    }
}

impl FromJson for AuditId {
    fn from_json(json: Json) -> Result<Self, JsonError> {
        Uuid::parse_str(&String::from_json(json)?).map(Self).map_err(|_| WRONG_TYPE)
    }
}

read_fields! {
    AuditRow { id, at, person, action, order, conversation, title, other, detail }
    AuditPage { entries, next }
}
read_by_serde! { AuditPage }
read_unit_enums! { AuditKind }

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::ids::UserId;
    use crate::shared::orders::workflow::{OrderKind, Status, Transition};

    fn row(action: &str, detail: &str) -> AuditRow {
        let person = |name: &str| Person::new(UserId::new(), name.into(), 0);
        AuditRow {
            id: AuditId(Uuid::now_v7()),
            at: Timestamp(0),
            person: person("Mara"),
            action: action.into(),
            order: None,
            conversation: None,
            title: None,
            other: Some(person("Eve")),
            detail: detail.into(),
        }
    }

    #[test]
    fn e7_a_page_has_a_next_one_if_one_row_more_was_found() {
        let rows: Vec<_> = (0..=AUDIT_PAGE).map(|_| row("user_suspend", "")).collect();
        let (page, full) = (AuditPage::of(rows.clone()), AuditPage::of(rows[1..].to_vec()));
        let last = &rows[AUDIT_PAGE as usize - 1];
        assert_eq!(page.entries.len() as i64, AUDIT_PAGE);
        assert_eq!(page.next, Some(PageCursor { at: last.at, id: last.id.0 }));
        assert_eq!((full.entries.len() as i64, full.next), (AUDIT_PAGE, None));
    }

    #[test]
    fn e7_an_entry_says_who_did_what_to_whom() {
        let accepted = SystemMessage::Stepped {
            kind: OrderKind::Booking,
            step: Transition::Accept,
            status: Status::Accepted,
        };
        for (action, detail, words) in [
            ("user_suspend", "", "Mara suspended Eve"),
            ("user_reinstate", "", "Mara reinstated Eve"),
            ("user_create", "", "Mara made an account for Eve"),
            ("user_password", "", "Mara gave Eve a new password"),
            ("user_close", "", "Mara closed the account of Eve"),
            ("user_export_events", "", "Mara exported events of security"),
            ("user_export_events", "event=sign_in", "Mara exported events of security: event=sign_in"),
            ("user_rename", "Mary", "Mara was called Mary before"),
            ("user_rank", "operator", "Mara made Eve an operator"),
            ("user_rank", "member", "Mara made Eve a member again"),
            ("conversation_read", "", "Mara read a conversation"),
            ("conversation_list", "", "Mara looked through the conversations"),
            ("conversation_list", "noor", "Mara searched the conversations for “noor”"),
            ("user_list", "", "Mara looked through the people"),
            ("user_list", "noor", "Mara searched the people for “noor”"),
            ("settings_retention", "1", "Mara let messages be deleted after 1 day"),
            ("settings_retention", "365", "Mara let messages be deleted after 365 days"),
            ("settings_retention", "off", "Mara turned off that old messages are deleted"),
            ("settings_sign_up", "open", "Mara opened signing up to everybody"),
            ("settings_sign_up", "closed", "Mara closed signing up"),
            ("settings_look", "own", "Mara gave the pages the look of Stoa again"),
            (
                "settings_look",
                "#0f766e #3cbcae soft system",
                "Mara gave the pages another look: #0f766e #3cbcae soft system",
            ),
            ("settings_rooms", "everybody", "Mara let everybody make rooms"),
            ("settings_rooms", "staff", "Mara left making rooms to the staff"),
            (
                "settings_unconfirmed",
                "everything",
                "Mara let people make listings and rooms before they confirm their address",
            ),
            (
                "settings_unconfirmed",
                "conversations",
                "Mara had people confirm their address before they make listings and rooms",
            ),
            ("order_accept", accepted.to_body().as_str(), "Mara accepted"),
            ("order_of_tomorrow", "?", "Mara: order of tomorrow"),
            ("room_of_tomorrow", "", "Mara: room of tomorrow"),
        ] {
            assert_eq!(row(action, detail).sentence(), words);
        }
    }
}
