//! What the database has about a user, section by section and page by page. A section is a statement and its columns; the
//! conversations are read by functions of their own.

use serde_json::{Map, Value};
use sqlx::Row;
use uuid::Uuid;

use crate::{
    server::store::{Conn, Result, on},
    shared::{
        ids::{ConversationId, UserId},
        positions::Seq,
        values::time::{DAY, Timestamp},
    },
};

/// Rows of a page, and messages, which are longer.
const PAGE: i64 = 200;
const MESSAGES_PAGE: i64 = 50;
/// Rows of a section that has one page: sessions, tokens and browsers are bounded.
const ONE_PAGE: i64 = 1_000;

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
use Kind::{Day, Event, Flag, Host, Id, Number, Text, Time};

/// A part of the export.
#[derive(Debug)]
pub struct Section {
    pub key: &'static str,
    /// Its first two columns are a time and an id, after which the next page begins, if it has pages.
    sql: &'static str,
    has_pages: bool,
    pub columns: &'static [(&'static str, Kind)],
}

/// Where the next page of a section begins.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    at: i64,
    id: Uuid,
}

impl Place {
    pub const START: Self = Self { at: i64::MIN, id: Uuid::nil() };
}

/// A row: values by the names of their columns.
pub type ExportRow = Map<String, Value>;

/// All sections but the conversations, in their order.
pub const SECTIONS: [Section; 15] = [
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
              u.mail_stopped_at, u.mail_bounces, u.mail_bounced_at, p.last_seen FROM users u \
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
        ],
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
    ],
);

/// Decodes the columns of a row, from this one on.
macro_rules! cells {
    ($row:expr, $columns:expr, $from:expr) => {{
        let mut cells = ExportRow::new();
        for (at, (key, kind)) in $columns.iter().enumerate() {
            let at = at + $from;
            let value = match kind {
                Text | Host | Event => {
                    $row.try_get::<Option<String>, _>(at)?.map_or(Value::Null, |text| written(*kind, text))
                }
                Id => $row.try_get::<Option<Uuid>, _>(at)?.map_or(Value::Null, |id| id.to_string().into()),
                Number | Flag | Time | Day => {
                    $row.try_get::<Option<i64>, _>(at)?.map_or(Value::Null, |number| counted(*kind, number))
                }
            };
            cells.insert((*key).to_owned(), value);
        }
        cells
    }};
}

fn written(kind: Kind, text: String) -> Value {
    match kind {
        Host => text.split("://").last().and_then(|rest| rest.split('/').next()).unwrap_or_default().into(),
        _ => text.into(),
    }
}

fn counted(kind: Kind, number: i64) -> Value {
    match kind {
        Flag => (number != 0).into(),
        Time => Timestamp(number).to_rfc3339().into(),
        Day => Timestamp(number * DAY).to_rfc3339().chars().take(10).collect::<String>().into(),
        _ => number.into(),
    }
}

/// A page of a section, and where the next one begins.
pub async fn page(
    conn: &mut Conn<'_>,
    user: UserId,
    section: &Section,
    after: Place,
) -> Result<(Vec<ExportRow>, Option<Place>)> {
    let mut rows = Vec::new();
    if !section.has_pages {
        let has_limit = section.sql.contains("$2");
        on!(conn, c => {
            let query = sqlx::query(section.sql).bind(user.0);
            let query = if has_limit { query.bind(ONE_PAGE) } else { query };
            for row in query.fetch_all(&mut **c).await? {
                rows.push(cells!(row, section.columns, 0));
            }
        });
        return Ok((rows, None));
    }
    let mut last = None;
    on!(conn, c => {
        let found = sqlx::query(section.sql).bind(user.0).bind(after.at).bind(after.id).bind(PAGE).fetch_all(&mut **c).await?;
        for row in found {
            last = Some(Place { at: row.try_get(0)?, id: row.try_get(1)? });
            rows.push(cells!(row, section.columns, 2));
        }
    });
    let next = last.filter(|_| rows.len() as i64 == PAGE);
    Ok((rows, next))
}

/// The conversations that a user takes or took part in. 16 bytes each: they are read before the first message, since they
/// move while the export is written.
pub async fn conversations(conn: &mut Conn<'_>, user: UserId) -> Result<Vec<ConversationId>> {
    let ids: Vec<Uuid> = on!(conn, c => sqlx::query_scalar(
        "SELECT conversation_id FROM participants WHERE user_id = $1 ORDER BY changed").bind(user.0).fetch_all(&mut **c).await?);
    Ok(ids.into_iter().map(ConversationId).collect())
}

/// A conversation, and which of its messages the user may read.
pub struct ExportedConversation {
    pub row: ExportRow,
    pub first: Seq,
    /// Who has left reads only what they wrote themselves.
    pub is_left: bool,
}

pub async fn conversation(
    conn: &mut Conn<'_>,
    user: UserId,
    id: ConversationId,
) -> Result<Option<ExportedConversation>> {
    let mut found = None;
    on!(conn, c => {
        let row = sqlx::query(
            "SELECT c.id, c.kind, p.role, COALESCE(r.name, o.title, l.title), o.code, c.created_at, p.left_at, p.read_seq, p.read_at, \
             p.muted_at, p.muted_until, p.mail_off, CAST(CASE WHEN r.created_by = $2 THEN 1 ELSE 0 END AS BIGINT), p.from_seq, c.floor_seq \
             FROM participants p JOIN conversations c ON c.id = p.conversation_id LEFT JOIN rooms r ON r.conversation_id = c.id \
             LEFT JOIN orders o ON o.id = c.order_id LEFT JOIN listings l ON l.id = c.listing_id \
             WHERE p.conversation_id = $1 AND p.user_id = $2").bind(id.0).bind(user.0).fetch_optional(&mut **c).await?;
        if let Some(row) = row {
            let at = CONVERSATION.1.len();
            let (from_seq, floor_seq): (Seq, Seq) = (row.try_get(at)?, row.try_get(at + 1)?);
            found = Some((cells!(row, CONVERSATION.1, 0), from_seq.max(floor_seq + 1)));
        }
    });
    Ok(found.map(|(row, first)| {
        let is_left = row.get("left_at").is_some_and(|at| !at.is_null());
        ExportedConversation { row, first, is_left }
    }))
}

/// The next messages of a conversation, and the seq after which the next page begins. Of system messages the text is as it
/// is stored.
pub async fn messages(
    conn: &mut Conn<'_>,
    user: UserId,
    id: ConversationId,
    from: Seq,
    is_left: bool,
) -> Result<(Vec<ExportRow>, Option<Seq>)> {
    let mut rows = Vec::new();
    on!(conn, c => {
        let found = sqlx::query(
            "SELECT m.seq, m.created_at, u.name, CAST(CASE WHEN m.sender_id = $2 THEN 1 ELSE 0 END AS BIGINT), m.kind, m.body, \
             m.edited_at, m.deleted_at, CASE WHEN m.sender_id = $2 THEN x.text END FROM messages m \
             LEFT JOIN users u ON u.id = m.sender_id LEFT JOIN mail_remainders x ON x.message_id = m.id \
             WHERE m.conversation_id = $1 AND m.seq >= $3 AND (NOT $4 OR (m.sender_id = $2 AND m.kind = 'text')) ORDER BY m.seq LIMIT $5")
            .bind(id.0).bind(user.0).bind(from).bind(is_left).bind(MESSAGES_PAGE).fetch_all(&mut **c).await?;
        for row in found {
            rows.push(cells!(row, MESSAGE.1, 0));
        }
    });
    let last = rows.last().and_then(|row| row.get("seq")).and_then(Value::as_i64);
    let next = last.filter(|_| rows.len() as i64 == MESSAGES_PAGE).map(|seq| seq + 1);
    Ok((rows, next))
}
