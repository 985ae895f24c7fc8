//! The audit log of accountable actions. It is append-only: the database itself refuses anything else.

use uuid::Uuid;

use crate::{
    server::store::{Conn, Result, listings::like, on},
    shared::{
        ids::{ConversationId, OrderId, UserId},
        operators::audit::{AUDIT_PAGE, AuditId, AuditKind, AuditPage, AuditRow, CONVERSATION_READ},
        positions::Seq,
        users::Person,
        values::{page_cursor::PageCursor, time::Timestamp},
    },
};

/// A new entry.
pub struct AuditEntry {
    /// The user who did it.
    pub user: UserId,
    pub action: String,
    pub order: Option<OrderId>,
    pub conversation: Option<ConversationId>,
    /// The user to whom it was done.
    pub other: Option<UserId>,
    pub detail: String,
}

/// Appends an entry, in the transaction of the action itself.
pub async fn add(conn: &mut Conn<'_>, entry: AuditEntry, now: Timestamp) -> Result<()> {
    on!(conn, c => sqlx::query(
        "INSERT INTO audit (id, at, user_id, action, order_id, conversation_id, other_id, detail) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
        .bind(Uuid::now_v7()).bind(now.0).bind(entry.user.0).bind(entry.action).bind(entry.order.map(|id| id.0))
        .bind(entry.conversation.map(|id| id.0)).bind(entry.other.map(|id| id.0)).bind(entry.detail)
        .execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// The end of an action that the command line has done. The table wants an account for whoever acted, so it has the one
/// that was acted on.
pub(in crate::server::store) const BY_COMMAND_LINE: &str = "_by_command_line";
const COMMAND_LINE: &str = "The command line";
/// The same for what an identity provider has done by its groups.
const BY_PROVIDER: &str = "_by_provider";
const PROVIDER: &str = "The identity provider";

/// Appends an entry for what the command line did to this account.
pub async fn add_by_command_line(
    conn: &mut Conn<'_>,
    action: &str,
    account: UserId,
    detail: &str,
    now: Timestamp,
) -> Result<()> {
    add_by(conn, BY_COMMAND_LINE, (action, detail), account, now).await
}

/// Appends an entry for what an identity provider did to this account.
pub async fn add_by_provider(
    conn: &mut Conn<'_>,
    action: &str,
    account: UserId,
    detail: &str,
    now: Timestamp,
) -> Result<()> {
    add_by(conn, BY_PROVIDER, (action, detail), account, now).await
}

async fn add_by(
    conn: &mut Conn<'_>,
    by: &str,
    (action, detail): (&str, &str),
    account: UserId,
    now: Timestamp,
) -> Result<()> {
    let entry = AuditEntry {
        user: account,
        action: format!("{action}{by}"),
        order: None,
        conversation: None,
        other: Some(account),
        detail: detail.to_owned(),
    };
    add(conn, entry, now).await
}

#[derive(sqlx::FromRow)]
struct AuditColumns {
    id: Uuid,
    at: i64,
    user_id: Uuid,
    user_name: String,
    user_hue: i64,
    action: String,
    detail: String,
    other_id: Option<Uuid>,
    other_name: Option<String>,
    other_hue: Option<i64>,
    conversation_id: Option<Uuid>,
    code: Option<String>,
    title: Option<String>,
}

impl AuditColumns {
    fn into_row(self) -> AuditRow {
        let other = (|| Some(Person::new(UserId(self.other_id?), self.other_name?, self.other_hue?)))();
        let by = [(BY_COMMAND_LINE, COMMAND_LINE), (BY_PROVIDER, PROVIDER)];
        let by = by
            .into_iter()
            .find_map(|(suffix, name)| Some((self.action.strip_suffix(suffix)?.to_owned(), name)));
        let (action, name) = match by {
            Some((action, name)) => (action, name.to_owned()),
            None => (self.action, self.user_name),
        };
        AuditRow {
            other,
            id: AuditId(self.id),
            at: Timestamp(self.at),
            person: Person::new(UserId(self.user_id), name, self.user_hue),
            action,
            order: self.code.and_then(|code| code.parse().ok()),
            conversation: self.conversation_id.map(ConversationId),
            title: self.title,
            detail: self.detail,
        }
    }
}

/// A page of entries, newest first. `search` is folded text to find in the names of both users.
pub async fn page(
    conn: &mut Conn<'_>,
    kind: Option<AuditKind>,
    search: &str,
    after: PageCursor,
) -> Result<AuditPage> {
    let actions = kind.map_or("%".to_owned(), |kind| format!("{}\\_%", kind.as_str()));
    let rows: Vec<AuditColumns> = on!(conn, c => sqlx::query_as(
        "SELECT a.id, a.at, a.user_id, u.name AS user_name, u.hue AS user_hue, a.action, a.detail, a.other_id, \
         w.name AS other_name, w.hue AS other_hue, a.conversation_id, o.code, COALESCE(o.title, l.title) AS title \
         FROM audit a JOIN users u ON u.id = a.user_id LEFT JOIN users w ON w.id = a.other_id \
         LEFT JOIN conversations c ON c.id = a.conversation_id LEFT JOIN listings l ON l.id = c.listing_id \
         LEFT JOIN orders o ON o.id = COALESCE(a.order_id, c.order_id) \
         WHERE a.action LIKE $1 ESCAPE '\\' \
         AND ($2 = '%%' OR u.folded_name LIKE $2 ESCAPE '\\' OR w.folded_name LIKE $2 ESCAPE '\\') \
         AND (a.at < $3 OR (a.at = $3 AND a.id < $4)) ORDER BY a.at DESC, a.id DESC LIMIT $5")
        .bind(actions).bind(like(search)).bind(after.at.0).bind(after.id).bind(AUDIT_PAGE + 1)
        .persistent(false).fetch_all(&mut **c).await?);
    Ok(AuditPage::of(rows.into_iter().map(AuditColumns::into_row).collect()))
}

/// The last message up to which this user has read this conversation since `since`, according to the entries.
pub async fn read_upto(
    conn: &mut Conn<'_>,
    user: UserId,
    conversation: ConversationId,
    since: Timestamp,
) -> Result<Option<Seq>> {
    let reads: Vec<String> = on!(conn, c => sqlx::query_scalar(
        "SELECT detail FROM audit WHERE at >= $1 AND user_id = $2 AND conversation_id = $3 AND action = $4 \
         ORDER BY at DESC, id DESC LIMIT $5")
        .bind(since.0).bind(user.0).bind(conversation.0).bind(CONVERSATION_READ).bind(AUDIT_PAGE)
        .fetch_all(&mut **c).await?);
    Ok(reads.iter().filter_map(|upto| upto.parse().ok()).max())
}

/// Whether this user did the same, with the same detail, since `since`.
pub async fn has_entry(
    conn: &mut Conn<'_>,
    user: UserId,
    action: &str,
    detail: &str,
    since: Timestamp,
) -> Result<bool> {
    let found: Option<i64> = on!(conn, c => sqlx::query_scalar(
        "SELECT at FROM audit WHERE at >= $1 AND user_id = $2 AND action = $3 AND detail = $4 LIMIT 1")
        .bind(since.0).bind(user.0).bind(action).bind(detail).fetch_optional(&mut **c).await?);
    Ok(found.is_some())
}
