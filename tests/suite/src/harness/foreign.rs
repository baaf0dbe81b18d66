//! Inventory as it was written elsewhere: `tests/foreign/inventory.py`, and the same with a promise broken.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use reqwest::Method;

use super::{ADMIN_KEY, Api, Cluster, Endpoints, SERVICE_KEY, STORE, eventually};

/// A Python process.
#[derive(Debug)]
pub(crate) struct Foreign {
    child: Child,
    log: PathBuf,
}

impl Foreign {
    /// `script`, whole or with the promise broken that it names, as the inventory of `cluster`, whose events it reads.
    pub(crate) async fn serves(cluster: &Cluster, script: &[&str]) -> Self {
        let store = format!("http://{}", cluster.endpoints(STORE).ports);
        let words = [script, &["--store", &store]].concat();
        Self::starts(cluster.place.folder.path(), cluster.endpoints("inventory"), &words).await
    }

    /// The same by itself, with the stock of `opening`.
    pub(crate) async fn alone(folder: &Path, endpoints: &Endpoints, script: &[&str], opening: &Path) -> Self {
        let opening = ["--opening", opening.to_str().unwrap()];
        Self::starts(folder, endpoints, &[script, opening.as_slice()].concat()).await
    }

    /// Starts a script of `tests/foreign` and waits until it answers.
    async fn starts(folder: &Path, endpoints: &Endpoints, words: &[&str]) -> Self {
        Self::with_key(folder, endpoints, words, None).await
    }

    /// The same with another service key than the store's.
    pub(crate) async fn with_key(folder: &Path, endpoints: &Endpoints, words: &[&str], key: Option<&str>) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../foreign").join(words[0]);
        let log = folder.join(format!("foreign.{}", super::fresh_key()));
        let file = File::create(&log).unwrap();
        let mut command = Command::new("python3");
        command.arg("-B").arg(script).args(&words[1..]).args([
            "--ports",
            &endpoints.ports,
            "--public",
            &endpoints.public,
        ]);
        command.env("BANYAN__SERVICE__KEY", key.unwrap_or(SERVICE_KEY)).env("BANYAN__ADMIN__KEY", ADMIN_KEY);
        command.stdin(Stdio::null()).stdout(file.try_clone().unwrap()).stderr(file);
        let child = command.spawn().expect("python3 is there; say `apt-get install python3`");
        let mut foreign = Self { child, log };
        foreign.is_ready(endpoints).await;
        foreign
    }

    async fn is_ready(&mut self, endpoints: &Endpoints) {
        let (api, log) = (Api::at(&endpoints.public), self.log.clone());
        let child = std::cell::RefCell::new(&mut self.child);
        eventually("the service written elsewhere is ready", async || {
            let status = child.borrow_mut().try_wait().unwrap();
            assert!(status.is_none(), "it ended: {status:?} {}", std::fs::read_to_string(&log).unwrap_or_default());
            let ready = api.ask(Method::GET, "/health/ready").try_send().await;
            ready.is_ok_and(|ready| ready.status == 200).then_some(())
        })
        .await;
    }

    /// What it wrote: nothing but that it is ready, when all is well.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Foreign {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
