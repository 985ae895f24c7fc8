//! Listing pages: search, one listing, the form to create or edit one, and those of the viewer.

pub mod detail;
pub mod explore;
pub mod form;
pub mod my_listings;
