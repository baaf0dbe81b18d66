//! The real binary, as people run it: for signals, for `kill -9`, and for what it says when it cannot start.

use std::{
    ffi::OsStr,
    fs::File,
    io::Read as _,
    net::TcpListener,
    ops::Deref,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        LazyLock,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};

use reqwest::Method;

use super::{
    Api, eventually,
    place::{Place, Words},
};

/// The binary that was built beside this test.
pub(crate) fn binary() -> &'static Path {
    static BINARY: LazyLock<PathBuf> = LazyLock::new(look_for_binary);
    &BINARY
}

/// # Panics
///
/// When it is not there, or lacks a change that this test was built with: it would prove something of another day.
fn look_for_binary() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let binary = test.parent().and_then(Path::parent).unwrap().join("banyan");
    assert!(binary.is_file(), "{} is not there; say `cargo build -p banyan`", binary.display());
    let changed = |file: &Path| file.metadata().and_then(|file| file.modified()).unwrap();
    let made_of = std::fs::read_to_string(binary.with_extension("d")).unwrap_or_default();
    for source in made_of.split_whitespace().skip(1).map(Path::new).filter(|source| source.is_file()) {
        let missed = (changed(&binary)..changed(&test)).contains(&changed(source));
        assert!(!missed, "{} is newer than the binary; say `cargo build -p banyan`", source.display());
    }
    binary
}

/// The binary and the settings under which it runs, one program after the other.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    folder: PathBuf,
    settings: Words,
    log: PathBuf,
}

/// What a program that has ended said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// A store that serves, in a process of its own.
#[derive(Debug)]
pub(crate) struct Process {
    api: Api,
    child: Child,
    log: PathBuf,
}

impl Deref for Process {
    type Target = Api;

    fn deref(&self) -> &Api {
        &self.api
    }
}

impl Program {
    pub(crate) fn at(place: &Place) -> Self {
        Self::of(place, place.environment())
    }

    /// The same under other settings.
    pub(crate) fn of(place: &Place, settings: Words) -> Self {
        let folder = place.folder.path();
        Self { folder: folder.to_owned(), settings, log: folder.join("log") }
    }

    /// Where what it says is kept.
    pub(crate) fn logs_to(&mut self, name: &str) {
        self.log = self.folder.join(name);
    }

    /// Changes a setting, in the words of the environment.
    pub(crate) fn set(&mut self, name: impl Into<String>, value: impl Into<String>) {
        let name = name.into();
        self.unset(&name);
        self.settings.push((name, value.into()));
    }

    pub(crate) fn settings(&self) -> &Words {
        &self.settings
    }

    /// Leaves a setting to its default.
    pub(crate) fn unset(&mut self, name: &str) {
        self.settings.retain(|(known, _)| known != name);
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The binary with `arguments`, in the folder, under the settings and nothing else of ours.
    pub(crate) fn command<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Command {
        let mut command = Command::new(binary());
        command.args(arguments);
        self.dress(&mut command);
        command
    }

    /// Gives `command` the folder and the settings.
    pub(crate) fn dress(&self, command: &mut Command) {
        command.current_dir(self.folder()).stdin(Stdio::null());
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
    }

    /// Runs the binary to its end.
    pub(crate) async fn says<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Said {
        let [out, err] = ["out", "err"].map(|name| self.folder().join(format!("{name}.{}", super::fresh_key())));
        let mut command = self.command(arguments);
        command.stdout(File::create(&out).unwrap()).stderr(File::create(&err).unwrap());
        let mut child = Ended(command.spawn().unwrap());
        let status = child.wait(Duration::from_secs(200)).await;
        let read = |path: &Path| std::fs::read_to_string(path).unwrap();
        Said { code: status.code(), out: read(&out), err: read(&err) }
    }

    fn setting(&self, name: &str) -> Option<&str> {
        self.settings.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Starts an empty store, on a free port unless one is set, and waits until it is ready.
    pub(crate) async fn serves(&self) -> Process {
        self.serves_with(&[], &["serve", "--no-demo"]).await
    }

    /// The same with other arguments, and perhaps under another program, such as `strace -f …`.
    pub(crate) async fn serves_with(&self, wrapper: &[&str], arguments: &[&str]) -> Process {
        let address = self.setting("BANYAN__HTTP__LISTEN").map_or_else(free_address, str::to_owned);
        let mut process = self.starts(wrapper, arguments, &address);
        process.is_ready().await;
        process
    }

    /// Starts a store at `address`, and does not wait for it.
    pub(crate) fn starts(&self, wrapper: &[&str], arguments: &[&str], address: &str) -> Process {
        let binary = binary();
        let mut words: Vec<&OsStr> = wrapper.iter().map(OsStr::new).collect();
        words.push(binary.as_os_str());
        words.extend(arguments.iter().map(OsStr::new));
        let file = File::options().create(true).append(true).open(&self.log).unwrap();
        let mut command = Command::new(words[0]);
        command.args(&words[1..]);
        self.dress(&mut command);
        command.env("BANYAN__HTTP__LISTEN", address);
        command.stdout(file.try_clone().unwrap()).stderr(file);
        Process { api: Api::at(address), child: command.spawn().unwrap(), log: self.log.clone() }
    }
}

/// A free address, below those that the system gives to outgoing connections: one of these could
/// be taken before the process listens on it.
pub(crate) fn free_address() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    loop {
        let next = NEXT.fetch_add(1, Relaxed).wrapping_add(std::process::id().wrapping_mul(61));
        let address = format!("127.0.0.1:{}", 10_000 + next % 20_000);
        if TcpListener::bind(&address).is_ok() {
            return address;
        }
    }
}

impl Process {
    /// Waits until it can do its work.
    pub(crate) async fn is_ready(&mut self) {
        let log = self.log.clone();
        let ended = std::cell::RefCell::new(&mut self.child);
        let api = &self.api;
        eventually("the store is ready", async || {
            let status = ended.borrow_mut().try_wait().unwrap();
            assert!(status.is_none(), "the store ended: {status:?} {}", read(&log));
            let ready = api.ask(Method::GET, "/health/ready").try_send().await;
            ready.is_ok_and(|ready| ready.status == 200).then_some(())
        })
        .await;
    }

    pub(crate) fn log(&self) -> String {
        read(&self.log)
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The most memory that it ever had, in bytes.
    pub(crate) fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("Linux says what a process had");
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
    }

    /// Ends it as a power cut would.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends a signal such as `TERM`.
    pub(crate) fn signal(&self, signal: &str) {
        signal_to(self.child.id(), signal);
    }

    /// Waits until it has ended by itself.
    pub(crate) async fn ends(mut self) -> ExitStatus {
        wait(&mut self.child, Duration::from_secs(40)).await
    }

    /// Asks it to stop, and is sure that it does so cleanly.
    pub(crate) async fn stops(self) {
        self.signal("TERM");
        self.has_stopped().await;
    }

    /// Waits until it has stopped as it was asked to, and is sure that it did so cleanly.
    pub(crate) async fn has_stopped(self) {
        let log = self.log.clone();
        let status = self.ends().await;
        assert!(status.success(), "{status}: {}", read(&log));
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{} said:\n{}", self.log.display(), read(&self.log));
        }
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Sends a signal to one process, by its id.
pub(crate) fn signal_to(id: u32, signal: &str) {
    let sent = Command::new("kill").args([format!("-{signal}"), id.to_string()]).status().unwrap();
    assert!(sent.success(), "no {signal} for {id}");
}

/// A child process that is killed when this is dropped.
struct Ended(Child);

impl Ended {
    async fn wait(&mut self, limit: Duration) -> ExitStatus {
        wait(&mut self.0, limit).await
    }
}

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

async fn wait(child: &mut Child, limit: Duration) -> ExitStatus {
    let ended = async {
        loop {
            if let Some(status) = child.try_wait().unwrap() {
                return status;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(limit, ended).await.expect("the program comes to an end in time")
}

fn read(path: &Path) -> String {
    let mut text = String::new();
    File::open(path).and_then(|mut file| file.read_to_string(&mut text)).ok();
    text
}
