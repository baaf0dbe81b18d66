//! One request and its answer, between the connection and the application.

use std::{
    io,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

use actix_http::{
    BoxedPayloadStream, ConnectionType, HttpMessage as _, Payload, Request, Response,
    body::{BoxBody, EitherBody, MessageBody},
    error::PayloadError,
};
use actix_service::Service;
use actix_web::{Error, dev::ServiceResponse};
use bytes::Bytes;
use futures_util::Stream;

use crate::{
    Crowded, Share,
    answer::Answer,
    connection::{BodyFailure, Connection},
};

/// Tells the application what is known of the request, and the connection when the answer is written.
pub(crate) fn exchange<A, B>(
    mut request: Request,
    application: &A,
) -> impl Future<Output = Result<Response<Answer<EitherBody<B, BoxBody>>>, Error>> + use<A, B>
where
    A: Service<Request, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    let connection = request.conn_data::<Rc<Connection>>().cloned();
    if let Some(connection) = &connection {
        mark(&request, connection);
        watch_body(&mut request, connection);
    }
    let answer = application.call(request);
    async move {
        let mut response = match answer.await {
            Ok(response) => Response::from(response).map_body(|_, body| EitherBody::left(body)),
            Err(error) => Response::from(error).map_body(|_, body| EitherBody::right(body)),
        };
        if connection.as_ref().is_some_and(|connection| connection.share == Share::Spare) {
            response.head_mut().set_connection_type(ConnectionType::Close);
        }
        Ok(response.map_body(|_, body| Answer::new(body, connection)))
    }
}

fn mark(request: &Request, connection: &Connection) {
    if connection.share == Share::Spare {
        request.extensions_mut().insert(Crowded);
    }
    if let Some(refusal) = connection.take_refusal() {
        tracing::debug!(peer = ?request.peer_addr(), code = refusal.code, "a request could not be read");
        request.extensions_mut().insert(refusal);
    }
}

fn watch_body(request: &mut Request, connection: &Rc<Connection>) {
    if matches!(request.payload(), Payload::H1 { .. }) {
        let body = WatchedBody { body: request.take_payload(), connection: Rc::clone(connection) };
        *request.payload() = Payload::Stream { payload: Box::pin(body) };
    }
}

/// A request's body, whose error says what the connection knows: [`io::ErrorKind::TimedOut`] for a body that did not
/// come in time, [`io::ErrorKind::InvalidData`] for one whose chunks cannot be read.
struct WatchedBody {
    body: Payload<BoxedPayloadStream>,
    connection: Rc<Connection>,
}

impl Stream for WatchedBody {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        let told = |error| match this.connection.body_failure() {
            Some(BodyFailure::TooSlow) => PayloadError::Io(io::ErrorKind::TimedOut.into()),
            Some(BodyFailure::Malformed) => PayloadError::Io(io::ErrorKind::InvalidData.into()),
            None => error,
        };
        Pin::new(&mut this.body).poll_next(cx).map(|piece| piece.map(|piece| piece.map_err(told)))
    }
}
