//! How long sessions last.

use clap::Args;

use crate::shared::{
    users::rank::Rank,
    values::time::{DAY, HOUR, Timestamp},
};

/// Days without use after which a session ends.
pub const IDLE_DAYS: i64 = 30;

/// How long sessions last.
#[derive(Args, Clone)]
pub struct Sessions {
    /// Days after which a session ends, however much it is used. Without use it ends after 30 at most.
    #[arg(
        long,
        env = "STOA_SESSION_DAYS",
        default_value_t = 90,
        value_name = "DAYS",
        value_parser = clap::value_parser!(i64).range(1..=400)
    )]
    pub session_days: i64,

    /// Hours without use after which a session of an operator or admin ends.
    #[arg(
        long,
        env = "STOA_STAFF_IDLE_HOURS",
        default_value_t = 12,
        value_name = "HOURS",
        value_parser = clap::value_parser!(i64).range(2..=720)
    )]
    pub staff_idle_hours: i64,

    /// Days after which a session of an operator or admin ends, however much it is used.
    #[arg(
        long,
        env = "STOA_STAFF_SESSION_DAYS",
        default_value_t = 7,
        value_name = "DAYS",
        value_parser = clap::value_parser!(i64).range(1..=400)
    )]
    pub staff_session_days: i64,
}

impl Sessions {
    /// When a session of this rank ends that began and was last used at these times.
    pub fn end(&self, rank: Rank, created_at: Timestamp, used_at: Timestamp) -> Timestamp {
        let (idle, most) = match rank {
            Rank::Member => (IDLE_DAYS * DAY, self.session_days * DAY),
            Rank::Operator | Rank::Admin => (self.staff_idle_hours * HOUR, self.staff_session_days * DAY),
        };
        used_at.plus(idle).min(created_at.plus(most))
    }
}
