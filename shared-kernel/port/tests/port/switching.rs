//! A module moves while calls are under way.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use kernel::CallContext;
use port::{Executed, Loopback, Placement, PortError, PortSpec, Route, ServedPort};

use crate::till::{ScriptedTill, SwitchedTill, Till, pounds, remote, serve_till};

#[tokio::test]
async fn a_call_ends_where_it_began() {
    let slow = Arc::new(ScriptedTill { delay: Duration::from_millis(50), drawer: 1, ..ScriptedTill::default() });
    let switched = Arc::new(SwitchedTill::local(slow.clone()));
    assert_eq!(switched.placement(), Placement::Local);

    let cx = CallContext::default();
    let (began_before, ()) = tokio::join!(switched.drawer(&cx), async {
        tokio::time::sleep(Duration::from_millis(10)).await;
        switched.place(Route::Remote(Arc::new(remote(ScriptedTill::holding(2)))));
        assert_eq!(switched.placement(), Placement::Remote);
        assert_eq!(switched.drawer(&cx).await, Ok(pounds(2)));
        assert_eq!(slow.calls(), 0, "the first call is still under way");
    });
    assert_eq!(began_before, Ok(pounds(1)));
    assert_eq!(slow.calls(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_call_is_lost_while_the_route_flips() {
    let (here, there) = (ScriptedTill::holding(7), ScriptedTill::holding(7));
    let switched = Arc::new(SwitchedTill::local(here.clone()));
    let open = Arc::new(AtomicBool::new(true));

    let callers: Vec<_> = (0..4).map(|_| call_while(Arc::clone(&open), Arc::clone(&switched))).collect();
    for flip in 0..200 {
        switched.place(if flip % 2 == 0 {
            Route::Remote(Arc::new(remote(there.clone())))
        } else {
            Route::Local(here.clone())
        });
        tokio::time::sleep(Duration::from_micros(500)).await;
    }
    open.store(false, Ordering::SeqCst);

    let mut made = 0;
    for caller in callers {
        made += caller.await.unwrap();
    }
    assert_eq!(here.calls() + there.calls(), made, "each call is answered once, by one of the two");
    assert!(here.calls() > 0 && there.calls() > 0, "{} here, {} there", here.calls(), there.calls());
}

#[expect(clippy::disallowed_methods, reason = "the test waits for its callers")]
fn call_while(open: Arc<AtomicBool>, switched: Arc<SwitchedTill>) -> tokio::task::JoinHandle<usize> {
    tokio::spawn(async move {
        let mut made = 0;
        while open.load(Ordering::SeqCst) {
            assert_eq!(switched.drawer(&CallContext::default()).await, Ok(pounds(7)));
            made += 1;
        }
        made
    })
}

#[tokio::test]
async fn a_spent_call_goes_nowhere() {
    let till = ScriptedTill::holding(0);
    let switched = SwitchedTill::local(till.clone());
    let spent = CallContext::default().within(Duration::ZERO);
    assert_eq!(switched.drawer(&spent).await, Err(PortError::Deadline { executed: Executed::No }));
    assert_eq!(till.calls(), 0);
}

/// As a host wires it, which does not know the port's type.
#[tokio::test]
async fn routes_lead_to_the_port_that_is_served_here() {
    let there: Arc<dyn Till> = ScriptedTill::holding(2);
    let routes = PortSpec::of::<dyn Till>().routes(Arc::new(Loopback::new(Arc::new(serve_till(there)))));
    let till: Arc<dyn Till> = routes.caller().unwrap();
    let cx = CallContext::default();

    routes.place(Placement::Local);
    assert_eq!(till.drawer(&cx).await, Ok(pounds(2)), "nothing serves it here yet");
    let here: Arc<dyn Till> = ScriptedTill::holding(1);
    assert!(routes.serve(&ServedPort::of(Arc::clone(&here))));
    assert!(!routes.serve(&ServedPort::of(here)), "the first one stays");
    routes.place(Placement::Local);
    assert_eq!(till.drawer(&cx).await, Ok(pounds(1)));
    routes.place(Placement::Remote);
    assert_eq!(till.drawer(&cx).await, Ok(pounds(2)));
}
