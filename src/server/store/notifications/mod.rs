//! Notifications: written for one user, in the transaction that causes them. The notification of new messages
//! has no row of its own: it is part of the participant's row, unread while a message is, and raised again by
//! each message after the user has marked it as read or deleted it.

pub mod actions;
pub mod cascade;
pub mod external;
pub mod level;
pub mod notify;
pub mod page;
pub mod preferences;
pub mod row;
pub mod totals;
