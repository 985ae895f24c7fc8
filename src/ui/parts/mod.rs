//! The small parts that every page is made of. Each has a style sheet of the same name in `style/`.

pub mod avatar;
pub mod badge;
pub mod changing;
pub mod cover;
pub mod empty;
pub mod fetched;
pub mod field;
pub mod form;
pub mod icon;
pub mod listing_card;
pub mod local_time;
pub mod moment;
pub mod presence;
pub mod skeleton;
pub mod submit;
pub mod toasts;

pub use avatar::Avatar;
pub use badge::UnreadBadge;
pub use changing::changing;
pub use cover::Cover;
pub use empty::EmptyState;
pub use fetched::{Fetched, fetched};
pub use field::{AreaField, TextField};
pub use form::{Attempt, CommandForm};
pub use icon::Icon;
pub use listing_card::ListingCardItem;
pub use moment::{Moment, MomentStyle};
pub use presence::{PresenceSize, UserPresence};
pub use skeleton::Skeleton;
pub use submit::SubmitButton;
pub use toasts::{ToastRegion, Toasts, use_toasts};
