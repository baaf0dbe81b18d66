//! Tells a story on every database, wherever the modules are.

use std::time::Duration;

use super::{Kind, Placement, Shop, Site, times, together};

/// No story takes longer.
const STORY_LIMIT: Duration = Duration::from_mins(4);

/// Makes a test of each story for each placement and database: `name::sqlite` and `name::postgres` in one process,
/// `name::inventory_remote::sqlite` and so on in several. A story is an `async fn(&Shop)`; `in` names another way to open
/// its shop than `Shop::open`, and `at home in` one that needs the store in the test's own process.
macro_rules! stories {
    (at home in $open:path: $($story:ident),+ $(,)?) => {$(
        mod $story {
            use super::$story as story;

            $crate::harness::told!(Local, $open, story);
        }
    )+};
    (in $open:path: $($story:ident),+ $(,)?) => {$(
        mod $story {
            use super::$story as story;

            $crate::harness::told!(Local, $open, story);
            $crate::harness::told!(catalog_remote, Remote("catalog"), $open);
            $crate::harness::told!(inventory_remote, Remote("inventory"), $open);
            $crate::harness::told!(order_remote, Remote("order"), $open);
            $crate::harness::told!(payment_remote, Remote("payment"), $open);
            $crate::harness::told!(all_remote, AllRemote, $open);
        }
    )+};
    ($($story:ident),+ $(,)?) => { stories!(in $crate::harness::Shop::open: $($story),+); };
}

/// The tests of one story in one placement.
macro_rules! told {
    ($name:ident, $placement:ident $(($module:literal))?, $open:path) => {
        mod $name {
            use super::story;

            $crate::harness::told!($placement $(($module))?, $open, story);
        }
    };
    ($placement:ident $(($module:literal))?, $open:path, $story:ident) => {
        #[test]
        fn sqlite() {
            let placement = $crate::harness::Placement::$placement $(($module))?;
            $crate::harness::tell($crate::harness::Kind::Sqlite, placement, $open, $story);
        }

        #[test]
        fn postgres() {
            let placement = $crate::harness::Placement::$placement $(($module))?;
            $crate::harness::tell($crate::harness::Kind::Postgres, placement, $open, $story);
        }
    };
}

pub(crate) use {stories, told};

/// Tells `story` in a shop of its own, which must be at rest and sound afterwards.
#[expect(clippy::needless_pass_by_value, reason = "a story is told once")]
pub(crate) fn tell(kind: Kind, placement: Placement, open: impl AsyncFn(Site) -> Shop, story: impl AsyncFn(&Shop)) {
    let site = Site { kind, placement };
    if site.is_available() {
        // Nobody can take a guard away in another process.
        let _turn = (placement == Placement::Local).then(together);
        run(async {
            let shop = open(site).await;
            story(&shop).await;
            shop.close().await;
        });
    }
}

/// Runs `work` to its end, within limits.
pub(crate) fn run<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let limited = async { tokio::time::timeout(STORY_LIMIT * times(), work).await };
    let done = runtime.block_on(limited).expect("the story comes to an end in time");
    runtime.shutdown_timeout(Duration::from_secs(5));
    done
}
