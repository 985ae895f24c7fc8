//! The connection to the server. One tab of a browser, the leader, holds the WebSocket and shares it with
//! the other tabs; every tab can poll over HTTP.
//!
//! A WebSocket that breaks is opened again after 1, 2, 4, 8 and 16 seconds. After five failed attempts in a
//! row the tab polls over HTTP and retries the WebSocket every 30 s.
//!
//! - `lifecycle`: when to connect, go offline or sign out; `link` holds the state of the WebSocket
//! - `backoff`: retry with exponential backoff; `heartbeat`: ping and timeout
//! - `socket`: the WebSocket itself; `frames`: the frames that the server sends
//! - `polling`: updates over HTTP; `status`: the status that is shown
//! - `leader_election`, `leader_watch`: which tab holds the connection; `leader` holds that state
//! - `tab_channel`, `tab_message`: messages between tabs; `tab_threads`: threads that other tabs show
//! - `open_threads`: threads on screen in this tab

pub mod backoff;
mod frames;
mod heartbeat;
pub mod leader;
mod leader_election;
mod leader_watch;
mod lifecycle;
pub mod link;
mod open_threads;
pub mod polling;
mod socket;
pub mod status;
mod tab_channel;
pub mod tab_message;
mod tab_threads;
