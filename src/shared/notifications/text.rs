//! The words of a notification: title, text and link, from the reader's point of view.

/// How a notification is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotificationText {
    pub title: String,
    pub text: String,
}
