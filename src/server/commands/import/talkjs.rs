//! Exports of TalkJS: what its REST API answers to lists of users, of conversations and of messages.

use serde_json::{Map, Value, json};

use super::{
    convert::{Converted, Lines, id_in, key, text, time, without_nulls},
    json::Object,
};

pub const LISTS: &[&str] = &["data", "users", "conversations", "messages"];

pub fn convert(object: &Object<'_>, lines: &mut Lines<'_>) -> Converted {
    let fields = &object.fields;
    let has = |name| fields.contains_key(name);
    if has("conversationId") && has("createdAt") {
        message(fields, lines)
    } else if has("id") && has("participants") {
        conversation(fields, lines)
    } else if has("id") && has("name") {
        let id = fields.get("id").and_then(id_in).ok_or("a user without an id")?;
        lines.user(&id, text(fields, "name"), time(fields, "createdAt"))
    } else if object.had_lists {
        Ok(())
    } else {
        Err("this is neither a user nor a conversation nor a message of TalkJS".to_owned())
    }
}

fn conversation(fields: &Map<String, Value>, lines: &mut Lines<'_>) -> Converted {
    let id = fields.get("id").and_then(id_in).ok_or("a conversation without an id")?;
    let participants = fields.get("participants").and_then(Value::as_object);
    let participants: Vec<&String> = participants.into_iter().flat_map(Map::keys).collect();
    let listing = lines.listing(fields.get("custom"));
    lines.line(without_nulls(json!({
        "type": "conversation", "id": key(&id), "participants": participants, "listing": listing,
        "title": text(fields, "subject"), "created_at": time(fields, "createdAt"),
    })))
}

fn message(fields: &Map<String, Value>, lines: &mut Lines<'_>) -> Converted {
    let Some(sender) = fields.get("senderId").and_then(id_in) else {
        return lines.leave_out("messages of the system");
    };
    let conversation = fields.get("conversationId").and_then(id_in).ok_or("a message of no conversation")?;
    let id = fields.get("id").and_then(id_in).ok_or("a message without an id")?;
    let url = |attachment: &Value| attachment.get("url").and_then(Value::as_str).map(str::to_owned);
    let attached = fields.get("attachment").and_then(url);
    // Its last part is the name that the file had.
    let attached = attached.map(|url| json!({ "name": file_name(&url), "url": url }));
    let place = fields.get("location").and_then(Value::as_array).map(|at| {
        let numbers: Vec<String> = at.iter().map(Value::to_string).collect();
        numbers.join(", ")
    });
    lines.line(without_nulls(json!({
        "type": "message", "id": key(&id), "conversation": key(&conversation), "sender": sender,
        "text": text(fields, "text").map(str::to_owned).or(place).unwrap_or_default(),
        "attachments": attached.into_iter().collect::<Vec<_>>(),
        "created_at": time(fields, "createdAt"), "edited_at": time(fields, "editedAt"),
    })))
}

fn file_name(url: &str) -> &str {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default()
}
