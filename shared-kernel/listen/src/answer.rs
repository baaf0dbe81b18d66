//! An answer's body, which says when all of it is written.

use std::{
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

use actix_web::body::{BodySize, MessageBody};
use bytes::Bytes;
use pin_project_lite::pin_project;
use tokio::time::Instant;

use crate::connection::Connection;

pin_project! {
    /// The body of an answer. It is dropped by the encoder when nothing is left of it to encode.
    pub(crate) struct Answer<B> {
        #[pin]
        body: B,
        written: Option<Written>,
    }
}

/// Lets the connection's next request in.
struct Written(Rc<Connection>);

impl Drop for Written {
    fn drop(&mut self) {
        self.0.finish(Instant::now());
    }
}

impl<B> Answer<B> {
    pub(crate) fn new(body: B, connection: Option<Rc<Connection>>) -> Self {
        Self { body, written: connection.map(Written) }
    }
}

impl<B: MessageBody> MessageBody for Answer<B> {
    type Error = B::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        self.project().body.poll_next(cx)
    }
}
