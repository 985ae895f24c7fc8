//! Exports of Sendbird: the files of its data export of users, channels and messages, in JSON.

use serde_json::{Map, Value, json};

use super::{
    convert::{Converted, Lines, id_in, key, number_time, text, time, without_nulls},
    json::Object,
};

pub const LISTS: &[&str] = &[
    "active_users",
    "deactivated_users",
    "users",
    "group_channels",
    "open_channels",
    "channels",
    "messages",
];

pub fn convert(object: &Object<'_>, lines: &mut Lines<'_>) -> Converted {
    let fields = &object.fields;
    let has = |name| fields.contains_key(name);
    if has("message_id") {
        message(fields, lines)
    } else if object.list == "open_channels" {
        lines.leave_out("open channels")
    } else if has("channel_url") {
        conversation(fields, lines)
    } else if has("user_id") {
        user(fields, lines)
    } else if let Some(Value::Object(channel)) = fields.get("channel").filter(|_| object.had_lists) {
        // A file of one channel's messages has the channel, too.
        conversation(channel, lines)
    } else if object.had_lists {
        Ok(())
    } else {
        Err("this is neither a user nor a channel nor a message of Sendbird".to_owned())
    }
}

fn user(fields: &Map<String, Value>, lines: &mut Lines<'_>) -> Converted {
    let id = fields.get("user_id").and_then(id_in).ok_or("a user without an id")?;
    let name = text(fields, "nickname").or_else(|| text(fields, "name"));
    lines.user(&id, name, number_time(fields, "created_at"))
}

fn conversation(fields: &Map<String, Value>, lines: &mut Lines<'_>) -> Converted {
    let Some(members) = fields.get("members").and_then(Value::as_array) else {
        return lines.leave_out("channels without members");
    };
    let id = fields.get("channel_url").and_then(id_in).ok_or("a channel without a channel_url")?;
    let mut participants = Vec::new();
    for member in members.iter().filter_map(Value::as_object) {
        user(member, lines)?;
        if text(member, "state") != Some("invited") {
            participants.extend(member.get("user_id").and_then(id_in));
        }
    }
    let operators = fields.get("operators").and_then(Value::as_array).into_iter().flatten();
    let operators: Vec<String> =
        operators.filter_map(|user| id_in(user.get("user_id").unwrap_or(user))).collect();
    participants.sort_by_key(|participant| !operators.contains(participant));
    // The marketplace's own data of a channel is a text, often of JSON.
    let data = text(fields, "data").and_then(|data| serde_json::from_str::<Value>(data).ok());
    let listing = lines.listing(data.as_ref()).or_else(|| lines.listing(fields.get("metadata")));
    lines.line(without_nulls(json!({
        "type": "conversation", "id": key(&id), "participants": participants, "listing": listing,
        "title": text(fields, "name"), "created_at": time(fields, "created_at"),
    })))
}

fn message(fields: &Map<String, Value>, lines: &mut Lines<'_>) -> Converted {
    let Some(Value::Object(sender)) = fields.get("user").filter(|_| text(fields, "type") != Some("ADMM"))
    else {
        return lines.leave_out("messages of admins");
    };
    user(sender, lines)?;
    let id = fields.get("message_id").and_then(id_in).ok_or("a message without an id")?;
    let conversation = fields.get("channel_url").and_then(id_in).ok_or("a message without a channel_url")?;
    let is_removed = fields.get("is_removed").and_then(Value::as_bool).unwrap_or_default();
    let changed_at = time(fields, "updated_at");
    let deleted_at =
        if is_removed { changed_at.clone().or_else(|| time(fields, "created_at")) } else { None };
    let file = fields.get("file").and_then(Value::as_object);
    let files = fields.get("files").and_then(Value::as_array);
    let files = file.into_iter().chain(files.into_iter().flatten().filter_map(Value::as_object));
    let attachments: Vec<Value> = files
        .filter_map(|file| {
            Some(json!({ "name": text(file, "name").unwrap_or_default(), "url": text(file, "url")? }))
        })
        .collect();
    lines.line(without_nulls(json!({
        "type": "message", "id": id, "conversation": key(&conversation), "sender": sender.get("user_id").and_then(id_in),
        "text": text(fields, "message").unwrap_or_default(), "attachments": attachments,
        "created_at": time(fields, "created_at"),
        "edited_at": if is_removed { None } else { changed_at }, "deleted_at": deleted_at,
    })))
}
