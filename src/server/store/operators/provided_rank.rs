//! Ranks by the groups of an identity provider: given at a sign-in, and taken back at a later one, each with an audit entry.

use super::{audit, demotion};
use crate::{
    server::store::{Conn, Result, engine::locks, on, sync::event_log, users},
    shared::{
        ids::UserId,
        users::{Person, rank::Rank},
        values::time::Timestamp,
    },
};

/// What the groups of a provider say of an account.
pub struct ProvidedRank {
    /// The rank of its groups now.
    pub wanted: Rank,
    /// What they gave it at an earlier sign-in, if that was not taken back.
    pub granted: Option<Rank>,
}

/// A rank as it stands after the sign-in.
pub struct RankOutcome {
    pub rank: Rank,
    pub granted: Option<Rank>,
    /// The rank should go, and stays, since nobody else is an admin.
    pub is_last_admin: bool,
}

/// Gives an account the rank of its groups if that is a higher one. A lower one takes back only what the groups have given:
/// a rank that was given by hand stays. Accounts of the demo count as admins only `with_demo`.
pub async fn apply(
    conn: &mut Conn<'_>,
    user: UserId,
    provided: ProvidedRank,
    with_demo: bool,
    now: Timestamp,
) -> Result<RankOutcome> {
    let ProvidedRank { wanted, granted } = provided;
    locks::user_and_admins(conn, user).await?;
    let (name, hue, rank): (String, i64, String) = on!(conn, c => sqlx::query_as(
        "SELECT name, hue, rank FROM users WHERE id = $1").bind(user.0).fetch_one(&mut **c).await?);
    let rank = Rank::from_stored(&rank);
    let is_ours = granted == Some(rank) && rank != Rank::Member;
    let unchanged = |is_last_admin| RankOutcome { rank, granted: granted.filter(|_| is_ours), is_last_admin };
    if wanted == rank || (wanted < rank && !is_ours) {
        return Ok(unchanged(false));
    }
    if rank == Rank::Admin && !users::has_admin_besides(conn, user, with_demo).await? {
        return Ok(unchanged(true));
    }
    on!(conn, c => sqlx::query("UPDATE users SET rank = $2 WHERE id = $1")
        .bind(user.0).bind(wanted.as_str()).execute(&mut **c).await?.rows_affected());
    if wanted == Rank::Member {
        demotion::leave_orders(conn, &Person::new(user, name, hue), now).await?;
    }
    audit::add_by_provider(conn, "user_rank", user, wanted.as_str(), now).await?;
    event_log::tell_rank(conn, user, wanted, now).await?;
    let granted = (wanted != Rank::Member).then_some(wanted);
    Ok(RankOutcome { rank: wanted, granted, is_last_admin: false })
}
