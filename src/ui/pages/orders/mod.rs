//! Order pages: those of the viewer, one order, and the forms to create one.

pub mod booking_form;
pub mod calendar;
pub mod create;
pub mod detail;
pub mod form;
pub mod list;
