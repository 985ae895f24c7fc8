//! Delivery of a letter: the message that is made of it, and the mail server that takes it.

use lettre::{
    Address, Message,
    address::Envelope,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
};

use super::{bounces, layout, letter::Letter};
use crate::{
    server::{
        auth::{link_tokens::Link, return_tokens::ReturnToken},
        context::ContextInner,
        domain::{failed, tasks::Attempt},
        outside::smtp::SendError,
        store::mail::return_addresses::{self, ReturnAddress},
    },
    shared::{errors::Result, values::time::DAY, words},
};

/// How long the link that ends such mails is good.
const UNSUBSCRIBE_LIFETIME: i64 = 365 * DAY;
/// Subjects are cut to this; mail programs show less.
const SUBJECT_MAX_CHARS: usize = 120;

/// Hands a letter to the mail server. One that refuses it counts as a mail that came back.
pub async fn hand_over(context: &ContextInner, letter: &Letter) -> std::result::Result<(), Attempt> {
    let Some(mailer) = &context.mailer else {
        return Err(Attempt::Failed("mail is not set up".to_owned()));
    };
    let token = ReturnToken::new(&context.link_key, letter.to.user(), letter.conversation);
    let address =
        ReturnAddress { hash: token.hash(), user: letter.to.user(), conversation: letter.conversation };
    let domain = context.config.mail.mail_in_domain.as_deref();
    if domain.is_some() {
        keep(context, address).await.map_err(|error| Attempt::Failed(error.message))?;
    }
    let returns =
        domain.map(|domain| Return { domain, token: &token, takes_reply: letter.conversation.is_some() });
    let mail = match to_mail(letter, context, mailer.from(), returns) {
        Ok(mail) => mail,
        Err(reason) => return Err(Attempt::Impossible(reason)),
    };
    match mailer.send(mail).await {
        Ok(()) => Ok(()),
        Err(SendError::Refused(reason)) => {
            let is_for_ever = reason.split_whitespace().any(bounces::is_for_ever);
            bounces::record(context, address, is_for_ever)
                .await
                .map_err(|error| Attempt::Failed(error.message))?;
            Err(Attempt::Impossible(reason))
        }
        Err(SendError::Later(reason) | SendError::Unknown(reason)) => Err(Attempt::Failed(reason)),
    }
}

/// Keeps the address before a mail leaves from it.
async fn keep(context: &ContextInner, address: ReturnAddress) -> Result<()> {
    let now = context.clock.now();
    context
        .low_priority_store
        .write(move |mut conn| {
            Box::pin(async move { return_addresses::keep(&mut conn, &address, now).await })
        })
        .await
        .map_err(failed)
}

/// Where what comes back goes: replies, if it takes them, and reports.
#[derive(Clone, Copy)]
struct Return<'a> {
    domain: &'a str,
    token: &'a ReturnToken,
    takes_reply: bool,
}

impl Return<'_> {
    fn address(&self, purpose: &str) -> std::result::Result<Address, String> {
        let Self { domain, token, .. } = self;
        Address::new(format!("{purpose}+{}", token.as_str()), domain).map_err(|error| error.to_string())
    }
}

/// The message of RFC 5322. The error says what is wrong with it.
fn to_mail(
    letter: &Letter,
    context: &ContextInner,
    from: &Mailbox,
    returns: Option<Return<'_>>,
) -> std::result::Result<Message, String> {
    let site = context.site_url();
    let host = site.split("://").last().and_then(|rest| rest.split(':').next()).unwrap_or("localhost");
    let sender = match &letter.sender {
        Some(name) => words::mail_from(name, &context.site_name()),
        None => context.site_name(),
    };
    let address: Address =
        letter.to.email.parse().map_err(|_| "the address can’t be mailed to".to_owned())?;
    let unsubscribe = letter.unsubscribe.map(|purpose| {
        let expires_at = context.clock.now().plus(UNSUBSCRIBE_LIFETIME);
        let token =
            context.link_key.sign(&Link { purpose, user: letter.to.user(), expires_at }, &letter.to.email);
        format!("{site}/mail/stop/{token}")
    });
    let mut mail = Message::builder()
        .from(Mailbox::new(Some(sender), from.email.clone()))
        .to(Mailbox::new(Some(letter.to.name.clone()), address.clone()))
        .subject(letter.subject.chars().take(SUBJECT_MAX_CHARS).collect::<String>())
        .message_id(Some(format!("<{}@{host}>", letter.message_id)));
    if let Some(thread) = &letter.thread {
        let first = format!("<{thread}@{host}>");
        mail = mail.references(first.clone()).in_reply_to(first);
    }
    if let Some(returns) = returns {
        if returns.takes_reply {
            mail = mail.reply_to(Mailbox::new(Some(context.site_name()), returns.address("reply")?));
        }
        let envelope = Envelope::new(Some(returns.address("bounce")?), vec![address]);
        mail = mail.envelope(envelope.map_err(|error| error.to_string())?);
    }
    // RFC 3834 and RFC 8058.
    mail = mail.raw_header(header("Auto-Submitted", "auto-generated"));
    mail = mail.raw_header(header("X-Auto-Response-Suppress", "All"));
    if let Some(link) = &unsubscribe {
        mail = mail.raw_header(header("List-Unsubscribe", &format!("<{link}>")));
        mail = mail.raw_header(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"));
    }
    let page = layout::Page {
        letter,
        site,
        site_name: &context.site_name(),
        takes_reply: returns.is_some_and(|returns| returns.takes_reply),
        unsubscribe: unsubscribe.as_deref(),
    };
    let body = MultiPart::alternative_plain_html(page.text(), page.html());
    mail.multipart(body).map_err(|error| error.to_string())
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}
