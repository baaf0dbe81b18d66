//! A line between two processes, and what becomes of messages on it.
//!
//! It knows as much of HTTP as it takes to see where a message ends. Each request goes on over a connection of its own.

use std::{
    io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
};

use super::Random;

/// What is wrong with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    Nothing,
    /// Every request comes so much later.
    Delay(Duration),
    /// The percentage of exchanges that end in a reset: some before the request has arrived, some within the answer.
    Resets(u64),
    /// The percentage of commands that are carried out and whose answer is lost.
    LostAnswers(u64),
    /// Every command arrives twice, and the second answer comes back.
    Duplicates,
    /// Nothing passes, and connections stay open: clients wait.
    Silence,
    /// Connections are refused.
    Refusal,
}

/// The lines between a store and a process. One fault is on all of them.
#[derive(Debug)]
pub(crate) struct Lines {
    shared: Arc<Shared>,
    /// Ends with them.
    tasks: JoinSet<()>,
}

#[derive(Debug)]
struct Shared {
    fault: watch::Sender<Fault>,
    random: Mutex<Random>,
    struck: AtomicUsize,
}

/// The exchange ends here, and its connection with it.
struct Cut;

impl From<io::Error> for Cut {
    fn from(_: io::Error) -> Self {
        Self
    }
}

impl Lines {
    pub(crate) fn new(seed: u64) -> Self {
        let shared = Shared {
            fault: watch::Sender::new(Fault::Nothing),
            random: Mutex::new(Random::new(seed)),
            struck: AtomicUsize::new(0),
        };
        Self { shared: Arc::new(shared), tasks: JoinSet::new() }
    }

    /// A new line to `far`; answers where it begins.
    pub(crate) async fn lead_to(&mut self, far: &str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let near = listener.local_addr().unwrap().to_string();
        self.tasks.spawn(listen(listener, far.to_owned(), Arc::clone(&self.shared)));
        near
    }

    /// From now on.
    pub(crate) fn suffer(&self, fault: Fault) {
        self.shared.fault.send_replace(fault);
    }

    /// How many exchanges a fault has touched.
    pub(crate) fn struck(&self) -> usize {
        self.shared.struck.load(Relaxed)
    }
}

async fn listen(listener: TcpListener, far: String, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    while let Ok((near, _)) = listener.accept().await {
        let (far, shared) = (far.clone(), Arc::clone(&shared));
        connections.spawn(async move { shared.serve(near, &far).await });
        while connections.try_join_next().is_some() {}
    }
}

impl Shared {
    async fn serve(&self, mut near: TcpStream, far: &str) {
        loop {
            let asked = match read_message(&mut near).await {
                Ok(Some(asked)) => self.exchange(&mut near, far, &asked).await,
                _ => return,
            };
            if let Err(Cut) = asked {
                // Closes with a reset, which tells nothing of what became of the request.
                near.set_zero_linger().ok();
                return;
            }
        }
    }

    /// Carries a request there, and what is answered back; or not.
    async fn exchange(&self, near: &mut TcpStream, far: &str, asked: &[u8]) -> Result<(), Cut> {
        let fault = *self.fault.borrow();
        let is_command = asked.starts_with(b"POST ");
        match fault {
            Fault::Delay(by) => {
                self.strike();
                tokio::time::sleep(by).await;
            }
            Fault::Resets(share) if self.happens(share / 2) => return Err(self.strike()),
            Fault::Silence => return Err(self.silence().await),
            Fault::Refusal => return Err(self.strike()),
            Fault::Duplicates if is_command => {
                self.strike();
                send(far, asked).await?;
            }
            _ => {}
        }
        let answer = send(far, asked).await?;
        // What was under way when the line fell silent is not answered either.
        if *self.fault.borrow() == Fault::Silence {
            return Err(self.silence().await);
        }
        match fault {
            Fault::Resets(share) if self.happens(share - share / 2) => {
                near.write_all(&answer[..answer.len() / 2]).await?;
                Err(self.strike())
            }
            Fault::LostAnswers(share) if is_command && self.happens(share) => Err(self.strike()),
            _ => Ok(near.write_all(&answer).await?),
        }
    }

    /// Whether something happens that does so often in a hundred times.
    fn happens(&self, share: u64) -> bool {
        self.random.lock().unwrap().below(100) < share
    }

    fn strike(&self) -> Cut {
        self.struck.fetch_add(1, Relaxed);
        Cut
    }

    /// Waits until the line is open again. What was sent before is lost.
    async fn silence(&self) -> Cut {
        let mut fault = self.fault.subscribe();
        let cut = self.strike();
        fault.wait_for(|fault| *fault != Fault::Silence).await.ok();
        cut
    }
}

/// Sends `asked` there and reads the whole answer.
async fn send(far: &str, asked: &[u8]) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(far).await?;
    stream.set_nodelay(true)?;
    stream.write_all(asked).await?;
    read_message(&mut stream).await?.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
}

/// One message of HTTP/1.1, head and body; `None` when nothing more comes.
async fn read_message(stream: &mut TcpStream) -> io::Result<Option<Vec<u8>>> {
    let (mut message, mut piece) = (Vec::new(), vec![0; 16 * 1024]);
    while !is_whole(&message) {
        match stream.read(&mut piece).await? {
            0 if message.is_empty() => return Ok(None),
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => message.extend_from_slice(&piece[..read]),
        }
    }
    Ok(Some(message))
}

/// Whether the head is there and as much of a body as it announces, by a length or in chunks.
fn is_whole(message: &[u8]) -> bool {
    let Some(head) = message.windows(4).position(|end| end == b"\r\n\r\n").map(|at| at + 4) else { return false };
    let text = String::from_utf8_lossy(&message[..head]).to_ascii_lowercase();
    let value = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim);
    match value("content-length") {
        Some(length) => message.len() - head >= length.parse().unwrap_or(0),
        None => value("transfer-encoding") != Some("chunked") || message.ends_with(b"\r\n0\r\n\r\n"),
    }
}
