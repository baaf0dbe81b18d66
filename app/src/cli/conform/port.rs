use std::sync::Arc;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use port::{Conformance, Descriptor, PortSpec, Sample};

use super::{Bench, recording::RecordingTransport, row::Row};
use crate::wiring;

/// A port that a server can be tried for.
#[derive(Debug, Clone, Copy)]
pub struct Port {
    module: &'static str,
    descriptor: &'static Descriptor,
    conformance: Conformance,
}

impl Port {
    /// The ports of the modules that say what a server of them is tried with.
    fn all() -> impl Iterator<Item = Self> {
        wiring::MODULES.iter().flat_map(|registered| {
            let port = |PortSpec { descriptor, conformance, .. }| {
                conformance.map(|conformance| Self { module: registered.name(), descriptor, conformance })
            };
            registered.document().ports.into_iter().filter_map(port)
        })
    }

    /// Reads a port's name.
    pub(super) fn parser() -> impl TypedValueParser<Value = Self> {
        let names = PossibleValuesParser::new(Self::all().map(|port| port.descriptor.name));
        names.try_map(|name| Self::all().find(|port| port.descriptor.name == name).ok_or("there is no such port"))
    }

    pub(super) const fn module(self) -> &'static str {
        self.module
    }

    pub(super) const fn descriptor(self) -> &'static Descriptor {
        self.descriptor
    }

    /// What the server must have before it is tried, in lines.
    pub(super) fn opening(self) -> anyhow::Result<Vec<String>> {
        (self.conformance.opening)().map_err(anyhow::Error::msg)
    }
}

/// Plays the port's table of cases.
pub(super) async fn rows(bench: &Bench) -> anyhow::Result<Vec<Row>> {
    let recording = Arc::new(RecordingTransport::new(bench.client.clone(), bench.port.descriptor()));
    let to = Arc::clone(&recording);
    let played = (bench.port.conformance.play)(to, bench.seams.clone()).await.map_err(anyhow::Error::msg)?;
    let mut rows: Vec<Row> = played.into_iter().map(|(name, outcome)| Row::of(name, outcome)).collect();
    rows.extend(recording.rows());
    Ok(rows)
}

impl Bench {
    /// A call of the port that changes nothing.
    pub(super) fn sample_of_port(&self) -> Sample {
        (self.port.conformance.sample)(&self.seams)
    }
}
