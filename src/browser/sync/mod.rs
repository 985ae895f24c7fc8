//! TODO browser::sync.

pub mod pagination;
pub mod presence;
pub mod receipts;
pub mod state;
pub mod typing;
