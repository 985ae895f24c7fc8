//! Notification texts: title and text from the notified user's point of view.

/// A notification as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotificationText {
    pub title: String,
    pub text: String,
}
