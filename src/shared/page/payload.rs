//! Page payload: the data that the server rendered a page from. The server writes it into the page and the
//! browser reads it back, so that hydration renders the same. There is one type for all pages, because each
//! type that a page fetches costs the browser 10 kB of wasm.

use serde::Serialize;

use crate::shared::{
    conversations::{Conversation, rooms::RoomPeople},
    errors::{ApiError, Result},
    json::{FromJson, Json, JsonError, read_by_serde, read_fields},
    listings::{Listing, ListingPage},
    operators::{
        audit::AuditPage,
        broadcasts::BroadcastList,
        moderation::{ModerationPage, Transcript},
        site_settings::SettingsView,
        user_directory::PeoplePage,
    },
    orders::board::OrderBoardPage,
    sync::pages::{ConversationPage, MessagePage, NotificationPage, OrderDetails, OrderPage},
    users::{Person, api_tokens::TokenList, sessions::SessionList},
};

/// The payload of one page. Each is the result of the page's query, so that an error is rendered alike on
/// both sides.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", content = "found", rename_all = "snake_case")]
pub enum PagePayload {
    Listings(Result<ListingPage>),
    Listing(Result<Listing>),
    Orders(Result<OrderPage>),
    Order(Result<Box<OrderDetails>>),
    #[serde(rename = "desk")]
    OrderBoard(Result<Box<OrderBoardPage>>),
    Contacts(Result<Vec<Person>>),
    Room(Result<Box<RoomPayload>>),
    People(Result<PeoplePage>),
    Audit(Result<AuditPage>),
    Moderation(Result<ModerationPage>),
    Transcript(Result<Box<Transcript>>),
    Settings(Result<Box<SettingsView>>),
    /// The inbox and the open conversation.
    Messages(Box<MessagesPayload>),
    Tokens(Result<TokenList>),
    Sessions(Result<SessionList>),
    Notifications(Result<Box<NotificationPage>>),
    Broadcasts(Result<BroadcastList>),
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
pub type MessagesPayload = (Result<Option<ConversationPage>>, Result<Option<MessagePage>>);

impl PagePayload {
    pub fn listings(self) -> Result<ListingPage> {
        if let Self::Listings(listings) = self { listings } else { Err(ApiError::internal()) }
    }

    pub fn listing(self) -> Result<Listing> {
        if let Self::Listing(listing) = self { listing } else { Err(ApiError::internal()) }
    }

    pub fn orders(self) -> Result<OrderPage> {
        if let Self::Orders(orders) = self { orders } else { Err(ApiError::internal()) }
    }

    pub fn order(self) -> Result<Box<OrderDetails>> {
        if let Self::Order(order) = self { order } else { Err(ApiError::internal()) }
    }

    pub fn order_board(self) -> Result<Box<OrderBoardPage>> {
        if let Self::OrderBoard(board) = self { board } else { Err(ApiError::internal()) }
    }

    pub fn people(self) -> Result<PeoplePage> {
        if let Self::People(people) = self { people } else { Err(ApiError::internal()) }
    }

    pub fn audit(self) -> Result<AuditPage> {
        if let Self::Audit(audit) = self { audit } else { Err(ApiError::internal()) }
    }

    pub fn moderation(self) -> Result<ModerationPage> {
        if let Self::Moderation(moderation) = self { moderation } else { Err(ApiError::internal()) }
    }

    pub fn transcript(self) -> Result<Box<Transcript>> {
        if let Self::Transcript(transcript) = self { transcript } else { Err(ApiError::internal()) }
    }

    pub fn settings(self) -> Result<Box<SettingsView>> {
        if let Self::Settings(settings) = self { settings } else { Err(ApiError::internal()) }
    }

    pub fn tokens(self) -> Result<TokenList> {
        if let Self::Tokens(tokens) = self { tokens } else { Err(ApiError::internal()) }
    }

    pub fn sessions(self) -> Result<SessionList> {
        if let Self::Sessions(sessions) = self { sessions } else { Err(ApiError::internal()) }
    }

    pub fn notifications(self) -> Result<Box<NotificationPage>> {
        if let Self::Notifications(notifications) = self { notifications } else { Err(ApiError::internal()) }
    }

    pub fn broadcasts(self) -> Result<BroadcastList> {
        if let Self::Broadcasts(broadcasts) = self { broadcasts } else { Err(ApiError::internal()) }
    }

    pub fn contacts(self) -> Result<Vec<Person>> {
        if let Self::Contacts(contacts) = self { contacts } else { Err(ApiError::internal()) }
    }

    pub fn room(self) -> Result<Box<RoomPayload>> {
        if let Self::Room(room) = self { room } else { Err(ApiError::internal()) }
    }

    pub fn messages(self) -> MessagesPayload {
        if let Self::Messages(found) = self { *found } else { (Ok(None), Ok(None)) }
    }
}

impl FromJson for PagePayload {
    fn from_json(mut json: Json) -> std::result::Result<Self, JsonError> {
        match json.take::<String>("kind")?.as_str() {
            "listings" => json.take("found").map(Self::Listings),
            "listing" => json.take("found").map(Self::Listing),
            "orders" => json.take("found").map(Self::Orders),
            "order" => json.take("found").map(Self::Order),
            "contacts" => json.take("found").map(Self::Contacts),
            "room" => json.take("found").map(Self::Room),
            "desk" => json.take("found").map(Self::OrderBoard),
            "people" => json.take("found").map(Self::People),
            "audit" => json.take("found").map(Self::Audit),
            "moderation" => json.take("found").map(Self::Moderation),
            "transcript" => json.take("found").map(Self::Transcript),
            "settings" => json.take("found").map(Self::Settings),
            "notifications" => json.take("found").map(Self::Notifications),
            "broadcasts" => json.take("found").map(Self::Broadcasts),
            "sessions" => json.take("found").map(Self::Sessions),
            "tokens" => json.take("found").map(Self::Tokens),
            "messages" => {
                let Json::List(both) = json.take("found")? else { return Err(JsonError("found")) };
                let mut both = both.into_iter();
                let (Some(list), Some(thread)) = (both.next(), both.next()) else {
                    return Err(JsonError("found"));
                };
                Ok(Self::Messages(Box::new((FromJson::from_json(list)?, FromJson::from_json(thread)?))))
            }
            _ => Err(JsonError("kind")),
        }
    }
}

read_by_serde! { PagePayload }

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_page_was_rendered_from_is_read_back() {
        let full = || ApiError::full();
        for found in [
            PagePayload::Listings(Ok(ListingPage { listings: vec![], next: Some(2) })),
            PagePayload::Listing(Err(full())),
            PagePayload::Messages(Box::new((Ok(None), Err(full())))),
            PagePayload::Tokens(Ok(TokenList::default())),
            PagePayload::Sessions(Ok(SessionList::default())),
            PagePayload::People(Ok(PeoplePage::default())),
            PagePayload::Audit(Ok(AuditPage::default())),
            PagePayload::Moderation(Ok(ModerationPage::default())),
            PagePayload::Transcript(Err(full())),
            PagePayload::Settings(Err(full())),
            PagePayload::Broadcasts(Ok(BroadcastList::default())),
            PagePayload::Notifications(Err(full())),
        ] {
            let text = serde_json::to_string(&found).unwrap();
            let read: PagePayload = serde_json::from_str(&text).unwrap();
            assert_eq!(serde_json::to_string(&read).unwrap(), text);
        }
        assert!(serde_json::from_str::<PagePayload>(r#"{"kind":"listing"}"#).is_err());
    }
}
