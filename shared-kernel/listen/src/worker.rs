//! The connections of one worker thread, to find one that does nothing.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    io,
    rc::{Rc, Weak},
    time::Duration,
};

use tokio::{net::TcpStream, time::Instant};

use crate::{
    Connections, Ended, Share, Timeouts, addresses::Counted, connection::Connection, connections::Place, refusal,
    stream::Stream,
};

/// Admits connections to one worker.
#[derive(Debug, Clone)]
pub(crate) struct Worker(Rc<Inner>);

#[derive(Debug)]
struct Inner {
    connections: Connections,
    timeouts: Timeouts,
    open: RefCell<HashMap<u64, Weak<Connection>>>,
    next: Cell<u64>,
    warned: Cell<Option<Instant>>,
}

/// How long a client may wait for a spare place.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// A line of the log at most this often.
const WARN_EVERY: Duration = Duration::from_secs(10);

/// The most bytes of unsent answers that the kernel buffers for one connection.
#[cfg(target_os = "linux")]
const UNSENT_BYTES: u32 = 64 * 1024;

/// Leaves the worker's list when the connection ends.
#[derive(Debug)]
pub(crate) struct Listed {
    worker: Worker,
    number: u64,
}

impl Worker {
    pub(crate) fn new(connections: Connections, timeouts: Timeouts) -> Self {
        let (open, next, warned) = (RefCell::default(), Cell::default(), Cell::default());
        Self(Rc::new(Inner { connections, timeouts, open, next, warned }))
    }

    /// # Errors
    ///
    /// When the client's address has as many connections as it may, or there is no place, not even a spare one. The socket
    /// is closed then.
    pub(crate) async fn admit(self, io: TcpStream) -> io::Result<Stream> {
        let counted = self.count(&io)?;
        hand_on_at_once(&io);
        let place = match self.place() {
            Some(place) => Some(place),
            None => self.place_later().await,
        };
        if place.as_ref().is_none_or(|place| place.share == Share::Spare) {
            self.warn();
        }
        let Some(place) = place else {
            self.0.connections.note(Ended::TurnedAway);
            return Err(io::Error::other("every connection is taken"));
        };
        let connection = Rc::new(Connection::new(io, place, counted));
        let listed = self.list(&connection);
        Ok(Stream::new(connection, listed, self.0.timeouts))
    }

    /// One more connection of the client's address. A client that has too many is told so, as far as its socket takes the
    /// words at once: nothing waits for it.
    fn count(&self, io: &TcpStream) -> io::Result<Counted> {
        let peer = io.peer_addr()?.ip();
        self.0.connections.count_of(peer).map_err(|_full| {
            self.0.connections.note(Ended::OfOneAddress);
            let _ = socket2::SockRef::from(io).send(refusal::OF_ONE_ADDRESS);
            if self.may_warn() {
                tracing::warn!(%peer, "an address has as many connections as one address may; further ones are refused");
            }
            io::Error::other("the address has as many connections as it may")
        })
    }

    /// A regular place, if need be that of the connection which has been idle for longest; else a spare one, if need
    /// be that of a spare connection which waits for its client.
    fn place(&self) -> Option<Place> {
        let connections = &self.0.connections;
        let idle = |(_, connection): &(u64, Rc<Connection>)| connection.idle_since();
        let now = Instant::now();
        let waiting = |(number, connection): &(u64, Rc<Connection>)| {
            let due = self.due(connection) <= now && !connection.is_in_flight();
            due.then_some((connection.idle_since().is_none(), *number))
        };
        let regular = || if self.evict_one(Share::Regular, idle) { connections.regular_place() } else { None };
        let spare = || if self.evict_one(Share::Spare, waiting) { connections.spare_place() } else { None };
        connections.regular_place().or_else(regular).or_else(|| connections.spare_place()).or_else(spare)
    }

    /// A spare place, once the client that has one has had its time to ask.
    async fn place_later(&self) -> Option<Place> {
        let until = Instant::now() + LONGEST_WAIT;
        while let Some(due) = self.next_due().filter(|due| *due < until) {
            tokio::time::sleep_until(due).await;
            let place = self.place();
            if place.is_some() {
                return place;
            }
        }
        None
    }

    /// Until when a spare connection keeps its place: its client can have sent a request by then.
    fn due(&self, connection: &Connection) -> Instant {
        connection.admitted + self.0.timeouts.spare
    }

    /// When the time of the next spare connection ends that waits for its client.
    fn next_due(&self) -> Option<Instant> {
        let now = Instant::now();
        let open = self.0.open.borrow();
        let spare = open.values().filter_map(Weak::upgrade).filter(|connection| connection.share == Share::Spare);
        let waiting = spare.filter(|connection| !connection.is_in_flight() && !connection.is_evicted());
        waiting.map(|connection| self.due(&connection)).filter(|due| *due > now).min()
    }

    /// Ends the first connection of `share` by `rank`. Those without a rank stay.
    fn evict_one<R: Ord>(&self, share: Share, rank: impl Fn(&(u64, Rc<Connection>)) -> Option<R>) -> bool {
        let open = self.0.open.borrow();
        let open = open.iter().filter_map(|(number, connection)| Some((*number, connection.upgrade()?)));
        let open = open.filter(|(_, connection)| connection.share == share && !connection.is_evicted());
        let first = open.filter_map(|known| Some((rank(&known)?, known.1))).min_by(|one, other| one.0.cmp(&other.0));
        first.inspect(|(_, connection)| connection.evict()).is_some()
    }

    /// Says that the connections are taken, but not for each client of a flood.
    fn warn(&self) {
        if self.may_warn() {
            let connections = self.0.connections.limit();
            tracing::warn!(connections, "every connection is taken; only health checks and the admin are answered");
        }
    }

    fn may_warn(&self) -> bool {
        let now = Instant::now();
        let may = self.0.warned.get().is_none_or(|warned| warned + WARN_EVERY < now);
        if may {
            self.0.warned.set(Some(now));
        }
        may
    }

    fn list(&self, connection: &Rc<Connection>) -> Listed {
        let number = self.0.next.get();
        self.0.next.set(number.wrapping_add(1));
        self.0.open.borrow_mut().insert(number, Rc::downgrade(connection));
        Listed { worker: self.clone(), number }
    }
}

/// What is written goes out at once, and of what the client does not read the system keeps little: a client that sends many
/// requests and reads no answer has few of them answered.
fn hand_on_at_once(io: &TcpStream) {
    let _ = io.set_nodelay(true);
    #[cfg(target_os = "linux")]
    let _ = socket2::SockRef::from(io).set_tcp_notsent_lowat(UNSENT_BYTES);
}

impl Drop for Listed {
    fn drop(&mut self) {
        self.worker.0.open.borrow_mut().remove(&self.number);
    }
}
