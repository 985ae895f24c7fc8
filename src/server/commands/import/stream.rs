//! Exports of Stream Chat: channels with their messages and members, as its export of channels writes them in its version 1.

use serde_json::{Map, Value, json};

use super::{
    convert::{Converted, Lines, id_in, key, text, time, without_nulls},
    json::Object,
};

pub const LISTS: &[&str] = &["channels", "messages"];

pub fn convert(object: &Object<'_>, lines: &mut Lines<'_>) -> Converted {
    match (object.list, object.fields.get("channel")) {
        ("messages", _) => message(&object.fields, lines),
        (_, Some(Value::Object(channel))) => {
            let members = object.fields.get("members").and_then(Value::as_array);
            conversation(channel, members.map_or(&[], Vec::as_slice), lines)
        }
        _ if object.had_lists => Ok(()),
        _ => {
            Err("this is no channel as an export of version 1 has it; ask Stream for that version".to_owned())
        }
    }
}

fn conversation(channel: &Map<String, Value>, members: &[Value], lines: &mut Lines<'_>) -> Converted {
    let id = channel.get("cid").and_then(id_in).ok_or("a channel without a cid")?;
    let mut participants = Vec::new();
    for member in members.iter().filter_map(Value::as_object) {
        user(member.get("user"), lines)?;
        let of_user = |user: &Value| user.get("id").and_then(id_in);
        participants
            .extend(member.get("user_id").and_then(id_in).or_else(|| member.get("user").and_then(of_user)));
    }
    // Who made it moderates it.
    let by = channel.get("created_by").and_then(|user| user.get("id")).and_then(id_in);
    participants.sort_by_key(|participant| Some(participant) != by.as_ref());
    let listing = lines.listing(Some(&Value::Object(channel.clone())));
    lines.line(without_nulls(json!({
        "type": "conversation", "id": key(&id), "participants": participants, "listing": listing,
        "title": text(channel, "name"), "created_at": time(channel, "created_at"),
    })))
}

fn user(user: Option<&Value>, lines: &mut Lines<'_>) -> Converted {
    let Some(Value::Object(user)) = user else { return Ok(()) };
    let Some(id) = user.get("id").and_then(id_in) else { return Ok(()) };
    let changed_at = time(user, "updated_at").or_else(|| time(user, "created_at"));
    lines.user(&id, text(user, "name"), changed_at)
}

fn message(fields: &Map<String, Value>, lines: &mut Lines<'_>) -> Converted {
    let kind = text(fields, "type").unwrap_or("regular");
    if ["system", "error", "ephemeral"].contains(&kind) {
        return lines.leave_out("messages of the system");
    }
    user(fields.get("user"), lines)?;
    let id = fields.get("id").and_then(id_in).ok_or("a message without an id")?;
    let conversation = fields.get("cid").and_then(id_in).ok_or("a message without a cid")?;
    let sender = fields.get("user").and_then(|user| user.get("id")).and_then(id_in);
    let deleted_at = time(fields, "deleted_at").or_else(|| {
        if kind == "deleted" {
            time(fields, "updated_at").or_else(|| time(fields, "created_at"))
        } else {
            None
        }
    });
    let attached = fields.get("attachments").and_then(Value::as_array);
    let attachments: Vec<Value> = attached.into_iter().flatten().filter_map(attachment).collect();
    let words = text(fields, "text").unwrap_or_default();
    if words.is_empty() && attachments.is_empty() && deleted_at.is_none() {
        return lines.leave_out("messages without a text and without files");
    }
    lines.line(without_nulls(json!({
        "type": "message", "id": key(&id), "conversation": key(&conversation), "sender": sender, "text": words,
        "attachments": attachments, "created_at": time(fields, "created_at"),
        "edited_at": time(fields, "message_text_updated_at"), "deleted_at": deleted_at,
    })))
}

fn attachment(attachment: &Value) -> Option<Value> {
    let attachment = attachment.as_object()?;
    let first = |names: &[&str]| names.iter().find_map(|name| text(attachment, name)).map(str::to_owned);
    let url = first(&["asset_url", "image_url", "og_scrape_url", "title_link", "thumb_url"])?;
    Some(json!({ "name": first(&["title", "fallback"]).unwrap_or_default(), "url": url }))
}
