//! Totals of unread messages and notifications: the numbers on the badges.

use crate::{
    server::store::{Conn, Result, messages::receipts::unread::select_unread, on},
    shared::{
        ids::UserId,
        notifications::{kinds::NotificationKind, totals::UnreadTotals},
    },
};

/// The user's unread messages in conversations that are active and not muted, and their unread notifications
/// of each kind.
pub async fn totals(conn: &mut Conn<'_>, user: UserId) -> Result<(i64, UnreadTotals)> {
    let rows: Vec<(String, i64)> = on!(conn, c => sqlx::query_as(concat!(
        "SELECT 'unread', (", select_unread!(), ") UNION ALL ",
        "SELECT 'read_upto', read_upto FROM heads WHERE user_id = $1 UNION ALL ",
        "SELECT 'message', COUNT(*) FROM participants p JOIN heads h ON h.user_id = p.user_id ",
        "WHERE p.user_id = $1 AND p.unread > 0 AND p.left_at IS NULL AND p.muted_at IS NULL ",
        "AND p.noted > p.seen AND p.noted > p.hidden AND p.noted > h.read_upto UNION ALL ",
        "SELECT n.kind, COUNT(*) FROM notifications n JOIN heads h ON h.user_id = n.user_id ",
        "WHERE n.user_id = $1 AND n.read_at IS NULL AND n.deleted_at IS NULL AND n.raised > h.read_upto GROUP BY n.kind"))
        .bind(user.0).fetch_all(&mut **c).await?);
    let (mut unread, mut totals) = (0, UnreadTotals::default());
    for (what, count) in rows {
        match (what.as_str(), NotificationKind::parse(&what)) {
            ("unread", _) => unread = count,
            ("read_upto", _) => totals.read_upto = count,
            (_, Some(kind)) => totals.add(kind, count),
            _ => {}
        }
    }
    Ok((unread, totals))
}
