//! What the switch costs: a call to a module in this process, made directly and through `SwitchedBell`.
//!
//! The answer is immediate, so the difference is the switch's own. It must stay under 200 ns, with a deadline
//! in the context too.

use std::{hint::black_box, sync::Arc, time::Duration};

use async_trait::async_trait;
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use kernel::{CallContext, Kind, Problem};
use port::{PortResult, port};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Debug, Serialize, Deserialize, ToSchema, thiserror::Error)]
#[serde(tag = "refusal", rename_all = "kebab-case")]
enum BellRefusal {
    #[error("the bell is gone")]
    Gone {},
}

impl Problem for BellRefusal {
    fn kind(&self) -> Kind {
        Kind::NotFound
    }

    fn code(&self) -> &'static str {
        "gone"
    }
}

#[port(name = "bell", version = 1)]
trait Bell {
    #[query(timeout_ms = 100)]
    async fn ring(&self, cx: &CallContext, times: u64) -> PortResult<u64, BellRefusal>;
}

struct DoorBell;

#[async_trait]
impl Bell for DoorBell {
    async fn ring(&self, _: &CallContext, times: u64) -> PortResult<u64, BellRefusal> {
        Ok(times.wrapping_add(1))
    }
}

#[expect(clippy::unwrap_used, reason = "a bench without a runtime measures nothing")]
fn calls(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let local: Arc<dyn Bell> = Arc::new(DoorBell);
    let bells: [(&str, Arc<dyn Bell>); 2] =
        [("direct", Arc::clone(&local)), ("switched", Arc::new(SwitchedBell::local(local)))];
    let contexts = [
        ("no deadline", CallContext::system("order")),
        ("deadline", CallContext::system("order").within(Duration::from_hours(1))),
    ];

    let mut group = criterion.benchmark_group("local call");
    for (deadline, cx) in &contexts {
        for (way, bell) in &bells {
            group.bench_function(BenchmarkId::new(*way, deadline), |bencher| {
                bencher.to_async(&runtime).iter(|| async { bell.ring(black_box(cx), black_box(1)).await });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, calls);
criterion_main!(benches);
