//! The small parts that every page is made of. Each has a style sheet of the same name in `style/`.

pub mod avatar;
pub mod badge;
pub mod changing;
pub mod cover;
pub mod empty_state;
pub mod fetched;
pub mod forms;
pub mod guard;
pub mod icon;
pub mod listing_card;
pub mod not_found;
pub mod presence;
pub mod skeleton;
pub mod time;
pub mod toasts;

pub use avatar::Avatar;
pub use badge::UnreadBadge;
pub use changing::changing;
pub use cover::Cover;
pub use empty_state::EmptyState;
pub use fetched::{Fetched, fetched};
pub use forms::field::{AreaField, TextField};
pub use forms::form::{Attempt, CommandForm};
pub use forms::submit::SubmitButton;
pub use icon::Icon;
pub use listing_card::ListingCardItem;
pub use presence::{PresenceSize, UserPresence};
pub use skeleton::Skeleton;
pub use time::relative_time::{Moment, MomentStyle};
pub use toasts::{ToastRegion, Toasts, use_toasts};
