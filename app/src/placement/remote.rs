//! A remote module, as this process sees it.

use std::{
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use anyhow::Context;
use async_trait::async_trait;
use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use kernel::Seams;
use kernel_db::Bus;
use kernel_feeds::{RemoteFeed, Sign};
use kernel_remote::{
    BreakerState, Facade, HandshakeError, HttpTransport, ModuleMeta, RemoteClient, ServiceKeys, TokenSource, handshake,
};
use port::{Descriptor, Executed, PortRequest, PortResponse, Transport, TransportError};
use secrecy::{ExposeSecret, SecretString};
use tokio_util::sync::CancellationToken;

use super::tenure::{Judged, Tenures};
use crate::{
    config::{Service, Settings},
    keys::usable,
    wiring,
};

/// How long a far side may take to say what it serves.
const PATIENCE: Duration = Duration::from_secs(3);

/// The first pause between two tries to reach it: processes are often started together.
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// The longest such pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// The pause between two looks at it while all is well.
const PAUSE: Duration = Duration::from_secs(2);

/// The routes to one remote module: its ports, its events, its public routes.
pub(crate) struct RemoteModule {
    pub(crate) module: &'static str,
    pub(crate) feed: RemoteFeed,
    /// Missing when the settings have no public address.
    pub(crate) facade: Option<Facade>,
    client: RemoteClient,
    transport: HttpTransport,
    ports: Vec<&'static Descriptor>,
    /// Whether the far side has proved our contracts. Until then it is not called.
    trusted: AtomicBool,
    /// What came of the last look at it.
    seen: Mutex<Seen>,
    /// What its data is held against, once this process knows its own.
    tenures: OnceLock<Arc<Tenures>>,
}

/// A far side as it was when it was looked at last.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    reachable: bool,
    trouble: Option<String>,
}

/// The keys that the settings give; `None` when there are none.
pub(crate) fn service_keys(service: &Service) -> anyhow::Result<Option<ServiceKeys>> {
    let is_set = |key: &SecretString| !key.expose_secret().trim().is_empty();
    if !is_set(&service.key) {
        return Ok(None);
    }
    let previous = Some(&service.previous_key).filter(|key| is_set(key));
    let previous = previous.map(|key| usable("service.previous_key", key)).transpose()?;
    Ok(Some(ServiceKeys::new(usable("service.key", &service.key)?, previous)?))
}

impl RemoteModule {
    /// `None` when the settings do not say where the module is when it is not here.
    pub(crate) fn of(settings: &Settings, module: &'static str, seams: &Seams) -> anyhow::Result<Option<Self>> {
        let Some(common) = settings.modules.of(module) else { return Ok(None) };
        let (address, public) = (common.remote.ports.as_str(), common.remote.public.as_str());
        let keys = service_keys(&settings.service)?;
        let Some(keys) = keys.filter(|_| !address.is_empty()) else { return Ok(None) };
        let tokens = TokenSource::new(&keys, settings.service.name.as_str(), Arc::clone(&seams.clock));
        let setting = |which: &str| format!("modules.{module}.remote.{which} cannot be used");
        let client =
            RemoteClient::new(module, address, tokens.clone(), &settings.remote).with_context(|| setting("ports"))?;
        let transport = HttpTransport::new(client.clone(), settings.remote.clone())?;
        let facade = Some(public).filter(|public| !public.is_empty());
        let facade = facade
            .map(|public| Facade::new(module, public, settings.facade.clone()))
            .transpose()
            .with_context(|| setting("public"))?
            .map(|facade| facade.signed_by(tokens.clone()));
        let sign: Sign = Arc::new(move |audience| {
            tokens.bearer(audience).map(|bearer| bearer.as_str().to_owned()).map_err(|error| error.to_string())
        });
        let feed = RemoteFeed::new(module, address, &settings.service.name, sign)?;
        let ports = ports_of(module);
        let seen = Mutex::new(Seen { reachable: false, trouble: Some("it has not been looked at yet".to_owned()) });
        let (trusted, tenures) = (AtomicBool::new(false), OnceLock::new());
        Ok(Some(Self { module, feed, facade, client, transport, ports, trusted, seen, tenures }))
    }

    /// From now on the far side must stand on this store's data.
    pub(crate) fn is_held_against(&self, tenures: &Arc<Tenures>) {
        self.tenures.get_or_init(|| Arc::clone(tenures));
    }

    pub(crate) fn breaker(&self) -> BreakerState {
        self.transport.breaker_state()
    }

    pub(crate) fn is_trusted(&self) -> bool {
        self.trusted.load(Ordering::Relaxed)
    }

    /// Whether it answered when it was last asked.
    pub(crate) fn is_reachable(&self) -> bool {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).reachable
    }

    /// Why the far side did not show that it speaks our contracts, when it was last asked.
    pub(crate) fn trouble(&self) -> Option<String> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).trouble.clone()
    }

    /// What the far side says of itself. Nothing is made of it.
    pub(crate) async fn introduction(&self) -> Result<ModuleMeta, HandshakeError> {
        Ok(handshake(&self.client, &self.ports, PATIENCE).await?.module)
    }

    /// Asks what the far side serves and stands on. It is trusted from then on when that is what we expect, and not when
    /// it is not.
    pub(crate) async fn shake_hands(&self) -> Result<ModuleMeta, HandshakeError> {
        let shaken = match self.introduction().await {
            Ok(meta) => self.judged(meta).await,
            Err(error) => Err(error),
        };
        let warning = shaken.as_ref().ok().and_then(|(_, warning)| warning.clone());
        self.note(shaken.as_ref().err(), warning);
        match &shaken {
            Ok(_) => self.trusted.store(true, Ordering::Relaxed),
            Err(error) if error.contradicts() => self.trusted.store(false, Ordering::Relaxed),
            // It is away, or something between says so for it. That contradicts nothing that it has shown.
            Err(_) => {}
        }
        shaken.map(|(meta, _)| meta)
    }

    /// Holds what it says of its data against ours; answers with what an operator should know. While our own database is
    /// away, what was found before stands.
    async fn judged(&self, meta: ModuleMeta) -> Result<(ModuleMeta, Option<String>), HandshakeError> {
        let Some(tenures) = self.tenures.get() else { return Ok((meta, None)) };
        match tenures.judge(self.module, &meta).await {
            Ok(Judged::Fits) => Ok((meta, None)),
            Ok(Judged::FitsBut(warning)) => Ok((meta, Some(warning))),
            Ok(Judged::Not(detail)) => Err(HandshakeError::OtherData { url: self.client.address(""), detail }),
            Err(error) => {
                let url = self.client.address("");
                Err(HandshakeError::Unjudged { url, cause: kernel::problem::chain(&error) })
            }
        }
    }

    /// Stores what is wrong, and logs it when it has changed.
    fn note(&self, error: Option<&HandshakeError>, warning: Option<String>) {
        let reachable = error.is_none_or(|error| !error.is_away());
        let seen = Seen { reachable, trouble: error.map(ToString::to_string).or(warning) };
        let before = {
            let mut last = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *last, seen.clone())
        };
        match &seen.trouble {
            _ if before == seen => {}
            None => tracing::info!(module = self.module, "the far side speaks our contracts"),
            Some(error) => tracing::warn!(module = self.module, error, "a module elsewhere is not as it should be"),
        }
    }

    /// Looks at the far side again and again, so that it is trusted, or known why not. One that is away may come; one
    /// that says something wrong may be replaced, and so may one that says the right thing.
    pub(crate) async fn meet(&self, stop: CancellationToken) {
        let look = async {
            let mut pauses = pauses();
            loop {
                let pause = if self.shake_hands().await.is_ok() {
                    pauses = self::pauses();
                    PAUSE
                } else {
                    pauses.next().unwrap_or(LONGEST_PAUSE)
                };
                tokio::time::sleep(pause).await;
            }
        };
        tokio::select! {
            () = look => {}
            () = stop.cancelled() => {}
        }
    }

    /// Tells this process's readers what the far side has published.
    pub(crate) async fn relay_news(&self, bus: &Bus, stop: CancellationToken) {
        use kernel_db::Feed as _;
        let mut news = self.feed.news();
        let relay = async {
            while news.changed().await.is_ok() {
                bus.reached(self.module, *news.borrow_and_update());
            }
        };
        tokio::select! {
            () = relay => {}
            () = self.feed.watch(stop) => {}
        }
    }
}

fn pauses() -> ExponentialBackoff {
    ExponentialBuilder::default()
        .with_min_delay(FIRST_PAUSE)
        .with_max_delay(LONGEST_PAUSE)
        .with_jitter()
        .without_max_times()
        .build()
}

/// Calls through to the far side, once it is trusted.
#[async_trait]
impl Transport for RemoteModule {
    async fn call(&self, request: PortRequest) -> Result<PortResponse, TransportError> {
        if self.is_trusted() {
            self.transport.call(request).await
        } else {
            Err(TransportError::Unavailable { executed: Executed::No })
        }
    }
}

/// For a module that this process never calls.
pub(crate) struct Unreachable;

#[async_trait]
impl Transport for Unreachable {
    async fn call(&self, _: PortRequest) -> Result<PortResponse, TransportError> {
        Err(TransportError::Unavailable { executed: Executed::No })
    }
}

/// The ports of `module`.
pub(crate) fn ports_of(module: &str) -> Vec<&'static Descriptor> {
    let ports = wiring::find(module).map(|module| module.document().ports).unwrap_or_default();
    ports.into_iter().map(|port| port.descriptor).collect()
}
