//! Exports of Chatwoot: what its application API answers to lists of contacts, agents, conversations and messages.

use serde_json::{Map, Value, json};

use super::{
    convert::{Converted, Lines, id_in, number_time, text, time, without_nulls},
    json::Object,
};

pub const LISTS: &[&str] = &["data", "payload"];

/// Kinds of messages: of a contact, of an agent.
const INCOMING: i64 = 0;
const OUTGOING: i64 = 1;

pub fn convert(object: &Object<'_>, lines: &mut Lines<'_>) -> Converted {
    let fields = &object.fields;
    let has = |name| fields.contains_key(name);
    if has("message_type") && has("conversation_id") {
        message(fields, lines)
    } else if has("id") && has("inbox_id") && has("meta") {
        conversation(fields, lines)
    } else if has("id") && has("name") {
        user(fields, if has("role") { "user" } else { "contact" }, lines).map(drop)
    } else if object.had_lists {
        Ok(())
    } else {
        Err("this is neither a contact nor an agent nor a conversation nor a message of Chatwoot".to_owned())
    }
}

/// Tells of a contact or an agent, and returns their id: a contact's identifier is the marketplace's own.
fn user(fields: &Map<String, Value>, kind: &str, lines: &mut Lines<'_>) -> Result<String, String> {
    let id = fields.get("id").and_then(id_in).ok_or("a person without an id")?;
    let id = match text(fields, "type").unwrap_or(kind) {
        "contact" => text(fields, "identifier").map_or_else(|| format!("contact-{id}"), str::to_owned),
        "user" => format!("agent-{id}"),
        _ => format!("bot-{id}"),
    };
    lines.user(&id, text(fields, "name"), number_time(fields, "created_at"))?;
    Ok(id)
}

/// The contact, and whoever the conversation is assigned to while it is not resolved: support would have no end of rooms otherwise.
fn conversation(fields: &Map<String, Value>, lines: &mut Lines<'_>) -> Converted {
    let id = fields.get("id").and_then(id_in).ok_or("a conversation without an id")?;
    let meta = fields.get("meta").and_then(Value::as_object);
    let person = |name| meta.and_then(|meta| meta.get(name)).and_then(Value::as_object);
    let contact = person("sender").ok_or("a conversation without a contact")?;
    let mut participants = vec![user(contact, "contact", lines)?];
    if let Some(agent) = person("assignee").filter(|_| text(fields, "status") != Some("resolved")) {
        participants.insert(0, user(agent, "user", lines)?);
    }
    let subject = fields.get("additional_attributes").and_then(|more| more.get("mail_subject"));
    let title = subject.and_then(Value::as_str).map_or_else(|| format!("#{id}"), str::to_owned);
    let listing = lines.listing(fields.get("custom_attributes"));
    let created_at = time(fields, "created_at").or_else(|| time(fields, "timestamp"));
    lines.line(without_nulls(json!({
        "type": "conversation", "id": id, "participants": participants, "listing": listing, "title": title,
        "created_at": created_at,
    })))
}

fn message(fields: &Map<String, Value>, lines: &mut Lines<'_>) -> Converted {
    if fields.get("private").and_then(Value::as_bool).unwrap_or_default() {
        return lines.leave_out("private notes");
    }
    let kind = fields.get("message_type").and_then(Value::as_i64);
    let sender = fields.get("sender").and_then(Value::as_object);
    let Some(sender) = sender.filter(|_| [Some(INCOMING), Some(OUTGOING)].contains(&kind)) else {
        return lines.leave_out("messages of nobody: activities and automatic ones");
    };
    let sender = user(sender, if kind == Some(INCOMING) { "contact" } else { "user" }, lines)?;
    let id = fields.get("id").and_then(id_in).ok_or("a message without an id")?;
    let conversation = fields.get("conversation_id").and_then(id_in).ok_or("a message of no conversation")?;
    let attributes = fields.get("content_attributes").and_then(Value::as_object);
    let is_deleted = attributes.and_then(|more| more.get("deleted")?.as_bool()).unwrap_or_default();
    let attached = fields.get("attachments").and_then(Value::as_array);
    let attachments: Vec<Value> = attached
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
        .filter_map(|file| {
            let url = text(file, "data_url")?;
            Some(json!({ "name": text(file, "file_type").unwrap_or_default(), "url": url }))
        })
        .collect();
    let words = text(fields, "content").unwrap_or_default();
    if words.is_empty() && attachments.is_empty() && !is_deleted {
        return lines.leave_out("messages without a text and without files");
    }
    let created_at = time(fields, "created_at");
    lines.line(without_nulls(json!({
        "type": "message", "id": id, "conversation": conversation, "sender": sender, "text": words,
        "attachments": attachments, "created_at": created_at,
        "deleted_at": if is_deleted { created_at.clone() } else { None },
    })))
}
