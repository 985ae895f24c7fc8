//! What the database has about a user, section by section and page by page. A section is a statement and its columns; the
//! conversations are read by functions of their own.

use serde_json::{Map, Value};
use sqlx::Row;
use uuid::Uuid;

use super::sections::{
    CONVERSATION,
    Kind::{self, Day, Event, Flag, Host, Id, Number, Text, Time},
    MESSAGE, Section,
};
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
             p.muted_at, p.muted_until, p.starred_at, p.marked_unread_at, p.mail_off, CAST(CASE WHEN r.created_by = $2 THEN 1 ELSE 0 END AS BIGINT), p.from_seq, c.floor_seq \
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
             m.edited_at, m.deleted_at, CASE WHEN m.sender_id = $2 THEN x.text END, m.attached FROM messages m \
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
