//! The sections of an export, with the columns of each: docs/personal-data.md describes them.

use Kind::{Day, Event, Flag, Host, Id, Number, Text, Time};

/// How a column is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    Id,
    Number,
    Flag,
    Time,
    Day,
    /// The host of a URL.
    Host,
    /// A system message, as JSON.
    Event,
}

/// A part of the export.
#[derive(Debug)]
pub struct Section {
    pub key: &'static str,
    /// Its first two columns are a time and an id, after which the next page begins, if it has pages.
    pub(super) sql: &'static str,
    pub(super) has_pages: bool,
    pub columns: &'static [(&'static str, Kind)],
}

/// All sections but the conversations, in their order.
pub const SECTIONS: [Section; 19] = [
    Section {
        key: "profile",
        sql: "SELECT id, external_id, name, email, email_verified_at, claimed_email, former_email, former_email_until, \
              rank, hue, created_at, suspended_at FROM users WHERE id = $1",
        has_pages: false,
        columns: &[
            ("id", Id),
            ("external_id", Text),
            ("name", Text),
            ("email", Text),
            ("email_verified_at", Time),
            ("claimed_email", Text),
            ("former_email", Text),
            ("former_email_until", Time),
            ("rank", Text),
            ("hue", Number),
            ("created_at", Time),
            ("suspended_at", Time),
        ],
    },
    Section {
        key: "settings",
        sql: "SELECT u.language, u.time_zone, u.quiet_from, u.quiet_to, n.app, n.sound, n.browser, n.mail, n.push, \
              u.mail_stopped_at, u.mail_bounces, u.mail_bounced_at, p.last_seen, u.presence_off_at FROM users u \
              LEFT JOIN notification_choices n ON n.user_id = u.id LEFT JOIN presence p ON p.user_id = u.id WHERE u.id = $1",
        has_pages: false,
        columns: &[
            ("language", Text),
            ("time_zone", Text),
            ("quiet_from_minute", Number),
            ("quiet_to_minute", Number),
            ("notified_in_app", Text),
            ("notified_by_sound", Text),
            ("notified_by_browser", Text),
            ("notified_by_mail", Text),
            ("notified_by_push", Text),
            ("mail_stopped_at", Time),
            ("mail_bounces", Number),
            ("mail_bounced_at", Time),
            ("last_seen_at", Time),
            ("presence_off_at", Time),
        ],
    },
    Section {
        key: "blocked_people",
        sql: "SELECT other_id, created_at FROM blocks WHERE user_id = $1 ORDER BY created_at LIMIT $2",
        has_pages: false,
        columns: &[("user_id", Id), ("created_at", Time)],
    },
    Section {
        key: "sessions",
        sql: "SELECT created_at, used_at, confirmed_at, expires_at, client FROM sessions WHERE user_id = $1 ORDER BY created_at LIMIT $2",
        has_pages: false,
        columns: &[
            ("created_at", Time),
            ("used_at", Time),
            ("confirmed_at", Time),
            ("expires_at", Time),
            ("client", Text),
        ],
    },
    Section {
        key: "api_tokens",
        sql: "SELECT name, scopes, created_at, used_at, expires_at FROM tokens WHERE user_id = $1 ORDER BY created_at LIMIT $2",
        has_pages: false,
        columns: &[
            ("name", Text),
            ("scopes", Text),
            ("created_at", Time),
            ("used_at", Time),
            ("expires_at", Time),
        ],
    },
    Section {
        key: "authenticator_apps",
        sql: "SELECT created_at FROM totp WHERE user_id = $1 LIMIT $2",
        has_pages: false,
        columns: &[("created_at", Time)],
    },
    Section {
        key: "passkeys",
        sql: "SELECT name, created_at, used_at FROM passkeys WHERE user_id = $1 ORDER BY created_at LIMIT $2",
        has_pages: false,
        columns: &[("name", Text), ("created_at", Time), ("used_at", Time)],
    },
    Section {
        key: "recovery_codes",
        sql: "SELECT used_at FROM recovery_codes WHERE user_id = $1 ORDER BY used_at LIMIT $2",
        has_pages: false,
        columns: &[("used_at", Time)],
    },
    Section {
        key: "identities",
        sql: "SELECT issuer, subject, origin, granted_rank, linked_at, used_at FROM identities WHERE user_id = $1 ORDER BY linked_at LIMIT $2",
        has_pages: false,
        columns: &[
            ("issuer", Text),
            ("subject", Text),
            ("origin", Text),
            ("granted_rank", Text),
            ("linked_at", Time),
            ("used_at", Time),
        ],
    },
    Section {
        key: "push_subscriptions",
        sql: "SELECT endpoint, shows_text, created_at FROM push_subscriptions WHERE user_id = $1 ORDER BY created_at LIMIT $2",
        has_pages: false,
        columns: &[("push_service", Host), ("shows_text", Flag), ("created_at", Time)],
    },
    Section {
        key: "security_events",
        sql: "SELECT at, id, at, event, client_ip, client, detail FROM security_events \
              WHERE user_id = $1 AND (at > $2 OR (at = $2 AND id > $3)) ORDER BY at, id LIMIT $4",
        has_pages: true,
        columns: &[("at", Time), ("event", Text), ("client_ip", Text), ("client", Text), ("detail", Text)],
    },
    Section {
        key: "audit_entries",
        sql: "SELECT at, id, at, action, order_id, conversation_id, other_id, detail FROM audit \
              WHERE user_id = $1 AND (at > $2 OR (at = $2 AND id > $3)) ORDER BY at, id LIMIT $4",
        has_pages: true,
        columns: &[
            ("at", Time),
            ("action", Text),
            ("order_id", Id),
            ("conversation_id", Id),
            ("other_id", Id),
            ("detail", Text),
        ],
    },
    Section {
        key: "listings",
        sql: "SELECT created_at, id, id, external_id, kind, title, place, description, price_cents, created_at, updated_at, \
              paused_at FROM listings WHERE host_id = $1 AND (created_at > $2 OR (created_at = $2 AND id > $3)) \
              ORDER BY created_at, id LIMIT $4",
        has_pages: true,
        columns: &[
            ("id", Id),
            ("external_id", Text),
            ("kind", Text),
            ("title", Text),
            ("place", Text),
            ("description", Text),
            ("price_cents", Number),
            ("created_at", Time),
            ("updated_at", Time),
            ("paused_at", Time),
        ],
    },
    Section {
        key: "orders",
        sql: "SELECT created_at, id, id, external_id, code, kind, CASE WHEN guest_id = $1 THEN 'guest' ELSE 'host' END, status, \
              title, starts_on, ends_on, quantity, note, price_minor, quote_minor, currency, listing_id, created_at, updated_at \
              FROM orders WHERE (guest_id = $1 OR host_id = $1) AND (created_at > $2 OR (created_at = $2 AND id > $3)) \
              ORDER BY created_at, id LIMIT $4",
        has_pages: true,
        columns: &[
            ("id", Id),
            ("external_id", Text),
            ("code", Text),
            ("kind", Text),
            ("role", Text),
            ("status", Text),
            ("title", Text),
            ("starts_on", Day),
            ("ends_on", Day),
            ("quantity", Number),
            ("note", Text),
            ("price_cents", Number),
            ("quote_cents", Number),
            ("currency", Text),
            ("listing_id", Id),
            ("created_at", Time),
            ("updated_at", Time),
        ],
    },
    Section {
        key: "reports",
        sql: "SELECT r.created_at, r.id, r.created_at, c.about, c.subject_id, r.reason, r.text FROM reports r JOIN cases c ON c.id = r.case_id \
              WHERE r.user_id = $1 AND (r.created_at > $2 OR (r.created_at = $2 AND r.id > $3)) ORDER BY r.created_at, r.id LIMIT $4",
        has_pages: true,
        columns: &[("at", Time), ("about", Text), ("about_id", Id), ("reason", Text), ("text", Text)],
    },
    Section {
        key: "notifications",
        sql: "SELECT n.raised, n.id, n.created_at, n.kind, COALESCE(b.event, n.event), n.cause_name, n.subject, \
              n.conversation_id, n.order_id, n.read_at FROM notifications n LEFT JOIN broadcasts b ON b.id = n.broadcast_id \
              WHERE n.user_id = $1 AND n.deleted_at IS NULL AND (n.raised > $2 OR (n.raised = $2 AND n.id > $3)) \
              ORDER BY n.raised, n.id LIMIT $4",
        has_pages: true,
        columns: &[
            ("at", Time),
            ("kind", Text),
            ("text", Event),
            ("cause", Text),
            ("subject", Text),
            ("conversation_id", Id),
            ("order_id", Id),
            ("read_at", Time),
        ],
    },
    Section {
        key: "room_invitations",
        // Whether others have declined is theirs.
        sql: "SELECT i.created_at, i.id, i.created_at, r.name, i.conversation_id, CASE WHEN i.user_id = $1 THEN 'invited' ELSE 'inviter' END, \
              CASE WHEN i.user_id = $1 THEN i.invited_by ELSE i.user_id END, i.accepted_at, i.withdrawn_at, \
              CASE WHEN i.user_id = $1 THEN i.declined_at END FROM room_invitations i JOIN rooms r ON r.conversation_id = i.conversation_id \
              WHERE (i.user_id = $1 OR i.invited_by = $1) AND (i.created_at > $2 OR (i.created_at = $2 AND i.id > $3)) \
              ORDER BY i.created_at, i.id LIMIT $4",
        has_pages: true,
        columns: &[
            ("at", Time),
            ("subject", Text),
            ("conversation_id", Id),
            ("role", Text),
            ("other_id", Id),
            ("accepted_at", Time),
            ("withdrawn_at", Time),
            ("declined_at", Time),
        ],
    },
    Section {
        key: "reactions",
        sql: "SELECT r.at, r.message_id, r.at, r.emoji, m.conversation_id, m.seq FROM reactions r \
              JOIN messages m ON m.id = r.message_id \
              WHERE r.user_id = $1 AND (r.at > $2 OR (r.at = $2 AND r.message_id > $3)) ORDER BY r.at, r.message_id LIMIT $4",
        has_pages: true,
        columns: &[("at", Time), ("emoji", Text), ("conversation_id", Id), ("seq", Number)],
    },
    Section {
        key: "broadcasts",
        sql: "SELECT created_at, id, created_at, kind, audience, event, sent FROM broadcasts \
              WHERE user_id = $1 AND (created_at > $2 OR (created_at = $2 AND id > $3)) ORDER BY created_at, id LIMIT $4",
        has_pages: true,
        columns: &[("at", Time), ("kind", Text), ("audience", Text), ("text", Event), ("sent", Number)],
    },
];

/// The key and the columns of a conversation.
pub const CONVERSATION: (&str, &[(&str, Kind)]) = (
    "conversations",
    &[
        ("id", Id),
        ("kind", Text),
        ("role", Text),
        ("title", Text),
        ("order_code", Text),
        ("created_at", Time),
        ("left_at", Time),
        ("read_seq", Number),
        ("read_at", Time),
        ("muted_at", Time),
        ("muted_until", Time),
        ("starred_at", Time),
        ("marked_unread_at", Time),
        ("mail_off", Flag),
        ("is_creator", Flag),
    ],
);

/// The key and the columns of a message.
pub const MESSAGE: (&str, &[(&str, Kind)]) = (
    "messages",
    &[
        ("seq", Number),
        ("at", Time),
        ("sender", Text),
        ("is_own", Flag),
        ("kind", Text),
        ("text", Text),
        ("edited_at", Time),
        ("deleted_at", Time),
        ("left_out_of_mail", Text),
        ("attached", Text),
    ],
);
