use std::{io, time::Duration};

use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder,
    body::SizedStream,
    error::PayloadError,
    web::{Bytes, Payload},
};
use futures_util::{Stream, StreamExt, future::LocalBoxFuture, stream};
use http_body_util::{BodyExt, Empty, StreamBody, combinators::UnsyncBoxBody};
use hyper::body::{Frame, Incoming};
use tokio::{
    sync::mpsc::{Sender, channel},
    time::timeout,
};

use super::{headers, unavailable::ForwardFailure};

/// A request's body on its way out.
pub(super) type RequestBody = UnsyncBoxBody<Bytes, io::Error>;

type Chunk = io::Result<Frame<Bytes>>;

/// How many chunks may lie between the client and the far side; beyond that the client waits.
const CHUNKS_BETWEEN: usize = 2;

/// How the moving of a request's body ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pumped {
    /// All of it was handed on, or the far side wants no more.
    Done,
    ClientTooSlow,
    ClientGone,
    FarSideTooSlow,
}

impl Pumped {
    /// Whether there is still an answer to wait for.
    pub(super) const fn allows(self) -> Result<(), ForwardFailure> {
        match self {
            Self::Done => Ok(()),
            Self::ClientTooSlow => Err(ForwardFailure::ClientTooSlow),
            Self::ClientGone => Err(ForwardFailure::ClientGone),
            Self::FarSideTooSlow => Err(ForwardFailure::TooSlow),
        }
    }
}

/// The body to send, and the work that fills it. The work stays on the worker's thread, where the client's connection
/// is; the body may go where the far side's connection is.
pub(super) fn request_body(
    request: &HttpRequest,
    payload: Payload,
    idle: Duration,
) -> (RequestBody, impl Future<Output = Pumped> + 'static) {
    let (sender, mut receiver) = channel::<Chunk>(CHUNKS_BETWEEN);
    let has_body = headers::has_body(request.headers());
    let body = if has_body {
        StreamBody::new(stream::poll_fn(move |cx| receiver.poll_recv(cx))).boxed_unsync()
    } else {
        Empty::new().map_err(|never| match never {}).boxed_unsync()
    };
    (body, async move { if has_body { pump(payload, sender, idle).await } else { Pumped::Done } })
}

async fn pump(mut payload: Payload, sender: Sender<Chunk>, idle: Duration) -> Pumped {
    loop {
        let (chunk, ends) = match timeout(idle, payload.next()).await {
            Ok(None) => return Pumped::Done,
            Ok(Some(Ok(chunk))) => (Ok(Frame::data(chunk)), None),
            Ok(Some(Err(PayloadError::Io(error)))) if error.kind() == io::ErrorKind::TimedOut => {
                (Err(error), Some(Pumped::ClientTooSlow))
            }
            Ok(Some(Err(error))) => (Err(io::Error::other(error.to_string())), Some(Pumped::ClientGone)),
            Err(_) => (Err(io::ErrorKind::TimedOut.into()), Some(Pumped::ClientTooSlow)),
        };
        match (timeout(idle, sender.send(chunk)).await, ends) {
            (_, Some(ends)) => return ends,
            (Ok(Ok(())), None) => {}
            (Ok(Err(_closed)), None) => return Pumped::Done,
            (Err(_), None) => return Pumped::FarSideTooSlow,
        }
    }
}

/// The far side's body. What is left of the request's own goes on moving beside it.
pub(super) fn stream(
    incoming: Incoming,
    pump: Option<LocalBoxFuture<'static, Pumped>>,
    idle: Duration,
) -> impl Stream<Item = io::Result<Bytes>> + 'static {
    stream::unfold((incoming.into_data_stream().boxed(), pump), move |(mut chunks, mut pump)| async move {
        let chunk = next(&mut chunks, &mut pump, idle).await?;
        Some((chunk, (chunks, pump)))
    })
}

async fn next<E: std::error::Error>(
    chunks: &mut (impl Stream<Item = Result<Bytes, E>> + Unpin),
    pump: &mut Option<LocalBoxFuture<'static, Pumped>>,
    idle: Duration,
) -> Option<io::Result<Bytes>> {
    let mut chunk = Box::pin(timeout(idle, chunks.next()));
    let arrived = loop {
        let Some(moving) = pump else { break chunk.await };
        tokio::select! {
            arrived = &mut chunk => break arrived,
            _ = moving => *pump = None,
        }
    };
    match arrived {
        Ok(Some(Ok(chunk))) => Some(Ok(chunk)),
        Ok(None) => None,
        Ok(Some(Err(error))) => Some(Err(io::Error::other(error.to_string()))),
        Err(_) => Some(Err(io::ErrorKind::TimedOut.into())),
    }
}

/// With its length when that is known, else in chunks.
pub(super) fn answer_body(
    response: &mut HttpResponseBuilder,
    length: Option<u64>,
    body: impl Stream<Item = io::Result<Bytes>> + 'static,
) -> HttpResponse {
    match length {
        Some(length) => response.body(SizedStream::new(length, body)),
        None => response.streaming(body),
    }
}

/// The answer to `HEAD`: the length of a body that does not follow.
pub(super) fn none_of(response: &mut HttpResponseBuilder, length: Option<u64>) -> HttpResponse {
    match length {
        Some(length) => response.body(SizedStream::new(length, stream::empty::<io::Result<Bytes>>())),
        None => response.finish(),
    }
}
