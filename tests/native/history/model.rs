//! Conversations of any number, the same every time, as each system would export them.

use std::{
    fs::File,
    io::{BufWriter, Result, Write},
    path::Path,
};

use serde_json::{Value, json};

use super::{ISSUER, Said};

/// 2023-11-14T22:13:20Z, in milliseconds.
const BEGAN_MS: i64 = 1_700_000_000_000;
const MINUTE_MS: i64 = 60_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Lines,
    Talkjs,
    Stream,
    Sendbird,
    Chatwoot,
}

impl Format {
    pub const ALL: [Self; 5] = [Self::Lines, Self::Talkjs, Self::Stream, Self::Sendbird, Self::Chatwoot];

    /// The options that say so.
    pub fn options(self) -> &'static [&'static str] {
        match self {
            Self::Lines => &[],
            Self::Talkjs => &["--from", "talkjs", "--listing-field", "listing"],
            Self::Stream => &["--from", "stream", "--listing-field", "listing"],
            Self::Sendbird => &["--from", "sendbird", "--listing-field", "listing"],
            Self::Chatwoot => &["--from", "chatwoot", "--listing-field", "listing"],
        }
    }
}

/// So many conversations of two, with so many messages each. Every other one is about a listing of the first of them.
#[derive(Clone, Copy)]
pub struct Model {
    pub conversations: usize,
    pub messages: usize,
    pub format: Format,
}

impl Model {
    /// Nobody is in more rooms than one can be.
    fn people(&self) -> usize {
        (self.conversations / 50).max(8)
    }

    fn pair(&self, conversation: usize) -> [usize; 2] {
        let people = self.people();
        let first = conversation % people;
        [first, (first + 1 + conversation / people % (people - 1)) % people]
    }

    /// A person by the marketplace's id: the first of a pair is an agent where the system has agents.
    fn person(&self, conversation: usize, index: usize) -> String {
        let number = self.pair(conversation)[index];
        if index == 0 && self.format == Format::Chatwoot {
            format!("agent-{number}")
        } else {
            format!("u{number}")
        }
    }

    /// The same everywhere: whoever is renamed is told of again in the background.
    fn name(id: &str) -> String {
        format!("Person {id}")
    }

    fn listing(&self, conversation: usize) -> Option<String> {
        conversation.is_multiple_of(2).then(|| format!("house-{conversation:06}"))
    }

    fn sender(&self, conversation: usize, message: usize) -> usize {
        (conversation + message * message) % 2
    }

    fn at_ms(&self, conversation: usize, message: usize) -> i64 {
        BEGAN_MS + conversation as i64 * 1_000 + (message as i64 + 1) * MINUTE_MS
    }

    fn text(&self, conversation: usize, message: usize) -> String {
        let words = [
            "Thanks",
            "Is it free in June?",
            "<b>Yes</b> & no",
            "Så länge ljuset räcker 😀",
            "We come late.",
        ];
        format!("{message}. {} ({conversation})", words[(conversation + message) % words.len()])
    }

    /// All of it, as it is to be stored.
    pub fn said(&self) -> Vec<Said> {
        let mut conversations: Vec<(String, usize)> = (0..self.conversations)
            .map(|c| {
                (self.listing(c).map_or_else(|| format!("Room {c:06}"), |id| format!("{ISSUER} {id}")), c)
            })
            .collect();
        conversations.sort();
        conversations
            .into_iter()
            .flat_map(|(name, c)| {
                (0..self.messages).map(move |m| {
                    let sender = self.person(c, self.sender(c, m));
                    (name.clone(), sender, self.at_ms(c, m) * 1_000, self.text(c, m), None, None)
                })
            })
            .collect()
    }

    /// Lines of the listings, and of their hosts.
    pub fn write_listings(&self, path: &Path) -> Result<()> {
        let mut file = BufWriter::new(File::create(path)?);
        let at = "2023-01-01T00:00:00Z";
        for c in 0..self.conversations {
            let Some(listing) = self.listing(c) else { continue };
            let host = self.person(c, 0);
            let user = json!({ "type": "user", "id": host, "name": Self::name(&host), "changed_at": at });
            let listing = json!({ "type": "listing", "id": listing, "host": host, "kind": "stay", "title": "Boathouse", "price_minor": 1,
                "changed_at": at });
            writeln!(file, "{user}\n{listing}")?;
        }
        file.flush()
    }

    /// The export.
    pub fn write(&self, path: &Path) -> Result<()> {
        let mut file = BufWriter::new(File::create(path)?);
        let out = &mut file;
        match self.format {
            Format::Lines => self.write_lines(out),
            Format::Talkjs => self.write_talkjs(out),
            Format::Stream => self.write_stream(out),
            Format::Sendbird => self.write_sendbird(out),
            Format::Chatwoot => self.write_chatwoot(out),
        }?;
        file.flush()
    }

    fn write_lines(&self, out: &mut impl Write) -> Result<()> {
        for n in 0..self.people() {
            let id = format!("u{n}");
            let name = Self::name(&id);
            writeln!(
                out,
                "{}",
                json!({ "type": "user", "id": id, "name": name, "changed_at": "2023-11-01T00:00:00Z" })
            )?;
        }
        for c in 0..self.conversations {
            let id = format!("c{c}");
            let mut line = json!({ "type": "conversation", "id": id, "participants": [self.person(c, 0), self.person(c, 1)],
                "title": format!("Room {c:06}"), "created_at": rfc3339(BEGAN_MS) });
            if let Some(listing) = self.listing(c) {
                line["listing"] = json!(listing);
            }
            writeln!(out, "{line}")?;
            for m in 0..self.messages {
                let line = json!({ "type": "message", "id": format!("m{m}"), "conversation": id,
                    "sender": self.person(c, self.sender(c, m)), "text": self.text(c, m), "created_at": rfc3339(self.at_ms(c, m)) });
                writeln!(out, "{line}")?;
            }
        }
        Ok(())
    }

    /// Pages of users, of conversations, and of the messages of each, the newest first.
    fn write_talkjs(&self, out: &mut impl Write) -> Result<()> {
        let users = (0..self.people())
            .map(|n| json!({ "id": format!("u{n}"), "name": Self::name(&format!("u{n}")), "createdAt": BEGAN_MS, "custom": {} }));
        page(out, "data", users)?;
        let conversations = (0..self.conversations).map(|c| {
            let access = json!({ "access": "ReadWrite", "notify": true });
            let custom = self.listing(c).map_or(json!({}), |listing| json!({ "listing": listing }));
            json!({ "id": format!("c{c}"), "subject": format!("Room {c:06}"), "custom": custom, "createdAt": BEGAN_MS,
                "participants": { self.person(c, 0): access, self.person(c, 1): access }, "lastMessage": null })
        });
        page(out, "data", conversations)?;
        for c in 0..self.conversations {
            let messages = (0..self.messages).rev().map(|m| {
                json!({ "id": format!("msg_{c}_{m}"), "conversationId": format!("c{c}"), "type": "UserMessage", "origin": "web",
                    "senderId": self.person(c, self.sender(c, m)), "text": self.text(c, m), "readBy": [], "attachment": null,
                    "location": null, "custom": {}, "createdAt": self.at_ms(c, m), "editedAt": null })
            });
            page(out, "data", messages)?;
        }
        Ok(())
    }

    /// A channel for each, its messages before its members.
    fn write_stream(&self, out: &mut impl Write) -> Result<()> {
        for c in 0..self.conversations {
            let cid = format!("messaging:c{c}");
            let user = |index| json!({ "id": self.person(c, index), "name": Self::name(&self.person(c, index)), "updated_at": "2023-11-01T00:00:00Z" });
            let mut channel = json!({ "cid": cid, "id": format!("c{c}"), "type": "messaging", "name": format!("Room {c:06}"),
                "created_by": user(0), "created_at": rfc3339(BEGAN_MS), "config": { "name": "messaging" } });
            if let Some(listing) = self.listing(c) {
                channel["listing"] = json!(listing);
            }
            let message = |m| {
                let at = rfc3339(self.at_ms(c, m));
                json!({ "id": format!("{c}-{m}"), "text": self.text(c, m), "html": "", "type": "regular", "cid": cid, "attachments": [],
                    "user": user(self.sender(c, m)), "created_at": at, "updated_at": at })
            };
            let members =
                [0, 1].map(|index| json!({ "user_id": self.person(c, index), "user": user(index) }));
            let messages: Vec<Value> = (0..self.messages).map(message).collect();
            writeln!(out, "{}", json!({ "channel": channel, "messages": messages, "members": members }))?;
        }
        Ok(())
    }

    /// A file of messages by time, one of channels and one of users.
    fn write_sendbird(&self, out: &mut impl Write) -> Result<()> {
        let url = |c| format!("sendbird_group_channel_{c}");
        let user = |id: String| json!({ "user_id": id, "nickname": Self::name(&id), "profile_url": "", "metadata": {} });
        let messages = (0..self.messages).flat_map(|m| (0..self.conversations).map(move |c| (c, m))).map(|(c, m)| {
            json!({ "type": "MESG", "message_id": c * 1_000_000 + m, "message": self.text(c, m), "created_at": self.at_ms(c, m),
                "channel_url": url(c), "updated_at": 0, "is_removed": false, "file": {}, "data": "",
                "user": user(self.person(c, self.sender(c, m))) })
        });
        page(out, "messages", messages)?;
        let channels = (0..self.conversations).map(|c| {
            let data = self.listing(c).map_or_else(String::new, |listing| json!({ "listing": listing }).to_string());
            json!({ "name": format!("Room {c:06}"), "channel_url": url(c), "created_at": BEGAN_MS / 1_000, "data": data,
                "members": [user(self.person(c, 0)), user(self.person(c, 1))] })
        });
        page(out, "group_channels", channels)?;
        page(out, "active_users", (0..self.people()).map(|n| user(format!("u{n}"))))
    }

    /// Pages of conversations, and of the messages of each, the newest page first.
    fn write_chatwoot(&self, out: &mut impl Write) -> Result<()> {
        let contact = |c: usize| {
            let number = self.pair(c)[1];
            json!({ "id": number, "name": Self::name(&format!("u{number}")), "identifier": format!("u{number}"), "type": "contact" })
        };
        let agent = |c: usize| {
            let number = self.pair(c)[0];
            json!({ "id": number, "name": Self::name(&format!("agent-{number}")), "type": "user" })
        };
        let conversations = (0..self.conversations).map(|c| {
            let attributes = self.listing(c).map_or(json!({}), |listing| json!({ "listing": listing }));
            json!({ "id": c, "inbox_id": 1, "status": "open", "created_at": BEGAN_MS / 1_000, "custom_attributes": attributes,
                "additional_attributes": { "mail_subject": format!("Room {c:06}") }, "messages": [],
                "meta": { "sender": contact(c), "assignee": agent(c) } })
        });
        page(out, "payload", conversations)?;
        for c in 0..self.conversations {
            let numbers: Vec<usize> = (0..self.messages).collect();
            for chunk in numbers.chunks(20).rev() {
                let message = |m: &usize| {
                    let index = self.sender(c, *m);
                    json!({ "id": c * 1_000_000 + m, "content": self.text(c, *m), "conversation_id": c, "message_type": 1 - index,
                        "content_type": "text", "content_attributes": {}, "private": false, "created_at": self.at_ms(c, *m) / 1_000,
                        "sender": if index == 0 { agent(c) } else { contact(c) } })
                };
                page(out, "payload", chunk.iter().map(message))?;
            }
        }
        Ok(())
    }
}

/// An object with a list, written one by one.
fn page(out: &mut impl Write, name: &str, objects: impl Iterator<Item = Value>) -> Result<()> {
    write!(out, "{{\"{name}\": [")?;
    for (index, object) in objects.enumerate() {
        write!(out, "{}{object}", if index > 0 { ",\n" } else { "" })?;
    }
    writeln!(out, "], \"meta\": {{}}}}")
}

/// Of whole seconds.
fn rfc3339(ms: i64) -> String {
    stoa::shared::values::time::Timestamp(ms * 1_000).to_rfc3339()
}
