//! When somebody can be reached: whether they are online, and their quiet hours.

pub mod presence;
pub mod quiet_hours;
