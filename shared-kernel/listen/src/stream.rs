//! Between the socket and the HTTP parser.
//!
//! It gives each step of a request a deadline, shows the parser one request at a time, and shows it nothing that it
//! would refuse: a connection that broke a rule ends with an answer which says so. One request at a time also keeps
//! answers right: actix-http knows only of the last head it read whether the answer may have a body.

use std::{
    io,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::{Buf as _, BytesMut};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::Instant,
};
use tokio_util::io::poll_read_buf;

use crate::{
    Ended, Refusal, Share, Timeouts,
    chunks::{Chunks, Progress},
    connection::{BodyFailure, Connection},
    head::{self, Framing, Scanner},
    timer::Timer,
    worker::Listed,
};

/// How much is read from the socket at once.
const READ_BYTES: usize = 8 * 1024;

/// How much of later requests is kept while one is answered. The socket holds the rest back.
const READ_AHEAD_BYTES: usize = 16 * 1024;

/// How long a closing connection goes on reading, so that the client can read the answer that ended it: to close
/// with bytes unread would take the answer away from it.
const LINGER: Duration = Duration::from_secs(2);

/// A connection of the spare share is short.
const SPARE_HEAD: Duration = Duration::from_secs(2);

/// The bytes of one connection.
#[derive(Debug)]
pub(crate) struct Stream {
    connection: Rc<Connection>,
    _listed: Listed,
    timeouts: Timeouts,
    timer: Timer,
    phase: Phase,
    /// Read from the socket and not yet understood.
    inbox: BytesMut,
    /// Understood, for the parser.
    ready: BytesMut,
    client_is_done: bool,
    /// Since when the client has been waited for: its head or the next bytes of its body.
    waiting_since: Option<Instant>,
    /// Since when the client has taken none of its answer.
    unread_since: Option<Instant>,
    closing_since: Option<Instant>,
}

#[derive(Debug)]
enum Phase {
    Head(Scanner),
    /// Bytes of a body that are still to come.
    Length(u64),
    Chunks(Chunks),
    /// A request that stands for an unreadable one is the last.
    Refused,
    /// A body did not come as it should.
    Broken,
}

/// What a look at the inbox led to.
enum Step {
    /// There is something for the parser, or another phase.
    Moved,
    /// Nothing will come any more.
    Ended,
    Waits,
}

impl Stream {
    pub(crate) fn new(connection: Rc<Connection>, listed: Listed, timeouts: Timeouts) -> Self {
        Self {
            connection,
            _listed: listed,
            timeouts,
            timer: Timer::default(),
            phase: Phase::Head(Scanner::default()),
            inbox: BytesMut::new(),
            ready: BytesMut::new(),
            client_is_done: false,
            waiting_since: Some(Instant::now()),
            unread_since: None,
            closing_since: None,
        }
    }

    pub(crate) fn connection(&self) -> &Rc<Connection> {
        &self.connection
    }

    pub(crate) fn peer(&self) -> Option<std::net::SocketAddr> {
        self.connection.with_socket(|socket| socket.peer_addr()).ok()?.ok()
    }

    fn step(&mut self, cx: &mut Context<'_>) -> io::Result<Step> {
        match &mut self.phase {
            Phase::Head(_) if self.connection.is_in_flight() => self.watch(cx),
            Phase::Head(_) => self.read_head(cx),
            Phase::Length(_) | Phase::Chunks(_) => self.read_body(cx),
            Phase::Refused => Ok(Step::Waits),
            Phase::Broken => Ok(Step::Ended),
        }
    }

    /// While a request is answered, later ones wait. That the client leaves is noticed.
    fn watch(&mut self, cx: &mut Context<'_>) -> io::Result<Step> {
        while !self.client_is_done && self.inbox.len() < READ_AHEAD_BYTES {
            if self.fill(cx)?.is_pending() {
                break;
            }
        }
        if self.client_is_done && self.inbox.is_empty() {
            return Ok(Step::Ended);
        }
        if !self.inbox.is_empty() || self.client_is_done {
            self.connection.expect_more();
        }
        // Sees to it that an idle connection is looked at some time.
        if !self.timer.is_set() {
            self.timer.wake_by(Instant::now() + self.timeouts.idle, cx);
        }
        Ok(Step::Waits)
    }

    fn read_head(&mut self, cx: &mut Context<'_>) -> io::Result<Step> {
        loop {
            while self.inbox.starts_with(b"\r\n") {
                self.inbox.advance(2); // RFC 9112, 2.2
            }
            let Phase::Head(scanner) = &mut self.phase else { return Ok(Step::Moved) };
            let begun = !self.inbox.is_empty() && self.inbox.as_ref() != b"\r";
            let found = if begun { scanner.scan(&self.inbox) } else { Ok(None) };
            match found {
                Ok(Some(length)) => return Ok(self.take_head(length)),
                Err(refusal) => return Ok(self.refuse(refusal, Ended::RefusedHead)),
                Ok(None) if self.inbox.len() >= self.timeouts.head_bytes => {
                    let refusal = scanner.too_large();
                    return Ok(self.refuse(refusal, Ended::RefusedHead));
                }
                Ok(None) if self.client_is_done => return Ok(Step::Ended),
                Ok(None) => {}
            }
            if self.fill(cx)?.is_pending() {
                return Ok(self.wait_for_head(cx));
            }
        }
    }

    fn take_head(&mut self, length: usize) -> Step {
        let bytes = self.inbox.split_to(length);
        if length > self.timeouts.head_bytes {
            return self.refuse(Refusal::HEAD_TOO_LARGE, Ended::RefusedHead);
        }
        match head::judge(&bytes) {
            Err(refusal) => {
                self.inbox = bytes;
                self.refuse(refusal, Ended::RefusedHead)
            }
            Ok(head) => {
                self.phase = match head.framing {
                    Framing::None => Phase::Head(Scanner::default()),
                    Framing::Length(length) => Phase::Length(length),
                    Framing::Chunked => Phase::Chunks(Chunks::default()),
                };
                self.ready = head.rewritten.map_or(bytes, |bytes| BytesMut::from(bytes.as_slice()));
                self.waiting_since = None;
                self.connection.begin();
                Step::Moved
            }
        }
    }

    fn refuse(&mut self, refusal: Refusal, why: Ended) -> Step {
        self.connection.note(why);
        self.connection.refuse(refusal);
        self.ready = BytesMut::from(Refusal::stand_in(&self.inbox).as_bytes());
        self.inbox.clear();
        self.phase = Phase::Refused;
        self.connection.begin();
        Step::Moved
    }

    /// An idle connection may wait for long; a head that has begun, or a connection that has not, may not.
    fn wait_for_head(&mut self, cx: &mut Context<'_>) -> Step {
        let idle_since = self.connection.idle_since().filter(|_| self.inbox.is_empty());
        let deadline = match idle_since {
            Some(since) => since + self.timeouts.idle,
            None => *self.waiting_since.get_or_insert_with(Instant::now) + self.head_timeout(),
        };
        if Instant::now() < deadline {
            self.timer.wake_by(deadline, cx);
            return Step::Waits;
        }
        if self.inbox.is_empty() {
            return Step::Ended; // a client that asked nothing waits for no answer
        }
        self.refuse(Refusal::HEAD_TOO_SLOW, Ended::SlowHead)
    }

    fn head_timeout(&self) -> Duration {
        match self.connection.share {
            Share::Regular => self.timeouts.head,
            Share::Spare => self.timeouts.head.min(SPARE_HEAD),
        }
    }

    fn read_body(&mut self, cx: &mut Context<'_>) -> io::Result<Step> {
        loop {
            match self.take_body() {
                Ok(true) => {
                    self.waiting_since = None;
                    return Ok(Step::Moved);
                }
                Ok(false) if self.client_is_done => return Ok(self.break_off(None)),
                Ok(false) => {}
                Err(failure) => return Ok(self.break_off(Some(failure))),
            }
            if self.fill(cx)?.is_pending() {
                return Ok(self.wait_for_body(cx));
            }
        }
    }

    /// Hands on what there is of the body. `false` when there is nothing.
    fn take_body(&mut self) -> Result<bool, BodyFailure> {
        match &mut self.phase {
            Phase::Length(0) => self.phase = Phase::Head(Scanner::default()),
            Phase::Length(left) => {
                let here = usize::try_from(*left).unwrap_or(usize::MAX).min(self.inbox.len());
                *left = left.saturating_sub(u64::try_from(here).unwrap_or(u64::MAX));
                self.ready = self.inbox.split_to(here);
                return Ok(here > 0);
            }
            Phase::Chunks(chunks) => match chunks.next(&mut self.inbox, &mut self.ready) {
                Ok(Progress::Chunk) => {}
                Ok(Progress::End) => self.phase = Phase::Head(Scanner::default()),
                Ok(Progress::Starved) => return Ok(false),
                Err(_) => return Err(BodyFailure::Malformed),
            },
            Phase::Head(_) | Phase::Refused | Phase::Broken => {}
        }
        Ok(true)
    }

    /// Every byte gives the client as long again, until its request is answered: nothing is read for its own sake.
    fn wait_for_body(&mut self, cx: &mut Context<'_>) -> Step {
        let waiting_since = *self.waiting_since.get_or_insert_with(Instant::now);
        let since = self.connection.idle_since().unwrap_or(waiting_since);
        let deadline = since + self.timeouts.body;
        if Instant::now() < deadline {
            self.timer.wake_by(deadline, cx);
            return Step::Waits;
        }
        self.connection.note(Ended::SlowBody);
        self.break_off(Some(BodyFailure::TooSlow))
    }

    fn break_off(&mut self, failure: Option<BodyFailure>) -> Step {
        if let Some(failure) = failure {
            self.connection.fail_body(failure);
        }
        self.phase = Phase::Broken;
        Step::Ended
    }

    /// Reads what the socket has. The end of the client's bytes is noted.
    fn fill(&mut self, cx: &mut Context<'_>) -> io::Result<Poll<()>> {
        self.inbox.reserve(READ_BYTES);
        let inbox = &mut self.inbox;
        Ok(match self.connection.with_socket(|socket| poll_read_buf(Pin::new(socket), cx, inbox))?? {
            Poll::Ready(read) => {
                self.client_is_done = read == 0;
                Poll::Ready(())
            }
            Poll::Pending => Poll::Pending,
        })
    }

    /// Whether the client may have sent what was not read.
    fn leaves_bytes(&self) -> bool {
        !matches!(self.phase, Phase::Head(_)) || !self.inbox.is_empty()
    }

    fn linger(&mut self, since: Instant, cx: &mut Context<'_>) -> io::Result<Poll<()>> {
        self.connection.wake_reader_with(cx.waker());
        while !self.client_is_done {
            self.inbox.clear();
            if self.fill(cx)?.is_pending() {
                let deadline = since + LINGER;
                if Instant::now() >= deadline {
                    break;
                }
                self.timer.wake_by(deadline, cx);
                return Ok(Poll::Pending);
            }
            if Instant::now() >= since + LINGER {
                break;
            }
        }
        Ok(Poll::Ready(()))
    }
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        while this.ready.is_empty() {
            match this.step(cx)? {
                Step::Moved => {}
                Step::Ended => return Poll::Ready(Ok(())),
                Step::Waits => {
                    this.connection.wake_reader_with(cx.waker());
                    return Poll::Pending;
                }
            }
        }
        let length = this.ready.len().min(out.remaining());
        out.put_slice(&this.ready.split_to(length));
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = this.connection.with_socket(|socket| Pin::new(socket).poll_write(cx, bytes))?;
        if written.is_ready() {
            this.unread_since = None;
            return written;
        }
        let deadline = *this.unread_since.get_or_insert_with(Instant::now) + this.timeouts.answer;
        if Instant::now() < deadline {
            this.timer.wake_by(deadline, cx);
            return Poll::Pending;
        }
        this.connection.note(Ended::UnreadAnswer);
        // What the client does not read is not kept for it by the system either.
        let _ = this.connection.with_socket(|socket| socket.set_zero_linger());
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the client does not read its answer")))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.connection.with_socket(|socket| Pin::new(socket).poll_flush(cx))?
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.closing_since.is_none() {
            ready!(this.connection.with_socket(|socket| Pin::new(socket).poll_shutdown(cx))?)?;
        }
        let since = *this.closing_since.get_or_insert_with(Instant::now);
        if this.leaves_bytes() { this.linger(since, cx)?.map(Ok) } else { Poll::Ready(Ok(())) }
    }
}
