//! What we give to others who write programs: the published client's types, and the bot of the examples.

use std::{
    process::{Child, Command, Stdio},
    time::Duration,
};

use stoa::{
    server::domain::messages,
    shared::{
        ids::{ConversationId, TokenId},
        messages::{Message, Range},
        users::{Viewer, api_tokens::Scopes},
    },
    web::rest::{frames::asyncapi, openapi},
};
use tokio::time::timeout;

use crate::{
    client::Client,
    place::Place,
    second_client::{node, python},
};

#[test]
fn r7_the_types_of_the_published_client_are_those_of_the_descriptions() {
    let Some(mut command) = node(&["packages/client/generate.mjs"]) else { return };
    let folder = tempfile::tempdir().unwrap();
    for (name, description) in [("openapi", openapi::description()), ("asyncapi", asyncapi::description())] {
        let path = folder.path().join(name);
        std::fs::write(&path, description.to_string()).unwrap();
        command.arg(path);
    }
    let done = command.arg("--check").output().expect("it runs");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

/// Ends with the test.
struct Bot(Child);

impl Drop for Bot {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn start_bot(mut command: Command, place: &Place, owner: &Viewer, url: &str) -> Bot {
    let scopes = Scopes { read: true, write: true, ..Scopes::default() };
    let token = place.token(owner, TokenId::new(), scopes).await;
    let command = command.env("STOA_URL", url).env("STOA_TOKEN", token.as_str()).env("no_proxy", "*");
    Bot(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts"))
}

async fn all_messages(place: &Place, viewer: &Viewer, conversation: ConversationId) -> Vec<Message> {
    let page = messages::page(&place.context, viewer, conversation, Range::Newest, Some(200)).await;
    page.unwrap().messages
}

/// Waits until the last message is the bot's answer to the last question.
async fn until_answered(client: &mut Client, place: &Place, owner: &Viewer, conversation: ConversationId) {
    let answered = async {
        while place.get(owner, conversation).await.unread > 0 {
            client.change().await;
        }
    };
    timeout(Duration::from_secs(120), answered).await.expect("it answers in time");
}

#[tokio::test(flavor = "multi_thread")]
async fn r7_the_bot_of_the_examples_answers_each_message_once_though_it_is_killed() {
    let place = Place::new().await;
    let (owner, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &owner).await.id;
    let site = place.serve().await;
    let bot = || python(&["examples/bot.py"]);
    let Some(command) = bot() else { return };
    let mut client = Client::open(&place, &site, &guest, 0).await;
    let mut questions = Vec::new();
    let mut ask = async |number: usize| {
        questions.push(place.send(&guest, conversation, &format!("Question {number}")).await.unwrap());
    };
    // Some wait for it already. It is killed in the middle of them, and some come while nobody is there.
    for number in 0..20 {
        ask(number).await;
    }
    let first = start_bot(command, &place, &owner, &site.url).await;
    let is_answer = |message: &Message| message.sender == Some(owner.id);
    let under_way = async {
        while all_messages(&place, &guest, conversation)
            .await
            .iter()
            .filter(|message| is_answer(message))
            .count()
            < 3
        {
            client.change().await;
        }
    };
    timeout(Duration::from_secs(120), under_way).await.expect("it answers in time");
    drop(first);
    for number in 20..25 {
        ask(number).await;
    }
    let _second = start_bot(bot().unwrap(), &place, &owner, &site.url).await;
    until_answered(&mut client, &place, &owner, conversation).await;
    // And one that it hears of by its socket.
    ask(25).await;
    until_answered(&mut client, &place, &owner, conversation).await;
    let all = all_messages(&place, &guest, conversation).await;
    let answers: Vec<_> =
        all.iter().filter(|message| is_answer(message)).map(|message| message.body.clone()).collect();
    let expected: Vec<_> = questions.iter().map(|question| format!("You wrote: {}", question.body)).collect();
    assert_eq!(answers, expected, "each once, in their order");
}
