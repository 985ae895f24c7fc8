//! Orders and their status. Each order has a conversation of its own, where each change of the order is a
//! system message, written in the same transaction.

pub mod between;
pub mod board;
pub mod card;
pub mod command;
pub mod create;
pub mod desk;
pub mod history;
mod operators;
pub mod outside;
pub mod query;
pub mod row;
pub mod stays;
pub mod transitions;
