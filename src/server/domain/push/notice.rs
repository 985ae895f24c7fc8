//! The notice: the JSON of a push. It is a declarative push message, which a browser may show by itself, and the service
//! worker of other browsers reads the same.

use serde_json::json;

use crate::{
    server::outside::web_push::PAYLOAD_MAX_BYTES,
    shared::{ids::ConversationId, values::text, words},
};

const TITLE_MAX_CHARS: usize = 80;
const BODY_MAX_CHARS: usize = 120;

/// What a push shows.
#[derive(Clone, Debug)]
pub struct Notice {
    pub title: String,
    /// `None` where the user does not want it on their lock screen.
    pub body: Option<String>,
    /// The page that it opens: a path of ours.
    pub path: String,
    /// A notice replaces an earlier one with the same tag.
    pub tag: String,
    /// The user's unread messages, for the app's icon.
    pub badge: i64,
    /// The user's unread conversations, if they are few: the worker closes what it shows of others.
    pub unread: Option<Vec<ConversationId>>,
}

impl Notice {
    /// At most [`PAYLOAD_MAX_BYTES`]. `site` is the origin of our pages.
    pub fn to_payload(&self, site: &str) -> Vec<u8> {
        let body = self.body.as_deref().unwrap_or(words::push_without_text());
        let payload = self.json(site, &cut(&self.title, TITLE_MAX_CHARS), &cut(body, BODY_MAX_CHARS));
        if payload.len() <= PAYLOAD_MAX_BYTES {
            return payload;
        }
        self.json(site, "", words::push_without_text())
    }

    fn json(&self, site: &str, title: &str, body: &str) -> Vec<u8> {
        let title = if title.is_empty() { words::push_without_text() } else { title };
        let notice = json!({
            "web_push": 8030,
            "notification": {
                "title": title,
                "body": body,
                "navigate": format!("{site}{}", self.path),
                "tag": self.tag,
                "lang": words::language().tag(),
                "dir": "auto",
                "silent": false,
                // Where Safari reads it; the specification has it beside the notification.
                "app_badge": self.badge.to_string(),
            },
            "app_badge": self.badge,
            "unread": self.unread,
        });
        notice.to_string().into_bytes()
    }
}

/// The start of a text in one line.
fn cut(text: &str, max_chars: usize) -> String {
    let line = text::without_controls(text);
    let mut line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((at, _)) = line.char_indices().nth(max_chars) {
        line.truncate(at);
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn notice(title: &str, body: Option<&str>) -> Notice {
        Notice {
            title: title.to_owned(),
            body: body.map(str::to_owned),
            path: "/messages/1".to_owned(),
            tag: "1".to_owned(),
            badge: 3,
            unread: Some(vec![ConversationId::new(); 20]),
        }
    }

    #[test]
    fn a_notice_is_short_whatever_was_written() {
        let long = "\u{1F469}\u{200D}\u{1F680}\"\\\n\t".repeat(2_000);
        for (title, body) in
            [("Gesa", Some("Hi")), (&long[..], Some(&long[..])), ("Gesa", None), ("", Some(""))]
        {
            let payload = notice(title, body).to_payload("https://chat.example");
            assert!(payload.len() <= PAYLOAD_MAX_BYTES, "{}", payload.len());
            let json: Value = serde_json::from_slice(&payload).expect("JSON");
            assert_eq!((&json["web_push"], &json["app_badge"]), (&json!(8030), &json!(3)));
            let notification = &json["notification"];
            assert_eq!(notification["navigate"], "https://chat.example/messages/1");
            assert_ne!(notification["title"], "", "a title is required");
            let shown = notification["body"].as_str().unwrap();
            assert!(shown.chars().count() <= BODY_MAX_CHARS + 1 && !shown.contains('\n'));
            assert!(body.is_some() || shown == words::push_without_text());
        }
    }
}
