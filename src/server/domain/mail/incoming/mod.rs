//! Mail that comes to us: a reply becomes a message, once however often it is delivered, and a report of an undelivered
//! mail is kept. Everything else is left out, and nothing that a program wrote is ever answered.

mod automatic;
pub mod quoted;
pub mod refusals;
mod reports;
mod text;

use mail_parser::{Message, MessageParser};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{bounces, task::RefusalReason};
use crate::{
    server::{
        auth::return_tokens::ReturnToken,
        context::ContextInner,
        domain::{failed, messages},
        store::{
            self, Conn,
            mail::{
                addresses::{self, Addressee},
                conversations::{self, Unread},
                remainders,
                return_addresses::{self, ReturnAddress},
            },
            messages::receipts,
            users,
        },
        telemetry::metrics,
    },
    shared::{
        errors::{ApiError, ErrorCode, Missing, Result},
        ids::{ConversationId, MessageId},
        messages::attached::NewAttached,
        users::Viewer,
        values::time::{HOUR, Timestamp},
    },
};
use automatic::{is_automatic, is_report, sender};
use reports::Report;

/// The longest mail that is taken, in bytes.
pub const MAIL_MAX_BYTES: usize = 5 * 1024 * 1024;
/// Parts of a mail that are looked at.
const PARTS_MAX: usize = 100;
/// What is kept of what was left out, in characters.
const REMAINDER_MAX_CHARS: usize = 20_000;
/// A longer text that comes twice within [`REPEATED_WITHIN`] is taken for that of a program.
const REPEATED_MIN_CHARS: usize = 80;
const REPEATED_WITHIN: i64 = HOUR;

/// What became of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is this message of the conversation, now or since an earlier delivery.
    Message(MessageId),
    /// It said that a mail came back.
    Bounce,
    /// A program wrote it.
    Automatic,
    /// It is no message, and its owner is told why.
    Refused(RefusalReason),
}

impl Outcome {
    /// Its name in metrics and answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Message(_) => "message",
            Self::Bounce => "bounce",
            Self::Automatic => "automatic",
            Self::Refused(_) => "refused",
        }
    }
}

/// The user and conversation of a recipient's address. `not_found` if it is none of ours, old, or made up.
pub async fn find(context: &ContextInner, recipient: &str) -> Result<ReturnAddress> {
    let unknown = || ApiError::not_found(Missing::Address);
    let (local, domain) = recipient.trim().rsplit_once('@').ok_or_else(unknown)?;
    let ours = context.config.mail.mail_in_domain.as_deref();
    if !ours.is_some_and(|ours| domain.eq_ignore_ascii_case(ours)) {
        return Err(unknown());
    }
    let (_, token) = local.split_once('+').ok_or_else(unknown)?;
    let token = ReturnToken::parse(token).ok_or_else(unknown)?;
    let now = context.clock.now();
    let found = context
        .store
        .read_one(move |mut conn| {
            let hash = token.hash();
            Box::pin(async move { return_addresses::find(&mut conn, hash, now).await })
        })
        .await
        .map_err(failed)?;
    found.ok_or_else(unknown)
}

/// Takes a mail in. Returns once what became of it is on disk. An error of the code `internal` is passing: the mail is to be
/// delivered again.
pub async fn receive(
    context: &ContextInner,
    address: ReturnAddress,
    envelope_from: Option<&str>,
    raw: &[u8],
) -> Result<Outcome> {
    let mail = MessageParser::default().parse(raw).filter(|mail| mail.parts.len() <= PARTS_MAX);
    let mail = mail.ok_or_else(|| ApiError::invalid("mail", "This is no mail, or one of too many parts."))?;
    let outcome = match (reports::read(&mail), address.conversation) {
        (Some(Report::Failed { is_for_ever }), _) => {
            bounces::record(context, address, is_for_ever).await?;
            Outcome::Bounce
        }
        (Some(Report::Other), _) => Outcome::Automatic,
        _ if is_report(&mail) || is_automatic(&mail, envelope_from) => Outcome::Automatic,
        (None, None) => Outcome::Automatic,
        (None, Some(conversation)) => match reply(context, address, conversation, &mail, raw).await? {
            Ok(message) => Outcome::Message(message),
            Err(reason) => {
                refusals::tell(context, address, conversation, reason).await?;
                Outcome::Refused(reason)
            }
        },
    };
    metrics::count_mail_in(outcome.as_str());
    Ok(outcome)
}

type Reply = std::result::Result<MessageId, RefusalReason>;

async fn reply(
    context: &ContextInner,
    address: ReturnAddress,
    conversation: ConversationId,
    mail: &Message<'_>,
    raw: &[u8],
) -> Result<Reply> {
    let Some(viewer) = writer(context, address, mail).await? else {
        return Ok(Err(RefusalReason::OtherSender));
    };
    let whole = text::of_mail(mail);
    let cut = quoted::cut(&whole);
    if cut.text.is_empty() {
        return Ok(Err(RefusalReason::Empty));
    }
    let id = message_id(&address, mail, raw);
    if is_repeated(context, &viewer, conversation, id, &cut.text).await? {
        return Ok(Err(RefusalReason::Repeated));
    }
    keep_remainder(context, id, cut.rest).await?;
    match messages::store_message(context, &viewer, conversation, id, cut.text, NewAttached::default()).await
    {
        Ok(_) => {
            mark_read(context, &viewer, conversation).await?;
            Ok(Ok(id))
        }
        // It came before, when a reply was cut in another way.
        Err(error) if error.code == ErrorCode::Conflict => Ok(Ok(id)),
        Err(error) if matches!(error.code, ErrorCode::NotFound | ErrorCode::Forbidden) => {
            Ok(Err(RefusalReason::Closed))
        }
        Err(error) if error.code == ErrorCode::Invalid => Ok(Err(RefusalReason::TooLong)),
        Err(error) => Err(error),
    }
}

/// The owner of the address that the mail went to, if it is they who write. Whoever knows a return address is not enough:
/// it is in every mail that they pass on.
async fn writer(
    context: &ContextInner,
    address: ReturnAddress,
    mail: &Message<'_>,
) -> Result<Option<Viewer>> {
    let user = address.user;
    let found = context
        .store
        .read(move |mut conn| {
            Box::pin(async move {
                let addressee = addresses::get(&mut conn, user).await?.filter(Addressee::is_verified);
                Ok(addressee.zip(users::viewer(&mut conn, user).await?))
            })
        })
        .await
        .map_err(failed)?;
    let from = sender(mail);
    let is_forged = mail
        .header_values("Authentication-Results")
        .filter_map(|value| value.as_text())
        .any(|results| results.to_ascii_lowercase().contains("dmarc=fail"));
    Ok(found
        .filter(|(addressee, _)| !is_forged && from.as_deref() == Some(&addressee.email.to_lowercase()))
        .map(|(_, viewer)| viewer))
}

/// The message's id, derived from the address and the mail's own id, so that a mail that comes again is the same message.
fn message_id(address: &ReturnAddress, mail: &Message<'_>, raw: &[u8]) -> MessageId {
    let hash = Sha256::new_with_prefix(address.hash);
    let hash = match mail.message_id() {
        Some(id) => hash.chain_update(id),
        None => hash.chain_update(raw),
    };
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.finalize()[..16]);
    MessageId(Uuid::new_v8(bytes))
}

/// Whether the user's last message there is another of this text, which is long and came a moment ago.
async fn is_repeated(
    context: &ContextInner,
    viewer: &Viewer,
    conversation: ConversationId,
    id: MessageId,
    text: &str,
) -> Result<bool> {
    if text.chars().count() < REPEATED_MIN_CHARS {
        return Ok(false);
    }
    let (user, since) = (viewer.id, context.clock.now().plus(-REPEATED_WITHIN));
    let last = context
        .store
        .read_one(move |mut conn| {
            Box::pin(
                async move { conversations::last_of_sender(&mut conn, Unread { conversation, user }).await },
            )
        })
        .await
        .map_err(failed)?;
    Ok(last.is_some_and(|(last, body, at)| last != id && body == text && at > since))
}

async fn keep_remainder(context: &ContextInner, id: MessageId, rest: String) -> Result<()> {
    if rest.is_empty() {
        return Ok(());
    }
    let rest: String = rest.chars().filter(|c| *c != '\0').take(REMAINDER_MAX_CHARS).collect();
    let now = context.clock.now();
    context
        .store
        .write(move |mut conn| {
            let rest = rest.clone();
            Box::pin(async move { remainders::keep(&mut conn, id, &rest, now).await })
        })
        .await
        .map_err(failed)
}

/// Whoever answers a mail has read what it told of.
async fn mark_read(context: &ContextInner, viewer: &Viewer, conversation: ConversationId) -> Result<()> {
    let (user, now) = (viewer.id, context.clock.now());
    context
        .store
        .write(move |mut conn| {
            Box::pin(async move { read_mailed(&mut conn, Unread { conversation, user }, now).await })
        })
        .await
        .map_err(failed)
}

async fn read_mailed(conn: &mut Conn<'_>, unread: Unread, now: Timestamp) -> store::Result<()> {
    if let Some(mailed) = conversations::mailed_seq(conn, unread).await? {
        receipts::mark_read(conn, unread.user, unread.conversation, mailed, now).await?;
    }
    Ok(())
}

/// Deletes return addresses and what was left out of replies, once they are old.
pub async fn delete_old(context: &ContextInner) -> Result<()> {
    const AT_ONCE: u64 = 500;
    let now = context.clock.now();
    loop {
        let deleted = context
            .store
            .write(move |mut conn| {
                Box::pin(async move {
                    let addresses = return_addresses::delete_old(&mut conn, now, AT_ONCE as i64).await?;
                    Ok(addresses.max(remainders::delete_old(&mut conn, now, AT_ONCE as i64).await?))
                })
            })
            .await
            .map_err(failed)?;
        if deleted < AT_ONCE {
            return Ok(());
        }
    }
}
