//! Execution of the client's commands: rate limits, then the same domain functions that HTTP calls.

use super::{
    Session,
    inbound::{Identity, Inbound},
};
use crate::{
    server::{
        bus::BusMessage,
        domain::{
            messages::{self, receipts, typing},
            sync,
            users::presence,
        },
        realtime::writer::Answer,
        telemetry::metrics,
    },
    shared::{
        errors::{ApiError, ErrorCode, Result},
        ids::ConversationId,
        messages::SendOutcome,
        sync::{
            changes::OpenThread,
            wire::{ToClient, ToServer},
        },
        users::presence::PRESENCE_REQUEST_MAX,
    },
};

impl Session {
    /// Counts a frame against the rate of the connection. False if it is beyond it.
    pub(super) fn is_within_rate(&self) -> bool {
        self.frame_limiter.check().inspect_err(|_| metrics::count_rate_limited("frames")).is_ok()
    }

    /// Counts a frame against the user's rate, and returns its command. Err if it has an answer already, None for that
    /// of a keep-alive.
    pub(super) fn admit(&self, inbound: Inbound) -> std::result::Result<ToServer, Option<Answer>> {
        let command = match inbound {
            Inbound::KeepAlive => return Err(None),
            Inbound::Unreadable(identity, error) => return Err(refuse(identity, error)),
            Inbound::Command(command) => command,
        };
        // The same limit as for HTTP, over all sockets of the user.
        match self.context.limits.request(self.viewer.id) {
            Ok(()) => Ok(command),
            Err(error) => Err(refuse(Identity::of(&command), error)),
        }
    }

    /// Executes a command. Returns its answer, if it has one.
    pub(super) async fn answer(&self, command: ToServer) -> Option<Answer> {
        let identity = Identity::of(&command);
        self.execute(command).await.unwrap_or_else(|error| refuse(identity, error))
    }

    async fn execute(&self, command: ToServer) -> Result<Option<Answer>> {
        let (context, viewer) = (&self.context, &self.viewer);
        if is_change(&command) {
            self.socket.credential.access.require_write()?;
        }
        let ack = |id, SendOutcome { message }| frame(ToClient::Ack { id, message });
        Ok(match command {
            ToServer::SendMessage { id, conversation, body, attached } => {
                let attached = attached.try_read().map_err(|error| {
                    ApiError::invalid("attached", format!("What is attached can’t be read: {error}."))
                })?;
                ack(id, messages::send_attached(context, viewer, conversation, id, body, attached).await?)
            }
            ToServer::EditMessage { id, seen_version, body } => {
                ack(id, messages::edit(context, viewer, id, seen_version, body).await?)
            }
            ToServer::DeleteMessage { id, seen_version } => {
                ack(id, messages::delete(context, viewer, id, seen_version).await?)
            }
            ToServer::JoinConversation(thread) => Some(self.open_thread(thread).await?),
            ToServer::LeaveConversation { conversation } => Some(Answer::CloseThread(conversation)),
            ToServer::Typing { conversation, is_typing } => {
                self.publish_typing(conversation, is_typing).await?;
                None
            }
            ToServer::Delivered { head } => {
                sync::report_delivered(context, viewer, head);
                None
            }
            ToServer::MarkRead { conversation, upto_seq } => {
                receipts::mark_read(context, viewer, conversation, upto_seq, &context.epoch).await?;
                None
            }
            ToServer::Ping => frame(ToClient::Pong { head: sync::position(context, viewer).await? }),
            ToServer::Hello { .. } | ToServer::Unknown => {
                return Err(ApiError::new(ErrorCode::Invalid, "Say hello once, as the first frame."));
            }
        })
    }

    /// Opens a thread: from now on its messages are sent along. Sends the presence of the other participants.
    async fn open_thread(&self, thread: OpenThread) -> Result<Answer> {
        if thread.version < 0 {
            return Err(ApiError::invalid("version", "A version is 0 or more."));
        }
        let others =
            presence::others(&self.context, &self.viewer, thread.conversation, PRESENCE_REQUEST_MAX).await?;
        for (user, last_seen) in others {
            self.context.sockets.send_presence_to_socket(&self.socket, user, last_seen);
        }
        Ok(Answer::OpenThread(thread))
    }

    /// Tells the other participants, on all nodes, that the viewer started or stopped typing.
    async fn publish_typing(&self, conversation: ConversationId, is_typing: bool) -> Result<()> {
        if self.typing_limiter.check().inspect_err(|_| metrics::count_rate_limited("typing")).is_err() {
            return Ok(());
        }
        let recipients = typing::recipients(&self.context, &self.viewer, conversation).await?;
        let by = self.viewer.id;
        self.context.sockets.send_typing(&recipients, conversation, by, is_typing);
        let to = self.context.sockets.on_other_nodes(&recipients);
        if !to.is_empty() {
            self.context.bus.publish(BusMessage::Typing { conversation, by, is_typing, to });
        }
        Ok(())
    }
}

/// Whether others see what the command does. A token needs the scope `write` for it.
fn is_change(command: &ToServer) -> bool {
    match command {
        ToServer::SendMessage { .. }
        | ToServer::EditMessage { .. }
        | ToServer::DeleteMessage { .. }
        | ToServer::Typing { .. }
        | ToServer::Delivered { .. }
        | ToServer::MarkRead { .. } => true,
        ToServer::Hello { .. }
        | ToServer::JoinConversation(_)
        | ToServer::LeaveConversation { .. }
        | ToServer::Ping
        | ToServer::Unknown => false,
    }
}

/// The refusal of a frame beyond the rate of the connection. A keep-alive has none.
pub(super) fn refuse_beyond_rate(inbound: &Inbound) -> Option<Answer> {
    match inbound {
        Inbound::KeepAlive => None,
        _ => refuse(inbound.identity(), ApiError::too_fast(1)),
    }
}

fn refuse(identity: Identity, error: ApiError) -> Option<Answer> {
    metrics::count_error(error.code);
    frame(identity.refused(error))
}

fn frame(frame: ToClient) -> Option<Answer> {
    Some(Answer::Frame(Box::new(frame)))
}
