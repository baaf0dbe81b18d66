//! The connections of one worker thread, to find one that does nothing.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    io,
    rc::{Rc, Weak},
};

use tokio::net::TcpStream;

use crate::{Connections, Ended, Timeouts, connection::Connection, connections::Place, stream::Stream};

/// Admits connections to one worker.
#[derive(Debug, Clone)]
pub(crate) struct Worker(Rc<Inner>);

#[derive(Debug)]
struct Inner {
    connections: Connections,
    timeouts: Timeouts,
    open: RefCell<HashMap<u64, Weak<Connection>>>,
    next: Cell<u64>,
}

/// Leaves the worker's list when the connection ends.
#[derive(Debug)]
pub(crate) struct Listed {
    worker: Worker,
    number: u64,
}

impl Worker {
    pub(crate) fn new(connections: Connections, timeouts: Timeouts) -> Self {
        Self(Rc::new(Inner { connections, timeouts, open: RefCell::default(), next: Cell::default() }))
    }

    /// # Errors
    ///
    /// When there is no place, not even a spare one. The socket is closed then.
    pub(crate) fn admit(&self, io: TcpStream) -> io::Result<Stream> {
        let Some(place) = self.place() else {
            self.0.connections.note(Ended::TurnedAway);
            return Err(io::Error::other("every connection is taken"));
        };
        let connection = Rc::new(Connection::new(place.share));
        let listed = self.list(&connection);
        Ok(Stream::new(io, connection, (place, listed), self.0.timeouts))
    }

    /// A regular place, if need be that of a connection which has been idle for longest.
    fn place(&self) -> Option<Place> {
        let connections = &self.0.connections;
        connections
            .regular_place()
            .or_else(|| if self.evict_one() { connections.place_of_evicted() } else { connections.spare_place() })
    }

    fn evict_one(&self) -> bool {
        let open = self.0.open.borrow();
        let idle = open.values().filter_map(Weak::upgrade).filter(|connection| !connection.is_evicted());
        let longest =
            idle.filter_map(|connection| Some((connection.idle_since()?, connection))).min_by_key(|idle| idle.0);
        longest.inspect(|(_, connection)| connection.evict()).is_some()
    }

    fn list(&self, connection: &Rc<Connection>) -> Listed {
        let number = self.0.next.get();
        self.0.next.set(number.wrapping_add(1));
        self.0.open.borrow_mut().insert(number, Rc::downgrade(connection));
        Listed { worker: self.clone(), number }
    }
}

impl Drop for Listed {
    fn drop(&mut self) {
        self.worker.0.open.borrow_mut().remove(&self.number);
    }
}
