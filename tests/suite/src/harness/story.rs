//! Tells a story on every database.

use std::time::Duration;

use super::{Kind, Shop, together};

/// No story takes longer.
const STORY_LIMIT: Duration = Duration::from_mins(4);

/// Makes two tests of each story, `name::sqlite` and `name::postgres`. A story is an `async fn(&Shop)`; `in` names
/// another way to open its shop than `Shop::open`.
macro_rules! stories {
    (in $open:path: $($story:ident),+ $(,)?) => {$(
        mod $story {
            #[test]
            fn sqlite() {
                $crate::harness::tell($crate::harness::Kind::Sqlite, $open, super::$story);
            }

            #[test]
            fn postgres() {
                $crate::harness::tell($crate::harness::Kind::Postgres, $open, super::$story);
            }
        }
    )+};
    ($($story:ident),+ $(,)?) => { stories!(in $crate::harness::Shop::open: $($story),+); };
}

pub(crate) use stories;

/// Tells `story` in a shop of its own, which must be at rest and sound afterwards.
#[expect(clippy::needless_pass_by_value, reason = "a story is told once")]
pub(crate) fn tell(kind: Kind, open: impl AsyncFn(Kind) -> Shop, story: impl AsyncFn(&Shop)) {
    if kind.is_available() {
        let _turn = together();
        run(async {
            let shop = open(kind).await;
            story(&shop).await;
            shop.close().await;
        });
    }
}

/// Runs `work` to its end, within limits.
pub(crate) fn run<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let limited = async { tokio::time::timeout(STORY_LIMIT, work).await };
    let done = runtime.block_on(limited).expect("the story comes to an end in time");
    runtime.shutdown_timeout(Duration::from_secs(5));
    done
}
