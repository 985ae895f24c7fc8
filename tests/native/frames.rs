//! Every frame of the socket, said by everybody: who may, gets it done; to all others it is not there.

use std::collections::BTreeSet;

use reqwest::StatusCode;
use stoa::{
    server::auth::session_tokens::Token,
    shared::{
        errors::{ApiError, ErrorCode},
        ids::{ConversationId, MessageId},
        sync::{
            changes::OpenThread,
            wire::{PROTOCOL, ToClient, ToServer},
        },
    },
};
use tokio_tungstenite::tungstenite::Error;

use crate::{
    client::{Client, connect},
    contents::{contents, difference},
    frame_schema::{self, Sent},
    scene::{Scene, scene},
};

/// What a frame is about, and with it who may say it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum About {
    /// A conversation, which is there for its participants alone.
    Conversation,
    /// A message, which is there for those who can read it; its sender may change it.
    Message,
    /// Oneself.
    Oneself,
    /// Nothing: refused to everybody.
    Nothing,
}

/// The things that a frame names.
#[derive(Clone, Copy)]
struct Named {
    conversation: ConversationId,
    message: MessageId,
    version: i64,
}

/// Makes one table of what each frame is about and how it is said. The match that it makes does not compile
/// with a variant that has no entry, and an entry has at least one example.
macro_rules! frames {
    (|$named:ident, $epoch:ident| $($variant:pat => $about:ident: $($frame:expr),+;)+) => {
        fn about(frame: &ToServer) -> About {
            match frame {
                $($variant => About::$about,)+
            }
        }

        /// Each frame about these things.
        fn frames($named: Named, $epoch: &str) -> Vec<(About, ToServer)> {
            let mut all = Vec::new();
            $(for frame in [$($frame),+] {
                assert!(matches!(frame, $variant), "{frame:?} stands in another's entry");
                all.push((about(&frame), frame));
            })+
            all
        }
    };
}

frames! { |named, epoch|
    ToServer::Ping => Oneself: ToServer::Ping;
    ToServer::Delivered { .. } => Oneself:
        ToServer::Delivered { head: 1 },
        ToServer::Delivered { head: i64::MAX },
        ToServer::Delivered { head: -1 };
    ToServer::JoinConversation(_) => Conversation:
        ToServer::JoinConversation(OpenThread { conversation: named.conversation, version: 0 });
    ToServer::Typing { .. } => Conversation:
        ToServer::Typing { conversation: named.conversation, is_typing: true };
    ToServer::MarkRead { .. } => Conversation:
        ToServer::MarkRead { conversation: named.conversation, upto_seq: 1 };
    ToServer::SendMessage { .. } => Conversation:
        ToServer::SendMessage { id: MessageId::new(), conversation: named.conversation, body: "Hi".into(), attached: Default::default() };
    ToServer::EditMessage { .. } => Message:
        ToServer::EditMessage { id: named.message, seen_version: named.version, body: "Changed".into() };
    ToServer::DeleteMessage { .. } => Message:
        ToServer::DeleteMessage { id: named.message, seen_version: named.version };
    // What was not on screen is not on screen afterwards: there is nothing to refuse.
    ToServer::LeaveConversation { .. } => Oneself:
        ToServer::LeaveConversation { conversation: named.conversation };
    // Said already.
    ToServer::Hello { .. } => Nothing:
        ToServer::Hello { epoch: epoch.to_owned(), head: 0, protocol: PROTOCOL };
    ToServer::Unknown => Nothing: ToServer::Unknown;
}

impl Scene {
    fn named(&self) -> Named {
        let [message, _] = &self.messages;
        Named { conversation: self.conversation, message: message.id, version: message.version }
    }

    fn of_removed(&self) -> Named {
        let message = &self.said_before;
        Named { conversation: self.room, message: message.id, version: message.version }
    }

    async fn client(&self, who: &Token) -> Client {
        let mut client = Client::at(&self.site.url, who, &self.epoch, 0).await;
        client.until(|frame| matches!(frame, ToClient::Welcome { .. })).await;
        client
    }
}

/// What is refused of a frame, if anything: the pong to the ping behind it says that all has been heard.
async fn refusal(client: &mut Client, frame: &ToServer) -> Option<ApiError> {
    client.say(frame).await;
    let is_ping = matches!(frame, ToServer::Ping);
    let heard = if is_ping { Vec::new() } else { client.heard_so_far().await };
    if is_ping {
        client.until(|frame| matches!(frame, ToClient::Pong { .. })).await;
    }
    heard.into_iter().find_map(|frame| match frame {
        ToClient::Refused { error, .. } => Some(error),
        _ => None,
    })
}

#[tokio::test]
async fn e7_every_frame_is_refused_to_who_has_no_part_in_what_it_names() {
    let scene = scene().await;
    let nowhere = Named {
        conversation: ConversationId::new(),
        message: MessageId::new(),
        version: scene.named().version,
    };
    for (who, token, named) in [
        ("a stranger", &scene.stranger, scene.named()),
        ("an operator", &scene.operator, scene.named()),
        ("who was taken out of a room", &scene.removed, scene.of_removed()),
    ] {
        let mut client = scene.client(token).await;
        client.heard_so_far().await;
        let before = contents(&scene.place).await;
        let both = frames(named, &scene.epoch).into_iter().zip(frames(nowhere, &scene.epoch));
        for ((about, theirs), (_, missing)) in both {
            let refused = refusal(&mut client, &theirs).await;
            let code = refused.as_ref().map(|error| error.code);
            let expected = match about {
                About::Conversation | About::Message => Some(ErrorCode::NotFound),
                About::Nothing => Some(ErrorCode::Invalid),
                About::Oneself => None,
            };
            assert_eq!(code, expected, "{theirs:?} by {who}");
            assert_eq!(
                refused,
                refusal(&mut client, &missing).await,
                "{theirs:?} by {who}: as a missing one"
            );
        }
        let changed = difference(&before, &contents(&scene.place).await);
        // Heads of one's own may have been reported as applied.
        let changed: Vec<_> = changed.iter().filter(|table| !table.starts_with("heads:")).collect();
        assert!(changed.is_empty(), "{who}: {changed:?}");
    }
}

#[tokio::test]
async fn e7_every_frame_works_for_a_participant_and_changes_only_what_is_his() {
    let scene = scene().await;
    let mut host = scene.client(&scene.host).await;
    let mut said = BTreeSet::new();
    for (about, frame) in frames(scene.named(), &scene.epoch) {
        if frame != ToServer::Unknown {
            let json = serde_json::to_value(&frame).unwrap();
            assert_eq!(frame_schema::wrong(Sent::ByClient, &json), Vec::<String>::new(), "{json}");
            said.insert(json["type"].as_str().unwrap().to_owned());
        }
        let code = refusal(&mut host, &frame).await.map(|error| error.code);
        let expected = match &frame {
            // The edit before it has made another version.
            ToServer::DeleteMessage { .. } => Some(ErrorCode::Conflict),
            _ if about == About::Nothing => Some(ErrorCode::Invalid),
            _ => None,
        };
        assert_eq!(code, expected, "{frame:?}");
    }
    assert_eq!(said, frame_schema::types(Sent::ByClient), "those that are described, and no other");
    // The other side may read it, and changes nothing of it.
    let guest = scene.place.session(&scene.guest_viewer).await;
    let mut guest = scene.client(&guest).await;
    let before = contents(&scene.place).await.remove("messages");
    for (_, frame) in
        frames(scene.named(), &scene.epoch).into_iter().filter(|(about, _)| *about == About::Message)
    {
        let code = refusal(&mut guest, &frame).await.map(|error| error.code);
        assert_eq!(code, Some(ErrorCode::Forbidden), "{frame:?} by the other side");
    }
    assert_eq!(before, contents(&scene.place).await.remove("messages"));
}

#[tokio::test]
async fn e7_nobody_and_who_is_suspended_open_no_socket_and_an_open_one_is_closed() {
    let scene = scene().await;
    for (who, token) in [("nobody", None), ("who is suspended", Some(&scene.suspended))] {
        let refused = connect(&scene.site, token, &scene.site.url).await;
        let Err(Error::Http(response)) = refused else { panic!("{who} got a socket") };
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{who}");
    }
    // Each frame before hello ends the socket unheard, whoever says it.
    for (_, frame) in frames(scene.named(), &scene.epoch) {
        if matches!(frame, ToServer::Hello { .. }) {
            continue;
        }
        let before = contents(&scene.place).await;
        let socket = connect(&scene.site, Some(&scene.host), &scene.site.url).await.unwrap();
        let mut client = Client { socket, epoch: scene.epoch.clone() };
        client.say(&frame).await;
        client.closed().await;
        assert_eq!(difference(&before, &contents(&scene.place).await), Vec::<String>::new(), "{frame:?}");
    }
    let mut other = scene.client(&scene.place.session(&scene.other_viewer).await).await;
    let fields = [("user_id", scene.other.to_string())];
    let (status, answer) =
        scene.call("/rpc/suspend_user", &reqwest::Method::POST, Some(&scene.operator), &fields).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    assert_eq!(other.closed().await.map(|reason| u16::from(reason.code)), Some(4403));
}
