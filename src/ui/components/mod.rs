//! Components that all pages share. Each has a style sheet of the same name in `style/`.

pub mod avatar;
pub mod badge;
pub mod cover;
pub mod empty_state;
pub mod forms;
pub mod guard;
pub mod icon;
pub mod listing_card;
pub mod not_found;
pub mod page_resource;
pub mod presence;
pub mod reactive_view;
pub mod skeleton;
pub mod time;
pub mod toasts;

pub use avatar::{Avatar, StaffMark, TeamAvatar};
pub use badge::UnreadBadge;
pub use cover::Cover;
pub use empty_state::EmptyState;
pub use forms::field::{AreaField, TextField};
pub use forms::form::{Attempt, CommandForm};
pub use forms::submit::SubmitButton;
pub use icon::Icon;
pub use listing_card::ListingCardItem;
pub use page_resource::{ResourceView, page_resource};
pub use presence::{PresenceSize, UserPresence};
pub use reactive_view::{fresh_view, reactive_view};
pub use skeleton::Skeleton;
pub use time::local_time::{LocalTime, TimeStyle};
pub use toasts::{ToastRegion, Toasts, use_toasts};
