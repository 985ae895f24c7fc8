//! The row of a closed account and what belongs to nobody else: emptied in the transaction that closes it, and once more later,
//! for commands that were on their way.

use crate::{
    server::store::{
        Conn, Result,
        messages::files::removal,
        on,
        push::subscriptions,
        sync::fan_out::{self, Source},
        users,
    },
    shared::{
        ids::UserId,
        values::{text::search_form, time::Timestamp},
    },
};

const OF_USER: [&str; 6] = [
    // What they closed stays so.
    "DELETE FROM blocks WHERE user_id = $1 OR other_id = $1",
    // Those that they made too: nobody is asked in their name any more.
    "DELETE FROM room_invitations WHERE user_id = $1 OR invited_by = $1",
    "DELETE FROM identities WHERE user_id = $1",
    "DELETE FROM return_addresses WHERE user_id = $1",
    "DELETE FROM notification_choices WHERE user_id = $1",
    "DELETE FROM presence WHERE user_id = $1",
];

/// Ends all access, and leaves nothing in the row that tells whose account it was. The caller has locked it.
pub(super) async fn empty(
    conn: &mut Conn<'_>,
    user: UserId,
    former_name: &str,
    now: Timestamp,
) -> Result<()> {
    users::end_access(conn, user).await?;
    users::second_factor::remove_all(conn, user).await?;
    subscriptions::delete_all(conn, user).await?;
    removal::all_unsent(conn, user, now).await?;
    for statement in OF_USER {
        on!(conn, c => sqlx::query(statement).bind(user.0).execute(&mut **c).await?.rows_affected());
    }
    on!(conn, c => sqlx::query("UPDATE listings SET paused_at = $2 WHERE host_id = $1 AND paused_at IS NULL")
        .bind(user.0).bind(now.0).execute(&mut **c).await?.rows_affected());
    let renamed = on!(conn, c => sqlx::query(
        "UPDATE users SET name = $2, folded_name = $3, hue = 0 WHERE id = $1 AND (name <> $2 OR hue <> 0)")
        .bind(user.0).bind(former_name).bind(search_form(former_name)).execute(&mut **c).await?.rows_affected());
    if renamed > 0 {
        fan_out::enqueue(conn, Source::User(user), now).await?;
    }
    // Suspended for ever, too: whatever asks whether somebody may come in, be told or be found asks that.
    on!(conn, c => sqlx::query(
        "UPDATE users SET rank = 'member', password_hash = NULL, external_id = NULL, email = NULL, claimed_email = NULL, \
         former_email = NULL, former_email_until = NULL, email_verified_at = NULL, mail_stopped_at = NULL, mail_bounces = 0, \
         mail_bounced_at = 0, time_zone = NULL, language = NULL, quiet_from = NULL, quiet_to = NULL, presence_off_at = NULL, \
         suspended_at = COALESCE(closed_at, $2), closed_at = COALESCE(closed_at, $2) WHERE id = $1")
        .bind(user.0).bind(now.0).execute(&mut **c).await?.rows_affected());
    Ok(())
}
