//! One page per route. A page asks the server in resources and actions only.

pub mod account;
pub mod address;
pub mod audit;
pub mod choices;
pub mod desk;
pub mod explore;
pub mod guard;
pub mod hosting;
pub mod listing;
pub mod listing_form;
pub mod messages;
pub mod moderation;
pub mod not_found;
pub mod notices;
pub mod notifications;
pub mod operator;
pub mod order;
pub mod order_form;
pub mod orders;
pub mod people;
pub mod room;
pub mod room_form;
pub mod settings;
pub mod sign_in;
pub mod sign_up;
pub mod tokens;
