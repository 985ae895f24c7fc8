//! Contacts: users who share a conversation with the viewer, and what the viewer may know of them.

use serde::Serialize;

use crate::shared::{
    json::{read_by_serde, read_fields},
    listings::ListingCard,
    orders::card::OrderCard,
    users::Person,
    values::dates::Day,
};

/// Listings of a contact that are looked through for open ones.
pub const CONTACT_LISTINGS_MAX: i64 = 20;
/// Orders between the viewer and a contact, newest first.
pub const CONTACT_ORDERS_MAX: i64 = 10;

/// A user who shares an active conversation with the viewer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Contact {
    pub person: Person,
    /// The day on which the account was created, in UTC.
    pub member_since: Day,
    /// Their newest listings that are not paused.
    pub listings: Vec<ListingCard>,
    /// The newest orders that one of the two made of a listing of the other.
    pub orders: Vec<OrderCard>,
}

read_fields! {
    Contact { person, member_since, listings, orders }
}
read_by_serde! { Contact }
