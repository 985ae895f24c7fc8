//! The commands of a socket that run at the same time, and their answers in the order of the commands.

use std::{collections::VecDeque, pin::Pin};

use futures::{StreamExt, future::BoxFuture, stream::FuturesOrdered};

use super::Answer;

#[derive(Default)]
pub struct Pipeline<'a> {
    running: FuturesOrdered<BoxFuture<'a, Option<Answer>>>,
    /// Answers of commands that have ended while the socket was written.
    ended: VecDeque<Option<Answer>>,
}

impl<'a> Pipeline<'a> {
    pub fn push(&mut self, command: impl Future<Output = Option<Answer>> + Send + 'a) {
        self.running.push_back(Box::pin(command));
    }

    /// Commands whose answer has not been taken.
    pub fn len(&self) -> usize {
        self.running.len() + self.ended.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Waits for the answer of the oldest command. Never ends while there is none.
    pub async fn next(&mut self) -> Option<Answer> {
        if let Some(answer) = self.ended.pop_front() {
            return answer;
        }
        match self.running.next().await {
            Some(answer) => answer,
            None => std::future::pending().await,
        }
    }

    /// Does this work while the commands go on. One of them may hold a connection to the database, which others, and
    /// this very work, wait for. Boxed, since an idle socket would set aside its memory otherwise.
    pub async fn run_beside<T>(&mut self, mut work: Pin<Box<impl Future<Output = T>>>) -> T {
        loop {
            tokio::select! {
                biased;
                done = &mut work => return done,
                Some(answer) = self.running.next(), if !self.running.is_empty() => self.ended.push_back(answer),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::sync::{Notify, Semaphore};

    use super::*;

    /// A command holds the last connection to the database and waits for its answer, while the socket is written,
    /// which takes a connection too.
    #[tokio::test]
    async fn work_that_waits_for_what_a_command_holds_ends() {
        let (connections, answer) = (Arc::new(Semaphore::new(1)), Arc::new(Notify::new()));
        let mut pipeline = Pipeline::default();
        pipeline.push({
            let (connections, answer) = (connections.clone(), answer.clone());
            async move {
                let held = connections.acquire().await;
                answer.notified().await;
                drop(held);
                None
            }
        });
        // The command takes the connection.
        tokio::select! {
            biased;
            _ = pipeline.next() => panic!("it waits"),
            () = std::future::ready(()) => {}
        }
        answer.notify_one();
        let connection = pipeline.run_beside(Box::pin(connections.acquire())).await;
        assert!(connection.is_ok());
        assert_eq!(pipeline.len(), 1, "its answer has not been taken");
        assert!(pipeline.next().await.is_none());
        assert!(pipeline.is_empty());
    }
}
