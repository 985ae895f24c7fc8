//! A letter: what a mail says and to whom.

use crate::{
    server::{auth::link_tokens::LinkPurpose, store::mail::addresses::Addressee},
    shared::{
        ids::{ConversationId, ListingId},
        values::time::Timestamp,
    },
};

/// What a mail says, and to whom.
pub struct Letter {
    pub to: Addressee,
    /// Whose words it brings, for the name that the mail comes from. The address is the marketplace's.
    pub sender: Option<String>,
    /// The same in all mails of a thread.
    pub subject: String,
    pub heading: String,
    pub parts: Vec<Part>,
    /// Its label, and where it leads: a path.
    pub button: (String, String),
    /// Why it came.
    pub why: String,
    /// Before the `@`. A second copy of a mail has the same.
    pub message_id: String,
    /// Before the `@` of the id that all mails of a thread refer to.
    pub thread: Option<String>,
    /// The conversation that a reply to it becomes a message of.
    pub conversation: Option<ConversationId>,
    /// What the link at its end stops.
    pub unsubscribe: Option<LinkPurpose>,
}

impl Letter {
    /// An empty one about an account itself: of no thread, from nobody, and nothing stops it.
    pub fn of_account(to: Addressee, message_id: String) -> Self {
        Self {
            to,
            sender: None,
            subject: String::new(),
            heading: String::new(),
            parts: Vec::new(),
            button: Default::default(),
            why: String::new(),
            message_id,
            thread: None,
            conversation: None,
            unsubscribe: None,
        }
    }
}

/// A part of what a mail says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// What it is about, in a line or two.
    About(Vec<String>),
    /// The same of a listing, beside its picture.
    Listing(ListingId, Vec<String>),
    /// A message of another.
    Message {
        name: String,
        at: Timestamp,
        text: String,
        is_edited: bool,
    },
    Text(String),
}
