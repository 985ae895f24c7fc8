//! Page payload: the data that the server rendered a page from. The server writes it into the page and the
//! browser reads it back, so that hydration renders the same. There is one type for all pages, because each
//! type that a page fetches costs the browser 10 kB of wasm; and it says nothing of what it holds, so that
//! reading that is in the chunk of its page.

use std::{any::Any, fmt, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::shared::{
    conversations::{Conversation, rooms::RoomPeople},
    errors::{ApiError, Result},
    json::{FromJson, Json, read_fields},
    sync::pages::{ConversationPage, MessagePage},
    users::Person,
};

/// The payload of one page: the result of the page's query, so that an error is rendered alike on both sides.
#[derive(Clone)]
pub struct PagePayload(Content);

#[derive(Clone)]
enum Content {
    /// A `Result<T>`, as this side has fetched it.
    Fetched {
        found: Arc<dyn Any + Send + Sync>,
        #[cfg(feature = "ssr")]
        json: Arc<serde_json::Value>,
    },
    /// As the page carried it.
    Carried(Json),
}

/// What `T` needs to be a payload.
pub trait Payload: FromJson + Serialize + Clone + Send + Sync + 'static {}

impl<T: FromJson + Serialize + Clone + Send + Sync + 'static> Payload for T {}

impl PagePayload {
    pub fn new<T: Payload>(found: Result<T>) -> Self {
        Self(Content::Fetched {
            #[cfg(feature = "ssr")]
            json: Arc::new(serde_json::to_value(&found).unwrap_or_default()),
            found: Arc::new(found),
        })
    }

    /// The result that the payload was made of. An internal error if that was one of another type.
    pub fn take<T: Payload>(self) -> Result<T> {
        match self.0 {
            Content::Fetched { found, .. } => {
                found.downcast::<Result<T>>().map_or_else(|_| Err(ApiError::internal()), Arc::unwrap_or_clone)
            }
            Content::Carried(json) => {
                Result::<T>::from_json(json).unwrap_or_else(|_| Err(ApiError::internal()))
            }
        }
    }
}

impl fmt::Debug for PagePayload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PagePayload")
    }
}

/// Only the server writes payloads: in the browser there is nothing to write.
impl Serialize for PagePayload {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        match &self.0 {
            #[cfg(feature = "ssr")]
            Content::Fetched { json, .. } => json.serialize(serializer),
            _ => serializer.serialize_unit(),
        }
    }
}

impl<'de> Deserialize<'de> for PagePayload {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        Json::deserialize(deserializer).map(|json| Self(Content::Carried(json)))
    }
}

/// The payload of a room's own page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RoomPayload {
    pub room: Conversation,
    pub people: RoomPeople,
    /// Users whom the viewer could invite.
    pub contacts: Vec<Person>,
}

read_fields! { RoomPayload { room, people, contacts } }

/// The inbox and the open thread. Either may fail alone; `None` is a part that the browser holds already.
#[derive(Clone, Debug, Serialize)]
pub struct MessagesPayload {
    pub list: Result<Option<ConversationPage>>,
    pub thread: Result<Option<MessagePage>>,
}

read_fields! { MessagesPayload { list, thread } }

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::{listings::ListingPage, users::sessions::SessionList};

    #[test]
    fn what_a_page_was_rendered_from_is_read_back() {
        let page = ListingPage { listings: vec![], next: Some(2) };
        let written = serde_json::to_string(&PagePayload::new(Ok(page.clone()))).unwrap();
        let read = || serde_json::from_str::<PagePayload>(&written).unwrap();
        assert_eq!(read().take::<ListingPage>().unwrap().next, page.next);
        assert!(read().take::<SessionList>().is_err(), "of another type");

        let fetched = PagePayload::new(Ok(page.clone()));
        assert_eq!(fetched.clone().take::<ListingPage>().unwrap().next, page.next);
        assert!(fetched.take::<SessionList>().is_err(), "of another type");

        let failed = PagePayload::new(Err::<ListingPage, _>(ApiError::full()));
        let written = serde_json::to_string(&failed).unwrap();
        let read: PagePayload = serde_json::from_str(&written).unwrap();
        assert_eq!(read.take::<ListingPage>().unwrap_err(), ApiError::full());
    }
}
