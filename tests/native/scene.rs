//! People who talk and trade, and how each server function and each endpoint is asked about them: what the
//! tables of the tests go through.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use stoa::shared::{
    notifications::kinds::NotificationKind,
    orders::{code::OrderCode, draft::OrderDraft},
};
use stoa::{
    server::{
        auth::{access::Access, session_tokens as secrets, session_tokens::Token},
        domain::{
            operators::{
                cases, embed_keys, external, user_directory,
                webhooks::{self, Choice},
            },
            orders, rooms,
            users::reports,
        },
    },
    shared::{
        conversations::rooms::History,
        ids::{
            BroadcastId, CaseId, ConversationId, EmbedKeyId, ListingId, MessageId, NotificationId, OrderId,
            PasskeyId, ReportId, SessionId, TaskId, TokenId, UserId, WebhookId,
        },
        messages::Message,
        operators::{
            cases::{CaseAbout, CaseFilter, ReportReason},
            embed_keys::EmbedAlgorithm,
            user_directory::UserChange,
        },
        orders::Order,
        users::{Viewer, api_tokens::Scopes},
    },
    web::rest::Route,
};

use crate::place::{Place, Site, answer};

pub struct Scene {
    pub site: Site,
    pub stranger: Token,
    pub stranger_viewer: Viewer,
    pub host: Token,
    pub host_viewer: Viewer,
    pub operator: Token,
    pub room: ConversationId,
    /// One from which somebody can be taken out.
    pub spare_room: ConversationId,
    /// Two into which the host is invited.
    pub invited_rooms: [ConversationId; 2],
    pub link: String,
    pub admin: Token,
    /// Somebody who was in the room, said something there, and was taken out of it.
    pub removed: Token,
    pub said_before: Message,
    /// Somebody whose account is suspended, with a session all the same.
    pub suspended: Token,
    /// Somebody whose account an admin closes.
    pub leaving: UserId,
    /// Somebody to whom operators and admins do things.
    pub other: UserId,
    pub other_viewer: Viewer,
    pub order: Order,
    /// A custom one.
    pub wish: Order,
    pub conversation: ConversationId,
    pub guest: UserId,
    pub guest_viewer: Viewer,
    pub listing: ListingId,
    pub messages: [Message; 2],
    pub token: TokenId,
    /// A second session of the host's.
    pub spare_session: SessionId,
    /// Somebody else who talks to the host, whom the host may block.
    pub acquaintance: UserId,
    /// What was reported: one case that nobody has claimed, and one that the operator has.
    pub case: CaseId,
    pub claimed_case: CaseId,
    /// One with a delivery at this position, and one that may be deleted. Nothing answers at either.
    pub webhook: WebhookId,
    pub test_position: i64,
    pub spare_webhook: WebhookId,
    /// The host's.
    pub notification: NotificationId,
    pub epoch: String,
    pub place: Place,
}

/// One way to ask an endpoint.
pub struct Example {
    pub path: String,
    pub missing: String,
    pub body: Value,
}

pub async fn scene() -> Scene {
    scene_in(Place::new().await).await
}

/// The same in a place with options of its own.
pub async fn scene_in(place: Place) -> Scene {
    let (host, guest, stranger) =
        (place.user("Tomas").await, place.user("Noor").await, place.user("Eve").await);
    let conversation = place.conversation(&guest, &host).await;
    place.send(&guest, conversation.id, "A secret about the boathouse").await.unwrap();
    let messages = [
        place.send(&host, conversation.id, "A secret to edit").await.unwrap(),
        place.send(&host, conversation.id, "A secret to delete").await.unwrap(),
    ];
    let listing = conversation.subject.listing().unwrap().id;
    let order = place.book(&guest, listing).await;
    let draft = OrderDraft { title: "A table".into(), note: "A secret wish".into(), ..OrderDraft::default() };
    let wish = orders::create(&place.context, &guest, OrderId::new(), None, draft).await.unwrap();
    let token = TokenId::new();
    let scopes = Scopes { read: true, ..Scopes::default() };
    place.token(&host, token, scopes).await;
    let room = ConversationId::new();
    place.room(&host, room, "A secret room", History::Start, &[guest.id]).await;
    let removed = place.user("Rolf").await;
    rooms::join(&place.context, &removed, &open(&place, &host, room).await, MessageId::new()).await.unwrap();
    let said_before = place.send(&removed, room, "I was here").await.unwrap();
    rooms::remove(&place.context, &host, room, MessageId::new(), removed.id).await.unwrap();
    let (admin, suspended) = (place.admin("Ada").await, place.user("Sven").await);
    user_directory::change(&place.context, &admin, suspended.id, UserChange::Suspend).await.unwrap();
    let other = place.user("Ida").await;
    let spare_room = ConversationId::new();
    place.room(&host, spare_room, "Another", History::Start, &[guest.id]).await;
    let notification = place.tell(&host, NotificationKind::Payment, "A secret payment").await;
    let spare = place.session(&host).await;
    let acquaintance = place.user("Bea").await;
    place.conversation(&acquaintance, &host).await;
    rooms::invite(&place.context, &host, room, MessageId::new(), vec![acquaintance.id]).await.unwrap();
    let invited_rooms = [ConversationId::new(), ConversationId::new()];
    for room in invited_rooms {
        let people = vec![host.id];
        rooms::create(&place.context, &guest, room, "A secret den", History::Start, people).await.unwrap();
    }
    let desk = place.operator("Mara").await;
    let report = async |about, subject| {
        let (id, reason) = (ReportId::new(), ReportReason::Fraud);
        reports::report(&place.context, &guest, id, about, subject, reason, "").await.unwrap();
        let page = cases::page(&place.context, &desk, CaseFilter::Open, Some(about), None).await.unwrap();
        page.cases[0].id
    };
    let case = report(CaseAbout::User, host.id.0).await;
    let claimed_case = report(CaseAbout::Listing, listing.0).await;
    cases::claim(&place.context, &desk, claimed_case, true).await.unwrap();
    let (webhook, test_position) = self::webhook(&place, &admin).await;
    let (spare_webhook, _) = self::webhook(&place, &admin).await;
    send_from_outside(&place, &admin).await;
    Scene {
        webhook,
        test_position,
        spare_webhook,
        case,
        claimed_case,
        acquaintance: acquaintance.id,
        spare_session: secrets::session_id(&secrets::hash(spare.as_str())),
        notification,
        spare_room,
        invited_rooms,
        room,
        link: MessageId::new().0.simple().to_string(),
        operator: place.session(&desk).await,
        admin: place.session(&admin).await,
        removed: place.session(&removed).await,
        said_before,
        suspended: place.session(&suspended).await,
        leaving: place.user("Lena").await.id,
        other: other.id,
        other_viewer: other,
        order,
        wish,
        token,
        site: place.serve().await,
        stranger: place.session(&stranger).await,
        stranger_viewer: stranger,
        host: place.session(&host).await,
        host_viewer: host.clone(),
        conversation: conversation.id,
        guest: guest.id,
        guest_viewer: guest,
        listing,
        messages,
        epoch: place.context.epoch.clone(),
        place,
    }
}

/// A webhook where nothing answers, and for which a test event waits.
async fn webhook(place: &Place, admin: &Viewer) -> (WebhookId, i64) {
    let (id, choice) = (WebhookId::new(), Choice { types: "user.closed".into(), with_text: false });
    let url = "https://hooks.invalid/secret";
    webhooks::create(&place.context, admin, Access::Session, id, url, choice).await.expect("a webhook");
    webhooks::test(&place.context, admin, id).await.expect("a test");
    loop {
        let page = webhooks::deliveries(&place.context, admin, id, false, None).await.unwrap();
        match page.deliveries.first() {
            Some(delivery) => return (id, delivery.position),
            None => tokio::task::yield_now().await,
        }
    }
}

/// When a marketplace sent what is there, and when it sends it again.
const SENT_AT: &str = "2020-05-31T14:06:00Z";
const SENT_AGAIN_AT: &str = "2020-05-31T14:06:01Z";

/// A guest, a host and a listing of a marketplace.
async fn send_from_outside(place: &Place, admin: &Viewer) {
    let (id, algorithm) = (EmbedKeyId::new(), EmbedAlgorithm::Hs256);
    embed_keys::create(&place.context, admin, id, "shop.example.com", algorithm, "").await.expect("a key");
    for user in ["guest", "host", "leaving"] {
        let body = json!({ "name": format!("A secret {user}"), "changed_at": SENT_AT });
        let body = serde_json::from_value(body).expect("a user");
        external::users::put(&place.context, admin, None, user, body).await.expect("a user");
    }
    let body = serde_json::from_value(external_listing(SENT_AT)).expect("a listing");
    external::listings::put(&place.context, admin, None, "house", body).await.expect("a listing");
}

fn external_listing(changed_at: &str) -> Value {
    json!({ "host": "host", "kind": "stay", "title": "A secret boathouse", "price_minor": 100, "changed_at": changed_at })
}

/// A link into a room.
async fn open(place: &Place, host: &Viewer, room: ConversationId) -> String {
    rooms::set_link(&place.context, host, room, true).await.unwrap().expect("a link")
}

impl Scene {
    /// A link that leads into a room.
    pub async fn real_link(&self) -> String {
        // Of its own: taking somebody out closes a room's link.
        let (room, people) = (ConversationId::new(), vec![self.guest]);
        let made =
            rooms::create(&self.place.context, &self.host_viewer, room, "Open", History::Start, people);
        made.await.expect("a room");
        open(&self.place, &self.host_viewer, room).await
    }

    /// The fields with which this server function works for the host.
    pub fn fields(
        &self,
        path: &str,
        conversation: ConversationId,
        listing: ListingId,
    ) -> Vec<(&'static str, String)> {
        let is_scene = conversation == self.conversation;
        let conversation = ("conversation_id", conversation.to_string());
        let order = |order: &Order| {
            let key = if is_scene { order.card.code.to_string() } else { OrderId::new().to_string() };
            vec![("order", key)]
        };
        let message = || ("message_id", MessageId::new().to_string());
        let room = |room: ConversationId| {
            let id = if is_scene { room } else { ConversationId::new() };
            vec![("conversation_id", id.to_string())]
        };
        let with = |mut fields: Vec<_>, more: &[(&'static str, &str)]| {
            fields.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
            fields
        };
        let draft = || {
            let fields = [
                ("kind", "stay"),
                ("title", "Boathouse"),
                ("place", "Åre"),
                ("description", "Red."),
                ("price", "1"),
            ];
            let names = ["draft[kind]", "draft[title]", "draft[place]", "draft[description]", "draft[price]"];
            names.into_iter().zip(fields.map(|(_, value)| value.to_owned())).collect::<Vec<_>>()
        };
        let listing = ("listing_id", listing.to_string());
        match path.trim_start_matches("/rpc/") {
            "get_conversation" | "get_messages" | "read_conversation" => vec![conversation],
            "send_message" => {
                vec![conversation, ("message_id", MessageId::new().to_string()), ("body", "Hi".into())]
            }
            "mark_as_read" => vec![conversation, ("upto_seq", "1".into()), ("epoch", self.epoch.clone())],
            "update_listing" => draft().into_iter().chain([listing]).collect(),
            "create_listing" => {
                draft().into_iter().chain([("listing_id", ListingId::new().to_string())]).collect()
            }
            "pause_listing" => vec![listing, ("is_paused", "false".into())],
            "get_or_create_conversation" | "get_conversation_of_listing" => vec![listing],
            "start_conversation" => {
                vec![listing, ("message_id", MessageId::new().to_string()), ("body", "Hi".into())]
            }
            "poll_messages" => vec![("epoch", self.epoch.clone()), ("since", "0".into())],
            "update_profile" => vec![("name", "Eve".into()), ("hue", "1".into())],
            "edit_message" | "delete_message" => {
                let is_edit = path.ends_with("edit_message");
                let message = if is_edit { &self.messages[0] } else { &self.messages[1] };
                let id = if is_scene { message.id } else { MessageId::new() };
                let fields =
                    vec![("message_id", id.to_string()), ("seen_version", message.version.to_string())];
                if is_edit { with(fields, &[("body", "Changed")]) } else { fields }
            }
            "get_contacts" => vec![("search", String::new())],
            "create_room" => vec![
                ("conversation_id", ConversationId::new().to_string()),
                ("name", "A room".into()),
                ("people[0]", if is_scene { self.guest } else { UserId::new() }.to_string()),
            ],
            "get_invitation" => vec![("link", self.link.clone())],
            "join_room" => vec![("link", self.link.clone()), ("message_id", MessageId::new().to_string())],
            "remove_from_room" => {
                let mut fields = room(self.spare_room);
                fields.extend([message(), ("user_id", self.guest.to_string())]);
                fields
            }
            "invite_to_room" => {
                let mut fields = room(self.room);
                fields.extend([message(), ("people[0]", self.guest.to_string())]);
                fields
            }
            "accept_invitation" => {
                let mut fields = room(self.invited_rooms[0]);
                fields.push(message());
                fields
            }
            "decline_invitation" => room(self.invited_rooms[1]),
            "withdraw_invitation" => {
                let mut fields = room(self.room);
                fields.push(("user_id", self.acquaintance.to_string()));
                fields
            }
            "rename_room" => {
                let mut fields = room(self.room);
                fields.extend([message(), ("name", "Another name".into())]);
                fields
            }
            "set_room_role" => {
                let mut fields = room(self.room);
                fields.extend([message(), ("user_id", self.guest.to_string()), ("role", "moderator".into())]);
                fields
            }
            "set_room_link" => with(room(self.room), &[("is_open", "true")]),
            "get_room_people" => room(self.room),
            "get_readers" => vec![conversation, ("seq", "1".into())],
            "get_orders" => vec![("view", "mine".into())],
            "create_order" => vec![
                ("order_id", OrderId::new().to_string()),
                ("draft[title]", "A chair".into()),
                ("draft[note]", "Of oak.".into()),
            ],
            "get_order" => order(&self.order),
            "step_order" => {
                let id = message().1;
                with(order(&self.order), &[("message_id", &id), ("expected", "pending"), ("step", "accept")])
            }
            "quote_order" => with(order(&self.wish), &[("message_id", &message().1), ("price", "80")]),
            "take_order" => with(order(&self.wish), &[("message_id", &message().1), ("expected", "pending")]),
            "get_desk" | "get_people" | "get_audit" | "find_conversations" => vec![],
            "suspend_user" | "reinstate_user" | "sign_out_user" | "reset_second_factor" => {
                vec![("user_id", self.other.to_string())]
            }
            "close_user" => vec![("user_id", self.leaving.to_string())],
            "find_security_events" => vec![("event", "sign_in".into()), ("from", "2026-11-01".into())],
            "close_account" => vec![("closing_password", "not the one".into())],
            "set_user_rank" => vec![("user_id", self.other.to_string()), ("rank", "member".into())],
            "get_settings" => vec![("days", "30".into())],
            // As it stands already.
            "set_retention" | "set_look" => vec![("seen_version", "1".into())],
            "set_sign_up" | "set_rooms" | "set_unconfirmed" | "set_second_factor" => {
                vec![("seen_version", "1".into()), ("is_open", "true".into())]
            }
            "block_user" | "unblock_user" => {
                vec![("user_id", if is_scene { self.acquaintance } else { UserId::new() }.to_string())]
            }
            "get_room_invitations" | "get_blocks" | "get_cases" | "get_case_count" => vec![],
            "claim_case" => vec![("case_id", self.case.to_string()), ("is_claimed", "true".into())],
            "decide_case" => vec![("case_id", self.claimed_case.to_string()), ("decision", "nothing".into())],
            "report" => vec![
                ("report_id", ReportId::new().to_string()),
                ("about", "conversation".into()),
                ("subject_id", conversation.1),
                ("reason", "fraud".into()),
            ],
            "get_webhooks" => vec![],
            "create_webhook" => vec![
                ("webhook_id", WebhookId::new().to_string()),
                ("url", "https://hooks.invalid/".into()),
                ("types[0]", "user.closed".into()),
            ],
            "choose_webhook" => {
                vec![("webhook_id", self.webhook.to_string()), ("types[0]", "user.closed".into())]
            }
            "switch_webhook" => vec![("webhook_id", self.webhook.to_string()), ("is_on", "true".into())],
            "rotate_webhook" | "test_webhook" => vec![("webhook_id", self.webhook.to_string())],
            "delete_webhook" => vec![("webhook_id", self.spare_webhook.to_string())],
            "get_webhook_deliveries" => {
                vec![("webhook_id", self.webhook.to_string()), ("is_failed", "false".into())]
            }
            "resend_webhook" => {
                vec![("webhook_id", self.webhook.to_string()), ("position", self.test_position.to_string())]
            }
            "choose_presence" => vec![("is_off", "on".into())],
            "get_contact" => {
                vec![("user_id", if is_scene { self.guest } else { UserId::new() }.to_string())]
            }
            "get_presence" => vec![("user_ids[0]", self.guest.to_string())],
            "get_conversations" => vec![("is_unread_only", "false".into())],
            "search_messages" => vec![("search[text]", "hi".into())],
            "get_unread_count" | "get_my_listings" | "get_tokens" | "get_sessions" | "end_other_sessions" => {
                vec![]
            }
            "end_session" => {
                let spare = self.spare_session;
                vec![("session_id", if is_scene { spare } else { SessionId::new() }.to_string())]
            }
            "get_sign_in_ways" | "get_identities" => vec![],
            "link_identity" => vec![("provider", "acme".into()), ("link_password", "not the one".into())],
            "unlink_identity" => vec![("identity_id", SessionId::new().to_string())],
            "change_password" => {
                vec![("present_password", "not the one".into()), ("new_password", "a longer one".into())]
            }
            "create_token" => vec![
                ("token_id", TokenId::new().to_string()),
                ("token_name", "Calendar".into()),
                ("token_password", "not the one".into()),
                ("scopes[read]", "true".into()),
            ],
            "get_second_factor" | "cancel_app" => vec![],
            "begin_app" => vec![("app_password", "not the one".into())],
            "remove_app" => vec![("off_password", "not the one".into())],
            "make_recovery_codes" => vec![("codes_password", "not the one".into())],
            "confirm_identity" => vec![("proof", "not the one".into())],
            "begin_passkey" => vec![("passkey_password", "not the one".into())],
            "finish_passkey" | "complete_passkey_sign_in" => vec![("credential", "{}".into())],
            "begin_passkey_sign_in" => vec![],
            "remove_passkey" => vec![("passkey_id", PasskeyId::new().to_string())],
            "confirm_app" => vec![("app_code", "123456".into())],
            "complete_sign_in" => vec![("code", "123456".into())],
            "revoke_token" => {
                vec![("token_id", if is_scene { self.token } else { TokenId::new() }.to_string())]
            }
            "get_notifications" | "get_broadcasts" => vec![],
            "read_all_notifications" => vec![("epoch", self.epoch.clone()), ("upto", "0".into())],
            "choose_notifications" => vec![("app", "message".into()), ("mail", "message".into())],
            "change_address" => {
                vec![("address_password", "not the one".into()), ("email", "another@example.com".into())]
            }
            "check_new_password" => vec![("password", "marmalade on toast".into())],
            "ask_password_reset" => vec![("email", "nobody@example.com".into())],
            "reset_password" => vec![("token", "a".repeat(100)), ("password", "marmalade on toast".into())],
            "confirm_address"
            | "get_mail_stop"
            | "stop_mail"
            | "get_password_reset"
            | "get_former_address"
            | "restore_address"
            | "get_secured_address"
            | "secure_account" => vec![("token", "a".repeat(100))],
            "get_notification_level" => vec![conversation],
            "set_notification_level" => {
                vec![conversation, ("level", "mentions".into()), ("hours", "8".into())]
            }
            "get_shelf" => vec![("is_starred", "false".into())],
            "archive_conversation" | "star_conversation" | "mark_as_unread" => {
                vec![conversation, ("is_on", "true".into())]
            }
            "get_quoted" => vec![conversation, ("places[0]", "1".into())],
            "react" | "get_reactions" => {
                let id = if is_scene { self.messages[0].id } else { MessageId::new() };
                let fields = vec![("message_id", id.to_string())];
                if path.ends_with("react") {
                    with(fields, &[("emoji", "👍"), ("is_on", "true")])
                } else {
                    fields
                }
            }
            "get_message_reach" => vec![(
                "message_id",
                if is_scene { self.messages[0].id } else { MessageId::new() }.to_string(),
            )],
            "get_quiet_hours" => vec![],
            "choose_quiet_hours" => vec![
                ("is_on", "on".into()),
                ("quiet_from", "22:00".into()),
                ("quiet_to", "07:00".into()),
                ("time_zone", "Europe/Berlin".into()),
            ],
            "get_push_settings" | "unsubscribe_from_push" => vec![],
            "choose_pushes" => vec![("kinds", "message booking".into())],
            "subscribe_to_push" => vec![
                ("endpoint", "https://push.example/secret".into()),
                // A point of P-256, and 16 bytes.
                (
                    "p256dh",
                    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
                        .into(),
                ),
                ("auth", "BTBZMqHH6r4Tts7J_aSIgg".into()),
                ("shows_text", "true".into()),
            ],
            "get_mail_settings" | "ask_to_confirm" | "get_failed_tasks" | "get_security_events" => vec![],
            "get_embed_keys" => vec![],
            "create_embed_key" => {
                vec![("key_id", EmbedKeyId::new().to_string()), ("issuer", "shop.example.com".into())]
            }
            "revoke_embed_key" => vec![("key_id", EmbedKeyId::new().to_string())],
            "retry_task" => vec![("task_id", TaskId::new().to_string())],
            "read_notifications" | "delete_notification" | "restore_notification" => {
                let id = if is_scene { self.notification } else { NotificationId::new() }.to_string();
                vec![(if path.ends_with("read_notifications") { "ids[0]" } else { "notification_id" }, id)]
            }
            "send_broadcast" => vec![
                ("broadcast_id", BroadcastId::new().to_string()),
                ("kind", "system".into()),
                ("audience", "guests".into()),
                ("title", "Hello".into()),
            ],
            other => panic!("{other} is new: say here how it is called"),
        }
    }

    /// How an endpoint is asked, and the same about what is not there. Ids of what is made are new each time.
    pub fn example(&self, route: &Route) -> Example {
        let body = match route.path {
            _ if route.method == Method::GET => Value::Null,
            "/api/conversations" => json!({ "listing_id": self.listing }),
            "/api/conversations/{id}/messages" | "/api/orders/{key}/messages" => {
                json!({ "id": MessageId::new(), "body": "Hi" })
            }
            "/api/rooms" => json!({ "id": ConversationId::new(), "name": "A room", "people": [self.guest] }),
            "/api/rooms/{id}/people" => json!({ "message_id": MessageId::new(), "people": [self.guest] }),
            "/api/rooms/{id}/remove" => json!({ "message_id": MessageId::new(), "user_id": self.guest }),
            "/api/rooms/{id}/accept" => json!({ "message_id": MessageId::new() }),
            "/api/rooms/{id}/decline" => Value::Null,
            "/api/rooms/{id}/withdraw" => json!({ "user_id": self.acquaintance }),
            "/api/rooms/{id}/name" => json!({ "message_id": MessageId::new(), "name": "Another" }),
            "/api/messages/{id}" if route.method == Method::PATCH => {
                json!({ "seen_version": self.messages[0].version, "body": "Changed" })
            }
            "/api/rooms/{id}/role" => {
                json!({ "message_id": MessageId::new(), "user_id": self.guest, "role": "moderator" })
            }
            "/api/rooms/{id}/link" => json!({ "is_open": true }),
            "/api/rooms/join" => json!({ "message_id": MessageId::new(), "link": self.link }),
            "/api/notifications" if route.method == Method::PATCH => json!({ "ids": [self.notification] }),
            "/api/notifications" if route.method == Method::POST => {
                json!({ "id": NotificationId::new(), "user_id": self.guest, "kind": "tour", "title": "Moved" })
            }
            "/api/notifications/{id}" | "/api/notifications/{id}/restore" => Value::Null,
            "/api/messages/{id}" | "/api/messages/{id}/reactions/{emoji}" => Value::Null,
            "/api/conversations/{id}/archived"
            | "/api/conversations/{id}/starred"
            | "/api/conversations/{id}/marked" => Value::Null,
            "/api/messages/system" => {
                json!({ "id": MessageId::new(), "conversation_id": self.conversation, "text": "Paid" })
            }
            "/api/conversations/{id}/read" => json!({ "upto_seq": 1, "epoch": self.epoch }),
            "/api/conversations/{id}/level" => json!({ "level": "nothing" }),
            "/api/orders" => {
                json!({ "id": OrderId::new(), "listing_id": self.listing, "starts_on": self.order.card.starts_on,
                "ends_on": self.order.card.ends_on, "quantity": 1 })
            }
            "/api/orders/{key}/status" => {
                json!({ "message_id": MessageId::new(), "status": "accepted", "expected": "pending" })
            }
            "/api/webhooks" => json!({
                "id": WebhookId::new(), "url": "https://hooks.invalid/", "types": ["user.closed"], "with_text": false,
            }),
            "/api/webhooks/{id}" if route.method == Method::PUT => {
                json!({ "types": ["user.closed"], "with_text": false, "is_on": true })
            }
            "/api/webhooks/{id}/again" => json!({ "position": self.test_position }),
            path if path.starts_with("/api/webhooks/{id}") => Value::Null,
            path if path.starts_with("/api/external/") && route.method == Method::DELETE => Value::Null,
            "/api/external/users/{external_id}" => json!({ "name": "Somebody", "changed_at": SENT_AGAIN_AT }),
            "/api/external/listings/{external_id}" => external_listing(SENT_AGAIN_AT),
            "/api/external/orders/{external_id}" => json!({
                "listing": "house", "guest": "guest", "status": "pending", "url": "https://shop.example.com/1", "changed_at": SENT_AT,
            }),
            "/api/import" => {
                json!({ "type": "user", "id": "guest", "name": "Somebody", "changed_at": SENT_AGAIN_AT })
            }
            path => panic!("{path} is new: say here what it takes"),
        };
        let (known, unknown) = match route.path {
            path if path.contains("{key}") => {
                (self.order.card.code.to_string(), OrderCode::from_random(7).to_string())
            }
            // A message of the host's that he may still change.
            "/api/messages/{id}" if route.method == Method::PATCH => {
                (self.messages[0].id.to_string(), MessageId::new().to_string())
            }
            "/api/messages/{id}" => (
                format!("{}?seen_version={}", self.messages[1].id, self.messages[1].version),
                format!("{}?seen_version=1", MessageId::new()),
            ),
            path if path.starts_with("/api/messages/{id}/reactions") => {
                (self.messages[0].id.to_string(), MessageId::new().to_string())
            }
            "/api/rooms/{id}/accept" => {
                (self.invited_rooms[0].to_string(), ConversationId::new().to_string())
            }
            "/api/rooms/{id}/decline" => {
                (self.invited_rooms[1].to_string(), ConversationId::new().to_string())
            }
            path if path.starts_with("/api/rooms/") => {
                (self.room.to_string(), ConversationId::new().to_string())
            }
            path if path.starts_with("/api/notifications/") => {
                (self.notification.to_string(), NotificationId::new().to_string())
            }
            "/api/webhooks/{id}" if route.method == Method::DELETE => {
                (self.spare_webhook.to_string(), WebhookId::new().to_string())
            }
            path if path.starts_with("/api/webhooks/") => {
                (self.webhook.to_string(), WebhookId::new().to_string())
            }
            path if path.starts_with("/api/users/") => (self.guest.to_string(), UserId::new().to_string()),
            _ => (self.conversation.to_string(), ConversationId::new().to_string()),
        };
        let external_id = match route.path {
            "/api/external/users/{external_id}" if route.method == Method::DELETE => "leaving",
            path if path.starts_with("/api/external/listings") => "house",
            path if path.starts_with("/api/external/orders") => "1",
            _ => "guest",
        };
        // 👍
        let path = route.path.replace("{emoji}", "%F0%9F%91%8D").replace("{external_id}", external_id);
        let with = |name: &str| path.replace("{id}", name).replace("{key}", name);
        Example { path: with(&known), missing: with(&unknown), body }
    }

    /// The same fields about the room that somebody was taken out of, and about what he said there.
    pub fn of_room(&self, path: &str, fields: &[(&'static str, String)]) -> Vec<(&'static str, String)> {
        let of_message = ["edit_message", "delete_message", "react", "get_reactions"];
        let is_his = of_message.iter().any(|name| path.ends_with(name));
        let of_room = |(name, value): &(&'static str, String)| match *name {
            "conversation_id" if !path.ends_with("create_room") => (*name, self.room.to_string()),
            "message_id" if is_his => (*name, self.said_before.id.to_string()),
            _ => (*name, value.clone()),
        };
        fields.iter().map(of_room).collect()
    }

    /// The same of an endpoint.
    pub fn path_of_room(&self, route: &Route) -> String {
        let id = match route.path {
            path if path.starts_with("/api/conversations/") => self.room.to_string(),
            "/api/messages/{id}" if route.method == Method::DELETE => {
                format!("{}?seen_version={}", self.said_before.id, self.said_before.version)
            }
            "/api/messages/{id}"
            | "/api/messages/{id}/reactions/{emoji}"
            | "/api/messages/{id}/reactions" => self.said_before.id.to_string(),
            _ => return self.example(route).path,
        };
        route.path.replace("{id}", &id).replace("{emoji}", "%F0%9F%91%8D")
    }

    pub async fn call(
        &self,
        path: &str,
        method: &Method,
        session: Option<&Token>,
        fields: &[(&str, String)],
    ) -> (StatusCode, Value) {
        let request = self.site.request(method.clone(), path, session);
        answer(if *method == Method::GET { request.query(fields) } else { request.form(fields) }).await
    }
}
